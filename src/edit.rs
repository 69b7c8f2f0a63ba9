//! Turns what a generator wants into changes of files, and applies them.
//!
//! Files that svcgen owns are written whole; of shared files only the lines of its own entries change.
//! The plan is complete before anything is written, and each file is either old or new, never half.

mod apply;
pub mod blocks;
mod branch;
mod committed;
pub mod diff;
mod earlier;
mod holds;
pub mod ini;
pub mod json;
mod left_out;
mod likeness;
pub mod lines;
mod made;
mod memory;
mod merge;
mod moved;
pub(crate) mod order;
mod others;
mod plan;
mod recall;
mod record;
mod rendered;
mod staging;
mod three_way;
mod units;
mod whole;
mod withdraw;
pub mod yaml;

use camino::Utf8PathBuf;

pub use apply::{ApplyError, apply, remember};
pub(crate) use holds::holds;
pub use merge::Resolution;
pub(crate) use merge::markers;
pub use others::Other;
pub(crate) use plan::joined;
pub use plan::{Conflict, ConflictKind, EditPlan, FileEdit, Noted, PlanError, plan};
pub(crate) use recall::Recalled;
pub(crate) use record::content_name;
pub use record::{Form, Origin, Record, RecordError};
pub use rendered::Rendered;
pub(crate) use staging::{replace, sweep};
pub(crate) use whole::holds_all;

/// Entries that cannot be brought into a shared file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryError {
    /// Somebody else wrote something different there: the lines, counted from one, each with the reason.
    Conflict {
        places: Vec<(Option<usize>, String)>,
    },
    /// The file is not understood.
    Unreadable { line: usize, reason: String },
}

impl EntryError {
    /// A conflict at one place.
    fn conflict(line: Option<usize>, reason: impl Into<String>) -> Self {
        Self::Conflict {
            places: vec![(line, reason.into())],
        }
    }
}

/// What a generator wants to be in one file.
#[derive(Debug, Clone, PartialEq)]
pub enum Desired {
    /// A file that svcgen owns, as a whole.
    File { path: Utf8PathBuf, text: String },
    /// A file that svcgen begins; whatever somebody makes of it stays.
    Paper { path: Utf8PathBuf, text: String },
    /// Entries of svcgen's in a YAML file that others write too.
    Yaml {
        path: Utf8PathBuf,
        entries: Vec<yaml::Entry>,
    },
    /// Settings of svcgen's in an INI file that others write too.
    Ini {
        path: Utf8PathBuf,
        entries: Vec<ini::Entry>,
    },
    /// Lines of svcgen's in a list that others write too.
    Lines {
        path: Utf8PathBuf,
        lines: Vec<String>,
    },
    /// Members of svcgen's in a JSON file that others write too.
    Json {
        path: Utf8PathBuf,
        entries: Vec<json::Entry>,
    },
    /// Whole lines of svcgen's in a file that others write too, such as a manifest.
    Blocks {
        path: Utf8PathBuf,
        blocks: Vec<blocks::Block>,
    },
}

impl Desired {
    /// The file, relative to the root of its tree.
    pub fn path(&self) -> &Utf8PathBuf {
        match self {
            Self::File { path, .. }
            | Self::Paper { path, .. }
            | Self::Yaml { path, .. }
            | Self::Ini { path, .. }
            | Self::Lines { path, .. }
            | Self::Json { path, .. }
            | Self::Blocks { path, .. } => path,
        }
    }

    /// What is remembered of it as written by svcgen.
    pub fn record(&self) -> String {
        match self {
            Self::File { text, .. } | Self::Paper { text, .. } => text.clone(),
            Self::Yaml { entries, .. } => yaml::fragment(entries),
            Self::Ini { entries, .. } => ini::fragment(entries),
            Self::Lines { lines: wanted, .. } => lines::fragment(wanted),
            Self::Json { entries, .. } => json::fragment(entries),
            Self::Blocks { blocks, .. } => blocks::fragment(blocks),
        }
    }

    /// In which form that stands in the file.
    fn form(&self) -> Form {
        match self {
            Self::File { .. } => Form::Whole,
            Self::Paper { .. } => Form::Begun,
            Self::Yaml { .. } => Form::Yaml,
            Self::Ini { .. } => Form::Ini,
            Self::Lines { .. } => Form::Lines,
            Self::Json { .. } => Form::Json,
            Self::Blocks { .. } => Form::Blocks,
        }
    }
}
