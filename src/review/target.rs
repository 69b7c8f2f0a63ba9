//! Which branch a change was sent for: to the server, one of another branch is another change.

use git2::Oid;

use super::error::ReviewError;
use super::notebook::Notebook;
use super::push::Others;
use super::topic::Topic;

impl Topic {
    /// Refuses to send commits whose changes were sent for another branch than that which they are meant for now, unless that
    /// is forced, and a run has told it before.
    ///
    /// # Errors
    /// Where that is so, or git cannot read the branch.
    pub fn check_target(&self, others: Others) -> Result<(), ReviewError> {
        let Some(tip) = self.tip() else {
            return Ok(());
        };
        let notebook = self.targets();
        let lines = notebook.lines();
        let mut told = Vec::new();
        let mut first = None;
        for commit in self.own_commits(tip, self.upstream().as_ref())? {
            let Some(id) = self.change_id(commit)? else {
                continue;
            };
            let sent = format!("{id} ");
            // What was noted last stands last.
            let mut targets = lines
                .iter()
                .rev()
                .filter_map(|line| line.strip_prefix(&sent));
            if let Some(target) = targets.next().filter(|it| *it != self.base.as_str()) {
                told.push(format!("told {id} {target} {}", self.base));
                first.get_or_insert(target.to_owned());
            }
        }
        let Some(target) = first else {
            return Ok(());
        };
        let new = told.into_iter().filter(|line| !lines.contains(line));
        let new: Vec<String> = new.collect();
        if new.is_empty() && others == Others::Send {
            return Ok(());
        }
        notebook.add(&new)?;
        Err(ReviewError::OtherTarget {
            branch: self.branch.clone(),
            target,
            base: self.base.clone(),
        })
    }

    /// Notes for which branch commits were sent.
    pub(super) fn note_target(&self, commits: &[Oid]) -> Result<(), ReviewError> {
        let notebook = self.targets();
        let known = notebook.lines();
        let mut new = Vec::new();
        for commit in commits {
            if let Some(id) = self.change_id(*commit)? {
                let last = known
                    .iter()
                    .rfind(|line| line.starts_with(&format!("{id} ")));
                let line = format!("{id} {}", self.base);
                if last != Some(&line) {
                    new.push(line);
                }
            }
        }
        notebook.add(&new)
    }

    fn targets(&self) -> Notebook {
        Notebook::of(&self.checkout, "targets")
    }
}
