use std::time::Duration;

use super::args::ViewArgs;
use super::opened::Opened;
use crate::announce::Announcer;
use crate::deploy::Interrupts;
use crate::event::{Event, Reporter};
use crate::ui::Ui;

/// How long places may take at the end before the user is told what is waited for.
const QUIET: Duration = Duration::from_millis(500);

/// Shows a deploy here, and announces it where the site says.
pub(super) struct Announced {
    reporter: Box<dyn Reporter>,
    announcer: Option<Announcer>,
}

impl Announced {
    pub(super) fn new(reporter: Box<dyn Reporter>, opened: &Opened, args: ViewArgs) -> Self {
        // What is not production interests nobody there.
        let is_production = opened.working.value.config.environment.is_none();
        let places = opened.site.as_ref().map(|site| site.announce.as_slice());
        let places =
            places.filter(|places| !places.is_empty() && is_production && !args.no_announce);
        Self {
            reporter,
            announcer: places.map(Announcer::new),
        }
    }

    /// Waits until everything is said, unless somebody has enough of that, and tells what was not.
    pub(super) async fn finish(self, ui: &Ui, interrupts: &Interrupts) {
        let Some(announcer) = self.announcer else {
            return;
        };
        let mut stop = interrupts.clone();
        // What interrupted the deploy does not interrupt its announcement.
        stop.mark_unchanged();
        let mut finish = std::pin::pin!(announcer.finish());
        let unsaid = tokio::select! {
            unsaid = &mut finish => unsaid,
            () = tokio::time::sleep(QUIET) => {
                ui.status("the deploy is over; waiting for its announcement (Ctrl-C ends that)");
                tokio::select! {
                    unsaid = finish => unsaid,
                    _ = stop.changed() => return,
                }
            }
        };
        for unsaid in unsaid {
            let message = match unsaid.message.as_str() {
                "" => "its end".to_owned(),
                message => format!("\"{message}\""),
            };
            ui.warning(&format!(
                "not announced at {}: {}: {message}",
                unsaid.place, unsaid.reason
            ));
        }
    }
}

impl Reporter for Announced {
    fn event(&mut self, event: &Event) {
        self.reporter.event(event);
        if let Some(announcer) = &mut self.announcer {
            announcer.event(event);
        }
    }

    fn hold(&mut self) {
        self.reporter.hold();
    }

    fn release(&mut self) {
        self.reporter.release();
    }
}
