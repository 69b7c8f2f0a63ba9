use camino::Utf8PathBuf;

use crate::edit::{Conflict, ConflictKind};
use crate::error::CommandError;

/// What somebody and svcgen both changed, and the ways out of it.
pub(super) struct Conflicts<'a> {
    pub(super) all: Vec<&'a Conflict>,
    /// The command that runs the generator again without committing.
    pub(super) again: String,
    /// The same command with what the user wanted done.
    pub(super) whole: String,
    /// Files that have to be committed before a side can be taken.
    pub(super) uncommitted: Vec<Utf8PathBuf>,
    /// What else the conflicts may come from.
    pub(super) note: Option<String>,
    /// The command that goes to where the conflicts are, where the run leaves that.
    pub(super) way: Option<String>,
}

impl Conflicts<'_> {
    /// Nothing was written.
    pub(super) fn refused(&self) -> CommandError {
        let has = |kind| self.has(kind);
        let first = if has(ConflictKind::Entry) || has(ConflictKind::Foreign) {
            self.mend()
        } else if has(ConflictKind::Markers) || has(ConflictKind::Others) {
            self.resolve()
        } else {
            let way = self.way.iter().map(|way| format!("{way} && "));
            let way: String = way.collect();
            format!("`{way}{}` marks them in the file, as git does", self.again)
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

    fn mend(&self) -> String {
        let mend =
            "correct the file by hand so that it says what svcgen would write, or change the model";
        match &self.way {
            Some(way) => format!("`{way}`, and {mend}"),
            None => mend.to_owned(),
        }
    }

    fn resolve(&self) -> String {
        format!(
            "resolve what is between `<<<<<<<` and `>>>>>>>`, then run `{}`",
            self.whole
        )
    }

    fn has(&self, kind: ConflictKind) -> bool {
        self.all.iter().any(|it| it.kind == kind)
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
        let mut all = self.all.iter();
        let first = all.next().map(ToString::to_string).unwrap_or_default();
        let error = all.fold(CommandError::conflict(first), |error, other| {
            error.cause(other.to_string())
        });
        self.note.iter().cloned().fold(error, CommandError::hint)
    }
}
