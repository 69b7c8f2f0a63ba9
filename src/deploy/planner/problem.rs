use crate::deploy::Owner;
use crate::deploy::crew::Unreachable;
use crate::model::{HostName, Revision};
use crate::transport::ConnectFailure;

/// Something on a host that speaks against a deploy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanProblem {
    pub host: HostName,
    pub kind: ProblemKind,
    pub reason: String,
}

/// What kind of problem it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemKind {
    /// It cannot be reached.
    Connect(Option<ConnectFailure>),
    /// Somebody else deploys.
    Locked(Owner),
    /// It lacks programs, which these packages of Debian have.
    Lacking(Vec<String>),
    /// It lacks something else: space, a permission.
    Unfit,
    /// What its service is run from is gone; the release that was made live last is there all the same.
    Gone(Option<Revision>),
    /// Another process has the port of the service; whether nothing was deployed to the host yet.
    PortTaken { is_new: bool },
    /// Its sudo does not let the service be restarted.
    Denied,
    /// Its variables do not fit the templates.
    Config,
}

impl PlanProblem {
    /// The problem of a host that did not answer.
    pub fn of(unreachable: &Unreachable) -> Self {
        let mut reason = unreachable.reason.clone();
        let is_all = matches!(
            unreachable.kind,
            Some(ConnectFailure::HostKeyChanged(_) | ConnectFailure::HostKeyUnknown)
        );
        // The last line is the one that says it.
        let said = unreachable.said.lines().rev().find(|line| !line.is_empty());
        if let Some(said) = said.filter(|_| !is_all) {
            let said = said
                .rsplit_once("remote host: ")
                .map_or(said, |(_, said)| said);
            reason.push_str(&format!(": {}", said.trim()));
        }
        Self {
            host: unreachable.host.clone(),
            kind: ProblemKind::Connect(unreachable.kind.clone()),
            reason,
        }
    }

    pub(super) fn unfit(host: &HostName, reason: impl Into<String>) -> Self {
        Self {
            host: host.clone(),
            kind: ProblemKind::Unfit,
            reason: reason.into(),
        }
    }
}
