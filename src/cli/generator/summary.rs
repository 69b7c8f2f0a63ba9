use camino::Utf8Path;
use serde::Serialize;

use super::planned::Planned;
use super::{Generator, GeneratorOptions};
use crate::edit::{EditPlan, diff};
use crate::error::CommandError;
use crate::git::Setting;
use crate::review::{Begun, Cloned, Committed, Fetched, Outcome, Pushed, SentOver, Topic};
use crate::ui::Ui;
use crate::validate::Verdict;

/// What a generator did, as it is told to people and to scripts.
#[derive(Debug, Serialize)]
pub(super) struct Summary<'a> {
    generator: &'static str,
    root: &'a Utf8Path,
    #[serde(flatten)]
    plan: &'a EditPlan,
    setting: Option<&'a Setting>,
    warnings: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Verdict>,
    is_applied: bool,
    commit: Option<Commit>,
    review: Option<Pushed>,
}

#[derive(Debug, Serialize)]
struct Commit {
    branch: String,
    /// Empty where the branch held it all already, and where the change had nothing left in it.
    id: Option<String>,
    change_id: Option<String>,
    is_amended: bool,
}

impl<'a> Summary<'a> {
    pub(super) fn new(generator: Generator, root: &'a Utf8Path, planned: &'a Planned) -> Self {
        Self {
            generator: generator.name(),
            root,
            plan: &planned.edits,
            setting: planned.setting.as_ref(),
            warnings: &planned.generated.warnings,
            verdict: None,
            is_applied: false,
            commit: None,
            review: None,
        }
    }

    /// Prints the warnings, the diff, and how much it is.
    pub(super) fn show_plan(&self, ui: &Ui, options: &GeneratorOptions) -> std::io::Result<()> {
        for warning in self.warnings {
            ui.warning(warning);
        }
        tell_beside(self.plan, "", ui);
        let mut text = diff::render(self.plan);
        if let Some(Setting { key, before, after }) = self.setting {
            let before = before
                .as_deref()
                .map(|before| format!(" (was {before})"))
                .unwrap_or_default();
            text.push_str(&format!("git config {key} {after}{before}\n"));
        }
        if ui.verbosity < 0 && !text.is_empty() {
            // Nothing else says where that is.
            text = format!("# {}: {}\n{text}", self.generator, self.root);
        }
        match options.dry_run {
            true => ui.verbatim(&text)?,
            false => ui.announce_verbatim(&text)?,
        }
        let (added, removed) = diff::count(self.plan);
        let place = format!("{}: {}", self.generator, self.root);
        let is_refused =
            self.plan.is_blocked() || (options.commits() && !self.plan.conflicts.is_empty());
        let would = if options.dry_run || is_refused {
            "would change"
        } else {
            "changes"
        };
        let lines = if added == 1 { "line" } else { "lines" };
        let conflicts = match self.plan.conflicts.len() {
            0 => None,
            1 => Some("1 conflict".to_owned()),
            count => Some(format!("{count} conflicts")),
        };
        let counted = |what: &str| {
            let more = conflicts.iter().map(|conflicts| format!(", {conflicts}"));
            let more: String = more.collect();
            format!("{place}: {would} {what}, {added} {lines} added, {removed} removed{more}")
        };
        ui.status(&match (
            self.plan.edits.len(),
            self.setting,
            self.plan.conflicts.len(),
        ) {
            (0, None, 0) if options.commits() => format!("{place}: nothing to write"),
            (0, None, 0) => format!("{place}: nothing to do"),
            (0, Some(_), 0) => format!("{place}: {would} one setting"),
            (0, None, _) => format!("{place}: {}", conflicts.clone().unwrap_or_default()),
            (1, _, _) => counted("1 file"),
            (files, _, _) => counted(&format!("{files} files")),
        });
        Ok(())
    }

    /// Takes what the tools said; a failure ends the run.
    pub(super) fn judged(&mut self, verdict: Verdict, ui: &Ui) -> Result<(), CommandError> {
        super::verify::tell(&verdict, ui)?;
        self.verdict = Some(verdict);
        Ok(())
    }

    pub(super) fn applied(&mut self, ui: &Ui) {
        self.is_applied = true;
        ui.status(&format!("{}: written", self.generator));
    }

    /// Whether a commit was made.
    pub(super) fn has_commit(&self) -> bool {
        self.commit
            .as_ref()
            .is_some_and(|commit| commit.id.is_some())
    }

    pub(super) fn committed(&mut self, topic: &Topic, committed: Committed, ui: &Ui) {
        let branch = topic.branch().to_string();
        let (mut undone, mut left) = (None, None);
        let (id, change_id, is_amended) = match committed {
            Committed::Nothing => (None, None, false),
            Committed::Dropped { change_id, kept } => {
                undone = Some(change_id.clone());
                left = kept;
                (None, Some(change_id), false)
            }
            Committed::Created { commit, change_id } => {
                (Some(commit.to_string()), Some(change_id), false)
            }
            Committed::Amended {
                commit,
                change_id,
                kept,
            } => {
                left = kept;
                (Some(commit.to_string()), Some(change_id), true)
            }
        };
        let verb = if is_amended { "amended" } else { "committed" };
        ui.status(&match (&id, &undone) {
            (Some(id), _) => format!("{}: {verb} {} on {branch}", self.generator, &id[..10]),
            (None, Some(change)) => format!(
                "{0}: nothing is left of the change; its commit is off {branch}\n\
                 {0}: where it is in review, abandon it there: {change}",
                self.generator
            ),
            (None, None) => format!("{}: nothing to commit on {branch}", self.generator),
        });
        if let Some(kept) = left {
            tell_kept(self.generator, &kept, ui);
        }
        let change_id = change_id.map(|change_id| change_id.to_string());
        self.commit = Some(Commit {
            branch,
            id,
            change_id,
            is_amended,
        });
    }

    pub(super) fn pushed(&mut self, pushed: Pushed, ui: &Ui) {
        tell_pushed(self.generator, &pushed, ANEW, ui);
        self.review = Some(pushed);
    }
}

/// Says what stays of what is no longer wanted, with the ways out, and what comes back that somebody took out.
pub(super) fn tell_beside(plan: &EditPlan, prefix: &str, ui: &Ui) {
    for back in &plan.back {
        ui.warning(&format!("{prefix}{back}"));
    }
    let kept = &plan.kept;
    for kept in kept {
        ui.warning(&format!("{prefix}{kept}; it is left unchanged"));
    }
    // What cannot be taken out at all is for the hand.
    if kept
        .iter()
        .any(|kept| kept.reason.ends_with("someone changed it"))
    {
        ui.status("`--conflicts svcgen` removes what was left, `--conflicts yours` makes it yours");
    }
}

/// Says where something is that somebody had put into a commit, and that is in it no more.
pub(crate) fn tell_kept(name: &str, kept: &str, ui: &Ui) {
    ui.status(&format!(
        "{name}: what someone else put into the commit is no longer in it; `{kept}` has it"
    ));
}

/// What begins another change than that which a generator has sent.
pub(super) const ANEW: &str = ", or begin another one with `--topic NAME`";

/// Says what a review server made of a change; `anew` is what else helps where that was abandoned, which no reference of git
/// tells.
pub(crate) fn tell_pushed(name: &str, pushed: &Pushed, anew: &str, ui: &Ui) {
    let what = match pushed.outcome {
        Outcome::New => "sent for review",
        Outcome::Updated => "updated in review",
        Outcome::Nothing => "the review server has this already, nothing new",
        Outcome::Merged => "nothing to send, it is merged",
    };
    let urls = if pushed.urls.is_empty() {
        String::new()
    } else {
        format!(": {}", pushed.urls.join(" "))
    };
    let closed = match pushed.outcome {
        Outcome::Nothing => format!("; if it was abandoned there, restore it{anew}"),
        Outcome::New | Outcome::Updated | Outcome::Merged => String::new(),
    };
    ui.status(&format!("{name}: {what}{urls}{closed}"));
    for SentOver {
        number,
        patch_set,
        kept,
    } in &pushed.over
    {
        ui.status(&format!(
            "{name}: sent over patch set {patch_set} of change {number}; `{kept}` has it"
        ));
    }
    if pushed.behind > 0 {
        let hint = pushed
            .hint
            .as_deref()
            .map(|hint| format!("; `{hint}` brings it up to date"))
            .unwrap_or_default();
        let commits = if pushed.behind == 1 {
            "1 commit".into()
        } else {
            format!("{} commits", pushed.behind)
        };
        ui.warning(&format!("the remote's branch is {commits} ahead{hint}"));
    }
}

/// What became of a checkout, in one line.
pub(super) fn cloned(checkout: &Cloned) -> String {
    let verb = match checkout.fetched {
        Fetched::Cloned => "cloned into",
        Fetched::Fetched => "is there already, and up to date:",
    };
    let begun = match checkout.begun {
        Begun::Already => "",
        Begun::Pushed => "; it was empty, its first commit was pushed",
        Begun::InReview => "; it was empty, its first commit was sent for review",
    };
    format!("{} {verb} {}{begun}", checkout.repository, checkout.path)
}
