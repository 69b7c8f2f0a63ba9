//! When to deploy: the windows that a site allows, and those that others have taken on the page with the plans.

mod page;

use jiff::{SignedDuration, Zoned, ZonedRound};

pub use self::page::{Card, Taken};
use crate::model::{Calendar, Day};

/// How many days ahead a window is looked for.
const DAYS: usize = 60;

/// How far apart the beginnings of windows are that are proposed, in minutes.
const STEP: i64 = 30;

/// A span of time for one deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    pub start: Zoned,
    pub end: Zoned,
}

/// Why a time is not one that the site allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objection {
    /// Nobody deploys on this day of the week.
    Day(Day),
    /// It is a day for deploys, but not the time of day.
    Hours,
}

impl Slot {
    /// A slot from a time on; `None` beyond the end of time.
    pub fn new(start: &Zoned, length: SignedDuration) -> Option<Self> {
        Some(Self {
            start: start.clone(),
            end: start.checked_add(length).ok()?,
        })
    }

    /// Those that are taken at the same time.
    pub fn overlaps<'a>(&self, taken: &'a [Taken]) -> Vec<&'a Taken> {
        let is_over = |other: &&Taken| other.slot.start < self.end && self.start < other.slot.end;
        taken.iter().filter(is_over).collect()
    }
}

/// What speaks against deploying in a slot; its times are in the site's time zone.
pub fn objection(calendar: &Calendar, slot: &Slot) -> Option<Objection> {
    let date = slot.start.date();
    // A window may have begun on the day before.
    let begins = [Some(date), date.yesterday().ok()];
    let mut windows = begins
        .into_iter()
        .flatten()
        .filter_map(|day| calendar.window(day));
    if windows.any(|(from, to)| from <= slot.start && slot.end <= to) {
        return None;
    }
    let day = Day::of(slot.start.weekday());
    Some(match calendar.has(day) {
        true => Objection::Hours,
        false => Objection::Day(day),
    })
}

/// The first free slot of this length from a time on; `None` where there is none for two months.
pub fn next(
    calendar: &Calendar,
    from: &Zoned,
    length: SignedDuration,
    taken: &[Taken],
) -> Option<Slot> {
    let from = from.with_time_zone(calendar.zone().clone());
    let yesterday = from.date().yesterday().ok()?;
    let days = yesterday.series(jiff::Span::new().days(1)).take(DAYS + 1);
    for (begin, end) in days.filter_map(|day| calendar.window(day)) {
        let mut start = begin.max(rounded_up(&from)?);
        while let Some(slot) = Slot::new(&start, length).filter(|slot| slot.end <= end) {
            let Some(last) = slot
                .overlaps(taken)
                .into_iter()
                .map(|other| &other.slot.end)
                .max()
            else {
                return Some(slot);
            };
            start = rounded_up(&last.with_time_zone(calendar.zone().clone()))?;
        }
    }
    None
}

/// The next full or half hour.
fn rounded_up(time: &Zoned) -> Option<Zoned> {
    let round = ZonedRound::new()
        .smallest(jiff::Unit::Minute)
        .increment(STEP)
        .mode(jiff::RoundMode::Ceil);
    time.round(round).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Site;

    const SITE: &str = "version: 1\nname: here\ncalendar: {time_zone: Europe/Prague, days: [Mon, Tue, Wed, Thu], hours: '09:00-16:00'}\n";

    fn calendar(text: &str) -> Calendar {
        Site::parse("here.yaml".into(), text)
            .unwrap()
            .calendar
            .unwrap()
    }

    fn time(text: &str) -> Zoned {
        text.parse().unwrap()
    }

    fn slot(start: &str, minutes: i64) -> Slot {
        Slot::new(&time(start), SignedDuration::from_mins(minutes)).unwrap()
    }

    #[test]
    fn the_next_window_is_free_and_allowed() {
        let calendar = calendar(SITE);
        let taken = [
            ("2026-11-30T09:00+01:00[Europe/Prague]", 60),
            ("2026-11-30T10:00+01:00[Europe/Prague]", 45),
        ];
        let taken = taken.map(|(start, minutes)| Taken {
            slot: slot(start, minutes),
            name: "Others".into(),
        });
        let next = |from: &str, minutes: i64| {
            let length = SignedDuration::from_mins(minutes);
            let slot = next(&calendar, &time(from), length, &taken);
            slot.map(|slot| slot.start.strftime("%a %F %H:%M").to_string())
        };
        for (from, minutes, expected) in [
            (
                "2026-11-25T13:10+01:00[Europe/Prague]",
                30,
                "Wed 2026-11-25 13:30",
            ),
            (
                "2026-11-25T13:30+01:00[Europe/Prague]",
                30,
                "Wed 2026-11-25 13:30",
            ),
            (
                "2026-11-26T15:40+01:00[Europe/Prague]",
                30,
                "Mon 2026-11-30 11:00",
            ),
            ("2026-11-28T12:00Z[UTC]", 30, "Mon 2026-11-30 11:00"),
            (
                "2026-11-30T04:00-08:00[America/Los_Angeles]",
                240,
                "Tue 2026-12-01 09:00",
            ),
        ] {
            assert_eq!(next(from, minutes).as_deref(), Some(expected), "{from}");
        }
        assert_eq!(next("2026-11-25T13:10+01:00[Europe/Prague]", 480), None);
    }

    #[test]
    fn a_window_over_midnight_belongs_to_the_day_before() {
        let night = SITE.replace("09:00-16:00", "22:00-02:00");
        let calendar = calendar(&night);
        let against = |start: &str| objection(&calendar, &slot(start, 30));
        assert_eq!(against("2026-11-27T01:00+01:00[Europe/Prague]"), None);
        assert_eq!(
            against("2026-11-27T01:45+01:00[Europe/Prague]"),
            Some(Objection::Day(Day::Fri))
        );
        assert_eq!(
            against("2026-11-26T12:00+01:00[Europe/Prague]"),
            Some(Objection::Hours)
        );
        let length = SignedDuration::from_mins(30);
        let slot = next(
            &calendar,
            &time("2026-11-27T00:40+01:00[Europe/Prague]"),
            length,
            &[],
        )
        .unwrap();
        assert_eq!(slot.start, time("2026-11-27T01:00+01:00[Europe/Prague]"));
    }
}
