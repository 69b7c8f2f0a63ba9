use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::replay::shown;
use super::{Choice, LogArgs, Opened, recorded};
use crate::cli::Failure;
use crate::cli::records::{self, Records};
use crate::deploy::{Owner, RecordLine};
use crate::error::CommandError;
use crate::event::DeployId;
use crate::folders;
use crate::model::did_you_mean;
use crate::ui::{Format, Ui};

/// What is said where no deploy was made from here: who made the last one, as far as the hosts tell.
pub(super) fn nothing_here(opened: &Opened, ui: &Ui) -> Result<CommandError, CommandError> {
    let repository = &opened.working.value.config.git_repo;
    let message = format!("no deploy of {repository} was made from here");
    let records = records::ask(records::first_of_groups(opened), opened, ui)?;
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
                "`svcgen log {id}` shows what the hosts have recorded of it"
            ))
            .hint("`svcgen history` lists the deploys of others, too"),
        None => silence(CommandError::usage(message), &records)
            .hint("`svcgen deploy --dry-run` shows what a deploy would do"),
    })
}

/// Where it is looked for a deploy that has no journal here.
pub(super) struct Search<'a> {
    pub(super) opened: &'a Opened,
    pub(super) args: &'a LogArgs,
    pub(super) ui: &'a Ui,
}

impl Search<'_> {
    /// Shows what the hosts have recorded of it, and says where its journal is.
    pub(super) fn show(
        &self,
        id: &DeployId,
        known: &[DeployId],
        mut choice: Choice,
        needs_journal: bool,
    ) -> Result<(), Failure> {
        let (opened, ui) = (self.opened, self.ui);
        let records = records::ask(opened.hosts(), opened, ui)?;
        let message = format!("the journal of {id} is not here");
        let line = find(id, &records);
        let Some((owner, revision)) =
            line.and_then(|line| line.owner.as_ref().zip(line.rev.as_ref()))
        else {
            let error = silence(CommandError::usage(message), &records);
            let near = did_you_mean(id.as_str(), known.iter().map(DeployId::as_str));
            let hint = near.unwrap_or_else(|| "`svcgen history` lists the deploys".into());
            return Err(error.hint(hint).into());
        };
        let (user, machine) = (&owner.user, &owner.machine);
        if needs_journal {
            // What hosts write is kept where the deploy was made, and nowhere else.
            let error =
                CommandError::usage(message).cause(format!("it was made by {user} on {machine}"));
            return Err(error.hint(looked_for(id, owner)).into());
        }
        let repository = opened.working.value.config.git_repo.as_str();
        let events = recorded::events(id, owner, revision, repository, &records);
        choice.learn(id, &recorded::hosts(id, &records))?;
        if ui.format == Format::Text {
            let at = Timestamp::from_second(owner.at).unwrap_or_default();
            let day = at.to_zoned(TimeZone::system()).date();
            ui.status(&format!("{id} by {user} on {machine}, {day}"));
        }
        let mut text = String::new();
        for event in &events {
            if choice.wants(event, ui.format, ui.verbosity) {
                text.push_str(&match ui.format {
                    Format::Json => serde_json::to_string(event).map_err(std::io::Error::other)?,
                    Format::Text => shown(event),
                });
                text.push('\n');
            }
        }
        let nothing = format!("nothing that the hosts have recorded of {id} matches");
        if text.is_empty()
            && let Some(error) = choice.not_found(&nothing, id, &self.args.repository)
        {
            return Err(error.into());
        }
        ui.result(&text)?;
        for one in &records.silent {
            ui.warning(&format!("{}: {}", one.host, one.reason));
        }
        ui.status(&format!(
            "that is what the hosts have recorded; checks, and what hosts wrote, are in the journal: {}",
            looked_for(id, owner)
        ));
        Ok(())
    }
}

/// Where the journal of a deploy is.
fn looked_for(id: &DeployId, owner: &Owner) -> String {
    match folders::state().filter(|_| owner.is_here()) {
        // Another user made it, or one with another home.
        Some(folder) => format!(
            "`XDG_STATE_HOME=DIR svcgen log {id}`, with the DIR that {} had then: `{folder}` lacks it",
            owner.user
        ),
        None => format!("`svcgen log {id}` on {}", owner.machine),
    }
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
        (0, _) => error.cause("no host that was asked has answered"),
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
