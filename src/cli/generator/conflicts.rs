use camino::{Utf8Path, Utf8PathBuf};

use crate::edit::{ConflictKind, EditPlan};
use crate::error::CommandError;

/// What somebody and svcgen both changed, and the ways out of it.
pub(super) struct Conflicts<'a> {
    pub(super) edits: &'a EditPlan,
    /// The command that runs the generator again without committing.
    pub(super) again: String,
    /// The same command with what the user wanted done.
    pub(super) whole: String,
    pub(super) root: &'a Utf8Path,
    /// Files that have to be committed before a side can be taken.
    pub(super) uncommitted: Vec<Utf8PathBuf>,
    /// What else the conflicts may come from.
    pub(super) note: Option<String>,
    /// The branch that the conflicts are on, where the run leaves it.
    pub(super) branch: Option<String>,
}

impl Conflicts<'_> {
    /// Nothing was written.
    pub(super) fn refused(&self) -> CommandError {
        let switch = self.branch.as_ref().map(|branch| {
            let root = shell_words::quote(self.root.as_str());
            format!("git -C {root} switch {branch}")
        });
        let has = |kind| self.has(kind);
        let first = if has(ConflictKind::Entry) || has(ConflictKind::Foreign) {
            let mend = "mend the file by hand so that it says what svcgen would write, or change the model";
            match switch {
                Some(switch) => format!("`{switch}`, and {mend}"),
                None => mend.to_owned(),
            }
        } else if has(ConflictKind::Markers) || has(ConflictKind::Others) {
            self.resolve()
        } else {
            let switch = switch.map_or_else(String::new, |switch| format!("{switch} && "));
            format!(
                "`{switch}{}` marks them in the file, as git does",
                self.again
            )
        };
        let error = self.listed().hint(first);
        match &self.note {
            // To take a side is no way out of a repository that is another service's.
            Some(_) => error,
            None => error.hint(self.sides()),
        }
    }

    /// The conflicts are marked in their files.
    pub(super) fn marked(&self) -> CommandError {
        self.listed().hint(self.resolve()).hint(self.sides())
    }

    fn resolve(&self) -> String {
        format!(
            "resolve what stands between `<<<<<<<` and `>>>>>>>`, then run `{}`",
            self.whole
        )
    }

    fn has(&self, kind: ConflictKind) -> bool {
        self.edits.conflicts.iter().any(|it| it.kind == kind)
    }

    fn sides(&self) -> String {
        if self.has(ConflictKind::Others) {
            return format!(
                "`{} --conflicts svcgen` takes what svcgen wants in its place",
                self.whole
            );
        }
        let first = match self.uncommitted.as_slice() {
            [] => String::new(),
            [path] => format!("commit or stash what is uncommitted in `{path}`, then "),
            [path, more @ ..] => {
                let more = more.len();
                format!("commit or stash what is uncommitted in `{path}` and {more} more, then ")
            }
        };
        format!(
            "{first}`{} --conflicts yours` keeps what is there, `--conflicts svcgen` takes what svcgen wants",
            self.whole
        )
    }

    fn listed(&self) -> CommandError {
        let mut all = self.edits.conflicts.iter();
        let first = all.next().map(ToString::to_string).unwrap_or_default();
        let error = all.fold(CommandError::conflict(first), |error, other| {
            error.cause(other.to_string())
        });
        self.note.iter().cloned().fold(error, CommandError::hint)
    }
}
