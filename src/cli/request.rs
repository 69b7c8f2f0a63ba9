use clap::{Args, ValueEnum};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::context::{Context, Loaded};
use super::{Failure, GlobalArgs};
use crate::error::CommandError;
use crate::generate::tickets::{TicketKind, ticket};
use crate::ui::{Format, Ui};

#[derive(Debug, Args)]
pub struct RequestArgs {
    /// What is asked for.
    #[arg(value_enum)]
    kind: RequestKind,
    /// Print the transactions of Conduit's maniphest.edit instead of the text.
    #[arg(long)]
    json: bool,
}

/// What can be asked for.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum RequestKind {
    /// A new service in production
    Service,
    /// Access to the hosts of the service
    Access,
    /// The two repositories of the service on the review server
    Repositories,
}

pub(super) fn run(args: &RequestArgs, global: &GlobalArgs, ui: &Ui) -> Result<(), Failure> {
    let context = Context::new(global)?;
    let Loaded { service, site, .. } = context.load(global)?;
    let kind = match args.kind {
        RequestKind::Service => TicketKind::Service,
        RequestKind::Access => TicketKind::Access,
        RequestKind::Repositories => TicketKind::Repositories,
    };
    let ticket =
        ticket(kind, &service, &site, today()?, &context.templates).map_err(CommandError::from)?;
    for warning in &ticket.warnings {
        ui.warning(warning);
    }
    if args.json || ui.format == Format::Json {
        ui.result(&format!("{:#}\n", ticket.transactions()))?;
        return Ok(());
    }
    let project = ticket
        .project
        .as_ref()
        .map(|slug| format!("Project: #{slug}\n"));
    ui.result(&format!(
        "Title: {}\n{}\n{}",
        ticket.title,
        project.unwrap_or_default(),
        ticket.body
    ))?;
    if let Some(url) = &site.phabricator.url {
        ui.status(&format!(
            "to file it: {}/maniphest/task/edit/",
            url.as_str().trim_end_matches('/')
        ));
    }
    Ok(())
}

/// Today's date; that of `SOURCE_DATE_EPOCH` where it is set, as builds that can be reproduced have it.
fn today() -> Result<Date, CommandError> {
    let Ok(text) = std::env::var("SOURCE_DATE_EPOCH") else {
        return Ok(Zoned::now().date());
    };
    let time = text
        .parse()
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok());
    let time = time.ok_or_else(|| {
        CommandError::usage(format!(
            "`SOURCE_DATE_EPOCH` is `{}`, which is no time",
            text.escape_debug()
        ))
        .hint("unset SOURCE_DATE_EPOCH, or set it to seconds since 1970")
    })?;
    Ok(time.to_zoned(TimeZone::UTC).date())
}
