use std::io;

use rustix::process::getpgrp;
use rustix::termios::{
    LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcgetpgrp, tcsetattr,
};

/// Keeps keys that are typed off the screen, where they would tear what is drawn there; undone when it is dropped. Ctrl-C
/// and the like do what they always do.
#[derive(Debug)]
pub(crate) struct Unseen(Option<Termios>);

impl Unseen {
    pub(crate) fn begin() -> Self {
        Self::without(LocalModes::ECHO)
    }

    /// The same for a question, to which Ctrl-C is an answer: as a signal, one that comes before the wait for a key begins
    /// would leave the question waiting.
    pub(crate) fn for_question() -> Self {
        Self::without(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG)
    }

    fn without(modes: LocalModes) -> Self {
        // Whoever is in the background must not touch the terminal: it would be stopped.
        let is_in_front = tcgetpgrp(io::stdin()).is_ok_and(|group| group == getpgrp());
        let before = match is_in_front {
            true => tcgetattr(io::stdin()).ok(),
            false => None,
        };
        let set = before.as_ref().map(|before| {
            let mut quiet = before.clone();
            quiet.local_modes.remove(modes);
            tcsetattr(io::stdin(), OptionalActions::Now, &quiet)
        });
        Self(before.filter(|_| set.is_some_and(|set| set.is_ok())))
    }

    /// Forgets what was typed: it was not meant for a question that nobody had seen.
    pub(crate) fn forget(self) {
        if self.0.is_some() {
            // What is not forgotten is read as an answer, as ever.
            let _flushed = tcflush(io::stdin(), QueueSelector::IFlush);
        }
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            // A terminal that has gone needs nothing any more.
            let _restored = tcsetattr(io::stdin(), OptionalActions::Now, before);
        }
    }
}
