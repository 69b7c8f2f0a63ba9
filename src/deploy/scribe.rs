//! Gives events their numbers, writes them down, and shows them, in this order.

use std::collections::HashMap;

use jiff::Timestamp;

use super::action::Action;
use super::decide::{Decide, Question};
use super::journal::{Journal, JournalError};
use super::message::Note;
use super::plan::PlannedGroup;
use crate::error::with_cause;
use crate::event::{About, DeployId, Event, EventKind, Level, Reporter, VERSION};
use crate::model::HostName;

/// Writes down what happens.
pub(super) struct Scribe<'a> {
    id: DeployId,
    seq: u64,
    journal: Journal,
    reporter: &'a mut dyn Reporter,
    /// Not yet written.
    pending: Vec<Event>,
    /// What hosts began to write and have not ended, and how many lines they have written in this step.
    lines: HashMap<HostName, (Vec<u8>, usize)>,
    /// The last step of each host: what it writes belongs to it.
    steps: HashMap<HostName, About>,
    begun: Vec<usize>,
    /// How many times services had words that everybody sees.
    worded: usize,
    /// Whether a journal or a log that cannot be written was told.
    is_told: bool,
    /// Whether all of it is in the journal and the logs.
    is_whole: bool,
}

/// The most lines of one host and step that become events; all of them are in the host's log.
const MOST_LINES: usize = 200;
/// The most services whose last words everybody sees.
const MOST_WORDED: usize = 3;
/// The most characters of a line of those.
const LONGEST_WORDS: usize = 400;
/// The most bytes of a line that are shown.
const LONGEST: usize = 2000;

impl<'a> Scribe<'a> {
    pub(super) fn new(id: DeployId, journal: Journal, reporter: &'a mut dyn Reporter) -> Self {
        Self {
            id,
            seq: 0,
            journal,
            reporter,
            pending: Vec::new(),
            lines: HashMap::new(),
            steps: HashMap::new(),
            begun: Vec::new(),
            worded: 0,
            is_told: false,
            is_whole: true,
        }
    }

    /// Asks something while nothing else is shown.
    pub(super) async fn ask(&mut self, decide: &dyn Decide, question: Question) -> bool {
        self.reporter.hold();
        let answer = decide.ask(question).await;
        self.reporter.release();
        answer
    }

    /// Passes a question of another program on while nothing else is shown.
    pub(super) async fn reply(&mut self, decide: &dyn Decide, question: String) -> Option<String> {
        self.reporter.hold();
        let answer = decide.reply(question).await;
        self.reporter.release();
        answer
    }

    /// Adds an event.
    pub(super) fn note(&mut self, note: Note) {
        if let EventKind::StepStarted { .. } | EventKind::StepFinished { .. } = note.kind
            && let Some(host) = note.about.host.clone()
        {
            self.end_line(&host);
            self.lines.remove(&host);
            self.steps.insert(host, note.about.clone());
        }
        self.seq += 1;
        let Note {
            about,
            level,
            text,
            kind,
        } = note;
        self.pending.push(Event {
            v: VERSION,
            at: Timestamp::now(),
            seq: self.seq,
            deploy: self.id.clone(),
            about,
            level,
            text: text.replace('\n', " "),
            kind,
        });
    }

    /// Adds an event that is about no host, and shows it.
    pub(super) fn say(&mut self, level: Level, text: &str, kind: EventKind) {
        self.tell(Note {
            about: About::default(),
            level,
            text: text.to_owned(),
            kind,
        });
    }

    /// Keeps bytes that a host wrote in its log, and nowhere else.
    pub(super) fn keep(&mut self, host: &HostName, bytes: &[u8]) {
        if let Err(error) = self.journal.keep_output(host, bytes) {
            self.is_whole = false;
            if !std::mem::replace(&mut self.is_told, true) {
                self.say(Level::Warning, &with_cause(&error), EventKind::Warning);
            }
        }
    }

    /// Takes bytes that a host wrote: all into its log, the first lines as events.
    pub(super) fn output(&mut self, host: &HostName, bytes: &[u8]) {
        self.keep(host, bytes);
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (line, _) = self.lines.entry(host.clone()).or_default();
            let room = LONGEST.saturating_sub(line.len());
            line.extend_from_slice(&part[..part.len().min(room)]);
            if part.ends_with(b"\n") {
                self.end_line(host);
            }
        }
    }

    /// Takes the last words of a service that failed: into the log of its host, and as events that everybody sees. Where many
    /// services fail they mostly say the same: those of the first few are enough.
    pub(super) fn words(&mut self, host: &HostName, lines: &[String]) {
        self.end_line(host);
        self.worded += 1;
        let level = match self.worded <= MOST_WORDED {
            true => Level::Error,
            false => Level::Debug,
        };
        for line in lines {
            self.keep(host, format!("{line}\n").as_bytes());
            let text = printable(line.as_bytes());
            self.wrote(host, level, text.chars().take(LONGEST_WORDS).collect());
        }
    }

    fn end_line(&mut self, host: &HostName) {
        let Some((line, count)) = self.lines.get_mut(host) else {
            return;
        };
        let bytes = std::mem::take(line);
        if bytes.is_empty() || *count > MOST_LINES {
            return;
        }
        *count += 1;
        let text = if *count > MOST_LINES {
            format!("more is in its log: svcgen log --host {host} --output")
        } else {
            printable(&bytes)
        };
        self.wrote(host, Level::Debug, text);
    }

    /// Adds a line of a host, which belongs to its last step.
    fn wrote(&mut self, host: &HostName, level: Level, text: String) {
        let of_host = || About {
            host: Some(host.clone()),
            ..About::default()
        };
        let about = self.steps.get(host).cloned().unwrap_or_else(of_host);
        self.note(Note {
            about,
            level,
            text,
            kind: EventKind::Output,
        });
    }

    /// Writes what is pending, and shows it; `on_disk` where somebody waits for that.
    pub(super) fn flush(&mut self, on_disk: bool) -> Result<(), JournalError> {
        let events = std::mem::take(&mut self.pending);
        let mut written = self.journal.append(&events);
        if on_disk && written.is_ok() {
            written = self.journal.flush();
        }
        self.is_whole &= written.is_ok();
        for event in &events {
            self.reporter.event(event);
        }
        written
    }

    /// Whether all that has happened is in the journal and the logs.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    pub(super) fn has_begun(&self, group: usize) -> bool {
        self.begun.contains(&group)
    }

    pub(super) fn begin_group(&mut self, index: usize, group: &PlannedGroup) {
        self.begun.push(index);
        let hosts = group.waves.iter().flatten().count();
        self.tell(Note::group_started(group.name.clone(), hosts));
    }

    pub(super) fn end_group(
        &mut self,
        group: &PlannedGroup,
        action: Action,
        healthy: usize,
        failed: usize,
    ) {
        let name = group.name.clone();
        self.tell(Note::group_finished(name, action, healthy, failed));
    }

    /// Adds an event, and shows it.
    fn tell(&mut self, note: Note) {
        self.note(note);
        let _flushed = self.flush(false);
    }
}

/// A number of hosts in words.
pub(super) fn count_hosts(count: usize) -> String {
    crate::count::count(count, "host")
}

/// A line as it can be shown: what cannot be read is replaced, what steers a terminal is escaped.
fn printable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut shown = String::new();
    for c in text.trim_end_matches(['\n', '\r']).chars() {
        if c.is_control() && c != '\t' {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}
