//! Takes away what svcgen wrote into files that it does not want anything in any more.

use camino::Utf8Path;

use super::plan::{Conflict, ConflictKind, EditPlan, FileEdit, Noted, PlanError, Planner};
use super::record::{Form, Record};
use super::{blocks, ini, lines, yaml};
use crate::worktree::{Worktree, WorktreeError};

impl EditPlan {
    /// Plans that a file goes, or what svcgen wrote into it; what somebody changed since stays.
    ///
    /// What is not there now is left in peace: another branch may be checked out.
    pub(super) fn withdraw(
        &mut self,
        path: &Utf8Path,
        planner: &Planner<'_>,
    ) -> Result<(), PlanError> {
        let Some(before) = present(path, planner.worktree)? else {
            if planner.worktree.root().join(path).is_symlink() {
                let reason = "svcgen wrote it and wants it no more, but somebody put a link there";
                self.kept.push(Conflict {
                    path: path.to_owned(),
                    line: None,
                    reason: reason.into(),
                    kind: ConflictKind::Entry,
                });
            }
            return Ok(());
        };
        let known = planner.known(path, Some(&before));
        let Some(written) = known.written else {
            return Ok(());
        };
        let forgotten = || Noted {
            path: path.to_owned(),
            record: Record::Forgotten,
            left: None,
        };
        let Some(base) = known.base else {
            // It was taken away, and somebody made another one.
            self.records.push(forgotten());
            return Ok(());
        };
        let mut staying = Vec::new();
        let after = match written.form {
            Form::Begun | Form::Json | Form::Gone => return Ok(()),
            Form::Whole if before == base => Ok(None),
            Form::Whole => match planner.resolved(&before, Some(&base), &base) {
                Ok(resolved) if resolved == base => Ok(None),
                Ok(_) => {
                    self.kept.push(Conflict {
                        path: path.to_owned(),
                        line: None,
                        reason: "svcgen wrote it and wants it no more, but somebody changed it"
                            .into(),
                        kind: ConflictKind::Entry,
                    });
                    return Ok(());
                }
                Err(error) => Err(error),
            },
            Form::Yaml => yaml::remove(&before, &written.keys, Some(&base)).map(|removed| {
                self.keep(path, removed.kept);
                staying = removed.staying;
                Some(yaml::without_hollow(removed.text, written.made))
            }),
            Form::Ini => ini::patch(Some(&before), &[], Some(&base), planner.resolution).map(Some),
            Form::Lines => lines::patch(Some(&before), &[], Some(&base)).map(Some),
            Form::Blocks => {
                let stale: Vec<String> = written.keys.iter().flatten().cloned().collect();
                blocks::patch(Some(&before), &[], &stale).map(|patched| {
                    self.keep_blocks(path, &patched.kept);
                    staying.extend(patched.kept.into_iter().map(|block| vec![block]));
                    Some(patched.text)
                })
            }
        };
        let kind = match written.form {
            Form::Whole => ConflictKind::marked(&before),
            _ => ConflictKind::Entry,
        };
        let after = match after {
            Ok(after) => after.filter(|text| !(written.is_made && is_hollow(text, written.form))),
            Err(error) => return self.refuse(path, kind, error),
        };
        let record = match after {
            Some(_) => Record::Written {
                form: written.form,
                text: String::new(),
                keys: staying,
                is_made: written.is_made,
                made: Vec::new(),
            },
            None => Record::Gone,
        };
        if after.as_ref() != Some(&before) {
            self.edits.push(FileEdit {
                path: path.to_owned(),
                before: Some(before),
                after,
                marks: Vec::new(),
                record,
            });
        } else if self.kept.iter().any(|kept| kept.path == path) {
            self.records.push(Noted {
                path: path.to_owned(),
                record,
                left: None,
            });
        }
        Ok(())
    }
}

/// The text of a file that svcgen may take away; none of one that a link leads to, or that is no text any more.
fn present(path: &Utf8Path, worktree: &Worktree) -> Result<Option<String>, PlanError> {
    match worktree.resolve(path) {
        Ok(resolved) if resolved == worktree.root().join(path) => {}
        Ok(_) | Err(WorktreeError::Outside { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    match worktree.read(path) {
        Ok(text) => Ok(text),
        Err(WorktreeError::NotText { .. } | WorktreeError::NotAFile { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Whether nothing is left that anybody could have written into a file of svcgen's.
fn is_hollow(text: &str, form: Form) -> bool {
    match form {
        Form::Yaml => yaml::is_hollow(text),
        Form::Whole
        | Form::Begun
        | Form::Ini
        | Form::Lines
        | Form::Json
        | Form::Blocks
        | Form::Gone => text.trim().is_empty(),
    }
}

#[cfg(test)]
mod tests;
