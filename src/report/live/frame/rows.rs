use dialoguer::console::{measure_text_width, truncate_str};
use jiff::Timestamp;

use super::{FrameLine, Style};
use crate::model::HostName;
use crate::report::live::board::{HostRow, Status};

/// How wide the columns of the hosts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    host: usize,
    status: usize,
    width: usize,
}

/// The column of the time, and what is between the columns.
const TIME: usize = 6;
const SPACE: usize = 4;

impl Columns {
    /// Those for some hosts in so many columns.
    pub(super) fn of<'a>(hosts: impl Iterator<Item = &'a HostName>, width: usize) -> Self {
        let longest = hosts.map(|host| host.as_str().len()).max().unwrap_or(0);
        let width = width.saturating_sub(1);
        let (most, status) = match width < 60 {
            // There is no room for words: the names have what is left.
            true => (width.saturating_sub(14 + TIME + SPACE), 14),
            false => (width / 3, 18),
        };
        Self {
            host: longest.min(most.max(8)),
            status,
            width,
        }
    }

    /// The line of a host.
    pub(super) fn line(&self, name: &HostName, row: &HostRow, now: Timestamp) -> FrameLine {
        let host = fit(name.as_str(), self.host);
        let time = match row.status {
            Status::AtWork(_) => clock(row.since, now),
            Status::Waiting
            | Status::Prepared
            | Status::Healthy
            | Status::Done
            | Status::ServiceStopped
            | Status::Stopped
            | Status::GoesBack
            | Status::Failed
            | Status::RolledBack
            | Status::Untouched
            | Status::Unknown
            | Status::Idle => String::new(),
        };
        let status = fit(row.status.words(), self.status);
        let (first, second, words) = (self.host, self.status, &row.words);
        let text = match row.status {
            // The words are what matters: they get the room of the time.
            Status::Failed | Status::Unknown => format!("  {host:<first$}  {status}  {words}"),
            _ => format!("  {host:<first$}  {status:<second$}{time:>TIME$}  {words}"),
        };
        let style = match row.status {
            Status::Waiting
            | Status::Prepared
            | Status::Stopped
            | Status::Untouched
            | Status::Idle => Style::Faint,
            Status::AtWork(_) | Status::GoesBack | Status::RolledBack => Style::Plain,
            Status::Healthy | Status::Done | Status::ServiceStopped => Style::Good,
            Status::Failed | Status::Unknown => Style::Bad,
        };
        FrameLine {
            text: fit(text.trim_end(), self.width),
            style,
        }
    }
}

/// A text in at most so many columns.
pub(super) fn fit(text: &str, width: usize) -> String {
    match measure_text_width(text) > width {
        true => truncate_str(text, width, "...").into_owned(),
        false => text.to_owned(),
    }
}

/// How long it is since then: minutes and seconds.
pub(super) fn clock(since: Timestamp, now: Timestamp) -> String {
    let seconds = (now.as_second() - since.as_second()).max(0);
    match seconds / 3600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}
