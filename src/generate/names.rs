//! Which names a tree has given away.

use camino::{Utf8Path, Utf8PathBuf};

use super::GenerateError;
use crate::edit::holds_all;
use crate::puppet::Declaration;
use crate::worktree::Worktree;

/// How far below a folder its first file is looked for.
const DEEPEST: usize = 4;

/// Services that are declared in a tree, by the manifest that declares them.
pub(super) type Services = Vec<(Utf8PathBuf, Vec<Declaration>)>;

/// Refuses to write a file that somebody else wrote: the name is theirs.
pub(super) fn check_file(
    what: &str,
    path: &Utf8Path,
    found: Option<String>,
    wanted: &str,
    foreign: bool,
) -> Result<(), GenerateError> {
    // What somebody only added to, or a later patch, is the very file.
    let is_other = |found: &String| wanted.is_empty() || !holds_all(found, wanted);
    let Some(found) = found.filter(|found| foreign && is_other(found)) else {
        return Ok(());
    };
    let (line, owner) = definition(&found);
    Err(GenerateError::Taken {
        what: what.to_owned(),
        path: path.to_owned(),
        line,
        owner: format!("`{owner}`"),
        free: None,
        is_file: !wanted.is_empty(),
        known_as: None,
    })
}

/// Refuses the name of a module that is there without the class that svcgen would write.
pub(super) fn check_module(
    name: &str,
    folder: &Utf8Path,
    worktree: &Worktree,
) -> Result<(), GenerateError> {
    let what = format!("the module `{name}`");
    if let Some(line) = submodule(worktree, folder) {
        let owner = format!("the submodule `{folder}`");
        return Err(taken(&what, ".gitmodules".into(), line, owner));
    }
    check_folder(&what, &folder.join("manifests"), worktree)?;
    check_folder(&what, folder, worktree)
}

/// Refuses the name of a profile or role below which there are others.
pub(super) fn check_namespace(
    name: &str,
    folder: &Utf8Path,
    worktree: &Worktree,
) -> Result<(), GenerateError> {
    check_folder(&format!("the class name `{name}`"), folder, worktree)
}

/// Refuses a name because of the first file in a folder.
fn check_folder(what: &str, folder: &Utf8Path, worktree: &Worktree) -> Result<(), GenerateError> {
    let is_manifest = |path: &Utf8Path| path.extension() == Some("pp");
    let manifest = first_file(worktree, folder, DEEPEST, is_manifest);
    let Some(path) = manifest.or_else(|| first_file(worktree, folder, DEEPEST, |_| true)) else {
        return Ok(());
    };
    let (line, owner) = match path.extension() {
        Some("pp") => {
            let text = worktree.read(&path)?.unwrap_or_default();
            let (line, owner) = definition(&text);
            (line, format!("`{owner}`"))
        }
        _ => (1, format!("the files in `{folder}`")),
    };
    Err(taken(what, &path, line, owner))
}

/// The first file of a kind in a folder or below it; files stand before folders.
fn first_file(
    worktree: &Worktree,
    folder: &Utf8Path,
    deepest: usize,
    is_meant: fn(&Utf8Path) -> bool,
) -> Option<Utf8PathBuf> {
    let paths: Vec<Utf8PathBuf> = worktree
        .list(folder)
        .into_iter()
        .map(|name| folder.join(name))
        .collect();
    let file = paths
        .iter()
        .find(|path| is_meant(path) && worktree.has_file(path))
        .cloned();
    let below = || {
        let deepest = deepest.checked_sub(1)?;
        paths
            .iter()
            .find_map(|path| first_file(worktree, path, deepest, is_meant))
    };
    file.or_else(below)
}

/// Refuses the title of a service that another class declares.
pub(super) fn check_title(
    title: &str,
    services: &Services,
    is_ours: impl Fn(&Utf8Path) -> bool,
) -> Result<(), GenerateError> {
    let all = services
        .iter()
        .flat_map(|(path, list)| list.iter().map(move |service| (path, service)));
    for (path, service) in all {
        if service.title == title && !is_ours(path) {
            let what = format!("the name `{title}`");
            let owner = format!("`service::node {{ '{title}' }}`");
            return Err(taken(&what, path, service.line, owner));
        }
    }
    Ok(())
}

pub(super) fn taken(what: &str, path: &Utf8Path, line: usize, owner: String) -> GenerateError {
    GenerateError::Taken {
        what: what.to_owned(),
        path: path.to_owned(),
        line,
        owner,
        free: None,
        is_file: false,
        known_as: None,
    }
}

/// The line on which a manifest begins its class or define, and that line.
fn definition(text: &str) -> (usize, &str) {
    let defines =
        |(_, line): &(usize, &str)| line.starts_with("class ") || line.starts_with("define ");
    let lines = || text.lines().enumerate();
    let (index, line) = lines().find(defines).or(lines().next()).unwrap_or_default();
    (index + 1, line.trim_end_matches([' ', '(', '{']))
}

/// The line of `.gitmodules` that gives a folder to a submodule, which may not be there yet.
fn submodule(worktree: &Worktree, folder: &Utf8Path) -> Option<usize> {
    let text = worktree.read(".gitmodules").ok().flatten()?;
    let gives = |line: &str| {
        let value = line
            .trim()
            .strip_prefix("path")
            .and_then(|rest| rest.trim_start().strip_prefix('='));
        value.is_some_and(|value| value.trim() == folder)
    };
    text.lines().position(gives).map(|index| index + 1)
}
