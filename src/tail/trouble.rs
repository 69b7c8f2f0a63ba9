use std::fmt;

use crate::transport::{ConnectError, ConnectFailure};

/// Why the log of a host is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    Connect(ConnectError),
    /// The connection is gone.
    Lost,
    /// It has not said anything for too long.
    Silent,
    Absent,
    Folder,
    Forbidden(Access),
    /// The program that reads it has failed: with what it said.
    Failed(String),
}

/// A file or folder that the account may not read, and who may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    pub user: String,
    pub owner: String,
    pub group: String,
    /// As `ls -l` shows it.
    pub mode: String,
    pub path: String,
}

impl Access {
    /// Whether it is enough to be in its group.
    pub fn is_for_group(&self) -> bool {
        // Of `-rwxrwxrwx`, what the group may: read a file, go into a folder.
        let place = if self.mode.starts_with('d') { 6 } else { 4 };
        !matches!(self.mode.as_bytes().get(place), None | Some(b'-'))
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(error) if error.kind == ConnectFailure::Other => {
                write!(f, "{error}: {}", error.said.trim().replace('\n', " "))
            }
            Self::Connect(error) => write!(f, "{error}"),
            Self::Lost => write!(f, "the connection is lost"),
            Self::Silent => write!(f, "it does not answer"),
            Self::Absent => write!(f, "the log is not there"),
            Self::Folder => write!(f, "the log is a folder"),
            Self::Forbidden(access) => {
                let Access {
                    user,
                    path,
                    owner,
                    group,
                    mode,
                } = access;
                write!(f, "{user} may not read `{path}` ({mode} {owner} {group})")
            }
            Self::Failed(said) => write!(f, "its log cannot be read: {said}"),
        }
    }
}
