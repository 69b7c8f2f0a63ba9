use serde::Serialize;

/// What a run on the hosts is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Deploy,
    Rollback,
    /// The service alone, as all that follow.
    Restart,
    Start,
    Stop,
}

impl Action {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Rollback => "rollback",
            Self::Restart => "restart",
            Self::Start => "start",
            Self::Stop => "stop",
        }
    }

    /// Reads the word; an unknown one is a deploy.
    pub fn read(text: &str) -> Self {
        match text {
            "rollback" => Self::Rollback,
            "restart" => Self::Restart,
            "start" => Self::Start,
            "stop" => Self::Stop,
            _ => Self::Deploy,
        }
    }

    /// What has been done to the service, where it is about that alone.
    pub fn done_to_service(self) -> Option<&'static str> {
        match self {
            Self::Deploy | Self::Rollback => None,
            Self::Restart => Some("restarted"),
            Self::Start => Some("started"),
            Self::Stop => Some("stopped"),
        }
    }

    /// Whether the checks before the service is handled are run, and those behind it: the first are for the process that
    /// ends, the others for the one that begins.
    pub(super) fn checks_of_service(self) -> (bool, bool) {
        match self {
            Self::Deploy | Self::Rollback | Self::Restart => (true, true),
            Self::Start => (false, true),
            Self::Stop => (true, false),
        }
    }

    /// Whether it is about the service alone: no release is made, and there is nothing to go back to.
    pub fn is_of_service(self) -> bool {
        self.done_to_service().is_some()
    }
}
