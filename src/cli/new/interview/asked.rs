//! One interview: what is told before it, what it is held with, and what is left of it where it is stopped.

use std::cell::{Cell, RefCell};

use camino::Utf8Path;
use serde_json::Value;

use super::doubts::{about, given_away, whose};
use super::stopped::{Left, Older, interrupted, print};
use crate::cli::GlobalArgs;
use crate::cli::context::{Context, working_directory};
use crate::cli::request::today;
use crate::error::{CommandError, ErrorKind};
use crate::interrupt;
use crate::onboarding::{
    Current, Draft, Drafts, Facts, Interview, InterviewError, Prompter, Proposals, Section, Setting,
};
use crate::ui::Ui;
use crate::visible::visible;

/// What an interview is held with.
pub(super) struct Asked<'a> {
    pub(super) context: &'a Context,
    pub(super) sections: &'a [Section],
    pub(super) drafts: Option<&'a Drafts>,
    /// The model as it is, whose answers are its own.
    pub(super) old: Option<&'a Value>,
    /// Whether an interview before this one has said what is wrong with `package.json`.
    pub(super) is_told: bool,
    pub(super) global: &'a GlobalArgs,
    pub(super) ui: &'a Ui,
}

/// How much is asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Extent {
    Everything,
    /// What is required and not answered.
    Missing,
    /// The proposals are taken.
    Nothing,
}

impl Asked<'_> {
    /// Says what `package.json` has and nothing is made of.
    fn tell_of_package(&self, facts: &Facts, draft: &Draft) {
        if let Some(problem) = &facts.problem {
            self.ui
                .warning(&format!("nothing is taken from `package.json`: {problem}"));
        }
        if let Some(refused) = &facts.refused_name
            && draft.answers.get("name").is_none()
        {
            self.ui.warning(&format!(
                "`{}` of `package.json` cannot be used: {}",
                visible(&refused.text),
                refused.rule
            ));
        }
        if let Some(manifest) = facts.other_manifest {
            self.ui.warning(&format!(
                "`{manifest}` exists, but no `package.json`: svcgen generates code for services on Node.js"
            ));
        }
    }

    /// Whether the answers that were given last are kept; where none was given, the draft that was there. Answers that are
    /// kept nowhere are printed.
    fn left(&self, model: &Utf8Path, last: Option<&Draft>) -> Left {
        let found = self.drafts.and_then(|drafts| drafts.read(model).ok()?);
        match (last, found) {
            (Some(last), Some(found)) if *last == found => Left::Kept,
            (Some(last), Some(_)) => print(&last.answers, Older::Kept, self.ui),
            (Some(last), None) => print(&last.answers, Older::None, self.ui),
            (None, Some(_)) => Left::Kept,
            (None, None) => Left::Nothing,
        }
    }

    /// Holds an interview, and keeps the answers of one that is stopped.
    pub(super) fn interview(
        &self,
        draft: Draft,
        prompter: &mut dyn Prompter,
        extent: Extent,
    ) -> Result<Draft, CommandError> {
        let configuration = &self.context.configuration;
        let mut facts = Facts::find(&working_directory()?, &configuration.user);
        if !self.is_told {
            self.tell_of_package(&facts, &draft);
        }
        let given = given_away(self.context);
        facts.free_port = given.proposed_port();
        let taken = |path: &str, value: &Value| whose(&given, self.old, path, value);
        // Who needs the day says what is wrong with it.
        let today = today().ok();
        let sites = &self.context.sites;
        let doubts = |path: &str, value: &Value, answers: &Value| {
            about((path, value), answers, today, sites)
        };
        let model = draft.model.clone();
        let last: RefCell<Option<Draft>> = RefCell::new(None);
        let is_warned = Cell::new(false);
        let mut keep = |draft: &Draft| {
            let kept = self.drafts.map(|drafts| drafts.write(draft));
            last.replace(Some(draft.clone()));
            // The answers are more worth than their copy: the interview goes on.
            if let Some(Err(error)) = kept
                && !is_warned.replace(true)
            {
                self.ui.warning(&format!(
                    "{error}; if you interrupt it, the answers are lost"
                ));
            }
            Ok(())
        };
        let setting = Setting {
            sections: self.sections,
            sites: &self.context.sites,
            facts: &facts,
            taken: &taken,
            doubts: &doubts,
            keep: &mut keep,
        };
        let interview = Interview::new(setting, prompter, draft);
        let held = match extent {
            Extent::Everything => interview.run(),
            Extent::Missing => interview.run_missing(),
            Extent::Nothing => interview
                .take_proposals()
                .map(|proposals| self.tell_proposals(proposals)),
        };
        let stopped = || interrupted(self.left(&model, last.borrow().as_ref()), self.global);
        held.map_err(|error| match error {
            InterviewError::Interrupted => stopped(),
            // A terminal that is closed is a signal, and cannot be read.
            InterviewError::Terminal(_) if interrupt::is_pending() => stopped(),
            InterviewError::Site(error) => error.into(),
            error => CommandError::from_error(ErrorKind::Unexpected, &error),
        })
    }

    /// Says what was taken without a question, and what was not.
    fn tell_proposals(&self, proposals: Proposals) -> Draft {
        for (path, Current { text, origin }, whose) in proposals.refused {
            let origin = origin.as_deref().unwrap_or("default");
            self.ui.warning(&format!(
                "`{}` ({origin}) is not taken for `{path}`: {whose}; `--set {path}=VALUE` sets another one, or this one anyway",
                visible(&text)
            ));
        }
        for (path, Current { text, origin }) in proposals.taken {
            let origin = origin.as_deref().unwrap_or("default");
            self.ui
                .status(&format!("{path}: {} ({origin})", visible(&text)));
        }
        proposals.draft
    }
}
