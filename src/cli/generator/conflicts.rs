use crate::edit::{Conflict, ConflictKind};
use crate::error::CommandError;

/// What somebody and svcgen both changed, and the ways out of it.
pub(super) struct Conflicts<'a> {
    pub(super) all: Vec<&'a Conflict>,
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
        let has = |kind| self.all.iter().any(|it| it.kind == kind);
        let first = if has(ConflictKind::Entry) || has(ConflictKind::Foreign) {
            self.mend()
        } else if has(ConflictKind::Markers) {
            self.resolve()
        } else {
            let way = self.way.iter().map(|way| format!("{way} && "));
            let way: String = way.collect();
            format!("`{way}{}` marks them in the file, as git does", self.again)
        };
        self.listed().hint(first).hint(self.sides())
    }

    /// Nothing was written, and nothing can be marked: each patch has the file in another state.
    pub(super) fn of_series(&self) -> CommandError {
        self.listed().hint(self.mend()).hint(self.sides())
    }

    /// The conflicts are marked in their files.
    pub(super) fn marked(&self) -> CommandError {
        self.listed().hint(self.resolve()).hint(self.sides())
    }

    fn mend(&self) -> String {
        let mend =
            "mend the file by hand so that it says what svcgen would write, or change the model";
        match &self.way {
            Some(way) => format!("`{way}`, and {mend}"),
            None => mend.to_owned(),
        }
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
        let mut all = self.all.iter();
        let first = all.next().map(ToString::to_string).unwrap_or_default();
        all.fold(CommandError::conflict(first), |error, other| {
            error.cause(other.to_string())
        })
    }
}
