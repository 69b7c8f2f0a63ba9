use std::time::Duration;

use tokio::time::Instant;

use super::Scene;
use crate::cli::Failure;
use crate::cli::deploy::{interrupts, owner, signal_kind, with_runtime};
use crate::deploy::{
    Crew, Interrupts, LOCK, LockNews, NotLocked, Owner, PlanProblem, ProblemKind, ScapLock,
};
use crate::error::{CommandError, ErrorKind};
use crate::event::DeployId;
use crate::transport::Visit;
use crate::ui::Ui;

/// How often it is looked whether somebody else's deploy is over.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// Holds the locks of all hosts until somebody ends it.
pub(super) fn run(scene: &Scene<'_>) -> Result<(), Failure> {
    let id = DeployId::new(jiff::Timestamp::now());
    let owner = owner(&id, LOCK, scene.reason()?);
    let config = &scene.opened.working.value.config;
    let place = config.git_deploy_dir.join(config.git_repo.as_str());
    let transport = scene.opened.transport(Visit::Changes)?;
    with_runtime(async {
        let mut interrupts = interrupts()?;
        let _scap = ScapLock::take(config, &owner).map_err(CommandError::from)?;
        let mut crew = Crew::new(scene.hosts.clone(), &transport, &place, &id, &owner);
        let taken = take(&mut crew, scene, &mut interrupts).await;
        if let Err(error) = taken {
            crew.close().await;
            return Err(error.into());
        }
        let held = hold(&mut crew, scene, &owner, &mut interrupts).await;
        crew.close().await;
        held?;
        scene.ui.always("the locks are released");
        Err(Failure::Silent(signal_kind()))
    })
}

/// Takes all locks, and waits for those of others where that is wished.
async fn take(
    crew: &mut Crew,
    scene: &Scene<'_>,
    interrupts: &mut Interrupts,
) -> Result<(), CommandError> {
    let wait = Duration::from_secs(scene.args.wait.unwrap_or_default());
    let begun = Instant::now();
    let mut is_told = false;
    loop {
        let taken = tokio::select! {
            taken = crew.take_locks() => taken,
            _ = interrupts.changed() => return Err(interrupted()),
        };
        let Err(refusals) = taken else {
            return Ok(());
        };
        let holder = refusals.iter().find_map(|refusal| match refusal {
            NotLocked::Held(_, owner) => Some(owner),
            NotLocked::Unreachable(_) => None,
        });
        let only_held = refusals
            .iter()
            .all(|refusal| matches!(refusal, NotLocked::Held(..)));
        match holder {
            Some(owner) if only_held && begun.elapsed() < wait => {
                if !std::mem::replace(&mut is_told, true) {
                    scene.ui.status(&format!("waiting for {owner}"));
                }
            }
            _ => return Err(not_taken(&refusals, scene)),
        }
        tokio::select! {
            () = tokio::time::sleep(BETWEEN_LOOKS) => {}
            _ = interrupts.changed() => return Err(interrupted()),
        }
    }
}

/// All locks are gone; why was told of each.
fn lost(count: usize) -> CommandError {
    let message = match count {
        1 => "the lock is no longer held: others may deploy".to_owned(),
        more => format!("none of the {more} locks is held any longer: others may deploy"),
    };
    CommandError::new(ErrorKind::Locked, message)
        .hint("`svcgen lock` shows who holds them now")
        .hint("`svcgen history` shows what was deployed since")
}

fn interrupted() -> CommandError {
    CommandError::new(signal_kind(), "interrupted; no lock is held")
}

/// Every lock that was not to be had; none is held then.
fn not_taken(refusals: &[NotLocked], scene: &Scene<'_>) -> CommandError {
    let problems: Vec<PlanProblem> = refusals
        .iter()
        .map(|refusal| match refusal {
            NotLocked::Held(host, owner) => PlanProblem {
                host: host.clone(),
                kind: ProblemKind::Locked((**owner).clone()),
                reason: format!("held by {owner}"),
            },
            NotLocked::Unreachable(one) => PlanProblem::of(one),
        })
        .collect();
    let mut error = scene.asked().refused(&problems);
    error.message = format!(
        "{} of {} locks cannot be taken; none is held",
        problems.len(),
        scene.hosts.len()
    );
    error
}

/// Holds the locks until a signal comes.
///
/// # Errors
/// Where none is held any more: others may deploy.
async fn hold(
    crew: &mut Crew,
    scene: &Scene<'_>,
    owner: &Owner,
    interrupts: &mut Interrupts,
) -> Result<(), CommandError> {
    let ui: &Ui = scene.ui;
    let count = match scene.hosts.len() {
        1 => "the lock of 1 host is held".to_owned(),
        more => format!("the locks of {more} hosts are held"),
    };
    ui.always(&format!(
        "{count}: nobody can deploy there until you press Ctrl-C"
    ));
    ui.status(&format!("whoever tries is told \"{}\"", owner.message));
    let tell = |host: &crate::model::HostName, news: LockNews| match news {
        LockNews::TakenAgain => {
            ui.warning(&format!("{host}: the lock was lost, and is held again"))
        }
        LockNews::Lost(reason) => ui.warning(&format!("{host}: THE LOCK IS LOST: {reason}")),
    };
    tokio::select! {
        () = crew.hold(tell) => Err(lost(scene.hosts.len())),
        _ = interrupts.changed() => Ok(()),
    }
}
