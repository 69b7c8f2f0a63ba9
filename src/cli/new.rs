//! Writes the model: from an interview on the terminal, from answers, or from both.

mod interview;
mod replaced;
mod sources;

use crate::cli::given;
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use serde_json::{Value, json};

use self::replaced::Present;
use self::sources::Sources;
use super::context::{Context, shown, working_directory};
use super::generator::{Again, CheckoutArgs};
use super::{Failure, GlobalArgs, model};
use crate::error::{CommandError, ErrorKind};
use crate::model::{MODEL_FILE, Service, Sites};
use crate::onboarding::{
    Answers, AnswersError, DraftError, Drafts, Facts, Followed, followed, load_sections, misfits,
    write_model,
};
use crate::ui::{Format, Questions, Terminal, Ui};
use crate::visible::visible;

#[derive(Debug, Args)]
pub struct NewArgs {
    /// A file of answers: a part of the model, lines `path: value`, or both; `-` reads stdin.
    #[arg(long, value_name = "FILE", value_parser = given::path())]
    answers: Option<Utf8PathBuf>,
    /// One answer, such as `port=6699` or `deploy.groups.default.hosts='[a.example.org]'`; overrides the file.
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Take what package.json and git's configuration say, and every default; ask only for what is still missing.
    #[arg(long)]
    defaults: bool,
    /// Continue an interview that was interrupted.
    #[arg(long)]
    resume: bool,
    /// Replace a model that already exists, and keep the old one beside it. Without this, only what you answer changes.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &NewArgs, global: &GlobalArgs, ui: &Ui) -> Result<(), Failure> {
    let mut terminal = match ui.questions {
        Questions::Ask => Terminal::new(ui),
        Questions::GoOn => None,
    };
    let has_answers = args.answers.is_some() || !args.set.is_empty() || args.defaults;
    let context = Context::new(global, ui)?;
    let path = match &global.service {
        Some(path) if path.is_absolute() => path.clone(),
        Some(path) => working_directory()?.join(path),
        None => working_directory()?.join(MODEL_FILE),
    };
    if let Some(terminal) = terminal.as_mut().filter(|_| args.resume || !has_answers) {
        return interview::run(args, global, &context, &path, terminal, ui);
    }
    if !has_answers && !args.resume {
        return Err(without_answers(&context, &path, global)?.into());
    }
    let _lock = match args.resume {
        true => interview::lock(&path)?,
        false => None,
    };
    let present = match args.force {
        true => None,
        false => Present::read(&path, &context).map_err(Failure::from)?,
    };
    let sources = Sources::read(args)?;
    let begun = begin(args.resume, &path, present.as_ref(), &sources, ui)?;
    let (mut answers, followed) = with_given(begun, &sources, &context)?;
    check_free(&sources, &context)?;
    // What a model leaves out, it leaves out on purpose.
    let takes = args.defaults && present.is_none() && answers.clone().is_right(&context.sites);
    if takes {
        answers = interview::take_proposals(&answers, &context, global, &path, ui)?;
    }
    if let Some(terminal) = &mut terminal
        && !answers.missing().is_empty()
        && answers.clone().is_right(&context.sites)
    {
        answers = interview::ask_missing(&answers, &context, global, &path, takes, terminal, ui)?;
    }
    let value = answers.to_value();
    let (service, _) = answers
        .resolve(&context.sites)
        .map_err(|error| explain(error, args.defaults))?;
    let is_written = match &present {
        // Comments and order are not what a model says.
        Some(present) if present.service == service => false,
        Some(present) => {
            let before = Some(present.text.as_str());
            interview::write(&path, before, &value, &service, &context, ui)?
        }
        None => write(&path, &service, &context.sites, ui)?,
    };
    if args.resume
        && let Some(drafts) = Drafts::of_user()
    {
        drafts.remove(&path).map_err(CommandError::from)?;
    }
    report(&path, &service, is_written, ui)?;
    if !args.resume {
        interview::warn_of_draft(&path, global, ui);
    }
    if is_written {
        tell_followed(&followed, ui);
        let old = present.as_ref().map(|present| &present.value);
        interview::warn_of_taken(&value, old, &context, ui);
        interview::warn_of_doubts(&value, old, &context, ui);
        ui.next(&first_step(&context, global));
    }
    Ok(())
}

/// There is nobody to ask, and nothing was given.
fn without_answers(
    context: &Context,
    path: &Utf8Path,
    global: &GlobalArgs,
) -> Result<CommandError, CommandError> {
    if let Some(site) = &context.site {
        context.sites.find(site)?;
    }
    let hint = |command: &str| Again::completed(command, global, &CheckoutArgs::default());
    if path.exists() {
        let message = format!("there are no answers to change `{}` with", shown(path));
        return Ok(CommandError::usage(message)
            .hint(hint("svcgen new --set PATH=VALUE"))
            .hint(hint("svcgen new --answers FILE")));
    }
    Ok(
        CommandError::usage("there are no answers to write the model from")
            .hint(hint("svcgen new --answers FILE"))
            .hint(hint(
                "svcgen new --defaults --set name=NAME --set port=PORT",
            )),
    )
}

/// The command that comes after the model.
fn first_step(context: &Context, global: &GlobalArgs) -> String {
    let repo = match context.configuration.checkouts.vagrant {
        Some(_) => "",
        None => "--repo CHECKOUT ",
    };
    next(&format!("svcgen vagrant {repo}--dry-run"), global)
}

/// A command that comes next, with the options of this run that lead to the same model.
fn next(command: &str, global: &GlobalArgs) -> String {
    // The model names the site now.
    let global = GlobalArgs {
        site: None,
        ..global.clone()
    };
    Again::completed(command, &global, &CheckoutArgs::default())
}

/// Says what was written.
fn report(path: &Utf8Path, service: &Service, is_written: bool, ui: &Ui) -> Result<(), Failure> {
    let shown = shown(path);
    if ui.format == Format::Json {
        ui.result(&format!(
            "{}\n",
            json!({"path": path, "written": is_written, "service": service})
        ))?;
    }
    if is_written {
        ui.status(&format!("wrote `{shown}`"));
        if !service.has_hosts() {
            ui.detail("no hosts are known yet; add them below `deploy.groups`");
        }
    } else {
        ui.status(&format!("nothing to do: `{shown}` already says the same"));
    }
    Ok(())
}

/// The answers of the draft or the model, before those that are given.
fn begin(
    resumes: bool,
    model: &Utf8Path,
    present: Option<&Present>,
    sources: &Sources<'_>,
    ui: &Ui,
) -> Result<Answers, CommandError> {
    let mut answers = Answers::default();
    match (resumes, present) {
        (true, Some(present)) => {
            let draft = interview::draft(model)?;
            answers.start_with(&interview::onto(present.value.clone(), draft, ui).answers);
        }
        (true, None) => answers.start_with(&interview::draft(model)?.answers),
        (false, Some(present)) => {
            present.check(model, &sources.alone()?)?;
            answers.start_with(&present.value);
        }
        (false, None) => {}
    }
    Ok(answers)
}

/// Adds the answers that are given, and the site that was named; returns, too, what follows from them.
fn with_given(
    mut answers: Answers,
    sources: &Sources<'_>,
    context: &Context,
) -> Result<(Answers, Vec<Followed>), CommandError> {
    let before = answers.to_value();
    sources.add_to(&mut answers)?;
    if let Some(site) = &context.site {
        answers.set_site(site);
    }
    let followed = follow(&mut answers, &before, sources, context)?;
    Ok((answers, followed))
}

/// Has what nobody chose follow the answers that are given.
fn follow(
    answers: &mut Answers,
    before: &Value,
    sources: &Sources<'_>,
    context: &Context,
) -> Result<Vec<Followed>, CommandError> {
    let given = sources.alone()?;
    let sections = load_sections(&context.configuration.questions_folders())?;
    let facts = Facts::find(&working_directory()?, &context.configuration.user);
    let both = (before, &answers.to_value());
    let questions = (sections.as_slice(), &context.sites);
    // What is wrong is told with its place, once all answers are read.
    let found = followed(questions, &facts, both, &|id| given.is_answered(id));
    let found = found.unwrap_or_default();
    answers.follow(&found);
    Ok(found)
}

/// Says what was changed besides what was given.
fn tell_followed(followed: &[Followed], ui: &Ui) {
    for Followed { id, shown, .. } in followed {
        ui.status(&format!(
            "{id}: {} (derived from what was given)",
            visible(shown)
        ));
    }
}

/// Refuses answers that the model would take, and the question of the organisation does not.
fn check_free(sources: &Sources<'_>, context: &Context) -> Result<(), CommandError> {
    let given = sources.alone()?;
    let sections = load_sections(&context.configuration.questions_folders())?;
    match misfits(&sections, &given.to_value()).first() {
        Some((path, reason)) => Err(CommandError::usage(format!("`{path}`: {reason}"))
            .hint(format!("`svcgen new --set {path}=VALUE` sets it"))),
        None => Ok(()),
    }
}

/// Writes the model, unless what is there says the same; returns whether it was written.
fn write(path: &Utf8Path, service: &Service, sites: &Sites, ui: &Ui) -> Result<bool, CommandError> {
    let is_same = |present: &str| {
        Service::parse(path, present, sites, None).is_ok_and(|(present, _)| present == *service)
    };
    if fs_err::read_to_string(path).is_ok_and(|present| is_same(&present)) {
        return Ok(false);
    }
    replaced::write_anew(path, &write_model(service, sites)?, ui)?;
    Ok(true)
}

/// Writes a model, or its copy.
fn put(path: &Utf8Path, bytes: &[u8]) -> Result<(), CommandError> {
    model::put(path, bytes).map_err(|error| {
        let message = format!("`{}` cannot be written", shown(path));
        CommandError::new(ErrorKind::Unexpected, message).refused(&error)
    })
}

impl From<AnswersError> for CommandError {
    fn from(error: AnswersError) -> Self {
        explain(error, true)
    }
}

impl From<DraftError> for CommandError {
    fn from(error: DraftError) -> Self {
        let this = Self::from_error(ErrorKind::Unexpected, &error);
        match error {
            DraftError::Wrong { path, .. } => this.hint(format!("`rm {path}` discards it")),
            DraftError::Io { .. } => this,
            DraftError::Held { model, by } => interview::held(&model, by),
        }
    }
}

fn explain(error: AnswersError, defaults: bool) -> CommandError {
    match error {
        AnswersError::Flag { .. } => {
            CommandError::usage(error.to_string()).hint("svcgen new --set port=6699")
        }
        AnswersError::Group {
            ref anew, ref near, ..
        } => CommandError::usage(error.to_string())
            .hint(format!("did you mean `{near}`?"))
            .hint(format!("for a new group, put `--set {anew}` before it")),
        AnswersError::Site(error) => error.into(),
        AnswersError::Wrong { wrong, missing } => {
            let wrong: Vec<CommandError> = wrong.into_iter().map(CommandError::from).collect();
            let paths: Vec<String> = missing.iter().map(|path| format!("`{path}`")).collect();
            let open =
                (!paths.is_empty()).then(|| format!("there is no value for {}", paths.join(", ")));
            let drawn = wrong.iter().map(|error| error.message.as_str());
            let drawn: Vec<&str> = drawn.chain(open.as_deref()).collect();
            let said = wrong.iter().map(|error| error.in_words());
            let said: Vec<&str> = said.chain(open.as_deref()).collect();
            let mut error = CommandError::usage(drawn.join("\n\n"));
            error.said = Some(said.join("\n"));
            if !missing.is_empty() {
                let flags: Vec<String> = missing
                    .iter()
                    .map(|path| format!("--set {path}=VALUE"))
                    .collect();
                error = error.hint(format!(
                    "add {}, or lines `path: value` to the file of `--answers`",
                    flags.join(" ")
                ));
                if !defaults && missing.iter().any(|path| *path != "port") {
                    error = error.hint(
                        "add `--defaults` to take what package.json and git's configuration say",
                    );
                }
            }
            error
        }
    }
}
