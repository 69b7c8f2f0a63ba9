use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// svcgen that follows logs.
pub(crate) struct Following {
    child: Child,
    lines: BufReader<ChildStdout>,
    words: BufReader<ChildStderr>,
    said: String,
}

impl Following {
    pub(crate) fn start(mut command: Command) -> Self {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        Self {
            lines: BufReader::new(child.stdout.take().unwrap()),
            words: BufReader::new(child.stderr.take().unwrap()),
            said: String::new(),
            child,
        }
    }

    /// Waits for the next line.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line
    }

    /// Waits for a line that has something in it.
    #[track_caller]
    pub(crate) fn until(&mut self, words: &str) -> String {
        loop {
            let line = self.line();
            assert!(!line.is_empty(), "it has ended before: {words}");
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Waits until it says something on stderr.
    #[track_caller]
    pub(crate) fn until_said(&mut self, words: &str) {
        loop {
            let begun = self.said.len();
            self.words.read_line(&mut self.said).unwrap();
            let line = &self.said[begun..];
            assert!(!line.is_empty(), "it has ended before: {words}");
            if line.contains(words) {
                return;
            }
        }
    }

    /// Ends it as Ctrl-C does; returns its code, and all that it said.
    pub(crate) fn interrupt(self) -> (i32, String) {
        self.signal(Signal::INT);
        self.end()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Reads no more, and waits for its end.
    pub(crate) fn end(mut self) -> (i32, String) {
        drop(self.lines);
        self.words.read_to_string(&mut self.said).unwrap();
        let status = self.child.wait().unwrap();
        // None where a signal ended it.
        (status.code().unwrap_or(-1), self.said)
    }
}
