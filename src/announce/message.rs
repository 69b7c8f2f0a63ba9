use crate::event::{DeployResult, Event, EventKind, HostCounts, Milestone};
use crate::model::Revision;

/// The longest message, in bytes: with what servers put before it, a line of IRC has 512.
const LONGEST: usize = 400;

/// Tells a deploy to people who only want to know that it happens, in a few lines.
#[derive(Debug, Default)]
pub struct Storyteller {
    deploy: Option<Deploy>,
    /// What went wrong first.
    trouble: Option<String>,
}

/// What the first event says.
#[derive(Debug)]
struct Deploy {
    name: String,
    revision: Revision,
    action: String,
    who: String,
}

impl Storyteller {
    /// What is to be said of an event, as one line; of most there is nothing.
    pub fn tell(&mut self, event: &Event) -> Option<String> {
        let text = match &event.kind {
            EventKind::DeployStarted {
                repository,
                revision,
                user,
                machine,
                message,
                action,
                ..
            } => {
                let deploy = self.deploy.insert(Deploy {
                    name: repository
                        .strip_suffix("/deploy")
                        .unwrap_or(repository)
                        .to_owned(),
                    revision: revision.clone(),
                    action: action.clone(),
                    who: format!("{user}@{machine}"),
                });
                deploy.begins(message)
            }
            EventKind::RollbackStarted => {
                let deploy = self.deploy.as_ref()?;
                let why = self.trouble.as_ref().map(|why| format!(": {why}"));
                let (failed, why) = (deploy.failed(), why.unwrap_or_default());
                format!("{} {failed}{why}; rolling back", deploy.name)
            }
            EventKind::DeployFinished {
                result,
                seconds,
                counts,
            } => self.deploy.as_ref()?.ends(*result, *seconds, *counts),
            EventKind::HostReached {
                milestone: Milestone::Failed,
            } => {
                let host = event.about.host.as_ref();
                let host = host.map(|host| format!("{host}: ")).unwrap_or_default();
                self.trouble.get_or_insert(format!("{host}{}", event.text));
                return None;
            }
            EventKind::Interrupted => {
                self.trouble.get_or_insert_with(|| "interrupted".to_owned());
                return None;
            }
            EventKind::HostPlanned { .. }
            | EventKind::ConfigPlanned { .. }
            | EventKind::HostReached { .. }
            | EventKind::GroupStarted { .. }
            | EventKind::GroupFinished { .. }
            | EventKind::StepStarted { .. }
            | EventKind::StepFinished { .. }
            | EventKind::Output
            | EventKind::Warning
            | EventKind::HostFinished { .. } => return None,
        };
        Some(line(&text))
    }
}

impl Deploy {
    fn begins(&self, message: &str) -> String {
        let reason = match message.trim() {
            "" => String::new(),
            message => format!(": {message}"),
        };
        let (name, revision) = (&self.name, self.revision.short());
        let doing = match self.action.as_str() {
            "deploy" => format!("deploying {revision}"),
            "rollback" => format!("rolling back to {revision}"),
            "restart" => "restarting".to_owned(),
            "start" => "starting".to_owned(),
            "stop" => "stopping".to_owned(),
            other => other.to_owned(),
        };
        format!("{name} {doing}{reason} ({})", self.who)
    }

    /// What it was that failed.
    fn failed(&self) -> String {
        match self.action.as_str() {
            "deploy" => format!("deploy of {} failed", self.revision.short()),
            other => format!("{other} failed"),
        }
    }

    fn ends(&self, result: DeployResult, seconds: f64, counts: HostCounts) -> String {
        let (name, revision) = (&self.name, self.revision.short());
        let time = time(seconds);
        let done = match self.action.as_str() {
            "deploy" => format!("deployed {revision}"),
            "rollback" => format!("rolled back to {revision}"),
            "restart" => "restarted".to_owned(),
            "start" => "started".to_owned(),
            "stop" => "stopped".to_owned(),
            other => format!("{other} done"),
        };
        match result {
            DeployResult::Deployed => format!("{name} {done} on {} ({time})", hosts(counts.new)),
            DeployResult::RolledBack if self.action == "rollback" => {
                format!(
                    "{name} {done} on {} ({time})",
                    hosts(counts.new + counts.old)
                )
            }
            DeployResult::RolledBack => format!(
                "{name} {}; {} back on the old revision ({time})",
                self.failed(),
                match counts.old {
                    1 => "one host is".to_owned(),
                    more => format!("{more} hosts are"),
                }
            ),
            DeployResult::Untouched => format!("{name} {}; nothing was changed", self.failed()),
            DeployResult::Mixed => format!(
                "{name} {}: {} new, {} old, {} unknown, {} not touched",
                self.failed(),
                counts.new,
                counts.old,
                counts.unknown,
                counts.untouched
            ),
        }
    }
}

fn hosts(count: usize) -> String {
    match count {
        1 => "one host".to_owned(),
        more => format!("{more} hosts"),
    }
}

/// A span of time as people say it.
fn time(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    match seconds / 60 {
        0 => format!("{seconds} s"),
        minutes => format!("{minutes} min {} s", seconds % 60),
    }
}

/// A text as one line that a bot can say.
fn line(text: &str) -> String {
    let plain = text.replace(char::is_control, " ");
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if plain.len() <= LONGEST {
        return plain;
    }
    let end = plain.floor_char_boundary(LONGEST - '…'.len_utf8());
    format!("{}…", &plain[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_that_fits() {
        assert_eq!(line("a\r\nQUIT :b\u{7}\tc"), "a QUIT :b c");
        let long = line(&"ä".repeat(500));
        assert!(long.len() <= LONGEST && long.ends_with("ä…"), "{long}");
        assert_eq!(time(59.6), "1 min 0 s");
    }
}
