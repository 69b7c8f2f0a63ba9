//! The commands for what is in no commit yet: it is put away, committed, or brought back.

use camino::Utf8PathBuf;

use super::Ways;
use crate::cli::check::Drift;
use crate::cli::generator::{first_commit, lines_of_others, put_away, restore};
use crate::count::count;
use crate::drift::{Difference, Remedy};
use crate::edit::Rendered;
use crate::error::CommandError;
use crate::generate::SeriesStep;
use crate::git::{Checkout, Head, committed_text};
use crate::worktree::Worktree;

impl Ways<'_> {
    /// A conflict that is marked in a file, where somebody has to decide it.
    pub(in crate::cli::check) fn resolve(
        &self,
        difference: Difference,
        worktree: &Worktree,
    ) -> Drift {
        let edited = self.close(
            Difference {
                remedy: Remedy::Edit,
                ..difference
            },
            worktree,
        );
        Drift {
            instead: Some(
                "resolve what is between `<<<<<<<` and `>>>>>>>`; `--conflicts yours` or `svcgen` takes one side"
                    .to_owned(),
            ),
            ..edited
        }
    }

    /// A file that the last commit has and the work tree lacks, with the way back, where a run would not bring all of it back: it
    /// makes commits from commits, or lines of somebody's are in it, which are told.
    pub(in crate::cli::check) fn removed(
        &self,
        difference: &Difference,
        rendered: &Rendered,
        worktree: &Worktree,
    ) -> Result<Option<Drift>, CommandError> {
        let Difference { path, remedy, .. } = difference;
        let is_gone = *remedy == Remedy::Generate && worktree.read(path)?.is_none();
        let committed = committed_text(&worktree.root().join(path)).filter(|_| is_gone);
        let Some(committed) = committed else {
            return Ok(None);
        };
        let patches = SeriesStep::ALL.map(|step| step.store(worktree.root(), &self.service));
        let stores: Vec<&Rendered> = patches.iter().chain([rendered]).collect();
        let others = lines_of_others(&committed, path, &stores);
        let what = match others {
            0 if !self.is_chain() => return Ok(None),
            0 => difference.what.clone(),
            others => format!(
                "{}; the last commit has it, with {} that svcgen did not write",
                difference.what,
                count(others, "line")
            ),
        };
        Ok(Some(Drift {
            command: restore(worktree.root(), path),
            instead: None,
            difference: Difference {
                what,
                ..difference.clone()
            },
        }))
    }

    /// A file that no commit has and that says nothing else than the model: git keeps it once it is in one.
    pub(in crate::cli::check) fn add(&self, difference: Difference, worktree: &Worktree) -> Drift {
        let paths = std::slice::from_ref(&difference.path);
        Drift {
            command: first_commit(worktree.root(), paths),
            instead: None,
            difference,
        }
    }

    /// A change that says nothing else than the model, with a way out that keeps it; a run may be left to do.
    pub(in crate::cli::check) fn stash(
        &self,
        difference: Difference,
        worktree: &Worktree,
        is_left: bool,
    ) -> Drift {
        let stash = self.stashed(&difference, worktree);
        Drift {
            command: match is_left {
                true => format!("{stash} && {}", self.again()),
                false => stash,
            },
            instead: Some("to keep what is there, commit it".to_owned()),
            difference,
        }
    }

    /// What puts files as they are into the last commit of a series.
    pub(in crate::cli::check) fn amend(
        &self,
        paths: &[Utf8PathBuf],
        worktree: &Worktree,
    ) -> String {
        let root = shell_words::quote(worktree.root().as_str());
        let paths = shell_words::join(paths);
        self.on_branch(format!("git -C {root} commit --amend --no-edit -- {paths}"))
    }

    /// A difference that a run closes which makes commits, once what is in its way is put away.
    pub(in crate::cli::check) fn behind_the_rest(
        &self,
        difference: Difference,
        worktree: &Worktree,
    ) -> Drift {
        let is_run = matches!(difference.remedy, Remedy::Generate);
        let drift = self.close(difference, worktree);
        match is_run && self.is_of_commits() && !self.in_the_way.is_empty() {
            true => Drift {
                command: format!(
                    "{} && {}",
                    put_away(worktree.root(), &self.in_the_way),
                    drift.command
                ),
                ..drift
            },
            false => drift,
        }
    }

    /// What puts a file away with all that is in the way of a run: one without the others would be refused.
    fn stashed(&self, difference: &Difference, worktree: &Worktree) -> String {
        let mut paths = self.in_the_way.clone();
        if !paths.contains(&difference.path) {
            paths.push(difference.path.clone());
        }
        paths.sort();
        put_away(worktree.root(), &paths)
    }

    /// What commits files that are as a run left them.
    pub(in crate::cli::check) fn commit_own(
        &self,
        paths: &[Utf8PathBuf],
        worktree: &Worktree,
    ) -> String {
        let is_changed_upon = match self.is_chain {
            true => paths.iter().any(|path| self.upon.contains(path)),
            false => !self.upon.is_empty(),
        };
        match self.is_here() && is_changed_upon {
            true => self.commit_of(paths, worktree),
            // Where the branch is another one, they are put away, and written there again.
            false => self.again(),
        }
    }

    /// A difference that is in no commit yet, with a way out that keeps it.
    pub(in crate::cli::check) fn put_away(
        &self,
        difference: Difference,
        worktree: &Worktree,
    ) -> Drift {
        // Git puts nothing away where there is no commit to come back to.
        let has_commit = Checkout::open(worktree.root())
            .and_then(|checkout| checkout.head())
            .is_ok_and(|head| !matches!(head, Head::Unborn { .. }));
        let put_away = match has_commit {
            true => self.stashed(&difference, worktree),
            false => {
                let path = worktree.root().join(&difference.path);
                let path = shell_words::quote(path.as_str()).into_owned();
                format!("mv {path} {path}.orig")
            }
        };
        let rest = match (self.is_upon(&difference), self.newer.is_empty()) {
            (false, _) => Some(self.again()),
            // Upon commits of somebody's nothing is made anew: what is put away leaves what they have.
            (true, true) => None,
            (true, false) => Some(self.follow(worktree)),
        };
        let rest = rest.map_or_else(String::new, |rest| format!(" && {rest}"));
        Drift {
            command: format!("{put_away}{rest}"),
            instead: Some(
                "to keep what is there, commit it, and let svcgen.yaml say it".to_owned(),
            ),
            difference,
        }
    }

    /// A file with lines of somebody's that no commit has: once they are in one, a run loses nothing.
    pub(in crate::cli::check) fn commit_first(
        &self,
        difference: Difference,
        worktree: &Worktree,
    ) -> Drift {
        let paths = std::slice::from_ref(&difference.path);
        let commit = first_commit(worktree.root(), paths);
        Drift {
            command: format!("{commit} && {}", self.again()),
            instead: None,
            difference,
        }
    }
}
