use camino::Utf8PathBuf;

use crate::hosts::Answer;
use crate::model::HostName;
use crate::review::{Sent, Standing};

/// What was found out about the generated text in one repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// No checkout is named.
    NoCheckout,
    /// The checkout cannot be compared with the model.
    Failed {
        message: String,
    },
    /// There is no folder where the checkout shall be.
    Nowhere {
        message: String,
    },
    /// Nothing is generated yet.
    Absent,
    /// So many files differ from the model.
    Differs {
        files: usize,
    },
    /// Somebody and svcgen changed the same: the first place, and the reason.
    Conflict {
        what: String,
    },
    /// It is there, and not committed.
    Uncommitted,
    /// It is there in files that no commit has, and that hold more than svcgen wrote: somebody has to commit them.
    New {
        files: Vec<Utf8PathBuf>,
        command: String,
    },
    Committed(Box<Committed>),
}

/// A text that is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    pub root: Utf8PathBuf,
    pub standing: Standing,
    /// What the review server says of it, where that was asked.
    pub sent: Option<Sent>,
    pub merged: Merged,
    /// Of operations/puppet, the patches of the series that come after the service.
    pub series: Series,
}

/// What the remote's branch has of a text, where that is merged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    /// Whether it has something else of it than svcgen would leave there.
    pub is_outdated: bool,
    /// The command that brings what is checked out to where that branch is; none where it is there, or beside it.
    pub catch_up: Option<String>,
    /// The files in which somebody changed what svcgen wrote.
    pub edited: Vec<Utf8PathBuf>,
    /// Whether these are so in the work tree, too.
    pub is_here: bool,
}

/// The patches that come after the service, as a tree has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Series {
    pub missing: Vec<Missing>,
    /// Those that the user left out.
    pub left_out: Vec<&'static str>,
}

/// A patch that a tree lacks, or has some of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    pub name: &'static str,
    /// Why svcgen does not make it, where it does not.
    pub refused: Option<String>,
}

/// Whether something is there, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    Yes { how: String },
    No { how: String },
    Unknown { why: String },
}

/// All that was found out.
#[derive(Debug, Clone)]
pub struct Facts {
    pub model: Utf8PathBuf,
    pub vagrant: Text,
    pub source: Text,
    pub deploy: Text,
    pub puppet: Text,
    /// Whether the branch for operations/puppet carries patches of the series.
    pub has_series: bool,
    /// Whether the repositories are on the review server.
    pub source_repository: Known,
    pub deploy_repository: Known,
    /// Whether the deploy repository holds the dependencies that a build puts there.
    pub build: Known,
    /// What the hosts of production said, where they were asked.
    pub hosts: Option<Vec<(HostName, Answer)>>,
}
