//! The server that Scap deploys from.

use std::time::Duration;

use crate::cli::deploy::{Opened, ScapServer, obstacles};
use crate::deploy::scap_engine::{ScapRefusal, ServerError};
use crate::doctor::{Finding, advice};
use crate::error::CommandError;

const DEPLOYS: &[&str] = &["deploy", "rollback", "service"];

/// What is looked at there: in the order of the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Server,
    Command,
    Directory,
}

impl Part {
    const ALL: [Self; 3] = [Self::Server, Self::Command, Self::Directory];

    /// What a refusal is about.
    fn of(refusal: &ScapRefusal) -> Self {
        match refusal {
            ScapRefusal::Server { .. } => Self::Server,
            ScapRefusal::NoCommand { .. } | ScapRefusal::OldCommand { .. } => Self::Command,
            ScapRefusal::Absent { .. }
            | ScapRefusal::NoRepository { .. }
            | ScapRefusal::Dirty { .. }
            | ScapRefusal::Diverged { .. }
            | ScapRefusal::NotFetched { .. }
            | ScapRefusal::OtherDirectory { .. }
            | ScapRefusal::Uncommitted { .. }
            | ScapRefusal::NoRevision { .. }
            | ScapRefusal::NotUpdated { .. }
            | ScapRefusal::Changed { .. }
            | ScapRefusal::NotLive { .. }
            | ScapRefusal::NothingBefore { .. }
            | ScapRefusal::NeverDeployed { .. }
            | ScapRefusal::Locked(_)
            | ScapRefusal::Plan(_)
            | ScapRefusal::Journal(_) => Self::Directory,
        }
    }

    fn finding(self, server: &ScapServer) -> Finding {
        let (id, what) = match self {
            Self::Server => (
                "scap.server",
                format!("the deployment server {}", server.host),
            ),
            Self::Command => ("scap.command", "Scap there".to_owned()),
            Self::Directory => ("scap.directory", "the deploy directory there".to_owned()),
        };
        Finding::new(id, what, DEPLOYS)
    }

    fn fine(self, server: &ScapServer) -> Finding {
        let found = match self {
            Self::Server => "lets you in".to_owned(),
            Self::Command => server.command.join(" "),
            Self::Directory => "there, and as its upstream or behind it".to_owned(),
        };
        self.finding(server).fine(found)
    }
}

/// What is said of a server that is not to be asked.
pub(super) fn not_asked(server: &ScapServer) -> Vec<Finding> {
    let findings = Part::ALL.map(|part| part.finding(server).unknown("not asked"));
    findings.into()
}

/// Asks the server, where Scap carries deploys out.
pub(super) async fn examine(opened: &Opened, patience: Duration) -> Vec<Finding> {
    let Some(server) = opened.carrier.scap() else {
        return Vec::new();
    };
    let (refusals, is_asked) = match obstacles(opened, server, patience).await {
        Ok(refusals) => (refusals, true),
        Err(refusal) => (vec![refusal], false),
    };
    let obstacles = refusals.into_iter();
    let obstacles: Vec<Obstacle> = obstacles
        .map(|it| Obstacle::of(it, server, opened))
        .collect();
    let finding = |part: Part| {
        let first = obstacles.iter().find(|obstacle| obstacle.part == part);
        match first {
            Some(Obstacle { found, way_out, .. }) => {
                part.finding(server).missing(found, advice(way_out))
            }
            None if is_asked => part.fine(server),
            None => part.finding(server).unknown("the server cannot be asked"),
        }
    };
    Part::ALL.map(finding).into()
}

/// What stands in the way of a deploy.
struct Obstacle {
    part: Part,
    found: String,
    way_out: String,
}

impl Obstacle {
    /// That for which a deploy would be refused, in its words.
    fn of(refusal: ScapRefusal, server: &ScapServer, opened: &Opened) -> Self {
        let (part, host) = (Part::of(&refusal), &server.host);
        let found = match &refusal {
            ScapRefusal::Server { error, .. } => error.to_string(),
            other => other.to_string(),
        };
        let connect = match &refusal {
            ScapRefusal::Server { error, .. } => match error.as_ref() {
                ServerError::Connect(error) => Some(opened.way_into_server(&error.kind, host)),
                _ => None,
            },
            _ => None,
        };
        let error = CommandError::from(refusal);
        let hint = connect.or_else(|| error.hints.into_iter().next());
        let causes = match part {
            // It is in the way out.
            Part::Server => String::new(),
            Part::Command | Part::Directory => error.causes.join(", "),
        };
        Self {
            part,
            found: match causes.as_str() {
                "" => found,
                causes => format!("{found}: {causes}"),
            },
            way_out: hint.unwrap_or_else(|| format!("`ssh {host}` shows more")),
        }
    }
}
