//! The way of a run to the topic branch, and back where it comes to nothing.

use git2::Oid;

use super::error::{ReviewError, git_in};
use super::kept::kept_name;
use super::topic::{Switched, Topic};
use crate::git::{Git, Head};

/// What was checked out before a run, and what became of the branch for it.
#[derive(Debug)]
pub struct Visit {
    before: Head,
    branch: Branch,
    switched: Switched,
    kept: Option<Kept>,
}

/// A branch as it was before a run.
#[derive(Debug)]
struct Branch {
    tip: Option<Oid>,
    /// How often it is known to have moved.
    moves: usize,
    /// The settings that say which branch of a remote it follows.
    follows: Vec<(String, Option<String>)>,
}

/// The branch that holds what was on the topic's, where its change was merged without something of that.
#[derive(Debug)]
struct Kept {
    name: String,
    commit: Oid,
    /// Whether it was not there before.
    is_new: bool,
}

impl Visit {
    /// The branch that holds what was on the topic's, where its change was merged without something of that.
    pub fn kept(&self) -> Option<&str> {
        self.kept.as_ref().map(|kept| kept.name.as_str())
    }

    /// Whether the branch was not there before.
    pub(super) fn has_created(&self) -> bool {
        self.switched == Switched::Created && self.branch.tip.is_none()
    }

    /// What was checked out before.
    pub(super) fn before(&self) -> &Head {
        &self.before
    }

    fn was_on(&self, topic: &Topic) -> bool {
        matches!(&self.before, Head::Branch { name, .. } if name == topic.branch.as_str())
    }
}

impl Topic {
    /// Checks the branch out as `switch` does, and remembers what was there before.
    ///
    /// # Errors
    /// As of `switch`.
    pub fn visit(&self) -> Result<Visit, ReviewError> {
        let before = self.checkout.head()?;
        let branch = Branch {
            tip: self.tip(),
            moves: self.checkout.moves(self.branch.as_str()),
            follows: self.follows(),
        };
        let switched = self.switch()?;
        let kept = match (switched, branch.tip, self.tip()) {
            (Switched::Restarted, Some(old), Some(new)) => {
                let branch = format!("refs/heads/{}", kept_name(old));
                let is_new = self.checkout.resolve(&branch).is_none();
                let kept = self.keep_merged(old, new)?;
                kept.map(|name| Kept {
                    name,
                    commit: old,
                    is_new,
                })
            }
            _ => None,
        };
        Ok(Visit {
            before,
            branch,
            switched,
            kept,
        })
    }

    /// Goes back to what was checked out before, for a run that had nothing to write; a branch that was made for it goes.
    ///
    /// # Errors
    /// With git's words.
    pub fn leave(&self, visit: &Visit) -> Result<(), ReviewError> {
        match visit.switched {
            Switched::Stayed => Ok(()),
            Switched::Created => self.undo(visit),
            Switched::Restarted if visit.was_on(self) => Ok(()),
            Switched::Found | Switched::Restarted => self.go_back(&visit.before),
        }
    }

    /// Puts back what is checked out and the branch, as they were before a run that came to nothing.
    ///
    /// # Errors
    /// With git's words.
    pub fn undo(&self, visit: &Visit) -> Result<(), ReviewError> {
        if visit.switched == Switched::Stayed {
            return Ok(());
        }
        let git = self.way_home();
        let branch = format!("refs/heads/{}", self.branch);
        match visit.branch.tip {
            Some(tip) if visit.was_on(self) => {
                self.go_to(tip)?;
            }
            _ => self.go_back(&visit.before)?,
        }
        match (visit.branch.tip, self.tip()) {
            (None, Some(_)) => {
                git.run(&["branch", "--quiet", "-D", self.branch.as_str()])?;
            }
            (Some(tip), Some(now)) => {
                if tip != now {
                    git.run(&["update-ref", &branch, &tip.to_string(), &now.to_string()])?;
                }
                self.forget_moves(visit.branch.moves)?;
                self.follow(&visit.branch.follows)?;
            }
            (_, None) => {}
        }
        if visit.was_on(self) {
            git.run(&["symbolic-ref", "HEAD", &branch])?;
        }
        if let Some(kept) = visit.kept.as_ref().filter(|kept| kept.is_new) {
            let branch = format!("refs/heads/{}", kept.name);
            git.run(&["update-ref", "-d", &branch, &kept.commit.to_string()])?;
        }
        Ok(())
    }

    /// The command that goes to where a run looked that came to nothing, where that is not what is checked out.
    pub fn way_to(&self, visit: &Visit) -> Option<String> {
        let git = git_in(self.checkout.root());
        match visit.switched {
            Switched::Stayed | Switched::Created => None,
            Switched::Found => {
                (!visit.was_on(self)).then(|| format!("{git} switch {}", self.branch))
            }
            Switched::Restarted => {
                let upstream = self.upstream()?;
                let is_there = match &visit.before {
                    Head::Branch { tip, .. } | Head::Detached { tip } => *tip == upstream.tip,
                    Head::Unborn { .. } => false,
                };
                let reference = upstream.name();
                (!is_there).then(|| format!("{git} switch --detach {reference}"))
            }
        }
    }

    /// The command that goes back to what was checked out before, where that was neither the branch nor its base.
    pub fn way_back(&self, visit: &Visit) -> Option<String> {
        let git = git_in(self.checkout.root());
        match &visit.before {
            Head::Branch { name, .. }
                if name != self.branch.as_str() && name != self.base.as_str() =>
            {
                Some(format!("{git} switch {}", shell_words::quote(name)))
            }
            Head::Detached { tip } => Some(format!("{git} switch --detach {tip}")),
            Head::Branch { .. } | Head::Unborn { .. } => None,
        }
    }

    fn go_back(&self, before: &Head) -> Result<(), ReviewError> {
        match before {
            Head::Branch { name, .. } => {
                let is_there =
                    |head: &Head| matches!(head, Head::Branch { name: now, .. } if now == name);
                self.run_switch(&self.way_home(), &[name], is_there)?;
            }
            Head::Detached { tip } => self.go_to(*tip)?,
            Head::Unborn { name } => {
                let branch = format!("refs/heads/{name}");
                let git = self.way_home();
                git.run(&["symbolic-ref", "HEAD", &branch])?;
            }
        }
        Ok(())
    }

    fn go_to(&self, tip: Oid) -> Result<(), ReviewError> {
        let is_there = |head: &Head| matches!(head, Head::Detached { tip: now } if *now == tip);
        let args = ["--detach", &tip.to_string()];
        Ok(self.run_switch(&self.way_home(), &args, is_there)?)
    }

    /// A terminal that is closed tells it all that run there more than once.
    fn way_home(&self) -> Git {
        self.checkout.git().apart()
    }

    /// Forgets the newest moves of the branch, which nobody shall take for its beginning.
    fn forget_moves(&self, moves: usize) -> Result<(), ReviewError> {
        let newest = format!("refs/heads/{}@{{0}}", self.branch);
        for _ in moves..self.checkout.moves(self.branch.as_str()) {
            let forget = ["reflog", "delete", "--rewrite", &newest];
            self.way_home().run(&forget)?;
        }
        Ok(())
    }

    /// The settings that say which branch of a remote the branch follows.
    fn follows(&self) -> Vec<(String, Option<String>)> {
        let keys = ["remote", "merge"].map(|key| format!("branch.{}.{key}", self.branch));
        let settings = keys.map(|key| {
            let value = self.checkout.setting(&key);
            (key, value)
        });
        settings.into()
    }

    fn follow(&self, settings: &[(String, Option<String>)]) -> Result<(), ReviewError> {
        let git = self.way_home();
        for ((key, value), (_, now)) in settings.iter().zip(self.follows()) {
            match value {
                _ if *value == now => continue,
                Some(value) => git.run(&["config", "--local", key, value])?,
                None => git.run(&["config", "--local", "--unset-all", key])?,
            };
        }
        Ok(())
    }
}
