//! A service keeps its name: what the hosts have of it goes by that.

use crate::cli::context::Loaded;
use crate::edit::{EditPlan, Origin, Other, Rendered};
use crate::error::CommandError;
use crate::git::Checkout;
use crate::review::Topic;
use crate::worktree::Worktree;

/// Refuses a model that was generated from under another name, for as long as anything of that is in the checkout.
pub(super) fn refuse(
    loaded: &Loaded,
    origin: &Origin,
    rendered: &Rendered,
    worktree: &Worktree,
) -> Result<(), CommandError> {
    for other in rendered.others(worktree) {
        if other.origin.path != origin.path {
            continue;
        }
        let branch = topic(&other, worktree);
        let Some(place) = other
            .file
            .as_ref()
            .map(ToString::to_string)
            .or(branch.clone())
        else {
            continue;
        };
        let (old, new) = (&other.name, &loaded.service.name);
        let error = CommandError::conflict(format!(
            "a service cannot be renamed: {} is `{new}` now, and was generated here as `{old}`",
            loaded.path
        ))
        .cause(format!("`{place}` is that of `{old}`"))
        .cause("units, logs and directories on the hosts go by the name")
        .hint(format!("write `name: {old}` into {}", loaded.path));
        return Err(match (other.file, branch) {
            (None, Some(branch)) => {
                let root = shell_words::quote(worktree.root().as_str());
                error.hint(format!(
                    "`git -C {root} branch -D {branch}` forgets `{old}`, where it is not in review"
                ))
            }
            _ => error.hint(format!(
                "a service beside `{old}` has a svcgen.yaml of its own, in a repository of its own"
            )),
        });
    }
    Ok(())
}

/// Refuses another name of the classes where somebody edited what goes by the old one: the edits would be left there.
pub(super) fn refuse_classes(
    loaded: &Loaded,
    rendered: &Rendered,
    edits: &EditPlan,
) -> Result<(), CommandError> {
    let new = loaded.service.puppet_name.as_str();
    let last = rendered.last_model().map(|last| last.puppet_name);
    let Some(old) = last.filter(|old| old != new && !edits.kept.is_empty()) else {
        return Ok(());
    };
    let error = CommandError::conflict(format!(
        "the classes cannot be renamed from `{old}` to `{new}`: somebody edited what svcgen wrote"
    ));
    let error = edits.kept.iter().fold(error, |error, kept| {
        let line = kept.line.map(|line| format!(":{line}")).unwrap_or_default();
        error.cause(format!("{}{line} was edited", kept.path))
    });
    Err(error
        .hint(format!("write `puppet_name: {old}` into {}", loaded.path))
        .hint("or take the edits out, generate, and make them again in the new files"))
}

/// What to do where a port is taken by what may be the same service under its old name.
pub(super) fn hint(origin: &Origin, rendered: &Rendered, worktree: &Worktree) -> Option<String> {
    let mut others = rendered.others(worktree).into_iter();
    let other = others.find(|other| other.origin.port == origin.port)?;
    let name = other.name;
    Some(format!(
        "if it is `{name}` under a new name: a service keeps its name, write `name: {name}`"
    ))
}

/// The topic branch of another service, where there is one.
fn topic(other: &Other, worktree: &Worktree) -> Option<String> {
    let name = crate::model::ServiceName::parse(&other.name).ok()?;
    let branch = Topic::name_for(&name).ok()?;
    let checkout = Checkout::open(worktree.root()).ok()?;
    checkout.resolve(&format!("refs/heads/{branch}"))?;
    Some(branch.to_string())
}
