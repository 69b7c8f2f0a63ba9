//! What a plan says of things that are not as they were left.

use camino::Utf8Path;

use super::{Conflict, ConflictKind, EditPlan};

/// What is said of something that somebody took out, and that the model has still.
const CAME_BACK: &str = " was removed, and is written again";

impl EditPlan {
    /// What somebody took out of a file and is written again, each as it is called there, in backticks.
    pub(crate) fn taken_out(&self, path: &Utf8Path) -> Vec<&str> {
        let back = self.back.iter().filter(|it| it.path == path);
        back.filter_map(|it| it.reason.strip_suffix(CAME_BACK))
            .collect()
    }

    /// Notes what somebody took out and is written again.
    pub(super) fn bring_back(&mut self, path: &Utf8Path, gone: Vec<String>) {
        self.back.extend(gone.into_iter().map(|name| Conflict {
            path: path.to_owned(),
            line: None,
            reason: format!("`{name}`{CAME_BACK}"),
            kind: ConflictKind::Entry,
        }));
    }

    /// Notes a file that somebody deleted and that is written again.
    pub(super) fn bring_back_file(&mut self, path: &Utf8Path) {
        self.back.push(Conflict {
            path: path.to_owned(),
            line: None,
            reason: "the file was deleted, and is written again".into(),
            kind: ConflictKind::Entry,
        });
    }

    pub(in crate::edit) fn keep(&mut self, path: &Utf8Path, kept: Vec<(usize, String)>) {
        self.kept
            .extend(kept.into_iter().map(|(line, reason)| Conflict {
                path: path.to_owned(),
                line: Some(line),
                reason,
                kind: ConflictKind::Entry,
            }));
    }

    pub(in crate::edit) fn keep_blocks(&mut self, path: &Utf8Path, kept: &[String]) {
        self.kept.extend(kept.iter().map(|block| {
            let line = block.lines().find(|line| !line.trim().is_empty());
            let line = line.unwrap_or_default().trim();
            Conflict {
                path: path.to_owned(),
                line: None,
                reason: format!(
                    "svcgen wrote `{line}` and no longer wants it, but someone changed it"
                ),
                kind: ConflictKind::Entry,
            }
        }));
    }
}
