//! Which branch a change was sent for: to the server, one of another branch is another change.

use git2::Oid;

use super::error::ReviewError;
use super::notebook::Notebook;
use super::push::Others;
use super::topic::Topic;

impl Topic {
    /// Refuses to send commits whose changes were sent for another branch than that which they are meant for now, unless that
    /// is forced, and a run has told it before.
    pub(super) fn check_target(&self, tip: Oid, others: Others) -> Result<(), ReviewError> {
        let notebook = self.targets();
        let lines = notebook.lines();
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
                let told = format!("told {id} {target} {}", self.base);
                match (lines.contains(&told), others) {
                    (true, Others::Send) => continue,
                    (true, Others::Refuse) => {}
                    (false, _) => notebook.add(&[told])?,
                }
                return Err(ReviewError::OtherTarget {
                    branch: self.branch.clone(),
                    target: target.to_owned(),
                    base: self.base.clone(),
                });
            }
        }
        Ok(())
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
