use indexmap::IndexMap;

use crate::deploy::message::Note;
use crate::event::{About, EventKind, Level, Milestone};
use crate::model::{GroupName, HostName};
use crate::scap::DeployStage;

/// What is to be told.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::deploy::scap_engine) enum Entry {
    Note(Box<Note>),
    /// A host wrote something.
    Output {
        host: HostName,
        text: String,
    },
    /// The same, which is for its log alone.
    Kept {
        host: HostName,
        text: String,
    },
}

impl From<Note> for Entry {
    fn from(note: Note) -> Self {
        Self::Note(Box::new(note))
    }
}

pub(super) fn about(
    groups: &IndexMap<HostName, GroupName>,
    host: &HostName,
    stage: Option<DeployStage>,
) -> About {
    About {
        host: Some(host.clone()),
        group: groups.get(host).cloned(),
        stage,
    }
}

pub(super) fn note(about: About, level: Level, text: String, kind: EventKind) -> Entry {
    Entry::from(Note {
        about,
        level,
        text,
        kind,
    })
}

/// How far a host has come with a stage.
pub(super) fn milestone(stage: DeployStage) -> Option<(Milestone, &'static str)> {
    match stage {
        DeployStage::Fetch | DeployStage::ConfigDiff => None,
        DeployStage::ConfigDeploy => Some((Milestone::Prepared, "the release is there")),
        DeployStage::Promote | DeployStage::HandleService => Some((Milestone::Healthy, "healthy")),
        DeployStage::Finalize => Some((Milestone::Finalized, "done")),
        DeployStage::Rollback => Some((Milestone::RolledBack, "as before")),
    }
}

pub(super) fn first_line(text: &str) -> String {
    text.trim().lines().next().unwrap_or_default().to_owned()
}
