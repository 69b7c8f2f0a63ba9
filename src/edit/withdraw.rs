//! Takes away what svcgen wrote into files that it does not want anything in any more.

use camino::Utf8Path;

use super::plan::{Conflict, ConflictKind, EditPlan, FileEdit, Noted, PlanContext, PlanError};
use super::record::{Form, Record, Written};
use super::{EntryError, Resolution, blocks, ini, lines, yaml};
use crate::worktree::{Worktree, WorktreeError};

impl EditPlan {
    /// Plans that a file goes, or what svcgen wrote into it; what somebody changed since stays.
    ///
    /// What is not there now is left in peace: another branch may be checked out.
    pub(super) fn withdraw(
        &mut self,
        path: &Utf8Path,
        planner: &PlanContext<'_>,
    ) -> Result<(), PlanError> {
        let Some(before) = present(path, planner.worktree)? else {
            if planner.worktree.root().join(path).is_symlink() {
                let reason = "svcgen wrote it and no longer wants it, but someone put a link there";
                self.keep_whole(path, reason);
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
        let withdrawn = match self.withdrawn(path, &written, &before, &base, planner) {
            Ok(Some(withdrawn)) => withdrawn,
            Ok(None) => return Ok(()),
            Err(error) => {
                let kind = match written.form {
                    Form::Whole => ConflictKind::marked(&before),
                    _ => ConflictKind::Entry,
                };
                return self.refuse(path, kind, error);
            }
        };
        let Withdrawn {
            after,
            staying,
            is_given_up,
        } = withdrawn;
        // Of a file that several patches wrote into, the last one that goes leaves nothing, whichever made it.
        let is_shared = matches!(written.form, Form::Yaml | Form::Blocks);
        let is_nothing = |text: &String| {
            let is_made = written.is_made || is_shared && text.trim().is_empty();
            is_made && is_hollow(text, written.form)
        };
        let after = after.filter(|text| !is_nothing(text));
        let is_whole = matches!(written.form, Form::Whole | Form::Lines);
        if after.as_ref() == Some(&before) && is_given_up && is_whole {
            self.records.push(forgotten());
            return Ok(());
        }
        let record = match after {
            Some(_) if is_given_up && is_whole => Record::Forgotten,
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
        } else if is_given_up || self.kept.iter().any(|kept| kept.path == path) {
            self.records.push(Noted {
                path: path.to_owned(),
                record,
                left: None,
            });
        }
        Ok(())
    }

    /// What is left of a file without what svcgen wrote into it; `None` where nothing is to be done.
    fn withdrawn(
        &mut self,
        path: &Utf8Path,
        written: &Written,
        before: &str,
        base: &str,
        planner: &PlanContext<'_>,
    ) -> Result<Option<Withdrawn>, EntryError> {
        let mut staying = Vec::new();
        let mut is_given_up = false;
        let after = match written.form {
            Form::Begun | Form::Json | Form::Gone => return Ok(None),
            Form::Whole if before == base => None,
            Form::Whole if planner.resolved(before, Some(base), base)? == base => None,
            Form::Whole => match planner.resolution {
                Resolution::Svcgen => None,
                Resolution::Yours => {
                    is_given_up = true;
                    Some(before.to_owned())
                }
                Resolution::Mark => {
                    let reason = "svcgen wrote it and no longer wants it, but someone changed it";
                    self.keep_whole(path, reason);
                    return Ok(None);
                }
            },
            Form::Yaml => {
                let removed = yaml::remove(before, &written.keys, Some(base), planner.resolution)?;
                self.keep(path, removed.kept);
                staying = removed.staying;
                is_given_up = removed.is_given_up;
                Some(yaml::without_hollow(removed.text, written.made.clone()))
            }
            Form::Ini => Some(ini::patch(
                Some(before),
                &[],
                Some(base),
                planner.resolution,
            )?),
            Form::Lines => {
                let left = lines::patch(Some(before), &[], Some(base))?;
                match planner.resolution {
                    _ if !written.is_made || left.trim().is_empty() => Some(left),
                    Resolution::Svcgen => None,
                    Resolution::Yours => {
                        is_given_up = true;
                        Some(left)
                    }
                    Resolution::Mark => {
                        let reason =
                            "svcgen made it and no longer wants it, but someone has lines in it";
                        self.keep_whole(path, reason);
                        Some(left)
                    }
                }
            }
            Form::Blocks => {
                let stale: Vec<String> = written.keys.iter().flatten().cloned().collect();
                let patched = blocks::patch(Some(before), &[], &stale)?;
                is_given_up = planner.resolution == Resolution::Yours && !patched.kept.is_empty();
                let patched = patched.decided(planner.resolution);
                self.keep_blocks(path, &patched.kept);
                staying.extend(patched.kept.into_iter().map(|block| vec![block]));
                Some(patched.text)
            }
        };
        Ok(Some(Withdrawn {
            after,
            staying,
            is_given_up,
        }))
    }

    /// A file that stays as it is.
    fn keep_whole(&mut self, path: &Utf8Path, reason: &str) {
        self.kept.push(Conflict {
            path: path.to_owned(),
            line: None,
            reason: reason.to_owned(),
            kind: ConflictKind::Entry,
        });
    }
}

/// A file without what svcgen wrote into it.
struct Withdrawn {
    /// `None` where nothing is left of it.
    after: Option<String>,
    /// What leads to entries that stay, because somebody changed them.
    staying: Vec<Vec<String>>,
    /// Whether some stay that are somebody's from now on.
    is_given_up: bool,
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
