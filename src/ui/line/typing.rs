//! What is typed, from one line to the next.

use std::cell::Cell;
use std::io;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::interrupt;

/// What outlives a line: what is typed goes on in the next.
#[derive(Debug, Default)]
pub(in crate::ui) struct Typing {
    /// Whether what is read is being pasted: then no key has a meaning.
    pub(super) is_pasting: Cell<bool>,
    /// Whether the last key asked for help, or to go back: an Enter right behind it belongs to it, and answers nothing.
    pub(super) is_after_key: Cell<bool>,
}

impl Typing {
    /// Another program had the terminal after a key: an Enter that was typed meanwhile belongs to that key, and answers nothing.
    pub(in crate::ui) fn expect_enter(&self) -> io::Result<()> {
        self.is_after_key.set(has_input()?);
        Ok(())
    }
}

/// Waits until something was typed; nothing is where the run is to end first.
pub(super) fn is_typed() -> io::Result<bool> {
    while !interrupt::is_pending() {
        if has_input()? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Waits until something was typed, and not for long.
fn has_input() -> io::Result<bool> {
    let stdin = io::stdin();
    let mut polled = [PollFd::new(&stdin, PollFlags::IN)];
    match poll(&mut polled, Some(&LOOK)) {
        Ok(ready) => Ok(ready > 0),
        Err(Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Whether a terminal has gone that could not be used. The signal that tells it may come a moment later, and is waited for: it
/// says how the run ends.
pub(in crate::ui) fn has_hung_up(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, NotConnected, UnexpectedEof};
    // One that has gone is no terminal any more, and cannot be opened.
    let gone = [Errno::IO, Errno::NXIO, Errno::NOTTY].map(Errno::raw_os_error);
    let is_gone = matches!(error.kind(), BrokenPipe | NotConnected | UnexpectedEof)
        || error
            .raw_os_error()
            .is_some_and(|code| gone.contains(&code));
    is_over() || (is_gone && awaits_signal())
}

/// Whether the run is to end, or nobody is at the terminal any more.
pub(in crate::ui) fn is_over() -> bool {
    let stdin = io::stdin();
    let mut polled = [PollFd::new(&stdin, PollFlags::empty())];
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let found = poll(&mut polled, Some(&at_once));
    let is_gone = found.is_ok() && polled[0].revents().contains(PollFlags::HUP);
    interrupt::is_pending() || (is_gone && awaits_signal())
}

/// Waits for the signal of a terminal that has gone, as long as it may take.
fn awaits_signal() -> bool {
    let mut looks = 0..LOOKS;
    while looks.next().is_some() && !interrupt::is_pending() {
        std::thread::sleep(interrupt::BETWEEN_LOOKS);
    }
    true
}

/// How often the signal of a terminal that has gone is looked for.
const LOOKS: usize = 20;

/// How often whoever waits for a line looks for a signal.
const LOOK: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};
