//! Asks hosts for their records of deploys, and for who holds their locks. Waits for none of them for long.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{StreamExt as _, iter};
use indexmap::IndexMap;
use tokio::time::{Instant, timeout_at};

use super::deploy::{Opened, with_runtime};
use crate::deploy::{Crew, Facts, Inquiry, Next, Owner, Unreachable};
use crate::error::CommandError;
use crate::event::DeployId;
use crate::interrupt;
use crate::model::HostName;
use crate::transport::{Transport, Visit};
use crate::ui::Ui;

/// What hosts told.
#[derive(Debug)]
pub(super) struct Records<T = Facts> {
    pub(super) facts: IndexMap<HostName, T>,
    /// Those that did not answer, or not in time.
    pub(super) silent: Vec<Unreachable>,
}

/// How long one host may take to answer.
const PATIENCE: Duration = Duration::from_secs(12);

/// How many are asked at the same time.
const AT_ONCE: usize = 32;

/// How often it is looked whether somebody has enough of waiting.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// The first host of each group: every deploy that is not limited to others was there.
pub(super) fn first_of_groups(opened: &Opened) -> Vec<HostName> {
    let groups = opened.working.value.groups.iter();
    groups
        .filter_map(|group| group.hosts.first().cloned())
        .collect()
}

/// Asks hosts how deploys are there, all at about the same time.
///
/// # Errors
/// Where somebody interrupts it.
pub(super) fn ask(hosts: Vec<HostName>, opened: &Opened, ui: &Ui) -> Result<Records, CommandError> {
    let probe = async |crew: &mut Crew| crew.probe(&Inquiry::default(), Next::Nothing, 1).await;
    ask_for(hosts, opened, ui, probe)
}

/// Asks hosts a question, all at about the same time.
///
/// # Errors
/// Where somebody interrupts it.
pub(super) fn ask_for<T>(
    hosts: Vec<HostName>,
    opened: &Opened,
    ui: &Ui,
    question: impl AsyncFn(&mut Crew) -> (IndexMap<HostName, T>, Vec<Unreachable>),
) -> Result<Records<T>, CommandError> {
    if hosts.is_empty() {
        return Ok(collect(Vec::new()));
    }
    let transport = opened.transport(Visit::Looks)?;
    let text = match hosts.as_slice() {
        [one] => format!("asking {one}..."),
        more => format!("asking {} hosts...", more.len()),
    };
    ui.busy(&text, || {
        with_runtime(async {
            let asking = ask_each(hosts, opened, &transport, &question);
            let interrupted = async {
                while !interrupt::is_pending() {
                    tokio::time::sleep(BETWEEN_LOOKS).await;
                }
            };
            tokio::select! {
                answers = asking => Ok(answers),
                () = interrupted => Err(interruption()),
            }
        })
    })
}

/// Asks hosts how deploys are there, where it is waited for hosts already.
pub(super) async fn probe_each(
    hosts: Vec<HostName>,
    opened: &Opened,
    transport: &Arc<dyn Transport>,
) -> Records {
    let probe = async |crew: &mut Crew| crew.probe(&Inquiry::default(), Next::Nothing, 1).await;
    ask_each(hosts, opened, transport, &probe).await
}

/// Asks hosts whether they are fit for deploys; all together may take `whole`.
pub(super) async fn probe_fitness(
    hosts: Vec<HostName>,
    opened: &Opened,
    transport: &Arc<dyn Transport>,
    whole: Duration,
) -> Records {
    let inquiry = Inquiry::of_fitness(&opened.working.value);
    let end = Instant::now() + whole;
    let probe =
        async |crew: &mut Crew| match timeout_at(end, crew.probe(&inquiry, Next::Nothing, 1)).await
        {
            Ok(answers) => answers,
            Err(_) => {
                let hosts = crew.hosts().cloned();
                let silent = hosts.map(|host| silent(host, whole));
                (IndexMap::new(), silent.collect())
            }
        };
    ask_each(hosts, opened, transport, &probe).await
}

async fn ask_each<T>(
    hosts: Vec<HostName>,
    opened: &Opened,
    transport: &Arc<dyn Transport>,
    question: &impl AsyncFn(&mut Crew) -> (IndexMap<HostName, T>, Vec<Unreachable>),
) -> Records<T> {
    let config = &opened.working.value.config;
    let place = config.git_deploy_dir.join(config.git_repo.as_str());
    // Nothing is begun under this name.
    let id = DeployId::new(jiff::Timestamp::now());
    let one = |host: HostName| {
        let mut crew = Crew::new([host.clone()], transport, &place, &id, &Owner::default());
        async move {
            let answer = tokio::time::timeout(PATIENCE, question(&mut crew)).await;
            // What did not answer is not waited for once more.
            if answer.is_ok() {
                crew.close().await;
            }
            (host, answer)
        }
    };
    collect(
        iter(hosts)
            .map(one)
            .buffered(AT_ONCE)
            .collect::<Vec<_>>()
            .await,
    )
}

type Answer<T> = Result<(IndexMap<HostName, T>, Vec<Unreachable>), tokio::time::error::Elapsed>;

fn collect<T>(answers: Vec<(HostName, Answer<T>)>) -> Records<T> {
    let mut records = Records {
        facts: IndexMap::new(),
        silent: Vec::new(),
    };
    for (host, answer) in answers {
        match answer {
            Ok((facts, silent)) => {
                records.facts.extend(facts);
                records.silent.extend(silent);
            }
            Err(_) => records.silent.push(silent(host, PATIENCE)),
        }
    }
    records
}

fn silent(host: HostName, patience: Duration) -> Unreachable {
    Unreachable {
        host,
        reason: format!("it did not answer within {} s", patience.as_secs()),
        said: String::new(),
        kind: None,
    }
}

/// Why the hosts are not waited for any more.
fn interruption() -> CommandError {
    CommandError::new(
        interrupt::kind(),
        "interrupted while asking the hosts; nothing was touched",
    )
}
