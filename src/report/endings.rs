use super::plain::{Weight, line};
use crate::event::{Event, EventKind};

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
        let (EventKind::HostFinished { command, .. }, Some(host)) =
            (&event.kind, &event.about.host)
        else {
            return false;
        };
        let is_like = |(other, _): &&mut (Event, Vec<String>)| {
            let same = other.kind == event.kind && other.text == event.text;
            // Where somebody has to act, every host has its own command.
            same && other.level == event.level && command.is_none()
        };
        match self.alike.iter_mut().find(is_like) {
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
            if hosts.len() <= FEW {
                for host in hosts {
                    event.about.host = crate::model::HostName::parse(&host).ok();
                    lines.push((weight, line(&event)));
                }
                continue;
            }
            event.about.host = None;
            let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
            event.text = format!("{}: {}", named(&hosts), event.text);
            lines.push((weight, line(&event)));
        }
        lines
    }
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
    use crate::event::{About, DeployId, HostOutcome, Level, VERSION};
    use crate::model::HostName;

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
    fn hosts_that_ended_alike_share_a_line_unless_they_are_few_or_somebody_has_to_act() {
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
        let unknown = "h2: UNKNOWN; next: svcgen rollback --limit h2";
        assert_eq!((lines[2], lines.len()), (unknown, 8));
        assert_eq!(lines[7], "h7, h8, h9 and 290 more: untouched");
        assert!(endings.lines().is_empty());
    }
}
