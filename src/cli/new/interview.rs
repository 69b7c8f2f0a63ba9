mod begin;
mod doubts;
mod end;
mod stopped;

use std::cell::{Cell, RefCell};

use camino::Utf8Path;
use serde_json::Value;

use self::begin::{Beginning, is_kept};
pub(super) use self::begin::{draft, onto, value_of};
pub(super) use self::doubts::warn_of_taken;
use self::doubts::{about, given_away, whose};
use self::end::conclude;
pub(super) use self::end::write;
pub(super) use self::stopped::held;
use self::stopped::{Left, Older, changed, interrupted, print, resume};
use super::{NewArgs, explain, report};
use crate::cli::context::{Context, working_directory};
use crate::cli::request::today;
use crate::cli::{Failure, GlobalArgs};
use crate::error::{CommandError, ErrorKind};
use crate::interrupt;
use crate::model::{LoadError, Service, read_text};
use crate::onboarding::{
    Answers, Current, Draft, DraftLock, Drafts, Facts, Interview, InterviewError, Nobody, Prompter,
    Section, Setting, load_sections, write_model,
};
use crate::ui::{Terminal, Ui};
use crate::visible::visible;

/// Asks for everything, or on a model that is there, for what is to be changed; then writes it.
pub(super) fn run(
    args: &NewArgs,
    global: &GlobalArgs,
    context: &Context,
    path: &Utf8Path,
    terminal: &mut Terminal,
    ui: &Ui,
) -> Result<(), Failure> {
    let before = present(path)?;
    if let Some(text) = &before {
        // A model with mistakes is mended by hand: what it means is not known.
        Service::parse(path, text, &context.sites, context.site.as_ref())
            .map_err(CommandError::from)?;
    }
    let drafts = Drafts::of_user();
    let lock = lock(path)?;
    let beginning = Beginning {
        args,
        context,
        global,
        path,
        before: before.as_deref(),
    };
    let draft = beginning.draft(drafts.as_ref(), terminal, ui)?;
    let sections =
        load_sections(&context.configuration.questions_folders()).map_err(CommandError::from)?;
    let old = before.as_deref().map(value_of);
    let asked = Asked {
        context,
        sections: &sections,
        drafts: drafts.as_ref(),
        old: old.as_ref(),
        is_told: false,
        global,
        ui,
    };
    let draft = asked.interview(draft, terminal, Extent::Everything)?;
    let mut given = Answers::default();
    given.start_with(&draft.answers);
    let (service, _) = given
        .resolve(&context.sites)
        .map_err(|error| explain(error, true))?;
    if present(path)? != before {
        return Err(changed(path, global).into());
    }
    let written = write(
        path,
        before.as_deref(),
        &draft.answers,
        &service,
        context,
        ui,
    );
    let is_written = match written {
        Ok(is_written) => is_written,
        Err(error) if is_kept(drafts.as_ref(), path) => {
            return Err(error.hint(resume(global)).into());
        }
        Err(error) => {
            // There is no other copy of the answers.
            ui.verbatim(&write_model(&service, &context.sites).map_err(CommandError::from)?)?;
            return Err(error.into());
        }
    };
    if let Some(drafts) = &drafts {
        drafts.finish(&draft).map_err(CommandError::from)?;
    }
    drop(lock);
    report(path, &service, is_written, ui)?;
    conclude(&draft, &sections, context, path, global, ui)
}

/// Locks the draft of a model; nothing where drafts are not kept.
pub(super) fn lock(path: &Utf8Path) -> Result<Option<DraftLock>, CommandError> {
    match Drafts::of_user() {
        Some(drafts) => Ok(drafts.lock(path)?),
        None => Ok(None),
    }
}

/// Asks only what is required and not answered yet.
pub(super) fn ask_missing(
    given: &Answers,
    context: &Context,
    global: &GlobalArgs,
    path: &Utf8Path,
    is_told: bool,
    terminal: &mut Terminal,
    ui: &Ui,
) -> Result<Answers, CommandError> {
    let sections = load_sections(&context.configuration.questions_folders())?;
    let drafts = Drafts::of_user();
    // The draft of another interview stays.
    let is_ours = |drafts: &&Drafts| matches!(drafts.read(path), Ok(None));
    let drafts = drafts.as_ref().filter(is_ours);
    let lock = drafts.map(|drafts| drafts.lock(path));
    let drafts = drafts.filter(|_| matches!(lock, Some(Ok(_))));
    let asked = Asked {
        context,
        sections: &sections,
        drafts,
        old: None,
        is_told,
        global,
        ui,
    };
    let draft = Draft::new(path, given.to_value());
    let draft = asked.interview(draft, terminal, Extent::Missing)?;
    if let Some(drafts) = drafts {
        drafts.remove(path)?;
    }
    let mut answers = Answers::default();
    answers.start_with(&draft.answers);
    Ok(answers)
}

/// Takes the proposals for what is not answered; returns all answers.
pub(super) fn take_proposals(
    given: &Answers,
    context: &Context,
    global: &GlobalArgs,
    path: &Utf8Path,
    ui: &Ui,
) -> Result<Answers, CommandError> {
    let sections = load_sections(&context.configuration.questions_folders())?;
    let asked = Asked {
        context,
        sections: &sections,
        drafts: None,
        old: None,
        is_told: false,
        global,
        ui,
    };
    let draft = Draft::new(path, given.to_value());
    let draft = asked.interview(draft, &mut Nobody, Extent::Nothing)?;
    let mut answers = Answers::default();
    answers.start_with(&draft.answers);
    Ok(answers)
}

/// The text of the model, where it is there.
fn present(path: &Utf8Path) -> Result<Option<String>, CommandError> {
    match read_text(path) {
        Ok(text) => Ok(Some(text)),
        Err(LoadError::Unreadable { error, .. })
            if error.kind() == std::io::ErrorKind::NotFound =>
        {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// What an interview is held with.
struct Asked<'a> {
    context: &'a Context,
    sections: &'a [Section],
    drafts: Option<&'a Drafts>,
    /// The model as it is, whose answers are its own.
    old: Option<&'a Value>,
    /// Whether an interview before this one has said what is wrong with `package.json`.
    is_told: bool,
    global: &'a GlobalArgs,
    ui: &'a Ui,
}

/// How much is asked.
#[derive(Debug, Clone, Copy)]
enum Extent {
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
                "`{manifest}` is there and no `package.json`: what svcgen generates runs a service on Node.js"
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

    fn interview(
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
                self.ui
                    .warning(&format!("{error}; an interruption would lose the answers"));
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
            Extent::Nothing => interview.take_proposals().map(|proposals| {
                for (path, Current { text, origin }, whose) in proposals.refused {
                    let origin = origin.as_deref().unwrap_or("default");
                    self.ui.warning(&format!(
                        "`{}` ({origin}) is not taken for `{path}`: {whose}; `--set {path}=VALUE` gives another, or the same nevertheless",
                        visible(&text)
                    ));
                }
                for (path, Current { text, origin }) in proposals.taken {
                    let origin = origin.as_deref().unwrap_or("default");
                    self.ui
                        .status(&format!("{path}: {} ({origin})", visible(&text)));
                }
                proposals.draft
            }),
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
}
