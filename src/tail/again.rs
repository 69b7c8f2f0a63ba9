//! Which lines were read before, once a log is read again.

use std::collections::VecDeque;
use std::hash::{BuildHasher as _, RandomState};

/// How many lines of a log are read again, to find the place where it went on.
pub(super) const REREAD: usize = 1_000;

/// The last lines that were read of a log.
#[derive(Debug, Default)]
pub(super) struct Seen {
    hasher: RandomState,
    lines: VecDeque<u64>,
    /// The time of the last record.
    time: Option<i64>,
}

/// The place in a log that is read again, as far as it is known.
#[derive(Debug)]
pub(super) struct Again {
    /// How many of the next lines may have been read before.
    left: usize,
    place: Cursor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cursor {
    /// Nothing has come.
    Unknown,
    /// What has come was written before what was read.
    Before,
    /// The next line is the one of that number among those that were read, or a new one.
    At(usize),
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Novelty {
    Old,
    New,
    /// New, and there may be others before it that were never read.
    AfterGap,
}

impl Seen {
    /// Notes a line, with its time if it is a record.
    pub(super) fn note(&mut self, line: &str, time: Option<i64>) {
        self.time = time.or(self.time);
        self.lines.push_back(self.hasher.hash_one(line));
        if self.lines.len() > REREAD {
            self.lines.pop_front();
        }
    }

    /// Whether nothing was read.
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Reads the last [`REREAD`] lines again, and what comes then.
    pub(super) fn again(&self) -> Again {
        Again {
            left: REREAD,
            place: Cursor::Unknown,
        }
    }

    /// What the next line is.
    pub(super) fn judge(&self, again: &mut Again, line: &str, time: Option<i64>) -> Novelty {
        if again.left == 0 {
            return Novelty::New;
        }
        again.left -= 1;
        let line = self.hasher.hash_one(line);
        let number = match again.place {
            Cursor::At(next) => Some(next).filter(|next| self.lines.get(*next) == Some(&line)),
            // Lines that are no records, such as empty ones, may be like any others.
            Cursor::Unknown | Cursor::Before if time.is_none() && self.time.is_some() => None,
            Cursor::Unknown | Cursor::Before => self.lines.iter().position(|seen| *seen == line),
        };
        if let Some(number) = number {
            again.place = Cursor::At(number + 1);
            return Novelty::Old;
        }
        // Where no record was read, nothing is known of times.
        let is_later = self.time.is_some() && time > self.time;
        let novelty = match again.place {
            Cursor::At(_) => Novelty::New,
            Cursor::Before if is_later => Novelty::New,
            Cursor::Unknown if is_later => Novelty::AfterGap,
            Cursor::Unknown | Cursor::Before => Novelty::Old,
        };
        match novelty {
            Novelty::Old => again.place = Cursor::Before,
            Novelty::New | Novelty::AfterGap => again.left = 0,
        }
        novelty
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Line = (&'static str, Option<i64>);

    fn judged(before: &[Line], after: &[Line]) -> Vec<Novelty> {
        let mut seen = Seen::default();
        for (line, time) in before {
            seen.note(line, *time);
        }
        let mut again = seen.again();
        let judge = |(line, time): &Line| seen.judge(&mut again, line, *time);
        after.iter().map(judge).collect()
    }

    use Novelty::{AfterGap, New, Old};

    #[test]
    fn a_log_goes_on_where_it_was_left() {
        let log = [
            ("a", Some(1)),
            ("", None),
            ("b", Some(2)),
            ("", None),
            ("c", Some(2)),
            ("", None),
            ("trace", None),
            ("d", Some(1)),
            ("a", Some(9)),
        ];
        // Whatever was read, and however much of that is read again.
        assert_eq!(
            judged(&log[2..5], &log),
            [Old, Old, Old, Old, Old, New, New, New, New]
        );
        assert_eq!(
            judged(&log[..6], &log[1..]),
            [Old, Old, Old, Old, Old, New, New, New]
        );
        assert_eq!(
            judged(&log[..3], &log[2..]),
            [Old, New, New, New, New, New, New]
        );
    }

    #[test]
    fn a_log_that_began_anew_is_read_from_what_is_later() {
        let before = [("a", Some(1)), ("b", Some(5))];
        assert_eq!(
            judged(&before, &[("c", Some(6)), ("d", Some(6))]),
            [AfterGap, New]
        );
        assert_eq!(
            judged(&before, &[("z", Some(0)), ("c", Some(6))]),
            [Old, New]
        );
    }

    #[test]
    fn records_before_the_only_line_that_was_read_are_old() {
        let log = [("a", Some(1)), ("raw", None), ("b", Some(2))];
        assert_eq!(judged(&log[1..2], &log), [Old, Old, New]);
    }

    #[test]
    fn lines_without_times_are_told_apart_by_what_they_say() {
        let log = [("a", None), ("b", None), ("c", None)];
        assert_eq!(judged(&log[..2], &log), [Old, Old, New]);
    }
}
