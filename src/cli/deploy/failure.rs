use indexmap::IndexMap;

use super::Scene;
use crate::cli::Failure;
use crate::deploy::{
    Action, NotBegun, Outcome, Owner, PlanProblem, PlannerError, ProblemKind, ScapLockError,
};
use crate::error::{CommandError, ErrorKind};
use crate::event::{DeployId, DeployResult, HostOutcome};
use crate::model::HostName;
use crate::report::named;
use crate::scap::ScapError;
use crate::transport::ConnectFailure;

/// Why nothing was begun.
pub(in crate::cli) fn refused(problems: &[PlanProblem], is_limited: bool) -> CommandError {
    let of = |wanted: fn(&ProblemKind) -> bool| problems.iter().find(|p| wanted(&p.kind));
    let holder = problems.iter().find_map(|problem| match &problem.kind {
        ProblemKind::Locked(owner) => Some(owner),
        ProblemKind::Connect(_) | ProblemKind::Unfit | ProblemKind::Config => None,
    });
    let other = of(|kind| !matches!(kind, ProblemKind::Locked(_)));
    let (kind, message) = match other {
        Some(_) => (
            ErrorKind::DeployFailed,
            match problems.len() {
                1 => "one host cannot be deployed to; nothing was touched".to_owned(),
                more => format!("{more} things speak against it; nothing was touched"),
            },
        ),
        None => (
            ErrorKind::Locked,
            match holder {
                Some(owner) if owner.only_locks() => {
                    "somebody holds the locks, so that nobody deploys; nothing was touched"
                        .to_owned()
                }
                _ => "another deploy is under way; nothing was touched".to_owned(),
            },
        ),
    };
    let mut error = CommandError::new(kind, message);
    let mut alike: IndexMap<&str, Vec<&str>> = IndexMap::new();
    for problem in problems {
        let hosts = alike.entry(&problem.reason).or_default();
        hosts.push(problem.host.as_str());
    }
    for (reason, hosts) in alike {
        error = error.cause(format!("{}: {reason}", named(&hosts)));
    }
    let connect = problems.iter().find_map(|problem| match problem.kind {
        ProblemKind::Connect(kind) => Some((problem, kind)),
        _ => None,
    });
    if let Some((problem, kind)) = connect {
        let host = &problem.host;
        error = error.hint(connect_hint(kind, host));
        if !is_limited {
            error = error.hint(format!("`--limit '!{host}'` leaves it out"));
        }
    } else if kind == ErrorKind::Locked
        && let Some(owner) = holder
    {
        error = locked(error, owner);
    }
    error
}

/// What can be done about a host that cannot be reached.
pub(in crate::cli) fn connect_hint(kind: Option<ConnectFailure>, host: &HostName) -> String {
    match kind {
        Some(ConnectFailure::Denied) => {
            "`svcgen request access` is the text that asks for the account".to_owned()
        }
        Some(ConnectFailure::HostKey) => format!(
            "ask who runs {host} whether it was installed anew; if so, `ssh-keygen -R {host}`"
        ),
        Some(ConnectFailure::UnknownName) => {
            format!("is `{host}` misspelt in a file of targets? `ssh {host}` tells more")
        }
        Some(ConnectFailure::Unreachable | ConnectFailure::Other) | None => {
            format!("`ssh {host}` tells more")
        }
    }
}

/// Adds what can be done where somebody holds a lock.
fn locked(error: CommandError, owner: &Owner) -> CommandError {
    let here = rustix::system::uname();
    let is_here = here.nodename().to_string_lossy() == owner.machine.as_str();
    let watch = match (owner.only_locks(), is_here) {
        (true, _) => "`svcgen lock show` tells more".to_owned(),
        (false, true) => "`svcgen log --follow` watches it".to_owned(),
        (false, false) => format!("on {}, `svcgen log --follow` watches it", owner.machine),
    };
    error.hint(watch).hint("`--wait` waits for its end")
}

/// Turns the outcome into the end of the command: what was not said yet is what to type next.
pub(super) fn ended(
    outcome: &Outcome,
    action: Action,
    id: &DeployId,
    scene: &Scene<'_>,
) -> Result<(), Failure> {
    let command = |text: &str| scene.repository.completed(text);
    let failed = outcome.hosts.iter().find(|(_, _, reason)| reason.is_some());
    let log = failed.map(|(host, ..)| command(&format!("svcgen log {id} --host {host} -v")));
    let kind = match outcome.result {
        _ if outcome.is_interrupted => super::signals::kind(),
        DeployResult::Deployed => {
            match (log, action) {
                // A few were given up within the limit.
                (Some(log), _) => scene.ui.next(&log),
                (None, Action::Deploy) => {
                    scene
                        .ui
                        .status(&format!("to go back: {}", command("svcgen rollback")));
                }
                (None, Action::Rollback | Action::Restart | Action::Start | Action::Stop) => {}
            }
            return Ok(());
        }
        DeployResult::RolledBack if action == Action::Rollback => return Ok(()),
        DeployResult::RolledBack | DeployResult::Untouched => ErrorKind::DeployFailed,
        DeployResult::Mixed => ErrorKind::DeployUnknown,
    };
    let reason = outcome.reason.as_deref().unwrap_or("the deploy failed");
    let mut error = CommandError::new(kind, reason);
    if outcome.result == DeployResult::Mixed {
        error = error
            .hint(format!(
                "`{}` goes back to what was live before",
                command("svcgen rollback")
            ))
            .hint(format!(
                "`{}` goes on",
                command(&format!("svcgen deploy --resume {id}"))
            ));
    } else if let Some(log) = log {
        error = error.hint(format!("`{log}` shows what it did and wrote"));
    } else {
        error = error.hint(format!(
            "`{}` shows all of it",
            command(&format!("svcgen log {id}"))
        ));
    }
    for (host, outcome, reason) in &outcome.hosts {
        if *outcome == HostOutcome::Unknown {
            let reason = reason.as_deref().unwrap_or("it was left in the middle");
            error = error.cause(format!("{host}: {reason}"));
        }
    }
    scene.ui.error(&error);
    Err(Failure::Silent(kind))
}

impl From<NotBegun> for CommandError {
    fn from(error: NotBegun) -> Self {
        let message = error.to_string();
        match error {
            NotBegun::Held { holder, .. } => locked(
                Self::new(ErrorKind::Locked, format!("{message}; nothing was touched")),
                &holder,
            ),
            NotBegun::Host { .. } => Self::new(
                ErrorKind::DeployFailed,
                format!("{message}; nothing was touched"),
            ),
            NotBegun::Changed { .. } => {
                Self::new(ErrorKind::Locked, format!("{message}; nothing was touched"))
                    .hint("run it again")
                    .hint("`--wait` makes the plan anew by itself")
            }
            NotBegun::Journal(error) => Self::from_error(ErrorKind::Unexpected, &error),
            NotBegun::Interrupted => Self::new(super::signals::kind(), message),
        }
    }
}

impl From<ScapLockError> for CommandError {
    fn from(error: ScapLockError) -> Self {
        match error {
            ScapLockError::Held { .. } => {
                Self::new(ErrorKind::Locked, format!("{error}; nothing was touched"))
            }
            ScapLockError::Failed { .. } => Self::from_error(ErrorKind::Unexpected, &error),
        }
    }
}

impl From<PlannerError> for CommandError {
    fn from(error: PlannerError) -> Self {
        match error {
            PlannerError::Scap(error) => error.into(),
            PlannerError::Repository(error) => error.into(),
            PlannerError::Limit(error) => Self::usage(format!("--limit: {error}")),
            PlannerError::NoHosts => Self::usage(error.to_string())
                .hint("put the names of the hosts into the files that `scap/scap.cfg` names"),
            PlannerError::NoService => Self::usage(error.to_string()),
        }
    }
}

impl From<ScapError> for CommandError {
    fn from(error: ScapError) -> Self {
        match error {
            ScapError::Wrong(mistakes) => {
                let mut this = Self::usage(match mistakes.len() {
                    1 => "there is a mistake in the `scap/` directory".to_owned(),
                    more => format!("there are {more} mistakes in the `scap/` directory"),
                });
                for mistake in &mistakes {
                    this = this.cause(mistake.to_string());
                }
                this
            }
            ScapError::Worktree(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn hosts_with_the_same_trouble_share_a_line() {
        let problem = |number: usize| PlanProblem {
            host: HostName::parse(&format!("h{number}")).unwrap(),
            kind: ProblemKind::Connect(Some(ConnectFailure::Denied)),
            reason: match number {
                7 => "it does not answer".into(),
                _ => "it does not accept the account or its key".into(),
            },
        };
        let problems: Vec<PlanProblem> = (1..=7).map(problem).collect();
        let error = refused(&problems, false);
        assert_eq!(
            error.causes,
            [
                "h1, h2, h3 and 3 more: it does not accept the account or its key",
                "h7: it does not answer",
            ]
        );
    }
}
