//! The live view: a table below the lines that stay, drawn anew while the deploy goes on. It ends as plain text.

mod board;
mod frame;
mod painter;

use std::io::Write as _;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dialoguer::console::Term;
use jiff::Timestamp;

use self::board::Board;
use self::frame::FrameLine;
use self::painter::{Painter, Size};
use super::endings::Endings;
use super::plain::{Weight, line};
use crate::event::{Event, EventKind, Reporter};
use crate::ui::{Below, Unseen};

/// The least time between two pictures: faster than anybody reads.
const PAUSE: Duration = Duration::from_millis(80);

/// How often the times in the picture go on where nothing happens.
const TICK: Duration = Duration::from_secs(1);

/// How often it is looked whether the terminal has another size: what it has made of the picture is not to stay for long.
const LOOK: Duration = Duration::from_millis(100);

/// How many rows are left for a question and its answer.
const QUESTION: usize = 3;

/// Shows a deploy on a terminal.
#[derive(Debug)]
pub struct Live {
    shared: Arc<Shared>,
    below: Below,
    keys: Option<Unseen>,
    thread: Option<std::thread::JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    board: Board,
    painter: Painter,
    /// Lines that stay, and are not on the screen yet.
    lines: Vec<String>,
    endings: Endings,
    is_changed: bool,
    /// Whether somebody else writes below the picture.
    is_held: bool,
    is_over: bool,
}

impl Live {
    /// Begins to draw on stderr; `below` is told how much room questions take.
    pub(crate) fn new(below: Below) -> Self {
        let choice = anstream::AutoStream::choice(&std::io::stderr());
        let shared = Arc::new(Shared::default());
        let has_color = choice != anstream::ColorChoice::Never;
        let state = shared.state.lock();
        state
            .unwrap_or_else(PoisonError::into_inner)
            .painter
            .has_color = has_color;
        let (drawn, above) = (Arc::clone(&shared), below.clone());
        Self {
            shared,
            below,
            keys: Some(Unseen::begin()),
            thread: Some(std::thread::spawn(move || draw(&drawn, &above))),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What a thread that panicked left is no worse than an old picture.
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&mut self) {
        self.state().is_over = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A picture that could not be drawn is no reason to fail.
            let _ended = thread.join();
        }
        self.keys = None;
    }
}

impl Reporter for Live {
    fn event(&mut self, event: &Event) {
        let mut state = self.state();
        state.board.take(event);
        if !state.endings.take(event) {
            let endings = state.endings.lines();
            let seen = endings
                .into_iter()
                .filter(|(weight, _)| *weight != Weight::Detail);
            state.lines.extend(seen.map(|(_, line)| line));
            if stays(event) {
                state.lines.push(line(event));
            }
        }
        state.is_changed = true;
        let is_last = matches!(event.kind, EventKind::DeployFinished { .. });
        drop(state);
        self.shared.changed.notify_all();
        if is_last {
            self.end();
        }
    }

    fn hold(&mut self) {
        let mut state = self.state();
        state.is_held = true;
        state.paint(Timestamp::now());
        drop(state);
        if let Some(keys) = self.keys.take() {
            keys.forget();
        }
    }

    fn release(&mut self) {
        self.keys = Some(Unseen::begin());
        let below = self.below.take();
        let mut state = self.state();
        state.withdraw(below);
        state.is_held = false;
        drop(state);
        self.shared.changed.notify_all();
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.end();
    }
}

impl State {
    /// Whether there is something to draw, so long after the last picture.
    fn is_due(&self, elapsed: Duration) -> bool {
        self.is_changed || self.is_over || elapsed >= TICK || self.painter.size != Some(size())
    }

    /// Writes the lines that stay, and the picture below them.
    fn paint(&mut self, now: Timestamp) {
        let size = size();
        let frame = match self.is_over {
            true => Vec::new(),
            false => self.frame(size, now),
        };
        let lines = std::mem::take(&mut self.lines);
        let bytes = self.painter.paint(&lines, frame, size);
        self.is_changed = false;
        write(&bytes);
    }

    fn frame(&self, size: Size, now: Timestamp) -> Vec<FrameLine> {
        // Below it a question has to have room: what leaves the screen cannot be taken away.
        let taken = if self.is_held { 1 + QUESTION } else { 1 };
        let height = size.height.saturating_sub(taken);
        self.board.frame(size.width, height, now)
    }

    /// Lets the times run on above a question. The picture keeps its rows: what all wait for is left out where it has none.
    fn repaint(&mut self, below: usize, now: Timestamp) {
        let size = size();
        let mut frame = self.frame(size, now);
        let lines = self.painter.lines();
        if frame.len() == lines + 1 && frame.get(lines).is_some_and(FrameLine::is_waiting) {
            frame.truncate(lines);
        } else if frame.len() + 1 == lines {
            frame.push(FrameLine::empty());
        }
        self.is_changed = false;
        write(&self.painter.repaint(&frame, below, size));
    }

    /// Takes the picture away from above a question that is answered; where nobody knows how much room that takes, it stays.
    fn withdraw(&mut self, below: Option<usize>) {
        self.is_changed = true;
        match below {
            Some(below) => write(&self.painter.withdraw(below, size())),
            None => self.painter.leave(),
        }
    }
}

fn write(bytes: &str) {
    // Not a stream that takes escapes away: without colour the picture moves all the same.
    let mut err = std::io::stderr().lock();
    // A closed stderr leaves nowhere to say so.
    let _written = err.write_all(bytes.as_bytes()).and_then(|()| err.flush());
}

/// Draws until it is over.
fn draw(shared: &Shared, below: &Below) {
    let mut last = Instant::now();
    let lock = || shared.state.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let mut state = lock();
        while !state.is_due(last.elapsed()) {
            let waited = shared.changed.wait_timeout(state, LOOK);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        if state.is_over {
            if state.is_held {
                state.painter.leave();
            }
            state.paint(Timestamp::now());
            return;
        }
        let early = PAUSE.saturating_sub(last.elapsed());
        drop(state);
        // Whatever happens in between is in the next picture.
        std::thread::sleep(early);
        let mut state = lock();
        match (state.is_over, state.is_held) {
            (true, _) => {}
            (false, false) => state.paint(Timestamp::now()),
            (false, true) => below.above(|rows| state.repaint(rows, Timestamp::now())),
        }
        last = Instant::now();
    }
}

/// Whether an event is a line that stays: what went wrong, groups that are through, and the end.
fn stays(event: &Event) -> bool {
    match &event.kind {
        EventKind::DeployStarted { .. }
        | EventKind::GroupFinished { .. }
        | EventKind::RollbackStarted
        | EventKind::Interrupted
        | EventKind::DeployFinished { .. } => true,
        EventKind::HostFinished { .. }
        | EventKind::HostPlanned { .. }
        | EventKind::ConfigPlanned { .. }
        | EventKind::HostReached { .. }
        | EventKind::GroupStarted { .. }
        | EventKind::StepStarted { .. }
        | EventKind::StepFinished { .. }
        | EventKind::Output
        | EventKind::Warning => Weight::of(event) == Weight::Grave,
    }
}

/// The size of the terminal; that of an old one where it does not say.
fn size() -> Size {
    match Term::stderr().size_checked() {
        Some((height, width)) if height > 1 && width > 1 => Size {
            width: usize::from(width),
            height: usize::from(height),
        },
        _ => Size {
            width: 80,
            height: 24,
        },
    }
}

#[cfg(test)]
mod tests;
