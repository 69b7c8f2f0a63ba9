//! A service keeps its name: what the hosts have of it goes by that.

mod classes;

use camino::Utf8Path;

pub(super) use self::classes::Renaming;
use super::{Generator, Planner, Target};
use crate::cli::context::Loaded;
use crate::edit::{Origin, Other, Rendered};
use crate::error::CommandError;
use crate::generate::{puppet_class, vagrant_class};
use crate::git::{Checkout, committed_text};
use crate::model::{Service, ServiceName};
use crate::review::Topic;
use crate::scap::CONFIG_FILE;
use crate::worktree::Worktree;
use crate::yaml::Kind;

/// Refuses a model that was generated from under another name, for as long as anything of that is in a checkout.
///
/// The checkouts remember the path of the model. One that remembers nothing, such as a fresh clone, may have what was
/// merged under the name that the model has in its last commit.
pub(super) fn refuse(
    planner: &Planner<'_>,
    generator: Generator,
    worktree: &Worktree,
) -> Result<(), CommandError> {
    refuse_in(planner, generator, worktree, Utf8Path::new(""))?;
    refuse_moved(planner.loaded, generator, worktree)?;
    for other in Generator::ALL.into_iter().filter(|it| *it != generator) {
        let Ok(target) = Target::find(other, planner.context, planner.loaded) else {
            continue;
        };
        // One that cannot be read is told when it is generated into.
        if let Ok(tree) = target.open() {
            refuse_in(planner, other, &tree, tree.root())?;
        }
    }
    Ok(())
}

/// Refuses by what is in one checkout; `shown` is what stands before its files, where several are about.
fn refuse_in(
    planner: &Planner<'_>,
    generator: Generator,
    worktree: &Worktree,
    shown: &Utf8Path,
) -> Result<(), CommandError> {
    let loaded = planner.loaded;
    refuse_remembered(planner, generator, worktree, shown)?;
    let Some((old, place)) = committed(loaded, generator, worktree) else {
        return Ok(());
    };
    let known = format!("`{old}` in the last commit");
    Err(error(loaded, &old, &known, shown.join(place).as_str()).hint(beside(&old)))
}

/// Refuses by what one checkout remembers.
fn refuse_remembered(
    planner: &Planner<'_>,
    generator: Generator,
    worktree: &Worktree,
    shown: &Utf8Path,
) -> Result<(), CommandError> {
    let (loaded, origin) = (planner.loaded, planner.origin());
    let rendered = Rendered::of(worktree.root(), &loaded.service.name).by(generator.name());
    for other in rendered.others(worktree) {
        if other.origin.path != origin.path {
            continue;
        }
        let branch = topic(&other, worktree);
        let file = other.file.as_ref().map(|file| shown.join(file).to_string());
        let Some(place) = file.or(branch.clone()) else {
            continue;
        };
        let old = &other.name;
        let known = match shown == "" {
            true => format!("was generated here as `{old}`"),
            false => format!("was generated as `{old}`"),
        };
        let error = error(loaded, old, &known, &place);
        return Err(match (other.file, branch) {
            (None, Some(branch)) => {
                let root = shell_words::quote(worktree.root().as_str());
                // It may be checked out, once this run has gone back to where it came from.
                let base = generator.base(&loaded.service, &loaded.site);
                let has_base = Checkout::open(worktree.root())
                    .is_ok_and(|it| it.resolve(&format!("refs/heads/{base}")).is_some());
                let switch = has_base.then(|| format!("git -C {root} switch {base} && "));
                let switch = switch.unwrap_or_default();
                error.hint(format!(
                    "`{switch}git -C {root} branch -D {branch}` forgets `{old}`, if it is not in review"
                ))
            }
            _ => error.hint(beside(old)),
        });
    }
    Ok(())
}

/// Refuses a model that is new here while that of another service is gone: it may be that one, at another place.
fn refuse_moved(
    loaded: &Loaded,
    generator: Generator,
    worktree: &Worktree,
) -> Result<(), CommandError> {
    let new = &loaded.service.name;
    let rendered = Rendered::of(worktree.root(), new).by(generator.name());
    if rendered.last_model().is_some() {
        return Ok(());
    }
    let gone = |other: &Other| other.file.is_some() && !other.origin.path.exists();
    let Some(Other {
        name: old,
        origin,
        file: Some(file),
    }) = rendered.others(worktree).into_iter().find(gone)
    else {
        return Ok(());
    };
    let error = CommandError::conflict(format!(
        "`{new}` may be `{old}` under a new name: the model that `{old}` was generated from is gone"
    ))
    .cause(format!(
        "it was {}; `{file}` is that of `{old}`",
        origin.path
    ))
    .cause("units, logs and directories on the hosts go by the name")
    .hint(format!(
        "if it is, a service keeps its name: write `name: {old}` into {}",
        loaded.path
    ));
    let store = rendered.store_of(&old, generator.name());
    Err(store.into_iter().fold(error, |error, store| {
        let store = shell_words::quote(store.as_str()).into_owned();
        error.hint(format!(
            "if it is a service beside `{old}`, `rm {store}` forgets that svcgen wrote `{old}` here"
        ))
    }))
}

fn error(loaded: &Loaded, old: &str, known: &str, place: &str) -> CommandError {
    CommandError::conflict(format!(
        "a service cannot be renamed: {} is `{}` now, and {known}",
        loaded.path, loaded.service.name
    ))
    .cause(format!("`{place}` is that of `{old}`"))
    .cause("units, logs and directories on the hosts go by the name")
    .hint(format!("write `name: {old}` into {}", loaded.path))
}

fn beside(old: &str) -> String {
    format!("a service beside `{old}` has a svcgen.yaml of its own, in a repository of its own")
}

/// The name that the model has in its last commit, where it is another one, and what a tree has of that.
fn committed(
    loaded: &Loaded,
    generator: Generator,
    worktree: &Worktree,
) -> Option<(String, String)> {
    let model = crate::yaml::parse(&committed_text(&loaded.path)?).ok()?;
    let text = |key: &str| match &model.find(key)?.kind {
        Kind::String(text) => Some(text.clone()),
        _ => None,
    };
    let name = ServiceName::parse(&text("name")?).ok()?;
    if name == loaded.service.name {
        return None;
    }
    let derived = || Some(name.to_puppet().ok()?.to_string());
    let class = text("puppet_name").or_else(derived)?;
    let place = match generator {
        Generator::Vagrant => vagrant_class(&class, worktree),
        Generator::Puppet => puppet_class(&class, worktree),
        Generator::Scap => (deployed(worktree)? == name.as_str()).then(|| CONFIG_FILE.into()),
        Generator::Source => None,
    };
    Some((name.to_string(), place?.to_string()))
}

/// The service that a deploy repository says it deploys.
pub(super) fn deployed(worktree: &Worktree) -> Option<String> {
    let config = crate::ini::parse(&worktree.read(CONFIG_FILE).ok()??).ok()?;
    Some(config.find("global", "service_name")?.value.clone())
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

/// What to do where a deploy repository says that it is another service's.
pub(super) fn hint_of_deployed(service: &Service, worktree: &Worktree) -> Option<String> {
    let old = deployed(worktree).filter(|old| *old != service.name.as_str())?;
    Some(format!(
        "`{CONFIG_FILE}` deploys `{old}`: if that is its old name, a service keeps its name, write `name: {old}`"
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
