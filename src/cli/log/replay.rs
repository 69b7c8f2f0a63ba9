use std::time::Duration;

use jiff::tz::TimeZone;

use super::{Choice, LogArgs};
use crate::cli::Failure;
use crate::cli::deploy::{before_that, is_lasting, ways_on};
use crate::deploy::{Action, JournalReader, Journals, PastDeploy};
use crate::error::CommandError;
use crate::event::{DeployId, Event, EventKind};
use crate::report::{Told, line};
use crate::ui::{Format, Ui, printable};

/// How often it is looked whether a deploy that is followed has gone on.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// So much is written at a time.
const PIECE: usize = 64 * 1024;

/// A journal that is shown.
struct Replay<'a> {
    reader: JournalReader,
    choice: Choice,
    /// Whether Scap carries deploys out, which goes on in another way.
    is_scap: bool,
    ui: &'a Ui,
    /// Not yet written.
    text: String,
    is_begun: bool,
    has_ended: bool,
    shown: usize,
    told: Told,
}

/// Shows the journal of a deploy; to its end where it is followed.
pub(super) fn show(
    journals: &Journals,
    id: &DeployId,
    choice: Choice,
    is_scap: bool,
    args: &LogArgs,
    ui: &Ui,
) -> Result<(), Failure> {
    let mut replay = Replay {
        reader: journals.open(id).map_err(CommandError::from)?,
        choice,
        is_scap,
        ui,
        text: String::new(),
        is_begun: false,
        has_ended: false,
        shown: 0,
        told: Told::default(),
    };
    loop {
        // In this order: what is written until the writer ends is read after that was seen.
        let is_running = replay.reader.is_being_written();
        replay.read_on()?;
        if replay.has_ended || !is_running || !args.follow {
            return replay.end(journals, id, is_running, args);
        }
        if crate::interrupt::is_pending() {
            let kind = crate::interrupt::signal();
            ui.status("no longer followed; the deploy continues");
            return Err(kind.map_or(Failure::Closed, Failure::Silent));
        }
        std::thread::sleep(BETWEEN_LOOKS);
    }
}

impl Replay<'_> {
    /// Shows what is written so far.
    fn read_on(&mut self) -> Result<(), Failure> {
        loop {
            let Self { reader, choice, .. } = self;
            let next = reader.next(|line| choice.may_want(line));
            let Some((event, bytes)) = next.map_err(CommandError::from)? else {
                break;
            };
            if let EventKind::DeployStarted {
                hosts,
                user,
                machine,
                ..
            } = &event.kind
            {
                self.is_begun = true;
                choice.learn(&event.deploy, hosts)?;
                if self.ui.format == Format::Text {
                    let day = event.at.to_zoned(TimeZone::system()).date();
                    let id = &event.deploy;
                    self.ui
                        .status(&format!("{id} by {user} on {machine}, {day}"));
                }
            }
            self.has_ended |= matches!(event.kind, EventKind::DeployFinished { .. });
            let is_wanted = choice.wants(&event, self.ui.format, self.ui.verbosity);
            let is_text = self.ui.format == Format::Text;
            if is_wanted && !(is_text && self.told.is_repeated(&event)) {
                self.shown += 1;
                match self.ui.format {
                    Format::Json => self.text.push_str(&String::from_utf8_lossy(bytes)),
                    Format::Text => self.text.push_str(&shown(&event)),
                }
                self.text.push('\n');
            }
            if self.text.len() >= PIECE {
                self.ui.result(&std::mem::take(&mut self.text))?;
            }
        }
        if !self.text.is_empty() {
            self.ui.result(&std::mem::take(&mut self.text))?;
        }
        Ok(())
    }

    /// Says what the lines do not say: that the deploy still runs, or ended without a word.
    fn end(
        &self,
        journals: &Journals,
        id: &DeployId,
        is_running: bool,
        args: &LogArgs,
    ) -> Result<(), Failure> {
        let ui = self.ui;
        match self.reader.unread() {
            0 => {}
            1 => ui.warning("one line of the journal was not understood, and is not shown"),
            more => ui.warning(&format!(
                "{more} lines of the journal were not understood, and are not shown"
            )),
        }
        if self.shown == 0 && self.is_begun {
            let nothing = format!("nothing in the journal of {id} matches");
            if let Some(error) = self.choice.not_found(&nothing, id, &args.repository) {
                return Err(error.into());
            }
            ui.status(&nothing);
        }
        if self.has_ended {
            self.tell_ways_on(journals, id, args);
            return Ok(());
        }
        let command = |text: &str| args.repository.completed(text);
        if is_running {
            ui.status("it is still running");
            ui.next(&command("svcgen log --follow"));
            return Ok(());
        }
        ui.warning(&format!(
            "{id} ended without reporting an outcome: it was killed, or its journal could not be written"
        ));
        self.tell_ways_on(journals, id, args);
        Ok(())
    }

    /// Says what can be typed where the deploy was not finished, as `svcgen history` does.
    fn tell_ways_on(&self, journals: &Journals, id: &DeployId, args: &LogArgs) {
        if self.ui.format == Format::Json {
            return;
        }
        let read = |id: &DeployId| PastDeploy::of_journal(journals, id);
        // What has gone, or cannot be read, since its lines were shown is no reason to end in an error.
        let Ok(Some(past)) = read(id) else {
            return;
        };
        let mut ways = ways_on(&past, self.is_scap, &args.repository).into_iter();
        let Some(onward) = ways.next() else {
            return;
        };
        if Action::read(&past.action).is_of_service() {
            // It is not gone on with: how the service is now tells whether it is to be done again.
            self.ui
                .next(&args.repository.completed("svcgen service status"));
            return;
        }
        if !is_lasting(&past) {
            return;
        }
        let is_later = |other: &DeployId| matches!(read(other), Ok(Some(it)) if is_lasting(&it));
        let later = journals.list().into_iter().take_while(|other| other != id);
        if later.into_iter().any(|other| is_later(&other)) {
            let history = args.repository.completed("svcgen history");
            self.ui
                .status(&format!("there are later ones: `{history}`"));
            return;
        }
        if let Some(first) = before_that(journals, &past) {
            self.ui.status(&format!("first: {first}"));
        }
        self.ui.next(&onward);
        for way in ways {
            self.ui.status(&format!("or back: {way}"));
        }
    }
}

/// An event as a line, as the deploy showed it.
pub(super) fn shown(event: &Event) -> String {
    // A reason may have been quoted from what a host said.
    printable(&line(event)).into_owned()
}
