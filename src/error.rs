//! What a command ends with when it does not end well: a message, its causes, hints, and the exit code.

mod plain;
mod temporary;
mod unprinted;

use std::fmt;

use self::plain::unrepeated;
pub(crate) use self::plain::{alone, reworded, with_cause};
use self::temporary::is_temporary;
pub(crate) use self::temporary::temporary;
use self::unprinted::is_unprinted;
pub(crate) use self::unprinted::unprinted;

/// Why a command failed, which decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorKind {
    /// Something that was not foreseen: the disk, the network, a tool that is broken.
    Unexpected,
    /// A wrong command line, model, site, configuration or revision, or a tree that is not recognised.
    Usage,
    /// Differences were found, where only looking was asked for, or that a deploy has nothing to do about.
    Differences,
    /// A generated file failed verification.
    Verification,
    /// A taken port or name, somebody else's change, a dirty or diverged repository, a refused push.
    Conflict,
    /// A deploy that failed: every host that was touched is back, or none was touched.
    DeployFailed,
    /// A deploy that failed: a host is on no known revision.
    DeployUnknown,
    /// Another deploy holds the lock.
    Locked,
    /// Ctrl-C.
    Interrupted,
    /// SIGTERM.
    Terminated,
    /// SIGHUP: the terminal is gone.
    HungUp,
}

impl ErrorKind {
    /// Whether it is a signal that ended the run.
    pub const fn is_interruption(self) -> bool {
        matches!(self, Self::Interrupted | Self::Terminated | Self::HungUp)
    }

    /// The exit code; the table is in `book/src/reference/exit-codes.md`.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Unexpected => 1,
            Self::Usage => 2,
            Self::Differences => 3,
            Self::Verification => 10,
            Self::Conflict => 11,
            Self::DeployFailed => 20,
            Self::DeployUnknown => 21,
            Self::Locked => 22,
            Self::Interrupted => 130,
            Self::Terminated => 143,
            Self::HungUp => 129,
        }
    }
}

/// A failure as the user sees it.
#[derive(Debug)]
pub struct CommandError {
    pub kind: ErrorKind,
    /// Begins in lower case, ends without a full stop; several lines where a file is quoted.
    pub message: String,
    /// The message in words, where part of it is drawn.
    pub said: Option<String>,
    pub causes: Vec<String>,
    /// Commands to run, or what to change; at most two.
    pub hints: Vec<String>,
    /// What helps with the cause, where nothing better is known.
    otherwise: Option<&'static str>,
}

impl CommandError {
    /// Makes an error of a kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            said: None,
            causes: Vec::new(),
            hints: Vec::new(),
            otherwise: None,
        }
    }

    /// A wrong command line, model, site, configuration, or a tree that is not recognised.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// Somebody else's change, or a name that is taken.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, message)
    }

    /// An error with its chain of sources as causes.
    pub fn from_error(kind: ErrorKind, error: &(dyn std::error::Error + 'static)) -> Self {
        let mut this = Self::new(kind, alone(error));
        this.otherwise = way_out_of_git(error);
        let mut source = error.source();
        while let Some(cause) = source {
            let told = alone(cause);
            if told != this.message {
                this = this.cause(told);
            }
            let failure = cause.downcast_ref::<std::io::Error>().and_then(way_out);
            this.otherwise = this.otherwise.or(failure).or_else(|| way_out_of_git(cause));
            source = cause.source();
        }
        this
    }

    /// The message, without anything that is drawn.
    pub fn in_words(&self) -> &str {
        self.said.as_deref().unwrap_or(&self.message)
    }

    /// The hints, or what helps with the cause.
    pub fn hints(&self) -> impl Iterator<Item = &str> {
        let otherwise = self.otherwise.filter(|_| self.hints.is_empty());
        self.hints.iter().map(String::as_str).chain(otherwise)
    }

    /// Adds a cause.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        let cause = cause.into();
        let told = self.causes.last().unwrap_or(&self.message);
        let cause = unrepeated(&cause, told).to_owned();
        self.causes.push(cause);
        self
    }

    /// Adds what the system refused.
    #[must_use]
    pub fn refused(mut self, error: &std::io::Error) -> Self {
        self.otherwise = self.otherwise.or(way_out(error));
        self.cause(reworded(error))
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CommandError {}

impl From<std::io::Error> for CommandError {
    fn from(error: std::io::Error) -> Self {
        let mut this = Self::from_error(ErrorKind::Unexpected, &error);
        this.otherwise = this.otherwise.or(way_out(&error));
        if is_unprinted(&error) {
            return this.hint("make room where the output goes, or send it elsewhere");
        }
        match is_temporary(&error) {
            true => this.hint(OTHER_TEMPORARY),
            false => this,
        }
    }
}

/// What helps where a disk is full.
pub(crate) const MAKE_ROOM: &str = "make room there: `df -h` shows the disks";

/// Whether there is no room for what was to be written.
pub(crate) fn is_lack_of_room(error: &std::io::Error) -> bool {
    use std::io::ErrorKind as Kind;
    matches!(error.kind(), Kind::StorageFull | Kind::QuotaExceeded)
}

/// Whether a program, or a host, says that it found no room on a disk.
pub(crate) fn tells_of_full_disk(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    [
        "no space left on device",
        "out of diskspace",
        "disk quota exceeded",
    ]
    .iter()
    .any(|words| text.contains(words))
}

/// What helps where nothing can be written into the folder for temporary files.
pub(crate) const OTHER_TEMPORARY: &str = "make room there, or `export TMPDIR=/a/folder/of/yours`";

/// What helps where the system refuses something, whatever it was about.
fn way_out(error: &std::io::Error) -> Option<&'static str> {
    use std::io::ErrorKind as Kind;
    match error.kind() {
        Kind::PermissionDenied => Some("`ls -ld` shows its owner and permissions"),
        Kind::ReadOnlyFilesystem => {
            Some("its disk is read-only: `findmnt` shows which are writable")
        }
        _ if is_lack_of_room(error) => Some(MAKE_ROOM),
        Kind::NotFound | Kind::AlreadyExists | Kind::NotADirectory | Kind::IsADirectory => {
            Some("is the path right? `ls -l` shows what is there")
        }
        Kind::InvalidData => Some("`file` shows what it is; it should be UTF-8 text"),
        // Of an address or a server more is known where it was asked.
        _ => None,
    }
}

/// What helps where libgit2, which has no kind for that, found no room on a disk.
fn way_out_of_git(error: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    let error = error.downcast_ref::<git2::Error>()?;
    tells_of_full_disk(error.message()).then_some(MAKE_ROOM)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::GitError;

    #[test]
    fn what_libgit2_says_has_no_numbers_of_its_own() {
        let source = git2::Error::new(
            git2::ErrorCode::Owner,
            git2::ErrorClass::Config,
            "it is owned by someone else",
        );
        assert!(source.to_string().contains("class="), "{source}");
        let error = GitError::Unreadable {
            root: "here".into(),
            what: "the state".into(),
            source,
        };
        let error = CommandError::from_error(ErrorKind::Unexpected, &error);
        assert_eq!(error.causes, ["it is owned by someone else"]);
    }

    #[test]
    fn a_disk_that_is_full_for_libgit2_is_told_as_any_other() {
        let full = || {
            git2::Error::new(
                git2::ErrorCode::GenericError,
                git2::ErrorClass::Os,
                "failed to write loose object: No space left on device",
            )
        };
        let error = GitError::Unreadable {
            root: "here".into(),
            what: "the tree".into(),
            source: full(),
        };
        assert!(error.is_full());
        assert_eq!(error.hint().as_deref(), Some(MAKE_ROOM));
        let error = CommandError::from_error(ErrorKind::Unexpected, &error);
        assert_eq!(error.hints().collect::<Vec<_>>(), [MAKE_ROOM]);
        let error = CommandError::from_error(ErrorKind::Unexpected, &full());
        assert_eq!(error.hints().collect::<Vec<_>>(), [MAKE_ROOM]);
    }
}
