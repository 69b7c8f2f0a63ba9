use super::{Context, Opened};
use crate::cli::records::{self, Records};
use crate::deploy::{Owner, RecordLine};
use crate::error::CommandError;
use crate::event::DeployId;
use crate::model::suggest;
use crate::ui::Ui;

/// What is said where no deploy was made from here: who made the last one, as far as the hosts tell.
pub(super) fn nothing_here(
    opened: &Opened,
    context: &Context,
    ui: &Ui,
) -> Result<CommandError, CommandError> {
    let repository = &opened.working.value.config.git_repo;
    let message = format!("no deploy of {repository} was made from here");
    let records = records::ask(records::first_of_groups(opened), opened, context, ui)?;
    let begun = records.facts.values().flat_map(|facts| &facts.record);
    let begun = begun.filter(|line| line.owner.is_some() && line.deploy.is_some());
    let last = begun.max_by_key(|line| line.deploy.clone());
    Ok(match last.and_then(made) {
        Some((id, owner)) => CommandError::usage(message)
            .cause(format!(
                "the last one, {id}, was made by {} on {}",
                owner.user, owner.machine
            ))
            .hint(format!(
                "its journal is there: `svcgen log {id}` on {}",
                owner.machine
            ))
            .hint("`svcgen history` lists the deploys of others, too"),
        None => silence(CommandError::usage(message), &records)
            .hint("`svcgen deploy --dry-run` shows what a deploy would do"),
    })
}

/// What is said where a deploy has no journal here: where it was made, as far as the hosts tell.
pub(super) fn explain(
    id: &DeployId,
    known: &[DeployId],
    opened: &Opened,
    context: &Context,
    ui: &Ui,
) -> Result<CommandError, CommandError> {
    let mut records = records::ask(records::first_of_groups(opened), opened, context, ui)?;
    if find(id, &records).is_none() {
        // It may have been limited to other hosts.
        let asked: Vec<_> = records.facts.keys().cloned().collect();
        let mut others = records::all_hosts(opened);
        others
            .retain(|host| !asked.contains(host) && records.silent.iter().all(|s| s.host != *host));
        let more = records::ask(others, opened, context, ui)?;
        records.facts.extend(more.facts);
        records.silent.extend(more.silent);
    }
    let message = format!("the journal of {id} is not here");
    Ok(match find(id, &records).and_then(made) {
        Some((_, owner)) => CommandError::usage(message)
            .cause(format!(
                "it was made by {} on {}",
                owner.user, owner.machine
            ))
            .hint(format!("`svcgen log {id}` on {}", owner.machine)),
        None => {
            let error = silence(CommandError::usage(message), &records);
            match suggest(id.as_str(), known.iter().map(DeployId::as_str)) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint("`svcgen history` lists the deploys"),
            }
        }
    })
}

fn find<'a>(id: &DeployId, records: &'a Records) -> Option<&'a RecordLine> {
    let mut lines = records.facts.values().flat_map(|facts| &facts.record);
    lines.find(|line| line.deploy.as_ref() == Some(id) && line.owner.is_some())
}

fn made(line: &RecordLine) -> Option<(&DeployId, &Owner)> {
    line.deploy.as_ref().zip(line.owner.as_ref())
}

/// Adds what the hosts that were asked did not tell.
fn silence(error: CommandError, records: &Records) -> CommandError {
    let asked = records.facts.len() + records.silent.len();
    let error = match (records.facts.len(), asked) {
        (_, 0) => error,
        (0, _) => error.cause("no host that was asked answers"),
        (1, _) => error.cause("the host that was asked does not know it either"),
        (more, _) => error.cause(format!(
            "the {more} hosts that were asked do not know it either"
        )),
    };
    match records.silent.first() {
        Some(one) => error.cause(format!("{}: {}", one.host, one.reason)),
        None => error,
    }
}
