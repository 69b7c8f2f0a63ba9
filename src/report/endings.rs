use super::plain::{Weight, line, line_of};
use crate::event::{Event, EventKind, HostOutcome};
use crate::model::{HostName, Revision};

/// What the hosts of a deploy ended as, with those in one line that ended alike: three hundred lines are read by nobody.
#[derive(Debug, Default)]
pub(crate) struct Endings {
    alike: Vec<(Event, Vec<String>)>,
}

/// As many hosts that ended alike have a line each.
const FEW: usize = 3;

impl Endings {
    /// Takes an event for later, where it is one of those.
    pub(crate) fn take(&mut self, event: &Event) -> bool {
        let (EventKind::HostFinished { .. }, Some(host)) = (&event.kind, &event.about.host) else {
            return false;
        };
        match self.alike.iter_mut().find(|(other, _)| alike(other, event)) {
            Some((_, hosts)) => hosts.push(host.to_string()),
            None => self.alike.push((event.clone(), vec![host.to_string()])),
        }
        true
    }

    /// The lines, in the order in which they were begun, and who sees them.
    pub(crate) fn lines(&mut self) -> Vec<(Weight, String)> {
        let mut lines = Vec::new();
        for (mut event, hosts) in std::mem::take(&mut self.alike) {
            let weight = Weight::of(&event);
            // What somebody has to act upon is long: once is enough.
            let few = if has_command(&event) { 1 } else { FEW };
            if hosts.len() <= few {
                for host in hosts {
                    event.about.host = HostName::parse(&host).ok();
                    lines.push((weight, line(&event)));
                }
                continue;
            }
            let (stem, _) = stem(&event);
            let all = stem.map(|stem| format!("{stem}{}", hosts.join(",")));
            let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
            if let EventKind::HostFinished { command, .. } = &mut event.kind {
                *command = all;
            }
            lines.push((weight, line_of(&event, Some(&named(&hosts)))));
        }
        lines
    }
}

fn has_command(event: &Event) -> bool {
    matches!(
        &event.kind,
        EventKind::HostFinished {
            command: Some(_),
            ..
        }
    )
}

/// The command of a host up to its name, with which it ends; and the rest of how the host ended.
fn stem(event: &Event) -> (Option<&str>, Option<(HostOutcome, Option<&Revision>)>) {
    let EventKind::HostFinished {
        outcome,
        live,
        command,
    } = &event.kind
    else {
        return (None, None);
    };
    let host = event.about.host.as_ref().map(HostName::as_str);
    let stem = command.as_deref().zip(host);
    let stem = stem.and_then(|(command, host)| command.strip_suffix(host));
    (stem, Some((*outcome, live.as_ref())))
}

/// Whether two hosts ended alike, and one command can be for both.
fn alike(one: &Event, other: &Event) -> bool {
    let can_be_joined = !has_command(one) || stem(one).0.is_some();
    let is_like = stem(one) == stem(other) && has_command(one) == has_command(other);
    is_like && can_be_joined && one.text == other.text && one.level == other.level
}

/// A few hosts by their names, and how many more there are.
pub(crate) fn named(hosts: &[&str]) -> String {
    match hosts.split_at_checked(FEW) {
        Some((first, rest)) if !rest.is_empty() => {
            format!("{} and {} more", first.join(", "), rest.len())
        }
        _ => hosts.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::event::{About, DeployId, Level, VERSION};

    fn finished(number: usize, outcome: HostOutcome, text: &str) -> Event {
        let host = format!("h{number}");
        let command =
            (outcome == HostOutcome::Unknown).then(|| format!("svcgen rollback --limit {host}"));
        Event {
            v: VERSION,
            at: Timestamp::UNIX_EPOCH,
            seq: 1,
            deploy: DeployId::parse("20261123T140312Z-3f9a01").unwrap(),
            about: About {
                host: HostName::parse(&host).ok(),
                ..About::default()
            },
            level: Level::Info,
            text: text.into(),
            kind: EventKind::HostFinished {
                outcome,
                live: None,
                command,
            },
        }
    }

    #[test]
    fn hosts_that_ended_alike_share_a_line_and_one_command_unless_they_are_few() {
        let mut endings = Endings::default();
        for number in 0..300 {
            let event = match number {
                0..2 => finished(number, HostOutcome::Old, "rolled back"),
                2..7 => finished(number, HostOutcome::Unknown, "UNKNOWN"),
                _ => finished(number, HostOutcome::Untouched, "untouched"),
            };
            assert!(endings.take(&event));
        }
        let lines = endings.lines();
        let lines: Vec<&str> = lines.iter().map(|(_, line)| &line[9..]).collect();
        assert_eq!(lines[..2], ["h0: rolled back", "h1: rolled back"]);
        let unknown =
            "h2, h3, h4 and 2 more: UNKNOWN; next: svcgen rollback --limit h2,h3,h4,h5,h6";
        assert_eq!((lines[2], lines.len()), (unknown, 4));
        assert_eq!(lines[3], "h7, h8, h9 and 290 more: untouched");
        assert!(endings.lines().is_empty());
    }
}
