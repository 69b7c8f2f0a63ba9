use std::error::Error as _;

use crate::event::{Event, Reporter};
use crate::ui::Ui;

/// One event a line, as JSON, on stdout.
#[derive(Debug)]
pub struct Json {
    ui: Ui,
    /// Whether it was said that events are lost.
    is_told: bool,
}

impl Json {
    /// Writes to the streams of a run.
    pub fn new(ui: Ui) -> Self {
        Self { ui, is_told: false }
    }
}

impl Reporter for Json {
    fn event(&mut self, event: &Event) {
        if let Ok(mut line) = serde_json::to_string(event) {
            line.push('\n');
            // Whatever becomes of the output, it does not end a deploy.
            if let Err(error) = self.ui.announce(&line)
                && !self.is_told
            {
                self.is_told = true;
                let cause = error.source().map(crate::error::alone);
                self.ui.warning(&format!(
                    "events cannot be printed: {}; `svcgen log {} --format json` has all of them",
                    cause.unwrap_or_default(),
                    event.deploy
                ));
            }
        }
    }
}
