use std::collections::HashMap;

use crate::event::{Event, EventKind, Level, Milestone};
use crate::model::HostName;

/// What was said of each host last that went wrong: the step that fails says it first, and then the host that failed.
#[derive(Debug, Default)]
pub(crate) struct Told {
    wrong: HashMap<HostName, String>,
}

impl Told {
    /// Takes an event that is about to be shown; whether it says no more than what was said of its host.
    pub(crate) fn is_repeated(&mut self, event: &Event) -> bool {
        let Some(host) = &event.about.host else {
            return false;
        };
        if let EventKind::HostReached {
            milestone: Milestone::Failed,
        } = event.kind
        {
            let said = self.wrong.get(host);
            return said.is_some_and(|said| said.contains(&event.text));
        }
        if event.level >= Level::Warning {
            self.wrong.insert(host.clone(), event.text.clone());
        }
        false
    }
}
