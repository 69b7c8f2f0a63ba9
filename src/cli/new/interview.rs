mod asked;
mod begin;
mod doubts;
mod end;
mod stopped;

use camino::Utf8Path;

use self::asked::{Asked, Extent};
use self::begin::{Beginning, is_kept};
pub(super) use self::begin::{draft, onto, value_of};
pub(super) use self::doubts::{warn_of_doubts, warn_of_draft, warn_of_taken};
use self::end::conclude;
pub(super) use self::end::write;
pub(super) use self::stopped::held;
use self::stopped::{changed, resume};
use super::{NewArgs, explain, report};
use crate::cli::context::Context;
use crate::cli::{Failure, GlobalArgs};
use crate::error::CommandError;
use crate::model::{LoadError, Service, read_text};
use crate::onboarding::{Answers, Draft, DraftLock, Drafts, Nobody, load_sections, write_model};
use crate::ui::{Terminal, Ui};

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
    conclude(&draft, &sections, context, global, ui)
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
