use camino::Utf8Path;
use serde::Serialize;

use super::plan::Planned;
use crate::cli::generator::summary::{ANEW, tell_beside, tell_pushed};
use crate::cli::generator::{Generator, GeneratorOptions, verify};
use crate::edit::{EditPlan, diff};
use crate::error::CommandError;
use crate::generate::SeriesStep;
use crate::review::{Fate, Made, Pushed, Topic};
use crate::ui::Ui;
use crate::validate::Verdict;

/// What the series did, as it is told to people and to scripts.
#[derive(Debug, Serialize)]
pub(super) struct SeriesSummary<'a> {
    generator: &'static str,
    pub(super) root: &'a Utf8Path,
    steps: Vec<ToldStep<'a>>,
    review: Option<Pushed>,
}

#[derive(Debug, Serialize)]
struct ToldStep<'a> {
    step: SeriesStep,
    title: &'static str,
    /// None where nothing is wanted, and nothing is taken away.
    approval: Option<&'a str>,
    left_out: Option<String>,
    #[serde(flatten)]
    plan: &'a EditPlan,
    warnings: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Verdict>,
    is_applied: bool,
    commit: Option<Commit>,
}

/// The commit of a patch.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Commit {
    pub(super) branch: String,
    /// None where there is no commit any more.
    pub(super) id: Option<String>,
    pub(super) change_id: String,
    pub(super) fate: Fate,
}

impl<'a> SeriesSummary<'a> {
    pub(super) fn new(root: &'a Utf8Path, planned: &'a [Planned]) -> Self {
        let steps = planned.iter().map(|planned| ToldStep {
            step: planned.step,
            title: planned.step.title(),
            approval: planned.approval(),
            left_out: planned.patch.left_out.as_ref().map(ToString::to_string),
            plan: &planned.edits,
            warnings: &planned.patch.generated.warnings,
            verdict: None,
            is_applied: false,
            commit: None,
        });
        Self {
            generator: Generator::Puppet.name(),
            root,
            steps: steps.collect(),
            review: None,
        }
    }

    /// Prints a patch under its heading, with who has to approve it.
    pub(super) fn show(
        &self,
        planned: &Planned,
        ui: &Ui,
        options: &GeneratorOptions,
    ) -> std::io::Result<()> {
        let Planned {
            step, patch, edits, ..
        } = planned;
        let title = format!("# {}: {}", step.name(), step.title());
        let mut text = ui.fitted(&title, "# ") + "\n";
        if let Some(left_out) = &patch.left_out {
            let line = match edits.edits.is_empty() {
                true => format!("# nothing: {left_out}"),
                false => format!("# takes away what svcgen wrote for it: {}", left_out.reason),
            };
            text.push_str(&(ui.fitted(&line, "# ") + "\n"));
        } else if edits.edits.is_empty() && edits.conflicts.is_empty() {
            text.push_str("# nothing to write: it is all there\n");
        }
        if let Some(approval) = planned.approval().filter(|_| !edits.edits.is_empty()) {
            let line = ui.fitted(&format!("# approval: {approval}"), "# ");
            text.push_str(&(line + "\n"));
        }
        text.push_str(&diff::render(edits));
        text.push('\n');
        match options.dry_run {
            true => ui.verbatim(&text)?,
            false => ui.announce_verbatim(&text)?,
        }
        for warning in &patch.generated.warnings {
            ui.warning(&format!("{}: {warning}", step.name()));
        }
        tell_beside(edits, &format!("{}: ", step.name()), ui);
        if !edits.edits.is_empty() {
            let (added, removed) = diff::count(edits);
            let would = if options.dry_run {
                "would change"
            } else {
                "changes"
            };
            let files = match edits.edits.len() {
                1 => "1 file".to_owned(),
                files => format!("{files} files"),
            };
            let lines = if added == 1 { "line" } else { "lines" };
            ui.status(&format!(
                "{}: {would} {files}, {added} {lines} added, {removed} removed",
                step.name()
            ));
            if let Some(anew) = planned.told_anew() {
                ui.status(&format!("{}: {anew}", step.name()));
            }
        }
        Ok(())
    }

    fn of(&mut self, planned: &Planned) -> Option<&mut ToldStep<'a>> {
        self.steps.iter_mut().find(|told| told.step == planned.step)
    }

    /// Takes what the tools said; a failure ends the run.
    pub(super) fn judged(
        &mut self,
        planned: &Planned,
        verdict: Verdict,
        ui: &Ui,
    ) -> Result<(), CommandError> {
        let step = planned.step.name();
        verify::tell_of(Some(step), &verdict, ui)?;
        if let Some(told) = self.of(planned) {
            told.verdict = Some(verdict);
        }
        Ok(())
    }

    /// Takes what became of a commit.
    pub(super) fn committed(&mut self, step: SeriesStep, topic: &Topic, made: &Made, ui: &Ui) {
        let branch = topic.branch();
        let name = step.name();
        let short = made
            .commit
            .map(|commit| commit.to_string()[..10].to_owned());
        let short = short.unwrap_or_default();
        match made.fate {
            Fate::New => ui.status(&format!("{name}: committed {short} on {branch}")),
            Fate::Amended => ui.status(&format!("{name}: amended {short} on {branch}")),
            Fate::Rebased => ui.status(&format!("{name}: rebased {short} on {branch}")),
            Fate::Unchanged => ui.status(&format!("{name}: unchanged {short} on {branch}")),
            Fate::Dropped => ui.warning(&format!(
                "{name}: nothing is left of its commit, which is gone from {branch}; abandon {} if it is in review",
                made.change_id
            )),
        }
        if let Some(told) = self.steps.iter_mut().find(|told| told.step == step) {
            told.is_applied |= !told.plan.edits.is_empty();
            told.commit = Some(Commit {
                branch: branch.to_string(),
                id: made.commit.map(|commit| commit.to_string()),
                change_id: made.change_id.to_string(),
                fate: made.fate,
            });
        }
    }

    pub(super) fn pushed(&mut self, pushed: Pushed, ui: &Ui) {
        tell_pushed(Generator::Puppet.name(), &pushed, ANEW, ui);
        self.review = Some(pushed);
    }

    pub(super) fn applied(&mut self, planned: &Planned, ui: &Ui) {
        if planned.edits.edits.is_empty() {
            return;
        }
        if let Some(told) = self.of(planned) {
            told.is_applied = true;
        }
        ui.status(&format!("{}: written", planned.step.name()));
    }
}
