use super::{Generator, Planned};
use crate::cli::context::Loaded;
use crate::drift::{Difference, Direction, Remedy, differences, extra_checks, extras};
use crate::error::CommandError;
use crate::validate;
use crate::worktree::Worktree;

/// In what a checkout differs from the plan; of a deploy repository, Scap's own mistakes as well.
pub(crate) fn differing(
    loaded: &Loaded,
    generator: Generator,
    planned: &Planned,
    worktree: &Worktree,
) -> Result<Vec<Difference>, CommandError> {
    let desired = &planned.generated.desired;
    let mut found = differences(desired, &planned.edits, worktree, &planned.rendered)?;
    let class = loaded.service.puppet_name.as_str();
    // What svcgen wrote once, and somebody changed, was put there by nobody.
    let is_told = |it: &Difference| {
        let mut known = found.iter();
        known.any(|known| known.path == it.path && known.line == it.line)
    };
    let mut extras = extras(desired, class, worktree, &planned.rendered)?;
    extras.retain(|extra| !is_told(extra));
    found.extend(extras);
    if generator != Generator::Scap {
        return Ok(found);
    }
    found.extend(extra_checks(desired, worktree, &planned.rendered)?);
    let mistakes = validate::mistakes(&loaded.service, &loaded.site, worktree, &planned.edits)?;
    for mistake in mistakes {
        let is_same =
            |known: &Difference| known.path == mistake.path && known.remedy != Remedy::Generate;
        if !found.iter().any(is_same) {
            found.push(Difference {
                path: mistake.path,
                line: mistake.line,
                direction: Direction::Tree,
                what: mistake.message,
                remedy: Remedy::Edit,
            });
        }
    }
    Ok(found)
}
