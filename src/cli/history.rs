//! Lists the deploys of a repository: those of this machine by their journals, those of others by what hosts tell.

mod shown;

use std::collections::BTreeMap;

use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::deploy::{Opened, RepositoryArgs, before_that, is_lasting, ways_on};
use super::number::at_least_one;
use super::records::{self, Records};
use super::{Failure, GlobalArgs};
use crate::deploy::{Journals, PastDeploy, PastSource};
use crate::error::CommandError;
use crate::event::DeployId;
use crate::ui::{Format, Ui};

/// The options of `svcgen history`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What to show")]
pub struct HistoryArgs {
    /// How many deploys to list.
    #[arg(long, short, value_name = "N", default_value_t = 10, value_parser = at_least_one)]
    number: usize,
    /// Ask every host for deploys from other machines, not only the first one of each group.
    #[arg(long)]
    hosts: bool,
    /// Ask no hosts: list only deploys from this machine.
    #[arg(long, conflicts_with = "hosts")]
    offline: bool,
    #[command(flatten)]
    repository: RepositoryArgs,
}

/// A deploy with what to type where it was not finished.
#[derive(Debug, Serialize)]
struct Listed {
    #[serde(flatten)]
    past: PastDeploy,
    /// What has to be done before that helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    next: Vec<String>,
}

/// Runs `svcgen history`.
pub(super) fn run(args: &HistoryArgs, global: &GlobalArgs, ui: &Ui) -> Result<(), Failure> {
    let context = Context::new(global, ui)?;
    let opened = Opened::open(&args.repository, &context, global)?;
    let asked = match (args.offline, args.hosts) {
        (true, _) => Vec::new(),
        (false, true) => opened.hosts(),
        (false, false) => records::first_of_groups(&opened),
    };
    let records = records::ask(asked, &opened, ui)?;
    let repository = &opened.working.value.config.git_repo;
    let mut known = PastDeploy::of_records(&records.facts);
    let journals = Journals::of(repository).ok();
    if let Some(journals) = &journals {
        read_journals(journals, args.number, &mut known, ui);
    }
    let is_scap = opened.carrier.scap().is_some();
    let list = listed(known, args, is_scap, journals.as_ref());
    let text = match ui.format {
        Format::Json => {
            let list = serde_json::to_value(&list).map_err(std::io::Error::other)?;
            format!("{list:#}\n")
        }
        Format::Text => shown::text(&list, ui.page()),
    };
    ui.result(&text)?;
    if list.is_empty() {
        ui.status(&format!("no deploy of {repository} is known"));
    }
    warn(&records, ui);
    Ok(())
}

/// Adds the deploys that have a journal here, which knows more than the hosts.
fn read_journals(
    journals: &Journals,
    number: usize,
    known: &mut BTreeMap<DeployId, PastDeploy>,
    ui: &Ui,
) {
    let mut read = 0;
    for id in begun(journals) {
        if read == number {
            return;
        }
        match PastDeploy::of_journal(journals, &id) {
            Ok(Some(mut past)) => {
                read += 1;
                let told = known.remove(&id);
                past.broken_by = told.as_ref().and_then(|told| told.broken_by.clone());
                if let Some(told) = told {
                    past.learn_end(told);
                }
                known.insert(id, past);
            }
            // Killed before anything was begun.
            Ok(None) => {}
            Err(error) => ui.warning(&CommandError::from(error).to_string()),
        }
    }
}

/// The deploys that have a journal here, the last one first, whatever the clock said since.
fn begun(journals: &Journals) -> Vec<DeployId> {
    let mut ids = journals.list();
    let last = journals.last();
    if let Some(at) = ids.iter().position(|id| Some(id) == last.as_ref()) {
        ids[..=at].rotate_right(1);
    }
    ids
}

/// From the newest on; the last that touched anything has what to type where it was not finished.
fn listed(
    known: BTreeMap<DeployId, PastDeploy>,
    args: &HistoryArgs,
    is_scap: bool,
    journals: Option<&Journals>,
) -> Vec<Listed> {
    let mut known: Vec<PastDeploy> = known.into_values().rev().collect();
    let last = journals.and_then(Journals::last);
    // A clock that has gone back gave the last one an older name.
    if let Some(at) = known
        .iter()
        .position(|past| Some(&past.deploy) == last.as_ref())
    {
        let is_of_here = |past: &PastDeploy| past.source == PastSource::Journal;
        let first = known[..=at].iter().position(is_of_here).unwrap_or(at);
        known[first..=at].rotate_right(1);
    }
    let mut list: Vec<Listed> = known
        .into_iter()
        .take(args.number)
        .map(|past| Listed {
            past,
            first: None,
            next: Vec::new(),
        })
        .collect();
    let last = list.iter_mut().find(|one| is_lasting(&one.past));
    if let Some(last) = last {
        last.next = ways_on(&last.past, is_scap, &args.repository);
        last.first = journals.and_then(|journals| before_that(journals, &last.past));
    }
    list
}

/// Names the hosts that did not answer: deploys that only they know are not listed.
fn warn(records: &Records, ui: &Ui) {
    let silent = &records.silent;
    let names: Vec<&str> = silent.iter().map(|one| one.host.as_str()).collect();
    if let Some(first) = silent.first() {
        ui.warning(&format!(
            "not asked for deploys from other machines: {}; {}",
            super::deploy::named(&names),
            first.reason
        ));
    }
}
