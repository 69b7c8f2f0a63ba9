//! The report: one page that tells all of a deploy, and needs neither a network nor a script.
//!
//! Pure: a chronicle of events and what git knows go in, a page comes out. Everything that people, hosts and commits
//! wrote is escaped by the template engine.

mod changes;
mod checks;
mod chronicle;
mod crowd;
mod failures;
mod names;
mod outcome;
mod standing;
mod text;
mod timeline;

use std::collections::BTreeMap;

use serde::Serialize;

pub use self::changes::Change;
use self::changes::{ChangeSection, ConfigSection};
use self::checks::{CheckRow, StageRow};
pub use self::chronicle::Chronicle;
use self::crowd::Crowd;
use self::failures::Failures;
use self::outcome::{Fact, Outcome};
use self::standing::{Next, StandingRow};
use self::text::{clock, moment, shown};
use self::timeline::Timeline;
use crate::event::Level;
use crate::model::HostName;
use crate::render::{RenderError, Templates};

/// All that a report is made of.
pub struct Source<'a> {
    pub chronicle: &'a Chronicle,
    pub standing: Standing,
    /// What is new in each revision, seen from what was live.
    pub changes: Vec<Change>,
    /// The ends of what hosts wrote, of those where something went wrong.
    pub logs: BTreeMap<HostName, String>,
    /// Completes a command, such that it can be copied.
    pub complete: &'a dyn Fn(&str) -> String,
}

/// Where a deploy stands while the report is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is the last one.
    Latest,
    /// There were others since.
    Earlier,
    Running,
}

/// The page, ready to be rendered.
#[derive(Debug, Clone, Serialize)]
pub struct Page {
    style: String,
    title: String,
    outcome: Outcome,
    facts: Vec<Fact>,
    standing: Vec<StandingRow>,
    next: Vec<Next>,
    failures: Failures,
    crowd: Option<Crowd>,
    timeline: Timeline,
    stages: Vec<StageRow>,
    checks: Vec<CheckRow>,
    changes: Vec<ChangeSection>,
    configs: Vec<ConfigSection>,
    remarks: Vec<RemarkRow>,
    more_remarks: usize,
    version: &'static str,
}

/// A line of what happened.
#[derive(Debug, Clone, Serialize)]
struct RemarkRow {
    clock: String,
    level: Level,
    host: Option<String>,
    text: String,
}

/// The template of the page, and its style sheet.
const TEMPLATE: &str = "report/report.html";
const STYLE: &str = "report/report.css";

impl Page {
    /// Makes the page.
    pub fn new(source: Source<'_>) -> Self {
        let chronicle = source.chronicle;
        let begun = chronicle.begun.as_ref();
        let title = begun.map_or_else(String::new, |begun| {
            let place = begun.environment.as_ref();
            let place = place.map(|name| format!(" in {name}")).unwrap_or_default();
            let (action, short) = (&begun.action, begun.revision.short());
            shown(&format!("{action} of {}@{short}{place}", begun.repository))
        });
        let remarks = chronicle.remarks.iter().map(|remark| RemarkRow {
            clock: clock(remark.at),
            level: remark.level,
            host: remark.host.as_ref().map(ToString::to_string),
            text: shown(&remark.text),
        });
        Self {
            style: String::new(),
            title,
            outcome: Outcome::of(chronicle, source.standing),
            facts: outcome::facts(chronicle),
            standing: standing::rows(chronicle),
            next: standing::next(chronicle, source.standing, source.complete),
            failures: Failures::of(chronicle, &source.logs, source.complete),
            crowd: Crowd::of(chronicle),
            timeline: Timeline::of(chronicle),
            stages: checks::stages(chronicle),
            checks: checks::checks(chronicle),
            changes: source.changes.iter().map(Change::section).collect(),
            configs: changes::configs(chronicle),
            remarks: remarks.collect(),
            more_remarks: chronicle.more_remarks,
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    /// Renders it.
    ///
    /// # Errors
    /// Where a template of the user's own is wrong.
    pub fn render(mut self, templates: &Templates) -> Result<String, RenderError> {
        self.style = templates.text(STYLE)?;
        templates.render(TEMPLATE, &self)
    }
}

/// When a chronicle begins, for people.
fn beginning(chronicle: &Chronicle) -> String {
    chronicle
        .begun
        .as_ref()
        .map_or_else(String::new, |begun| moment(begun.at))
}

#[cfg(test)]
mod tests;
