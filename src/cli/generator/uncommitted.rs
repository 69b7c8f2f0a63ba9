//! Changes that nobody has committed, in files that svcgen is about to change.

use camino::{Utf8Path, Utf8PathBuf};

use super::Generator;
use crate::edit::{Other, Rendered};
use crate::error::CommandError;
use crate::generate::SeriesStep;
use crate::model::ServiceName;
use crate::review::{dirty, uncommitted};
use crate::worktree::Worktree;

/// Uncommitted changes that may be in the way.
pub(super) struct Uncommitted<'a> {
    pub(super) generator: Generator,
    pub(super) worktree: &'a Worktree,
    pub(super) paths: &'a [Utf8PathBuf],
    /// What svcgen remembers of this service; the first is the generator's own.
    pub(super) stores: &'a [&'a Rendered],
    /// What `--force` does about them, where it does anything.
    pub(super) forced: Option<&'a str>,
    /// Whether commits are made of commits, so that one of these files alone would not be among them.
    pub(super) is_of_commits: bool,
}

impl Uncommitted<'_> {
    /// Refuses to go on where there are any.
    pub(super) fn refuse(&self) -> Result<(), CommandError> {
        let Some((first, rest)) = self.paths.split_first() else {
            return Ok(());
        };
        let (more, verb) = match rest {
            [] => (String::new(), "has"),
            rest => (format!(" and {} more", rest.len()), "have"),
        };
        let has = format!("`{first}`{more} {verb} uncommitted changes");
        let error = match self.neighbour()? {
            Some(other) => CommandError::conflict(format!(
                "{has} that svcgen made for the service `{}`",
                other.name
            ))
            .hint(format!("`{}` commits them", self.command(&other))),
            None if self.are_new()? => {
                let message = match rest {
                    [] => {
                        format!("`{first}` is in no commit yet, and svcgen did not write all of it")
                    }
                    _ => format!(
                        "`{first}`{more} are in no commit yet, and svcgen did not make them"
                    ),
                };
                let (root, error) = (self.worktree.root(), CommandError::conflict(message));
                match self.is_of_commits {
                    true => error.hint(format!(
                        "`{}` puts that away; what you wrote goes into its patch with `git commit --amend`, once that is made",
                        put_away(root, self.paths)
                    )),
                    false => error.hint(first_commit(root, self.paths)),
                }
            }
            None => {
                CommandError::conflict(format!("{has} that svcgen did not make")).hint(format!(
                    "commit them, or put them away: `{}`",
                    put_away(self.worktree.root(), self.paths)
                ))
            }
        };
        Err(self.forced.into_iter().fold(error, CommandError::hint))
    }

    /// Whether none of the files is in the last commit.
    fn are_new(&self) -> Result<bool, CommandError> {
        let found = uncommitted(self.worktree.root(), self.paths, self.stores)?;
        Ok(found.new.len() == self.paths.len())
    }

    /// The other service that all of the changes are for, where there is one.
    fn neighbour(&self) -> Result<Option<Other>, CommandError> {
        let root = self.worktree.root();
        let Some(own) = self.stores.first() else {
            return Ok(None);
        };
        for other in own.others(self.worktree) {
            let Ok(name) = ServiceName::parse(&other.name) else {
                continue;
            };
            let (own, patches) = self.stores_of(&name);
            let all = [&own].into_iter().chain(&patches);
            let stores: Vec<&Rendered> = self.stores.iter().copied().chain(all).collect();
            if dirty(root, self.paths, &stores)?.is_empty() {
                return Ok(Some(other));
            }
        }
        Ok(None)
    }

    /// What is remembered of a service: of the generator's own, and of patches that come after it.
    fn stores_of(&self, service: &ServiceName) -> (Rendered, Vec<Rendered>) {
        let root = self.worktree.root();
        let patches = match self.generator {
            Generator::Puppet => &SeriesStep::ALL[1..],
            Generator::Vagrant | Generator::Scap | Generator::Source => &[],
        };
        let patches = patches.iter().map(|step| step.store(root, service));
        let own = Rendered::of(root, service).by(self.generator.name());
        (own, patches.collect())
    }

    /// The command that commits what is another service's.
    fn command(&self, other: &Other) -> String {
        let model = shell_words::quote(other.origin.path.as_str());
        let root = shell_words::quote(self.worktree.root().as_str());
        let name = self.generator.name();
        let patches = ServiceName::parse(&other.name).map(|name| self.stores_of(&name).1);
        let has_patches = |stores: Vec<Rendered>| stores.iter().any(|it| !it.paths().is_empty());
        let series = match patches.is_ok_and(has_patches) {
            true => " --series",
            false => "",
        };
        format!("svcgen {name} --service {model} --repo {root}{series} --commit")
    }
}

/// The command that puts what is in no commit of some files away.
pub(crate) fn put_away(root: &Utf8Path, paths: &[Utf8PathBuf]) -> String {
    let root = shell_words::quote(root.as_str());
    let paths = shell_words::join(paths);
    format!("git -C {root} stash push -u -- {paths}")
}

/// The command that brings a file back as the last commit has it.
pub(crate) fn restore(root: &Utf8Path, path: &Utf8Path) -> String {
    let root = shell_words::quote(root.as_str());
    let path = shell_words::quote(path.as_str());
    format!("git -C {root} restore --staged --worktree -- {path}")
}

/// How many lines of a text, which a file has, are none that svcgen wrote there, as any of these remembers.
pub(crate) fn lines_of_others(text: &str, path: &Utf8Path, stores: &[&Rendered]) -> usize {
    let written = stores
        .iter()
        .filter_map(|store| store.base(path, Some(text)));
    let written: Vec<String> = written.collect();
    let is_known = |line: &str| {
        let mut lines = written.iter().flat_map(|text| text.lines());
        line.trim().is_empty() || lines.any(|other| other.trim() == line.trim())
    };
    text.lines().filter(|line| !is_known(line)).count()
}

/// The command that commits files for the first time.
pub(crate) fn first_commit(root: &Utf8Path, paths: &[Utf8PathBuf]) -> String {
    let root = shell_words::quote(root.as_str());
    let quoted: Vec<_> = paths
        .iter()
        .map(|path| shell_words::quote(path.as_str()))
        .collect();
    let names: Vec<_> = paths.iter().map(|path| path.as_str()).collect();
    let (paths, message) = (quoted.join(" "), format!("Add {}", names.join(", ")));
    let message = shell_words::quote(&message);
    format!("git -C {root} add -- {paths} && git -C {root} commit -m {message} -- {paths}")
}
