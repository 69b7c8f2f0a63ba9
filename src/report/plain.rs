use super::Reporter;
use crate::event::{Event, EventKind, HostOutcome, Level};
use crate::ui::Ui;

/// A line for each event that matters, on stderr; what hosts say with `-v`.
#[derive(Debug)]
pub struct Plain {
    ui: Ui,
}

impl Plain {
    /// Writes to the streams of a run.
    pub fn new(ui: Ui) -> Self {
        Self { ui }
    }
}

impl Reporter for Plain {
    fn event(&mut self, event: &Event) {
        let line = line(event);
        match (&event.kind, event.level) {
            (
                EventKind::Output | EventKind::HostPlanned { .. } | EventKind::StepStarted { .. },
                _,
            ) => {
                self.ui.detail(&line);
            }
            (
                EventKind::HostFinished {
                    outcome: HostOutcome::New,
                    ..
                },
                _,
            ) => self.ui.detail(&line),
            (_, Level::Debug | Level::Info) => self.ui.status(&line),
            (_, Level::Warning | Level::Error) => self.ui.always(&line),
        }
    }
}

/// An event as a line: when, on which host, what.
pub(crate) fn line(event: &Event) -> String {
    let zone = jiff::tz::TimeZone::system();
    let time = event.at.to_zoned(zone).strftime("%H:%M:%S");
    let host = event.about.host.as_ref();
    let host = host.map(|host| format!("{host}: ")).unwrap_or_default();
    let mark = match event.level {
        Level::Debug | Level::Info => "",
        Level::Warning => "warning: ",
        Level::Error => "error: ",
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
