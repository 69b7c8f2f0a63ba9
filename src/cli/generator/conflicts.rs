use super::run::mending;
use crate::edit::{ConflictKind, EditPlan};
use crate::error::CommandError;

/// What somebody and svcgen both changed, and the ways out of it.
pub(super) struct Conflicts<'a> {
    pub(super) edits: &'a EditPlan,
    /// The command that runs the generator again without committing.
    pub(super) again: String,
    /// The same command with what the user wanted done.
    pub(super) whole: String,
    /// The command that goes to where the conflicts are, where the run leaves that.
    pub(super) way: Option<String>,
}

impl Conflicts<'_> {
    /// Nothing was written.
    pub(super) fn refused(&self) -> CommandError {
        let has = |kind| self.edits.conflicts.iter().any(|it| it.kind == kind);
        let first = if has(ConflictKind::Entry) || has(ConflictKind::Foreign) {
            mending(self.way.as_deref())
        } else if has(ConflictKind::Markers) {
            self.resolve()
        } else {
            let way = self.way.iter().map(|way| format!("{way} && "));
            let way: String = way.collect();
            format!("`{way}{}` marks them in the file, as git does", self.again)
        };
        self.listed().hint(first).hint(self.sides())
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

    fn sides(&self) -> String {
        format!(
            "`{} --conflicts yours` keeps what is there, `--conflicts svcgen` takes what svcgen wants",
            self.whole
        )
    }

    fn listed(&self) -> CommandError {
        let mut all = self.edits.conflicts.iter();
        let first = all.next().map(ToString::to_string).unwrap_or_default();
        all.fold(CommandError::conflict(first), |error, other| {
            error.cause(other.to_string())
        })
    }
}
