use super::Generator;
use crate::error::CommandError;
use crate::scap::CONFIG_FILE;
use crate::worktree::Worktree;

/// Says that a checkout is that of another repository than is wanted: of one of these, which are easily taken for it.
pub(in crate::cli) fn mistaken(
    wanted: Generator,
    worktree: &Worktree,
    others: &[Generator],
) -> Option<CommandError> {
    let is_it = |generator: Generator| generator.recognise(worktree).is_ok();
    if wanted == Generator::Scap && is_it(wanted) {
        return None;
    }
    let other = others.iter().copied().find(|other| is_it(*other))?;
    let root = worktree.root();
    let error = CommandError::usage(format!(
        "`{root}` is {}, and not {}",
        named(other),
        named(wanted)
    ));
    Some(match wanted {
        Generator::Scap => error.cause(format!("it has no `{CONFIG_FILE}`")),
        Generator::Vagrant | Generator::Puppet | Generator::Source => error,
    })
}

/// What a checkout of a generator's repository is called.
fn named(generator: Generator) -> &'static str {
    match generator {
        Generator::Vagrant => "a checkout of MediaWiki-Vagrant",
        Generator::Puppet => "a checkout of operations/puppet",
        Generator::Scap => "the deploy repository",
        Generator::Source => "the source repository",
    }
}
