use std::cell::Cell;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Map, Value};

use super::{NewArgs, answers, explain, first_step, next, put, report, shown};
use crate::cli::context::{Context, working_directory};
use crate::cli::{Failure, GlobalArgs, generate};
use crate::error::{CommandError, ErrorKind};
use crate::generate::Taken;
use crate::interrupt;
use crate::model::{LoadError, Service, read_text};
use crate::onboarding::{
    Answers, Current, Draft, Drafts, Facts, Interview, InterviewError, Kind, Nobody, Prompt,
    Prompter, Reply, Revised, Section, Setting, load_sections, rebase, revise, write_model,
};
use crate::ui::{Terminal, Ui};
use crate::worktree::Worktree;

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
    let draft = begin(
        args,
        context,
        path,
        before.as_deref(),
        drafts.as_ref(),
        terminal,
        ui,
    )?;
    let sections =
        load_sections(&context.configuration.questions_folders()).map_err(CommandError::from)?;
    let old = before.as_deref().map(value_of);
    let asked = Asked {
        context,
        sections: &sections,
        drafts: drafts.as_ref(),
        old: old.as_ref(),
        ui,
    };
    let draft = asked.interview(draft, terminal, Extent::Everything)?;
    let mut given = Answers::default();
    given.start_with(&draft.answers);
    let (service, _) = given
        .resolve(&context.sites)
        .map_err(|error| explain(error, true))?;
    if present(path)? != before {
        return Err(changed(path).into());
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
            return Err(error.hint("svcgen new --resume").into());
        }
        Err(error) => {
            // There is no other copy of the answers.
            ui.result(&write_model(&service, &context.sites).map_err(CommandError::from)?)?;
            return Err(error.into());
        }
    };
    if let Some(drafts) = &drafts {
        drafts.finish(&draft).map_err(CommandError::from)?;
    }
    report(path, &service, is_written, ui)?;
    conclude(&draft, &sections, context, path, global, ui)
}

/// Asks only what is required and not answered yet.
pub(super) fn ask_missing(
    given: &Answers,
    context: &Context,
    path: &Utf8Path,
    terminal: &mut Terminal,
    ui: &Ui,
) -> Result<Answers, CommandError> {
    let sections = load_sections(&context.configuration.questions_folders())?;
    let drafts = Drafts::of_user();
    // The draft of another interview stays.
    let is_ours = |drafts: &&Drafts| matches!(drafts.read(path), Ok(None));
    let drafts = drafts.as_ref().filter(is_ours);
    let asked = Asked {
        context,
        sections: &sections,
        drafts,
        old: None,
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
    path: &Utf8Path,
    ui: &Ui,
) -> Result<Answers, CommandError> {
    let sections = load_sections(&context.configuration.questions_folders())?;
    let asked = Asked {
        context,
        sections: &sections,
        drafts: None,
        old: None,
        ui,
    };
    let draft = Draft::new(path, given.to_value());
    let draft = asked.interview(draft, &mut Nobody, Extent::Nothing)?;
    let mut answers = Answers::default();
    answers.start_with(&draft.answers);
    Ok(answers)
}

/// The draft of a model, which has to be there.
pub(super) fn draft(model: &Utf8Path) -> Result<Draft, CommandError> {
    let found = match Drafts::of_user() {
        Some(drafts) => drafts.read(model)?,
        None => None,
    };
    found.ok_or_else(|| {
        CommandError::usage(format!(
            "there are no unfinished answers for `{}`",
            shown(model)
        ))
        .hint("svcgen new")
    })
}

/// Whether there is a draft of a model.
fn is_kept(drafts: Option<&Drafts>, model: &Utf8Path) -> bool {
    drafts.is_some_and(|drafts| matches!(drafts.read(model), Ok(Some(_))))
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

fn value_of(text: &str) -> Value {
    crate::yaml::parse(text)
        .map(|node| node.to_value())
        .unwrap_or_default()
}

/// Where the interview begins: at a draft, at the review of the model that is there, or at the first question.
fn begin(
    args: &NewArgs,
    context: &Context,
    path: &Utf8Path,
    before: Option<&str>,
    drafts: Option<&Drafts>,
    terminal: &mut Terminal,
    ui: &Ui,
) -> Result<Draft, CommandError> {
    let present = before
        .map(value_of)
        .unwrap_or_else(|| Value::Object(Map::new()));
    if args.resume {
        let found = draft(path)?;
        let answers = answers(args, context, path, ui)?.to_value();
        return Ok(onto(present, Draft { answers, ..found }, ui));
    }
    if let Some(drafts) = drafts
        && let Some(found) = drafts.read(path)?
    {
        if asks_to_resume(&found, terminal)? {
            return Ok(onto(present, found, ui));
        }
        let aside = drafts.set_aside(path)?;
        ui.status(&format!("the unfinished answers are in `{aside}` now"));
    }
    let site = context.site.as_ref();
    Ok(match before {
        Some(_) => Draft {
            base: present.clone(),
            ..Draft::new(path, present)
        },
        None => {
            let mut answers = Map::new();
            answers.extend(site.map(|site| ("site".to_owned(), site.to_string().into())));
            Draft {
                at: Some(String::new()),
                ..Draft::new(path, Value::Object(answers))
            }
        }
    })
}

/// Brings a draft onto the model as it is now, and tells what somebody else changed in the meantime.
fn onto(present: Value, draft: Draft, ui: &Ui) -> Draft {
    if draft.base == present {
        return draft;
    }
    let (answers, both) = rebase(&draft.base, &draft.answers, &present);
    ui.warning("the model was changed in the meantime; what you did not answer is taken from it");
    for path in both {
        ui.warning(&format!(
            "`{path}` was changed by both; it is what you answered"
        ));
    }
    Draft {
        base: present,
        answers,
        ..draft
    }
}

fn asks_to_resume(found: &Draft, terminal: &mut Terminal) -> Result<bool, CommandError> {
    let name = found.answers.get("name").and_then(Value::as_str);
    let of = name.map(|name| format!(" of `{name}`")).unwrap_or_default();
    let text = format!("There are unfinished answers{of}; go on with them");
    let prompt = Prompt {
        count: None,
        text: &text,
        kind: Kind::YesNo,
        choices: &[],
        current: Some(Current {
            text: "yes".into(),
            origin: None,
        }),
        typed: String::new(),
        optional: false,
    };
    loop {
        match terminal.ask(&prompt) {
            Ok(Reply::Current) => return Ok(true),
            Ok(Reply::Text(text)) => match text.trim().to_lowercase().as_str() {
                "y" | "yes" => return Ok(true),
                "n" | "no" => return Ok(false),
                _ => {}
            },
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {
                return Err(interrupted(true));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// What an interview is held with.
struct Asked<'a> {
    context: &'a Context,
    sections: &'a [Section],
    drafts: Option<&'a Drafts>,
    /// The model as it is, whose answers are its own.
    old: Option<&'a Value>,
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
    fn interview(
        &self,
        draft: Draft,
        prompter: &mut dyn Prompter,
        extent: Extent,
    ) -> Result<Draft, CommandError> {
        let configuration = &self.context.configuration;
        let mut facts = Facts::find(&working_directory()?, &configuration.user);
        if let Some(problem) = &facts.problem {
            self.ui
                .warning(&format!("nothing is taken from `package.json`: {problem}"));
        }
        let open =
            |path: &Option<Utf8PathBuf>| path.as_ref().and_then(|path| Worktree::open(path).ok());
        let checkouts = &configuration.checkouts;
        let given = Taken::read(open(&checkouts.vagrant), open(&checkouts.puppet));
        facts.free_port = given.proposed_port();
        let old = self.old;
        let taken = |path: &str, value: &Value| {
            if old.is_some_and(|old| old.get(path) == Some(value)) {
                return None;
            }
            match (path, value) {
                ("port", Value::Number(port)) => given.port(u16::try_from(port.as_u64()?).ok()?),
                ("name", Value::String(name)) => given.class(&name.replace('-', "")),
                ("puppet_name", Value::String(name)) => given.class(name),
                _ => None,
            }
        };
        let is_kept = Cell::new(is_kept(self.drafts, &draft.model));
        let is_warned = Cell::new(false);
        let mut keep = |draft: &Draft| {
            let kept = self.drafts.map(|drafts| drafts.write(draft));
            is_kept.set(matches!(kept, Some(Ok(()))));
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
            keep: &mut keep,
        };
        let interview = Interview::new(setting, prompter, draft);
        let held = match extent {
            Extent::Everything => interview.run(),
            Extent::Missing => interview.run_missing(),
            Extent::Nothing => interview.take_proposals().map(|(draft, taken)| {
                for (path, Current { text, origin }) in taken {
                    let origin = origin.as_deref().unwrap_or("default");
                    self.ui
                        .status(&format!("{path}: {} ({origin})", text.escape_debug()));
                }
                draft
            }),
        };
        held.map_err(|error| match error {
            InterviewError::Interrupted => interrupted(is_kept.get()),
            InterviewError::Site(error) => error.into(),
            error => CommandError::from_error(ErrorKind::Unexpected, &error),
        })
    }
}

fn interrupted(is_kept: bool) -> CommandError {
    let kind = interrupt::check()
        .err()
        .map_or(ErrorKind::Interrupted, |error| error.kind);
    match is_kept {
        true => CommandError::new(
            kind,
            "interrupted; nothing is written, and your answers are kept",
        )
        .hint("svcgen new --resume"),
        false => CommandError::new(kind, "interrupted; nothing is written"),
    }
}

fn changed(path: &Utf8Path) -> CommandError {
    CommandError::conflict(format!(
        "`{}` was changed by somebody else in the meantime",
        shown(path)
    ))
    .hint("svcgen new --resume")
}

/// Writes the model; of one that is there, only the lines of the answers that changed.
fn write(
    path: &Utf8Path,
    before: Option<&str>,
    answers: &Value,
    service: &Service,
    context: &Context,
    ui: &Ui,
) -> Result<bool, CommandError> {
    let Some(before) = before else {
        put(path, &write_model(service, &context.sites)?)?;
        return Ok(true);
    };
    let says_the_same = |text: &str| {
        Service::parse(path, text, &context.sites, None).is_ok_and(|(found, _)| found == *service)
    };
    match revise(before, answers) {
        Revised::Same => Ok(false),
        Revised::Lines(text) if says_the_same(&text) => {
            put(path, &text)?;
            Ok(true)
        }
        Revised::Lines(_) | Revised::Impossible => {
            let copy = Utf8PathBuf::from(format!("{path}.orig"));
            put(&copy, before)?;
            put(path, &write_model(service, &context.sites)?)?;
            let copy = shown(&copy);
            ui.warning(&format!(
                "the model was written anew, without its comments; `{copy}` is the old one"
            ));
            Ok(true)
        }
    }
}

/// Says what is left for later and what comes next, and offers to do it.
fn conclude(
    draft: &Draft,
    sections: &[Section],
    context: &Context,
    path: &Utf8Path,
    global: &GlobalArgs,
    ui: &Ui,
) -> Result<(), Failure> {
    let left = sections
        .iter()
        .filter(|section| draft.later.contains(&section.name));
    for section in left {
        let needed = section.needed_for.first();
        let needed = needed.map(|step| format!(" (for `{}`)", step.command()));
        let needed = needed.unwrap_or_default();
        ui.status(&format!("left for later: {}{needed}", section.title));
    }
    let checkouts = &context.configuration.checkouts;
    if checkouts.vagrant.is_none() && checkouts.puppet.is_none() {
        ui.next(&first_step(context, global));
        return Ok(());
    }
    if !ui.confirm("Next: the patches. Look at them now (`svcgen generate --dry-run`)?")? {
        ui.next(&next("svcgen generate --dry-run", global));
        return Ok(());
    }
    let here = GlobalArgs {
        service: Some(path.to_owned()),
        ..global.clone()
    };
    let ended = match generate::run(&generate::GenerateArgs::dry_run(), &here, ui) {
        // Differences are what is looked for.
        Err(Failure::Silent(ErrorKind::Differences)) => Ok(()),
        other => other,
    };
    ui.next(&next("svcgen generate", global));
    ended
}
