use std::collections::HashSet;

use jiff::Timestamp;
use serde::Serialize;

use super::{ServiceArgs, shown};
use crate::cli::Failure;
use crate::cli::deploy::{Attempt, Opened};
use crate::cli::records::{self, Records};
use crate::deploy::{Activity, Crew, PlanProblem, ServiceState};
use crate::error::ErrorKind;
use crate::event::DeployId;
use crate::model::{GroupName, HostName, Revision};
use crate::scap::ServiceAction;
use crate::ui::{Format, Ui};

/// A service on a host.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Row {
    pub(super) host: HostName,
    pub(super) group: GroupName,
    pub(super) service: String,
    pub(super) state: Activity,
    /// More of the state, in the words of systemd.
    pub(super) detail: Option<String>,
    /// The release that is live.
    pub(super) revision: Option<Revision>,
    /// What it is run from, where that is gone.
    pub(super) missing: Option<String>,
    /// Whether its process began before that release was made live, so that it runs another one.
    pub(super) outdated: bool,
    /// The deploy that did not come to its end there.
    pub(super) unfinished: Option<DeployId>,
    pub(super) since: Option<Timestamp>,
    pub(super) port: Option<u16>,
    /// Whether anything listens on the port.
    pub(super) open: Option<bool>,
    /// Whether it is another process that listens on it: no service of the host runs.
    pub(super) taken: bool,
    pub(super) pid: Option<u32>,
}

/// A host that did not answer.
#[derive(Debug, Serialize)]
struct Silent<'a> {
    host: &'a HostName,
    state: &'static str,
    reason: &'a str,
}

impl Row {
    /// Whether it is as it should be.
    pub(super) fn is_well(&self) -> bool {
        self.state.is_running()
            && self.open != Some(false)
            && self.missing.is_none()
            && !self.outdated
            && self.unfinished.is_none()
    }
}

/// Shows how the service is on hosts; ends with 3 where it is not as it should be on one.
pub(super) fn run(
    hosts: Vec<HostName>,
    opened: &Opened,
    args: &ServiceArgs,
    ui: &Ui,
) -> Result<(), Failure> {
    let config = &opened.working.value.config;
    let (services, port) = (&config.services, config.service_port);
    let all = hosts.len();
    let question = async |crew: &mut Crew| crew.service_states(services, port, 1).await;
    let records = records::ask_for(hosts, opened, ui, question)?;
    let rows = rows(&records, opened);
    match ui.format {
        Format::Text => {
            let next = |text: &str| args.repository.completed(text);
            ui.result(&shown::text(&rows, ui.verbosity > 0, ui.width(), &next))?;
        }
        Format::Json => {
            let told = rows.iter().map(serde_json::to_value);
            let silent = records.silent.iter().map(|one| {
                serde_json::to_value(Silent {
                    host: &one.host,
                    state: "unreachable",
                    reason: &one.reason,
                })
            });
            let list: Result<Vec<_>, _> = told.chain(silent).collect();
            let list = serde_json::Value::Array(list.map_err(std::io::Error::other)?);
            ui.result(&format!("{list:#}\n"))?;
        }
    }
    if !records.silent.is_empty() {
        let problems: Vec<PlanProblem> = records.silent.iter().map(PlanProblem::of).collect();
        let asked = Attempt {
            opened,
            action: None,
            hosts: all,
            is_limited: args.limit.is_some(),
        };
        return Err(asked.refused(&problems).into());
    }
    match rows.iter().all(Row::is_well) {
        true => Ok(()),
        false => Err(Failure::Silent(ErrorKind::Differences)),
    }
}

fn rows(records: &Records<ServiceState>, opened: &Opened) -> Vec<Row> {
    let directory = &opened.working.value;
    // A process that reads what is new without ending is as old as it is.
    let reloaded: HashSet<&str> = directory
        .config
        .services
        .iter()
        .filter(|unit| unit.action == ServiceAction::Reload)
        .map(|unit| unit.name.as_str())
        .collect();
    let mut rows = Vec::new();
    for group in &directory.groups {
        for host in &group.hosts {
            let Some(state) = records.facts.get(host) else {
                continue;
            };
            for unit in &state.units {
                let is_reloaded = reloaded.contains(unit.name.as_str());
                rows.push(Row {
                    host: host.clone(),
                    group: group.group.name.clone(),
                    service: unit.name.clone(),
                    state: unit.activity,
                    detail: unit.sub.clone(),
                    revision: state.live.clone(),
                    missing: state.missing.clone(),
                    outdated: !is_reloaded && state.is_outdated(unit),
                    unfinished: state.unfinished.clone(),
                    since: unit
                        .since
                        .and_then(|at| Timestamp::from_second(at as i64).ok()),
                    port: state.port.map(|(port, _)| port),
                    open: state.port.map(|(_, is_open)| is_open),
                    taken: state.taken,
                    pid: unit.pid,
                });
            }
        }
    }
    rows
}
