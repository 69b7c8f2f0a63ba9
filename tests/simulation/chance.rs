use std::sync::Mutex;
use std::time::Duration;

/// The chance of a run: the same seed, the same numbers.
#[derive(Debug)]
pub(crate) struct Chance(Mutex<fastrand::Rng>);

impl Chance {
    pub(crate) fn of(seed: u64) -> Self {
        Self(Mutex::new(fastrand::Rng::with_seed(seed)))
    }

    /// A number below another.
    pub(crate) fn below(&self, limit: usize) -> usize {
        self.0.lock().unwrap().usize(..limit.max(1))
    }

    /// True so many times of a hundred.
    pub(crate) fn percent(&self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn among<'a, T>(&self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// A time up to so many milliseconds.
    pub(crate) fn millis(&self, limit: usize) -> Duration {
        Duration::from_millis(self.below(limit + 1) as u64)
    }
}

/// A number that the environment sets.
pub(crate) fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap())
}
