use super::Progress;
use crate::build::log::BuildLog;
use crate::build::npm;

/// How many lines are kept to look for a complaint in.
const LAST: usize = 200;

/// Takes the lines of npm: all into the log, some to whoever watches.
pub(super) struct Listener<'a> {
    log: &'a mut BuildLog,
    tell: &'a mut (dyn FnMut(Progress<'_>) + Send),
    fetched: usize,
    lines: Vec<String>,
}

impl<'a> Listener<'a> {
    pub(super) fn new(
        log: &'a mut BuildLog,
        tell: &'a mut (dyn FnMut(Progress<'_>) + Send),
    ) -> Self {
        Self {
            log,
            tell,
            fetched: 0,
            lines: Vec::new(),
        }
    }

    pub(super) fn hear(&mut self, line: &[u8]) {
        let line = self.log.line(line);
        let line = String::from_utf8_lossy(&line).into_owned();
        if npm::is_fetch(&line) {
            self.fetched += 1;
            (self.tell)(Progress::Fetched(self.fetched));
        } else if !npm::is_chatter(&line) {
            (self.tell)(Progress::Line(&line));
        }
        if self.lines.len() == 2 * LAST {
            self.lines.drain(..LAST);
        }
        self.lines.push(line);
    }

    /// The last lines.
    pub(super) fn into_lines(self) -> Vec<String> {
        self.lines
    }
}
