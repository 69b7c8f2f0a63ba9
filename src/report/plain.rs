use super::endings::Endings;
use super::told::Told;
use crate::event::{Event, EventKind, HostOutcome, Level, Reporter};
use crate::ui::Ui;

/// A line for each event that matters, on stderr; what hosts say with `-v`.
#[derive(Debug)]
pub struct Plain {
    ui: Ui,
    endings: Endings,
    told: Told,
}

impl Plain {
    /// Writes to the streams of a run.
    pub fn new(ui: Ui) -> Self {
        Self {
            ui,
            endings: Endings::default(),
            told: Told::default(),
        }
    }

    fn print(&self, weight: Weight, line: &str) {
        match weight {
            Weight::Detail => self.ui.detail(line),
            Weight::Progress => self.ui.status(line),
            Weight::Grave => self.ui.always(line),
        }
    }
}

impl Reporter for Plain {
    fn event(&mut self, event: &Event) {
        if self.endings.take(event) {
            return;
        }
        for (weight, line) in self.endings.lines() {
            self.print(weight, &line);
        }
        if !self.told.is_repeated(event) {
            self.print(Weight::of(event), &line(event));
        }
    }
}

/// Who sees an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Those who look closely (`-v`).
    Detail,
    /// All but those who want to see little (`-q`).
    Progress,
    Grave,
}

impl Weight {
    /// That of an event.
    pub(crate) fn of(event: &Event) -> Self {
        match (&event.kind, event.level) {
            // The last words of a service that failed.
            (EventKind::Output, Level::Error) => Self::Grave,
            (
                EventKind::Output
                | EventKind::HostPlanned { .. }
                | EventKind::ConfigPlanned { .. }
                | EventKind::HostReached { .. }
                | EventKind::StepStarted { .. },
                _,
            ) => Self::Detail,
            (
                EventKind::HostFinished {
                    outcome: HostOutcome::New,
                    ..
                },
                Level::Debug | Level::Info,
            ) => Self::Detail,
            (_, Level::Debug | Level::Info) => Self::Progress,
            (_, Level::Warning | Level::Error) => Self::Grave,
        }
    }

    /// Whether it is seen, as `-q` and `-v` have it.
    pub(crate) fn is_shown(self, verbosity: i8) -> bool {
        match self {
            Self::Detail => verbosity >= 1,
            Self::Progress => verbosity >= 0,
            Self::Grave => true,
        }
    }
}

/// An event as a line: when, on which host, what.
pub(crate) fn line(event: &Event) -> String {
    let host = event.about.host.as_ref();
    line_of(event, host.map(crate::model::HostName::as_str))
}

/// The same, of hosts that share it.
pub(super) fn line_of(event: &Event, hosts: Option<&str>) -> String {
    let zone = jiff::tz::TimeZone::system();
    let time = event.at.to_zoned(zone).strftime("%H:%M:%S");
    let host = hosts.map(|hosts| format!("{hosts}: ")).unwrap_or_default();
    let mark = match (&event.kind, event.level) {
        // They are somebody else's words.
        (EventKind::Output, _) | (_, Level::Debug | Level::Info) => "",
        (_, Level::Warning) => "warning: ",
        (_, Level::Error) => "error: ",
    };
    let mut line = format!("{time} {host}{mark}{}", event.text);
    if let EventKind::HostFinished {
        command: Some(command),
        ..
    } = &event.kind
    {
        line.push_str(&format!("; next: {command}"));
    }
    line
}
