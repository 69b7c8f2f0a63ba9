use super::ways_on::room_on;
use super::{Scene, wrong_limit};
use crate::cli::Failure;
use crate::deploy::{Action, NotBegun, Outcome, Owner, PlannerError, ScapLockError};
use crate::error::{CommandError, ErrorKind, tells_of_full_disk};
use crate::event::{DeployId, DeployResult, HostOutcome};
use crate::model::HostName;
use crate::scap::{Mistake, ScapError};

/// Adds what can be done where somebody holds a lock.
pub(super) fn locked(error: CommandError, owner: &Owner) -> CommandError {
    let watch = match (owner.only_locks(), owner.is_here()) {
        (true, _) => "`svcgen lock show` shows more".to_owned(),
        (false, true) => "`svcgen log --follow` watches it".to_owned(),
        (false, false) => format!("on {}, `svcgen log --follow` watches it", owner.machine),
    };
    error.hint(watch).hint("`--wait` waits for its end")
}

/// What can be typed once a deploy has ended.
pub(super) struct WaysOn {
    /// The command that goes on.
    pub(super) onward: String,
    /// Whether a host had anything before.
    pub(super) has_before: bool,
}

/// Turns the outcome into the end of the command: what was not said yet is what to type next.
pub(super) fn ended(
    outcome: &Outcome,
    action: Action,
    id: &DeployId,
    ways: &WaysOn,
    scene: &Scene<'_>,
) -> Result<(), Failure> {
    let command = |text: &str| scene.repository.completed(text);
    let failed = outcome.failed.as_ref();
    if !outcome.is_log_whole {
        let message = format!("the log of {id} is incomplete: it could not be written completely");
        scene.ui.warning(&message);
    }
    let failed = failed.filter(|_| outcome.is_log_whole);
    let log = failed.map(|host| command(&format!("svcgen log {id} --host {host} -v")));
    let kind = match outcome.result {
        _ if outcome.is_interrupted => super::signals::kind(),
        DeployResult::Deployed => {
            match (log, action) {
                // A few were given up within the limit.
                (Some(log), _) => scene.ui.next(&log),
                (None, Action::Deploy) if !ways.has_before => {}
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
    error.hints.extend(who_listens(reason));
    if outcome.result == DeployResult::Mixed {
        error = error
            .hint(format!(
                "`{}` goes back to what was live before",
                command("svcgen rollback")
            ))
            .hint(format!("`{}` goes on", command(&ways.onward)));
    } else if let Some(log) = log {
        error = error.hint(format!("`{log}` shows what it did and wrote"));
    } else if outcome.is_log_whole {
        error = error.hint(format!(
            "`{}` shows all of it",
            command(&format!("svcgen log {id}"))
        ));
    } else {
        error = error.hint(format!(
            "`{}` tells what its hosts know of it",
            command("svcgen history")
        ));
    }
    error.hints.truncate(2);
    let mut causes = causes(outcome, &error.message);
    let full = without_room(outcome);
    if !full.is_empty() {
        causes.push(format!(
            "{}: nothing can continue until then",
            room_on(&full)
        ));
    }
    error = causes.into_iter().fold(error, CommandError::cause);
    scene.ui.error(&error);
    Err(Failure::Silent(kind))
}

/// The hosts in the middle of which a full disk left the deploy.
fn without_room(outcome: &Outcome) -> Vec<HostName> {
    let hosts = outcome.hosts.iter();
    let full = hosts.filter(|(_, outcome, reason)| {
        let tells = reason.as_deref().is_some_and(tells_of_full_disk);
        *outcome == HostOutcome::Unknown && tells
    });
    full.map(|(host, ..)| host.clone()).collect()
}

/// How to find the process that has the port of a service.
pub(super) fn who_listens(reason: &str) -> Option<String> {
    let (_, rest) = reason.split_once("another process has the port ")?;
    let (port, _) = rest.split_once(':')?;
    Some(format!("`ss -ltnp 'sport = :{port}'` there shows which"))
}

/// Why hosts are on no known revision, each reason once; what the message itself says is not said again.
fn causes(outcome: &Outcome, message: &str) -> Vec<String> {
    let mut reasons: Vec<(&str, Vec<&HostName>)> = Vec::new();
    for (host, outcome, reason) in &outcome.hosts {
        if *outcome != HostOutcome::Unknown {
            continue;
        }
        let reason = reason.as_deref().unwrap_or("it was left in the middle");
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, hosts)) => hosts.push(host),
            None => reasons.push((reason, vec![host])),
        }
    }
    let listed = |hosts: &[&HostName]| {
        let names: Vec<&str> = hosts.iter().map(|host| host.as_str()).collect();
        names.join(", ")
    };
    let causes = reasons.into_iter().filter_map(|(reason, hosts)| {
        let is_told = |host: &&&HostName| outcome.failed.as_ref() == Some(**host);
        if !message.ends_with(reason) || !hosts.iter().any(|host| is_told(&host)) {
            return Some(format!("{}: {reason}", listed(&hosts)));
        }
        let others: Vec<&HostName> = hosts.into_iter().filter(|host| !is_told(&host)).collect();
        (!others.is_empty()).then(|| format!("the same on {}", listed(&others)))
    });
    causes.collect()
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
            )
            .hint("`svcgen deploy --dry-run` asks all hosts again"),
            NotBegun::Changed { .. } => {
                Self::new(ErrorKind::Locked, format!("{message}; nothing was touched"))
                    .hint("run it again")
                    .hint("`--wait` makes a new plan by itself")
            }
            NotBegun::Journal(error) => untouched(error.into()),
            NotBegun::Interrupted => Self::new(super::signals::kind(), message),
        }
    }
}

/// Says that nothing was done yet when a deploy ended.
pub(super) fn untouched(mut error: CommandError) -> CommandError {
    error.message.push_str("; nothing was touched");
    error
}

impl From<ScapLockError> for CommandError {
    fn from(error: ScapLockError) -> Self {
        match error {
            ScapLockError::Held { ref path, .. } => {
                Self::new(ErrorKind::Locked, format!("{error}; nothing was touched")).hint(format!(
                    "`fuser -v {path}` shows who has it; run this again after that"
                ))
            }
            ScapLockError::Failed { .. } => Self::from_error(ErrorKind::Unexpected, &error),
        }
    }
}

impl From<PlannerError> for CommandError {
    fn from(error: PlannerError) -> Self {
        match error {
            PlannerError::Scap { revision, source } => match source {
                ScapError::Wrong(mistakes) => {
                    let place = format!("the `scap/` directory of {}", revision.short());
                    wrong_directory(&place, &mistakes)
                        .hint("commit what is right, or deploy another revision with `--rev`")
                }
                ScapError::Worktree(error) => error.into(),
            },
            PlannerError::Repository(error) => error.into(),
            PlannerError::Limit(error) => wrong_limit("--limit", &error, &[]),
            PlannerError::NoHosts => Self::usage(error.to_string())
                .hint("write the names of the hosts into the files that `scap/scap.cfg` names"),
            PlannerError::NoService => Self::usage(error.to_string())
                .hint("`service_name: NAME` in `scap/scap.cfg` names it"),
        }
    }
}

impl From<ScapError> for CommandError {
    fn from(error: ScapError) -> Self {
        match error {
            ScapError::Wrong(mistakes) => wrong_directory("the `scap/` directory", &mistakes)
                .hint("correct it there; `svcgen scap` writes the directory as the model says"),
            ScapError::Worktree(error) => error.into(),
        }
    }
}

/// A directory with mistakes.
fn wrong_directory(place: &str, mistakes: &[Mistake]) -> CommandError {
    let message = match mistakes.len() {
        1 => format!("there is a mistake in {place}"),
        more => format!("there are {more} mistakes in {place}"),
    };
    let causes = mistakes.iter().map(ToString::to_string);
    causes.fold(CommandError::usage(message), CommandError::cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_a_full_disk_left_in_the_middle_need_room_first() {
        let host = |name: &str| HostName::parse(name).unwrap();
        let full = "promote failed: cannot write record.jsonl: No space left on device";
        let ended =
            |name: &str, outcome, reason: &str| (host(name), outcome, Some(reason.to_owned()));
        let outcome = Outcome {
            result: DeployResult::Mixed,
            is_interrupted: false,
            is_log_whole: true,
            reason: None,
            failed: Some(host("a")),
            hosts: vec![
                ended("a", HostOutcome::Unknown, full),
                ended("b", HostOutcome::Untouched, full),
                ended("c", HostOutcome::Unknown, "no tea"),
            ],
        };
        assert_eq!(
            room_on(&without_room(&outcome)),
            "make room on a: its disk was full"
        );
    }

    #[test]
    fn what_is_wrong_on_several_hosts_alike_is_told_once() {
        let host = |name: &str| HostName::parse(name).unwrap();
        let ended =
            |name: &str, outcome, reason: &str| (host(name), outcome, Some(reason.to_owned()));
        let outcome = Outcome {
            result: DeployResult::Mixed,
            is_interrupted: false,
            is_log_whole: true,
            reason: None,
            failed: Some(host("b")),
            hosts: vec![
                ended("a", HostOutcome::Unknown, "no tea"),
                ended("b", HostOutcome::Unknown, "no tea"),
                ended("c", HostOutcome::Unknown, "no cup"),
                ended("d", HostOutcome::New, "no tea"),
                ended("e", HostOutcome::Unknown, "no cup"),
                ended("f", HostOutcome::Unknown, "no tea"),
            ],
        };
        assert_eq!(
            causes(&outcome, "b (default, 6 hosts): no tea"),
            ["the same on a, f", "c, e: no cup"]
        );
        assert_eq!(
            causes(&outcome, "interrupted"),
            ["a, b, f: no tea", "c, e: no cup"]
        );
    }
}
