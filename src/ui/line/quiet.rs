//! The terminal while a line is typed: it only hands over keys, and marks what is pasted.

use std::io::{self, Write as _};

use dialoguer::console::Term;

/// Has the terminal hand over each key as it is, also between two reads, and mark what is pasted; undone when it is
/// dropped. Ctrl-C is a key, too: as a signal, one that comes before the wait for a key begins would go unnoticed.
pub(super) struct Quiet(Option<rustix::termios::Termios>);

impl Quiet {
    pub(super) fn begin() -> Self {
        use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
        let Ok(before) = tcgetattr(io::stdin()) else {
            return Self(None);
        };
        let mut quiet = before.clone();
        quiet.make_raw();
        // What is printed meanwhile still begins its lines at the left.
        quiet.output_modes = before.output_modes;
        // A terminal that stays as it is does not get in the way of the answer.
        let is_set = tcsetattr(io::stdin(), OptionalActions::Drain, &quiet).is_ok();
        mark_pasted("h");
        Self(is_set.then_some(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        mark_pasted("l");
        if let Some(before) = &self.0 {
            let _restored = tcsetattr(io::stdin(), OptionalActions::Drain, before);
        }
    }
}

/// Has the terminal mark what is pasted (`h`), or not any more (`l`).
fn mark_pasted(set: &str) {
    if std::env::var("TERM").is_ok_and(|term| term != "dumb") {
        let mut term = Term::stderr();
        // A terminal that has gone is noticed by the next read.
        let _marked = term.write_all(format!("\u{1b}[?2004{set}").as_bytes());
        let _flushed = term.flush();
    }
}
