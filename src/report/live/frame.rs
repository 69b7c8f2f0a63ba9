//! The picture: as many lines as there is room for, from what matters most on.

mod room;
mod rows;

use indexmap::IndexMap;
use jiff::Timestamp;

use self::room::Room;
use self::rows::{Columns, clock, fit};
use super::board::{Board, HostRow, Status};
use crate::model::{GroupName, HostName};

/// A line of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FrameLine {
    pub(super) text: String,
    pub(super) style: Style,
}

impl FrameLine {
    pub(super) fn empty() -> Self {
        Self {
            text: String::new(),
            style: Style::Plain,
        }
    }

    /// Whether it says what all wait for.
    pub(super) fn is_waiting(&self) -> bool {
        self.text.starts_with(WAITING)
    }
}

/// How a line looks; what it means is in its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Heading,
    Faint,
    Good,
    Bad,
}

/// After how many seconds it is said what all wait for.
const LONG: i64 = 3;

/// What a line begins with that says what all wait for.
const WAITING: &str = "waiting for ";

/// How many hosts stand where.
#[derive(Debug, Default)]
struct Counts {
    healthy: usize,
    at_work: usize,
    going_back: usize,
    waiting: usize,
    failed: usize,
    back: usize,
    to_go_back: usize,
    stopped: usize,
    service_stopped: usize,
    untouched: usize,
    idle: usize,
}

impl Board {
    /// The picture, in so many columns and at most so many lines.
    pub(super) fn frame(&self, width: usize, height: usize, now: Timestamp) -> Vec<FrameLine> {
        if self.hosts.is_empty() || height < 2 {
            return Vec::new();
        }
        let mut groups: IndexMap<&GroupName, Vec<(&HostName, &HostRow)>> = IndexMap::new();
        for (name, row) in &self.hosts {
            groups.entry(&row.group).or_default().push((name, row));
        }
        let last = self.totals(width, now);
        let columns = Columns::of(self.hosts.keys(), width);
        let room = Room::of(width, height).without(&last);
        let mut lines = Vec::new();
        let mut headings = Vec::new();
        for (group, hosts) in &groups {
            let heading = self.heading(group, hosts, width);
            headings.push(heading.clone());
            lines.push(heading);
            lines.extend(hosts.iter().map(|(name, row)| columns.line(name, row, now)));
        }
        if !room.has_room_for(&lines) {
            lines = room.first(headings);
            lines.extend(self.matters(&columns, room.without(&lines), now));
        }
        lines.extend(last);
        lines
    }

    /// The hosts that matter most: what went wrong, then what takes longest.
    fn matters(&self, columns: &Columns, room: Room, now: Timestamp) -> Vec<FrameLine> {
        let weight = |row: &HostRow| match row.status {
            Status::Failed | Status::Unknown => Some(0),
            Status::AtWork(_) => Some(1),
            Status::Waiting
            | Status::Prepared
            | Status::Healthy
            | Status::Done
            | Status::ServiceStopped
            | Status::Stopped
            | Status::GoesBack
            | Status::RolledBack
            | Status::Untouched
            | Status::Idle => None,
        };
        let hosts = self.hosts.iter();
        let mut hosts: Vec<_> = hosts
            .filter_map(|(name, row)| Some((weight(row)?, row.since, name, row)))
            .collect();
        hosts.sort_by_key(|(weight, since, ..)| (*weight, *since));
        let rows = hosts.iter();
        let lines: Vec<_> = rows
            .map(|(_, _, name, row)| columns.line(name, row, now))
            .collect();
        if room.has_room_for(&lines) {
            return lines;
        }
        let more = |number: usize| FrameLine {
            text: format!("  and {number} more"),
            style: Style::Faint,
        };
        let mut shown = room.without(&[more(hosts.len())]).first(lines);
        shown.push(more(hosts.len() - shown.len()));
        room.first(shown)
    }

    /// The line above the hosts of a group.
    fn heading(
        &self,
        group: &GroupName,
        hosts: &[(&HostName, &HostRow)],
        width: usize,
    ) -> FrameLine {
        let counts = Counts::of(hosts.iter().map(|(_, row)| *row), self.is_going_back);
        let text = format!(
            "{group}  {}: {}",
            hosts_in_words(hosts.len()),
            counts.words()
        );
        FrameLine {
            text: fit(&text, width.saturating_sub(1)),
            style: Style::Heading,
        }
    }

    /// What there is in all, since when, and what it waits for.
    fn totals(&self, width: usize, now: Timestamp) -> Vec<FrameLine> {
        let counts = Counts::of(self.hosts.values(), self.is_going_back);
        let begun = self.begun.unwrap_or(now);
        let text = format!(
            "{}  {}: {}",
            clock(begun, now),
            hosts_in_words(self.hosts.len()),
            counts.words()
        );
        let mut lines = vec![FrameLine {
            text: fit(&text, width.saturating_sub(1)),
            style: Style::Heading,
        }];
        let at_work = self
            .hosts
            .iter()
            .filter_map(|(name, row)| match &row.status {
                Status::AtWork(step) => Some((row.since, name, step)),
                _ => None,
            });
        if let Some((since, name, step)) = at_work.min()
            && now.as_second() - since.as_second() >= LONG
        {
            let text = format!("{WAITING}{name}: {step}, {}", clock(since, now));
            lines.push(FrameLine {
                text: fit(&text, width.saturating_sub(1)),
                style: Style::Plain,
            });
        }
        lines
    }
}

fn hosts_in_words(count: usize) -> String {
    match count {
        1 => "1 host".to_owned(),
        more => format!("{more} hosts"),
    }
}

impl Counts {
    fn of<'a>(hosts: impl Iterator<Item = &'a HostRow>, is_going_back: bool) -> Self {
        let mut counts = Self::default();
        for row in hosts {
            let count = match row.status {
                Status::Waiting | Status::Prepared => &mut counts.waiting,
                Status::Stopped => &mut counts.stopped,
                Status::ServiceStopped => &mut counts.service_stopped,
                Status::GoesBack => &mut counts.to_go_back,
                Status::AtWork(_) if is_going_back && row.is_touched => &mut counts.going_back,
                Status::AtWork(_) => &mut counts.at_work,
                Status::Healthy | Status::Done => &mut counts.healthy,
                Status::Failed | Status::Unknown => &mut counts.failed,
                Status::RolledBack => &mut counts.back,
                Status::Untouched => &mut counts.untouched,
                Status::Idle => &mut counts.idle,
            };
            *count += 1;
        }
        counts
    }

    fn words(&self) -> String {
        let words = [
            (self.failed, "FAILED"),
            (self.back, "rolled back"),
            (self.healthy, "healthy"),
            (self.service_stopped, "stopped"),
            (self.stopped, "cut short"),
            (self.to_go_back, "to go back"),
            (self.going_back, "going back"),
            (self.at_work, "at work"),
            (self.waiting, "waiting"),
            (self.untouched, "untouched"),
            (self.idle, "with nothing to do"),
        ];
        let words = words.iter().filter(|(count, _)| *count > 0);
        let words: Vec<String> = words
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        words.join(", ")
    }
}
