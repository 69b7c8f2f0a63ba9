use jiff::Timestamp;
use serde::Serialize;

/// From times to places, in percent of the whole width.
#[derive(Debug, Clone)]
pub(in crate::report::html) struct Scale {
    begin: Timestamp,
    pub(in crate::report::html) end: Timestamp,
    seconds: f64,
    step: f64,
}

/// A time that is written on the axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(in crate::report::html) struct Tick {
    x: String,
    words: String,
    /// Whether its words would leave the axis: they end where it is.
    is_last: bool,
}

/// Lengths between two ticks that people can reckon with, in seconds.
const STEPS: [f64; 16] = [
    0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0,
    3600.0,
];
/// No more ticks than fit on a telephone.
const MOST_TICKS: f64 = 5.0;
/// What is written further to the right, in percent, has no room there.
const LAST: f64 = 90.0;
/// A bar that is narrower cannot be seen.
const NARROWEST: f64 = 0.35;

impl Scale {
    /// The whole is from the first to the last event.
    pub(in crate::report::html) fn new(begin: Timestamp, end: Timestamp) -> Self {
        let seconds = end.duration_since(begin).as_secs_f64().max(0.1);
        let fits = |step: &&f64| seconds / **step <= MOST_TICKS;
        let step = match STEPS.iter().find(fits) {
            Some(step) => *step,
            // Whole hours.
            None => (seconds / MOST_TICKS / 3600.0).ceil() * 3600.0,
        };
        Self {
            begin,
            end,
            seconds,
            step,
        }
    }

    /// Where a time is.
    pub(in crate::report::html) fn place(&self, at: Timestamp) -> f64 {
        let since = at.duration_since(self.begin).as_secs_f64();
        (since / self.seconds * 100.0).clamp(0.0, 100.0)
    }

    pub(in crate::report::html) fn percent(&self, at: Timestamp) -> String {
        number(self.place(at))
    }

    /// Where a bar begins, and how wide it is; one that is short is drawn so that it can be seen.
    pub(in crate::report::html) fn span(&self, from: Timestamp, to: Timestamp) -> (f64, f64) {
        let x = self.place(from).min(100.0 - NARROWEST);
        (x, (self.place(to) - x).max(NARROWEST))
    }

    pub(in crate::report::html) fn ticks(&self) -> Vec<Tick> {
        let count = (self.seconds / self.step).floor() as usize;
        let ticks = (0..=count).map(|index| {
            let seconds = self.step * index as f64;
            let x = seconds / self.seconds * 100.0;
            Tick {
                x: number(x),
                words: self.words(seconds),
                is_last: x > LAST,
            }
        });
        ticks.collect()
    }

    /// The width between two ticks.
    pub(in crate::report::html) fn grid(&self) -> String {
        number(self.step / self.seconds * 100.0)
    }

    fn words(&self, seconds: f64) -> String {
        match self.step {
            _ if seconds == 0.0 => "0".to_owned(),
            step if step < 1.0 => format!("{seconds:.1} s"),
            step if step < 60.0 => format!("{seconds:.0} s"),
            step if step < 3600.0 => format!("{:.0} min", seconds / 60.0),
            _ => format!("{:.0} h", seconds / 3600.0),
        }
    }
}

/// A number as CSS and SVG read it, no longer than it needs to be.
pub(in crate::report::html) fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(seconds: i64) -> Scale {
        let begin = Timestamp::UNIX_EPOCH;
        Scale::new(begin, Timestamp::from_second(seconds).unwrap())
    }

    #[test]
    fn ticks_are_times_that_people_reckon_with() {
        let words = |seconds| -> Vec<String> {
            let ticks = scale(seconds).ticks();
            ticks.into_iter().map(|tick| tick.words).collect()
        };
        assert_eq!(words(9), ["0", "2 s", "4 s", "6 s", "8 s"]);
        assert_eq!(words(200), ["0", "1 min", "2 min", "3 min"]);
        assert_eq!(words(10 * 3600), ["0", "2 h", "4 h", "6 h", "8 h", "10 h"]);
        assert_eq!(words(0), ["0", "0.1 s"]);
    }

    #[test]
    fn a_bar_is_seen_however_short_it_is_and_stays_inside() {
        let scale = scale(1000);
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(scale.span(at(0), at(500)), (0.0, 50.0));
        let (x, width) = scale.span(at(1000), at(1000));
        assert!(width >= NARROWEST && x + width <= 100.0 + 1e-9);
        assert_eq!(scale.place(at(5000)), 100.0);
        assert_eq!(number(12.5), "12.5");
        assert_eq!(number(100.0), "100");
        assert_eq!(number(0.0), "0");
    }
}
