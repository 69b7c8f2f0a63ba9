//! The hooks of the user's git: they may refuse what git is asked to do, or fail once it is done.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;

use camino::{Utf8Path, Utf8PathBuf};

use super::error::ReviewError;
use super::topic::Topic;
use crate::git::{Checkout, Git, GitError, Head, Words};

/// Those that can refuse a commit, with this code of git's; git itself fails with another one.
const OF_COMMIT: &[&str] = &["pre-commit", "prepare-commit-msg", "commit-msg"];
const REFUSED: i32 = 1;

impl Topic {
    /// Runs `git switch`; a hook that fails once git is there is told, and stops nothing.
    pub(super) fn run_switch(
        &self,
        git: &Git,
        args: &[&str],
        is_there: impl FnOnce(&Head) -> bool,
    ) -> Result<(), GitError> {
        let args = [&["switch", "--quiet"], args].concat();
        let failed = match git.run(&args) {
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        let GitError::Failed {
            code: Some(_),
            source,
            ..
        } = &failed
        else {
            return Err(failed);
        };
        let has_hook = !hooks(&self.checkout, &["post-checkout"]).is_empty();
        if !has_hook || !is_there(&self.checkout.head()?) {
            return Err(failed);
        }
        let said = source.as_str().lines().next_back();
        let said = said.map(|line| format!(": {line}"));
        self.told.borrow_mut().push(format!(
            "the hook `post-checkout` failed once git had switched{}",
            said.unwrap_or_default()
        ));
        Ok(())
    }

    /// What files are as git would commit them now, by its names for contents; nothing where no hook changes what is committed.
    ///
    /// # Errors
    /// With git's words.
    pub fn contents(
        &self,
        paths: &[Utf8PathBuf],
    ) -> Result<Vec<(Utf8PathBuf, String)>, ReviewError> {
        if hooks(&self.checkout, OF_COMMIT).is_empty() {
            return Ok(Vec::new());
        }
        let is_there = |path: &&Utf8PathBuf| self.checkout.root().join(path).is_file();
        let paths: BTreeSet<&Utf8PathBuf> = paths.iter().filter(is_there).collect();
        let names = paths.iter().map(|path| path.as_str());
        let args: Vec<&str> = ["hash-object", "--"].into_iter().chain(names).collect();
        let contents = self.checkout.git().run(&args)?.text();
        let contents = contents.lines().map(str::to_owned);
        Ok(paths.into_iter().cloned().zip(contents).collect())
    }

    /// Those of these files that are something else in the last commit.
    ///
    /// # Errors
    /// With git's words.
    pub fn committed_otherwise(
        &self,
        wanted: &[(Utf8PathBuf, String)],
    ) -> Result<Vec<Utf8PathBuf>, ReviewError> {
        let mut others = Vec::new();
        for (path, wanted) in wanted {
            let committed = format!("HEAD:{}", self.checkout.place(path)?);
            let committed =
                self.checkout
                    .git()
                    .output(&["rev-parse", "--verify", "--quiet", &committed])?;
            if committed.text() != *wanted {
                others.push(path.clone());
            }
        }
        Ok(others)
    }

    /// What hooks failed at, since this was asked for the last time.
    pub fn take_told(&self) -> Vec<String> {
        std::mem::take(&mut *self.told.borrow_mut())
    }
}

/// Why git did not commit: itself, or a hook.
pub(super) fn not_committed(checkout: &Checkout, error: GitError) -> ReviewError {
    let GitError::Failed {
        code: Some(REFUSED),
        source,
        ..
    } = &error
    else {
        return ReviewError::Commit { source: error };
    };
    match hooks(checkout, OF_COMMIT).as_slice() {
        [] => ReviewError::Commit { source: error },
        hooks => ReviewError::Hook {
            hook: named(hooks),
            what: "the commit",
            source: source.clone(),
            left: "the files are written: once the hook accepts them, the same command commits them",
        },
    }
}

/// Why nothing reached the server, where a hook kept it back.
pub(super) fn not_pushed(checkout: &Checkout, words: &Words) -> Option<ReviewError> {
    let hooks = hooks(checkout, &["pre-push"]);
    let is_it = !hooks.is_empty() && words.as_str().contains("failed to push some refs");
    is_it.then(|| ReviewError::Hook {
        hook: named(&hooks),
        what: "the push",
        source: words.clone(),
        left: "it is committed: once the hook accepts it, the same command sends it",
    })
}

fn named(hooks: &[&str]) -> String {
    let names: Vec<String> = hooks.iter().map(|hook| format!("`{hook}`")).collect();
    match names.as_slice() {
        [name] => format!("the hook {name}"),
        names => format!("a hook ({})", names.join(" or ")),
    }
}

/// Those of these hooks that are there, and that git runs.
fn hooks(checkout: &Checkout, names: &[&'static str]) -> Vec<&'static str> {
    let is_there = |name: &&&str| {
        // Git knows where they are: the user may have moved them.
        let args = ["rev-parse", "--git-path", &format!("hooks/{name}")];
        let place = checkout.git().run(&args).map(|it| it.text());
        place.is_ok_and(|place| is_program(&checkout.root().join(Utf8PathBuf::from(place))))
    };
    names.iter().filter(is_there).copied().collect()
}

fn is_program(path: &Utf8Path) -> bool {
    let found = fs_err::metadata(path);
    found.is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}
