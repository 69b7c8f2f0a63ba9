use tokio::sync::oneshot;

use super::action::Action;
use super::keeper::Farewell;
use super::scribe::count_hosts;
use crate::event::{About, EventKind, Level};
use crate::model::{GroupName, HostName};

/// What the task of a host tells the dispatcher.
#[derive(Debug)]
pub(super) enum Message {
    Event {
        note: Note,
        /// Answered once the event is on the disk.
        written: Option<oneshot::Sender<()>>,
    },
    /// Bytes that a host wrote.
    Output { host: HostName, bytes: Vec<u8> },
    /// The last lines that the service of a host wrote before it failed.
    Words { host: HostName, lines: Vec<String> },
    /// A request is done.
    Ended { host: HostName, end: HostEnd },
}

/// An event before it has its number.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Note {
    pub(super) about: About,
    pub(super) level: Level,
    pub(super) text: String,
    pub(super) kind: EventKind,
}

impl Note {
    /// A group begins.
    pub(super) fn group_started(group: GroupName, hosts: usize) -> Self {
        let text = format!("group {group}: {}", count_hosts(hosts));
        Self::of_group(group, Level::Info, text, EventKind::GroupStarted { hosts })
    }

    /// All hosts of a group that were to have their turn have had it.
    pub(super) fn group_finished(
        group: GroupName,
        action: Action,
        healthy: usize,
        failed: usize,
    ) -> Self {
        // What is stopped is not what anybody calls healthy.
        let good = match action {
            Action::Stop => "stopped",
            Action::Deploy | Action::Rollback | Action::Restart | Action::Start => "healthy",
        };
        let text = format!("group {group}: {healthy} {good}, {failed} failed");
        let level = match failed {
            0 => Level::Info,
            _ => Level::Warning,
        };
        let kind = EventKind::GroupFinished { healthy, failed };
        Self::of_group(group, level, text, kind)
    }

    fn of_group(group: GroupName, level: Level, text: String, kind: EventKind) -> Self {
        let about = About {
            group: Some(group),
            ..About::default()
        };
        Self {
            about,
            level,
            text,
            kind,
        }
    }
}

/// What a task is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Request {
    /// Take the lock.
    Lock,
    /// Let the lock go, and stay connected.
    Unlock,
    /// Have the release and its configuration there.
    Prepare,
    /// Make it live, restart the service, check.
    Promote,
    /// Look whether the service that answered still does.
    Look,
    /// Go back to what was before.
    RollBack,
    Finalize,
    /// Let the lock go and close the connection.
    Close(Farewell),
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum HostEnd {
    Good,
    /// In plain words why not.
    Failed(String),
    /// What it was doing was ended, since nothing more is to be done.
    Stopped(String),
    /// It could not be brought back, and is as it was before all the same.
    Unchanged(String),
    /// It is back, and could not be tidied up.
    Back(String),
    /// Somebody else has deployed there since the plan was made.
    Changed,
    /// Somebody else has the lock.
    Held(super::Owner),
    /// The target cannot be reached, and nobody knows what became of the last step.
    Lost(String),
}
