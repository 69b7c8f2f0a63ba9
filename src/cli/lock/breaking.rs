use super::Scene;
use super::show::described;
use crate::cli::Failure;
use crate::cli::deploy::{owner, with_runtime};
use crate::cli::records;
use crate::deploy::{Breaking, Crew, LOCK, Owner, PlanProblem};
use crate::error::{CommandError, ErrorKind};
use crate::event::DeployId;
use crate::model::HostName;
use crate::transport::Visit;

/// A lock that is to be broken.
struct Held {
    host: HostName,
    owner: Owner,
    is_alive: bool,
}

/// Breaks the locks that are held, once whoever asks for that has seen whose they are.
pub(super) fn run(scene: &Scene<'_>) -> Result<(), Failure> {
    let reason = scene.reason()?;
    let records = records::ask(scene.hosts.clone(), scene.opened, scene.ui)?;
    let held: Vec<Held> = records
        .facts
        .iter()
        .filter_map(|(host, facts)| {
            let (owner, is_alive) = facts.lock.clone()?;
            Some(Held {
                host: host.clone(),
                owner,
                is_alive,
            })
        })
        .collect();
    if !held.is_empty() {
        announce(&held, scene);
        if !scene.ui.confirm_danger(question(&held))? {
            scene.ui.status("nothing was broken");
            return Ok(());
        }
        break_all(&held, reason, scene)?;
    } else if records.silent.is_empty() {
        scene.ui.status("no lock is held");
    }
    if records.silent.is_empty() {
        return Ok(());
    }
    let problems: Vec<PlanProblem> = records.silent.iter().map(PlanProblem::of).collect();
    Err(scene.asked().refused(&problems).into())
}

/// Says whose locks they are.
fn announce(held: &[Held], scene: &Scene<'_>) {
    let mut told: Vec<&str> = Vec::new();
    for one in held {
        if told.contains(&one.owner.deploy.as_str()) {
            continue;
        }
        told.push(&one.owner.deploy);
        let same = held
            .iter()
            .filter(|other| other.owner.deploy == one.owner.deploy);
        let hosts: Vec<HostName> = same.map(|other| other.host.clone()).collect();
        scene.ui.always(&format!(
            "{}: held by {}",
            super::named(&hosts),
            described(&one.owner)
        ));
        if !one.is_alive {
            scene
                .ui
                .always("    it is dead: the next deploy takes the lock over by itself");
        } else if one.owner.only_locks() {
            scene.ui.always("    it is held on purpose");
        } else {
            scene.ui.always(
                "    it is ALIVE: it stops at its next step, and leaves its hosts as they are then",
            );
        }
    }
}

fn question(held: &[Held]) -> &'static str {
    match held.len() {
        1 => "break this lock?",
        _ => "break these locks?",
    }
}

fn break_all(held: &[Held], reason: &str, scene: &Scene<'_>) -> Result<(), Failure> {
    let id = DeployId::new(jiff::Timestamp::now());
    let by = Owner {
        // What it does is no deploy.
        deploy: String::new(),
        ..owner(&id, LOCK, reason)
    };
    let config = &scene.opened.working.value.config;
    let place = config.git_deploy_dir.join(config.git_repo.as_str());
    let transport = scene.opened.transport(Visit::Changes)?;
    let hosts: Vec<HostName> = held.iter().map(|one| one.host.clone()).collect();
    let broken = with_runtime(async {
        let mut crew = Crew::new(hosts, &transport, &place, &id, &by);
        let mut broken = Vec::new();
        for one in held {
            broken.push((one, crew.break_lock(&one.host, &one.owner, &by).await));
        }
        crew.close().await;
        Ok::<_, std::io::Error>(broken)
    })?;
    let mut error: Option<CommandError> = None;
    for (one, what) in broken {
        let host = &one.host;
        let failure = match what {
            Breaking::Broken => {
                scene
                    .ui
                    .always(&format!("{host}: broken, and written into its record"));
                continue;
            }
            Breaking::Absent => {
                scene
                    .ui
                    .always(&format!("{host}: it was released in the meantime"));
                continue;
            }
            Breaking::Other(owner) => format!("{host}: it is now held by {owner}"),
            Breaking::Failed(reason) => format!("{host}: {reason}"),
        };
        let message = "a lock was not broken";
        let sofar = error.take();
        let sofar = sofar.unwrap_or_else(|| {
            CommandError::new(ErrorKind::Unexpected, message)
                .hint("`svcgen lock` shows who holds them now")
        });
        error = Some(sofar.cause(failure));
    }
    match error {
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}
