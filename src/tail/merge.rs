use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Brings what several hosts have, each in its own order, into the order of time.
///
/// It hands out the earliest of what it has, once every host has something, so that nothing earlier can come. Whoever
/// does not want to wait for ever for a host that has nothing holds what there is for a time only.
#[derive(Debug)]
pub(super) struct Merge<T> {
    hosts: Vec<Queue<T>>,
    /// Nothing: however long it takes.
    hold: Option<Hold>,
}

#[derive(Debug, Clone, Copy)]
struct Hold {
    length: Duration,
    /// Until then, hosts are waited for that have not begun.
    opening: Instant,
}

#[derive(Debug)]
struct Queue<T> {
    waiting: VecDeque<Held<T>>,
    state: State,
    /// The time of what came last.
    time: i64,
}

#[derive(Debug)]
struct Held<T> {
    time: i64,
    since: Instant,
    item: T,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It may have something, once it is there.
    Awaited,
    Begun,
    /// Nothing of it is waited for.
    Over,
}

impl<T> Merge<T> {
    /// Waits for what all have, however long it takes.
    pub(super) fn complete(hosts: usize) -> Self {
        Self::new(hosts, None)
    }

    /// Holds everything for so long at most, but until `opening` for hosts that have not begun.
    pub(super) fn held(hosts: usize, length: Duration, opening: Instant) -> Self {
        Self::new(hosts, Some(Hold { length, opening }))
    }

    fn new(hosts: usize, hold: Option<Hold>) -> Self {
        let queue = |_| Queue {
            waiting: VecDeque::new(),
            state: State::Awaited,
            time: i64::MIN,
        };
        Self {
            hosts: (0..hosts).map(queue).collect(),
            hold,
        }
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.hosts.iter().all(|queue| queue.waiting.is_empty())
    }

    pub(super) fn begin(&mut self, host: usize) {
        self.hosts[host].state = State::Begun;
    }

    /// What it has is handed out still; more is not waited for.
    pub(super) fn end(&mut self, host: usize) {
        self.hosts[host].state = State::Over;
    }

    pub(super) fn end_all(&mut self) {
        for queue in &mut self.hosts {
            queue.state = State::Over;
        }
    }

    /// Takes what a host has next; without a time it belongs to what came before.
    pub(super) fn push(&mut self, host: usize, time: Option<i64>, item: T, now: Instant) {
        let queue = &mut self.hosts[host];
        queue.time = time.unwrap_or(queue.time);
        queue.waiting.push_back(Held {
            time: queue.time,
            since: now,
            item,
        });
    }

    /// What comes next, if that is known by now.
    pub(super) fn next(&mut self, now: Instant) -> Option<T> {
        let has_all = self
            .hosts
            .iter()
            .all(|queue| queue.state == State::Over || !queue.waiting.is_empty());
        let fronts = self.hosts.iter().enumerate().filter_map(|(host, queue)| {
            let front = queue.waiting.front()?;
            let is_ready = has_all || self.due_of(front).is_some_and(|due| due <= now);
            is_ready.then_some((front.time, host))
        });
        let (_, host) = fronts.min()?;
        let held = self.hosts[host].waiting.pop_front()?;
        Some(held.item)
    }

    /// When something comes next, if nothing happens until then.
    pub(super) fn due(&self) -> Option<Instant> {
        let fronts = self.hosts.iter().filter_map(|queue| queue.waiting.front());
        fronts.filter_map(|front| self.due_of(front)).min()
    }

    fn due_of(&self, held: &Held<T>) -> Option<Instant> {
        let hold = self.hold?;
        let due = held.since + hold.length;
        let mut hosts = self.hosts.iter();
        match hosts.any(|queue| queue.state == State::Awaited) {
            true => Some(due.max(hold.opening)),
            false => Some(due),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOLD: Duration = Duration::from_millis(500);

    fn all(merge: &mut Merge<&'static str>, now: Instant) -> String {
        let taken: Vec<&str> = std::iter::from_fn(|| merge.next(now)).collect();
        taken.join(" ")
    }

    #[test]
    fn what_is_complete_is_in_order_however_it_came() {
        let now = Instant::now();
        let mut merge = Merge::complete(3);
        merge.push(0, Some(3), "a3", now);
        merge.push(0, None, "a3-", now);
        merge.push(0, Some(7), "a7", now);
        merge.push(1, Some(2), "b2", now);
        assert_eq!(
            all(&mut merge, now),
            "",
            "the third may have something earlier"
        );
        assert_eq!(merge.due(), None);
        merge.push(2, Some(5), "c5", now);
        assert_eq!(all(&mut merge, now), "b2");
        merge.end(1);
        assert_eq!(all(&mut merge, now), "a3 a3- c5");
        merge.end(2);
        assert_eq!(all(&mut merge, now), "a7");
    }

    #[test]
    fn a_slow_host_is_waited_for_a_while_only() {
        let now = Instant::now();
        let mut merge = Merge::held(2, HOLD, now);
        merge.begin(0);
        merge.begin(1);
        merge.push(0, Some(1), "a1", now);
        assert_eq!(all(&mut merge, now), "");
        assert_eq!(merge.due(), Some(now + HOLD));
        merge.push(0, Some(4), "a4", now + HOLD / 2);
        assert_eq!(all(&mut merge, now + HOLD), "a1");
        // It was too late for its place, and comes at once: there is nothing earlier.
        merge.push(1, Some(0), "b0", now + HOLD);
        assert_eq!(all(&mut merge, now + HOLD), "b0");
        assert_eq!(all(&mut merge, now + HOLD * 2), "a4");
    }

    #[test]
    fn a_clock_that_is_wrong_holds_up_nobody() {
        let now = Instant::now();
        let mut merge = Merge::held(2, HOLD, now);
        merge.begin(0);
        merge.begin(1);
        merge.push(0, Some(i64::MAX), "a-future", now);
        merge.push(1, Some(1), "b1", now + HOLD / 2);
        assert_eq!(all(&mut merge, now + HOLD / 2), "b1");
        assert_eq!(all(&mut merge, now + HOLD), "a-future");
    }

    #[test]
    fn hosts_that_do_not_answer_are_waited_for_at_the_beginning() {
        let now = Instant::now();
        let opening = now + HOLD * 4;
        let mut merge = Merge::held(3, HOLD, opening);
        merge.begin(0);
        merge.push(0, Some(2), "a2", now);
        assert_eq!(merge.due(), Some(opening));
        assert_eq!(all(&mut merge, now + HOLD), "");
        merge.begin(1);
        merge.end(2);
        merge.push(1, Some(1), "b1", now + HOLD);
        assert_eq!(all(&mut merge, now + HOLD), "b1 a2");
    }
}
