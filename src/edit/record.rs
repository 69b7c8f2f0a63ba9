use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What is remembered of a file once a plan is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// The file, or entries in it, are svcgen's.
    Written {
        form: Form,
        /// The text of the file, or the entries alone.
        text: String,
        /// The paths of the entries, where the form has such.
        keys: Vec<Vec<String>>,
        /// Whether svcgen made the file.
        is_made: bool,
        /// The paths of the mappings around the entries that svcgen made for them.
        made: Vec<Vec<String>>,
    },
    /// svcgen made the file, and took it away.
    Gone,
    /// The file is not svcgen's any more.
    Forgotten,
}

impl Record {
    /// Adds keys of entries that are wanted no more, and stay because somebody changed them.
    pub(crate) fn add(&mut self, staying: impl IntoIterator<Item = Vec<String>>) {
        if let Self::Written { keys, .. } = self {
            keys.extend(staying);
        }
    }
}

/// In which form something of svcgen's stands in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// The whole file.
    Whole,
    /// The whole file, which is others' from then on.
    Begun,
    Yaml,
    Ini,
    Lines,
    Json,
    Blocks,
    /// The file was svcgen's, and svcgen took it away.
    Gone,
}

/// Everything that one generator wrote into a checkout.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Index {
    pub(crate) version: u32,
    /// The model that was generated from last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<Origin>,
    /// Whether the user left it out, so that nobody waits for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_left_out: bool,
    pub(crate) files: BTreeMap<Utf8PathBuf, Written>,
}

/// One file of an [`Index`]; its text is kept beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    pub(crate) form: Form,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) keys: Vec<Vec<String>>,
    pub(crate) is_made: bool,
    /// The mappings around the entries that svcgen made for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) made: Vec<Vec<String>>,
    /// Git's name for the content as svcgen left it; none where it found everything in place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) left: Option<String>,
    /// Whether svcgen left conflict markers in it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_marked: bool,
    /// The commit that was checked out when it was written; none where there was no branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<String>,
    /// What svcgen found when it wrote, oldest first: a write that was undone is known by it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) earlier: Vec<Earlier>,
}

/// A content that svcgen replaced, and what was remembered of the file until then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Earlier {
    /// Git's name for the content.
    pub(crate) content: String,
    /// What svcgen had written; none where it had not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) written: Option<Past>,
}

/// What was remembered of a file once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Past {
    pub(crate) form: Form,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) keys: Vec<Vec<String>>,
    pub(crate) is_made: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) made: Vec<Vec<String>>,
    /// Git's name for the text, which is kept by that name; none where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
}

/// What the commits of one generator were made of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Commits {
    /// The Change-Ids of these commits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) change_ids: Vec<String>,
    pub(crate) files: BTreeMap<Utf8PathBuf, Committed>,
}

/// One file of [`Commits`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Committed {
    /// As of [`Written`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) left: Option<String>,
    pub(crate) written: Past,
}

/// The model that wrote into a checkout: what tells a service that is renamed from another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The file, without symlinks.
    pub path: Utf8PathBuf,
    pub port: u16,
    /// The name of its classes.
    pub puppet_name: String,
    /// Git's name for its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// A list of written files that is not understood.
#[derive(Debug, Error)]
pub enum RecordError {
    #[error("`{path}` cannot be read")]
    Unreadable {
        path: Utf8PathBuf,
        source: std::io::Error,
    },
    #[error("`{path}` is not a list of written files: {reason}")]
    Wrong { path: Utf8PathBuf, reason: String },
    #[error("`{path}` does not say what svcgen's commit was made from: {reason}")]
    Commits { path: Utf8PathBuf, reason: String },
    #[error(
        "`{path}` has version {version}, and this svcgen reads {}",
        Index::VERSION
    )]
    Version { path: Utf8PathBuf, version: u32 },
}

impl RecordError {
    /// What to do about it, where the system's words are not enough.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unreadable { .. } => None,
            Self::Wrong { path, .. } => Some(format!(
                "`rm {path}` forgets which files are svcgen's; `--conflicts svcgen` takes them over again"
            )),
            Self::Commits { path, .. } => Some(format!(
                "`rm {path}` discards it: lines of svcgen's that the model has changed since then count as someone else's edits"
            )),
            Self::Version { .. } => Some("the version of svcgen that wrote it can read it".into()),
        }
    }
}

impl Index {
    /// The version of the format.
    pub(crate) const VERSION: u32 = 1;
}

/// Git's name for a content.
pub(crate) fn content_name(text: &str) -> Option<String> {
    let name = git2::Oid::hash_object(git2::ObjectType::Blob, text.as_bytes());
    name.ok().map(|name| name.to_string())
}
