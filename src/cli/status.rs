//! Where the service is on its road to production.

mod facts;

use clap::Args;
use jiff::civil::Date;
use serde::Serialize;

use super::context::{Context, Loaded};
use super::generator::{Again, CheckoutArgs, Generator, Planner};
use super::request::today;
use super::{Failure, GlobalArgs};
use crate::edit::Resolution;
use crate::error::CommandError;
use crate::hosts::Answer;
use crate::model::{HostName, ServiceName};
use crate::status::{Due, Mark, State, Step, dates, road};
use crate::ui::{Format, Ui};

/// The options of the status.
#[derive(Debug, Args)]
pub struct StatusArgs {
    #[command(flatten)]
    checkouts: CheckoutArgs,
    /// Also ask the review server and the hosts of production; each question takes half a minute at most.
    #[arg(long)]
    online: bool,
}

/// What is told.
#[derive(Debug, Serialize)]
struct Status<'a> {
    service: &'a ServiceName,
    today: Date,
    deployment: Option<Date>,
    steps: Vec<Step>,
    dates: Vec<Due>,
    /// What the hosts said, where they were asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hosts: Vec<HostSaid>,
}

/// What a host said.
#[derive(Debug, Serialize)]
struct HostSaid {
    host: HostName,
    #[serde(flatten)]
    answer: Answer,
}

/// Finds out and prints the road and the dates; ends with 0 wherever the service is.
pub(super) fn run(args: &StatusArgs, global: &GlobalArgs, ui: &Ui) -> Result<(), Failure> {
    let context = Context::new(global, ui)?;
    let loaded = context.load(global)?;
    if let Some(older) = context.older_model(&loaded, global) {
        ui.warning(&older);
    }
    let planner = Planner {
        context: &context,
        loaded: &loaded,
        deploy: args.checkouts.named(Generator::Scap),
        resolution: Resolution::Mark,
        commits: false,
    };
    let facts = facts::gather(&planner, &args.checkouts, args.online)?;
    let Loaded { service, site, .. } = &loaded;
    let mut steps = road(service, site, &facts);
    let today = today()?;
    let (mut dates, unusual) = dates(service, site, &steps, today);
    let of_steps = steps.iter_mut().map(|step| &mut step.command);
    let commands = of_steps.chain(dates.iter_mut().map(|due| &mut due.command));
    for command in commands.flatten() {
        *command = Again::completed(command, global, &args.checkouts);
    }
    if let Some(unusual) = unusual {
        ui.warning(&unusual);
    }
    let hosts = facts.hosts.into_iter().flatten();
    let hosts = hosts.map(|(host, answer)| HostSaid { host, answer });
    let status = Status {
        service: &service.name,
        today,
        deployment: service.timeline.deployment,
        steps,
        dates,
        hosts: hosts.collect(),
    };
    let text = match ui.format {
        Format::Text => text(&status, ui.page()),
        Format::Json => {
            serde_json::to_string_pretty(&status)
                .map_err(|error| CommandError::from(std::io::Error::other(error)))?
                + "\n"
        }
    };
    ui.result(&text)?;
    Ok(())
}

fn text(status: &Status<'_>, width: usize) -> String {
    let mut out = format!("{}: the road, on {}\n\n", status.service, status.today);
    let widest = |words: &mut dyn Iterator<Item = usize>| words.max().unwrap_or_default();
    let states = widest(&mut status.steps.iter().map(|step| step.state.word().len()));
    let names = widest(&mut status.steps.iter().map(|step| step.name.len()));
    let indent = 2 + states + 2 + names + 2;
    for step in &status.steps {
        let mut found = step.found.clone();
        if let Some(whom) = &step.waits_for {
            found.push_str(&format!("; waits for {whom}"));
        }
        out.push_str(&format!(
            "  {:states$}  {:names$}  {}\n",
            step.state.word(),
            step.name,
            wrapped(&found, indent, width)
        ));
        if let Some(command) = &step.command {
            out.push_str(&format!("  {:states$}  $ {command}\n", ""));
        }
    }
    out.push('\n');
    out.push_str(&when(status));
    let next = status.steps.iter().find(|step| step.state == State::Next);
    if let Some(Step {
        name,
        command: Some(command),
        ..
    }) = next
    {
        out.push_str(&format!("\nnext: {name}: {command}\n"));
    }
    out
}

fn when(status: &Status<'_>) -> String {
    let Some(day) = status.deployment else {
        return "no dates: the model has no day for the first deployment (`timeline.deployment`)\n"
            .into();
    };
    let days = status.today.until(day).map_or(0, |span| span.get_days());
    let distance = match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days if days < 0 => "past".to_owned(),
        days => format!("in {days} days"),
    };
    let mut out = format!("first deployment: {day}, {distance}\n\n  advised     latest\n");
    for due in &status.dates {
        let Due {
            what,
            advised,
            latest,
            mark,
            after,
            ..
        } = due;
        out.push_str(&format!(
            "  {advised}  {latest}  {:7}  {what}\n",
            mark.word()
        ));
        if !matches!(mark, Mark::Due | Mark::Overdue) {
            continue;
        }
        if let Some(command) = &due.command {
            out.push_str(&format!("  {:24}{:7}  $ {command}\n", "", ""));
        }
        if let Some(first) = after {
            out.push_str(&format!("  {:24}{:7}  -> after {first}\n", "", ""));
        }
    }
    out
}

/// A text in the columns that are left, its further lines under the first.
pub(super) fn wrapped(text: &str, indent: usize, width: usize) -> String {
    let options = textwrap::Options::new(width.saturating_sub(indent))
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).join(&format!("\n{}", " ".repeat(indent)))
}
