mod failure;
mod file;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use self::file::Courier;
use super::context::{Context, Loaded, working_directory};
use super::{Failure, GlobalArgs, given};
use crate::edit::replace;
use crate::error::CommandError;
use crate::flow;
use crate::generate::tickets::{TicketKind, ticket};
use crate::model::{AnnotationName, Service};
use crate::onboarding::load_sections;
use crate::ui::{Format, Ui};
use crate::visible::visible;

#[derive(Debug, Args)]
pub struct RequestArgs {
    /// What to ask for: the new service, access to its hosts, or its two repositories.
    #[arg(value_enum)]
    kind: RequestKind,
    /// Print the transactions of Conduit's maniphest.edit instead of the text.
    #[arg(long)]
    json: bool,
    /// File it in the ticket system, or update the task that is there.
    #[arg(long, conflicts_with = "json")]
    file: bool,
    /// With `--file`: only show what would be sent.
    #[arg(long, requires = "file")]
    dry_run: bool,
    /// With `--file`: overwrite what others wrote, or file a new task if the first one is closed.
    #[arg(long, requires = "file")]
    force: bool,
    /// Also draw the request flow into this file, as SVG.
    #[arg(long, value_name = "FILE", value_parser = given::path())]
    flow: Option<Utf8PathBuf>,
}

/// What can be asked for.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum RequestKind {
    Service,
    Access,
    Repositories,
}

pub(super) fn run(args: &RequestArgs, global: &GlobalArgs, ui: &Ui) -> Result<(), Failure> {
    if args.flow.is_some() && !matches!(args.kind, RequestKind::Service) {
        return Err(
            CommandError::usage("`--flow` works only with a service request")
                .hint("svcgen request service --flow FILE.svg")
                .into(),
        );
    }
    let context = Context::new(global, ui)?;
    let mut loaded = context.load(global)?;
    let questions = questions(&context, &loaded.service);
    loaded.templates = loaded.templates.with_questions(questions);
    let Loaded {
        service,
        site,
        templates,
        ..
    } = &loaded;
    let kind = match args.kind {
        RequestKind::Service => TicketKind::Service,
        RequestKind::Access => TicketKind::Access,
        RequestKind::Repositories => TicketKind::Repositories,
    };
    let today = today()?;
    let ticket = ticket(kind, service, site, today, None, templates).map_err(CommandError::from)?;
    for warning in &ticket.warnings {
        ui.warning(warning);
    }
    if let Some(path) = &args.flow {
        draw(path, service, ui)?;
    }
    if args.file {
        let courier = Courier {
            args,
            context: &context,
            loaded: &loaded,
            today,
            ui,
        };
        return courier.file(kind);
    }
    if args.json || ui.format == Format::Json {
        ui.result(&format!("{:#}\n", ticket.transactions()))?;
        return Ok(());
    }
    let project = ticket
        .project
        .as_ref()
        .map(|slug| format!("Project: #{slug}\n"));
    ui.verbatim(&format!(
        "Title: {}\n{}\n{}",
        ticket.title,
        project.unwrap_or_default(),
        ticket.body
    ))?;
    let field = file::field(kind).map(|field| format!("tickets.{field}"));
    let noted = field.map(|field| format!(", and write its number to `{field}` in the model"));
    let place = site.phabricator.url.as_ref().map(|url| {
        format!(
            " at {}/maniphest/task/edit/",
            url.as_str().trim_end_matches('/')
        )
    });
    ui.next(&format!(
        "file it{}{}",
        place.unwrap_or_default(),
        noted.unwrap_or_default()
    ));
    Ok(())
}

/// The texts of the questions that ask for annotations.
fn questions(context: &Context, service: &Service) -> Vec<(AnnotationName, String)> {
    if service.annotations.is_empty() {
        return Vec::new();
    }
    // A mistake in a file of questions is told where they are asked.
    let sections = load_sections(&context.configuration.questions_folders()).unwrap_or_default();
    let questions = sections.iter().flat_map(|section| &section.questions);
    let asked = questions.filter_map(|question| {
        let name = question.id.strip_prefix("annotations.")?;
        Some((AnnotationName::parse(name).ok()?, question.text.clone()))
    });
    asked.collect()
}

/// Draws the request flow into a file that is not there, or that svcgen drew before.
fn draw(path: &Utf8Path, service: &Service, ui: &Ui) -> Result<(), CommandError> {
    let Some(drawing) = flow::svg(service) else {
        ui.warning(&format!(
            "the model has no `request_flow`; `{path}` is not written"
        ));
        return Ok(());
    };
    if path.is_dir() {
        let error = CommandError::usage(format!("`{path}` is a folder, not a file"));
        return Err(error.hint(format!(
            "`--flow {}` names a file in it",
            path.join("flow.svg")
        )));
    }
    match fs_err::read_to_string(path) {
        Ok(before) if before == drawing => return Ok(()),
        Ok(before) if !flow::is_drawing(&before) => {
            return Err(CommandError::conflict(format!(
                "`{path}` already exists, and svcgen did not draw it"
            ))
            .hint("name another file"));
        }
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    replace(&working_directory()?.join(path), drawing.as_bytes())?;
    ui.status(&format!("drawn: {path}"));
    Ok(())
}

/// Today's date; that of `SOURCE_DATE_EPOCH` where it is set, as builds that can be reproduced have it.
pub(super) fn today() -> Result<Date, CommandError> {
    let Ok(text) = std::env::var("SOURCE_DATE_EPOCH") else {
        return Ok(Zoned::now().date());
    };
    let time = text
        .parse()
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok());
    let time = time.ok_or_else(|| {
        CommandError::usage(format!(
            "`SOURCE_DATE_EPOCH` is `{}`, which is not a time",
            visible(&text)
        ))
        .hint("unset SOURCE_DATE_EPOCH, or set it to seconds since 1970")
    })?;
    Ok(time.to_zoned(TimeZone::UTC).date())
}
