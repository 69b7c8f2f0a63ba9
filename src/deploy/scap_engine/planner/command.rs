use super::ScapPlanner;
use crate::deploy::Action;
use crate::model::{HostName, Revision};

impl ScapPlanner<'_> {
    /// The words that have Scap do it; `help` is what it says of its options.
    pub(super) fn command(&self, revision: &Revision, help: &str, repeats: bool) -> Vec<String> {
        let mut words = self.wish.command.clone();
        let mut add = |more: &[&str]| words.extend(more.iter().map(|word| (*word).to_owned()));
        if let Some(environment) = &self.wish.environment {
            let environment = environment.as_str();
            match help.contains("--environment") {
                true => add(&["--environment", environment]),
                false => add(&["-D", &format!("environment:{environment}")]),
            }
        }
        if !self.wish.announces && help.contains("--no-log-message") {
            add(&["--no-log-message"]);
        }
        match self.wish.action {
            Action::Restart | Action::Start | Action::Stop => add(&["--service-restart"]),
            Action::Deploy | Action::Rollback => add(&["--rev", revision.as_str()]),
        }
        if self.wish.force || repeats {
            add(&["--force"]);
        }
        if self.wish.limit.is_some() || self.wish.hosts.is_some() {
            // Scap's own patterns differ in small things: it gets the names.
            let names: Vec<String> = self.hosts().iter().map(pattern).collect();
            add(&["--limit-hosts", &format!("~(?:{})$", names.join("|"))]);
        }
        match self.wish.owner.message.trim() {
            "" => {}
            // Nothing at its beginning is taken for an option.
            message => add(&[&format!(
                "{}{message}",
                if message.starts_with('-') { " " } else { "" }
            )]),
        }
        words
    }
}

/// A name as a regular expression.
fn pattern(host: &HostName) -> String {
    host.as_str().replace('.', r"\.")
}
