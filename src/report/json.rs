use crate::event::{Event, Reporter};
use crate::ui::Ui;

/// One event a line, as JSON, on stdout.
#[derive(Debug)]
pub struct Json {
    ui: Ui,
}

impl Json {
    /// Writes to the streams of a run.
    pub fn new(ui: Ui) -> Self {
        Self { ui }
    }
}

impl Reporter for Json {
    fn event(&mut self, event: &Event) {
        if let Ok(mut line) = serde_json::to_string(event) {
            line.push('\n');
            // A reader that has gone does not end a deploy.
            let _written = self.ui.result(&line);
        }
    }
}
