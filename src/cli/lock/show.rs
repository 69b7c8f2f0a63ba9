use serde::Serialize;

use super::Scene;
use crate::cli::records::{self, Records};
use crate::cli::{Failure, age};
use crate::deploy::{Owner, PlanProblem};
use crate::error::{CommandError, ErrorKind};
use crate::model::HostName;
use crate::ui::Format;

/// Who holds the lock of a host.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    host: &'a HostName,
    state: LockState,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a Owner>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum LockState {
    Free,
    Held,
    /// Its holder is dead: whoever comes next takes it over.
    LeftOver,
    Unreachable,
}

/// Shows who holds the locks; ends with 22 where somebody does.
pub(super) fn run(scene: &Scene<'_>) -> Result<(), Failure> {
    let records = records::ask(scene.hosts.clone(), scene.opened, scene.ui)?;
    let shown = all(&records);
    let text = match scene.ui.format {
        Format::Json => format!(
            "{:#}\n",
            serde_json::to_value(&shown).map_err(std::io::Error::other)?
        ),
        Format::Text => text(&shown),
    };
    scene.ui.result(&text)?;
    let is_held = shown.iter().any(|one| one.state == LockState::Held);
    if !records.silent.is_empty() {
        let problems: Vec<PlanProblem> = records.silent.iter().map(PlanProblem::of).collect();
        let mut error: CommandError = scene.asked().refused(&problems);
        if is_held {
            error.kind = ErrorKind::Locked;
        }
        return Err(error.into());
    }
    match is_held {
        true => Err(Failure::Silent(ErrorKind::Locked)),
        false => Ok(()),
    }
}

fn all(records: &Records) -> Vec<Shown<'_>> {
    let told = records.facts.iter().map(|(host, facts)| {
        let (state, owner) = match &facts.lock {
            None => (LockState::Free, None),
            Some((owner, true)) => (LockState::Held, Some(owner)),
            Some((owner, false)) => (LockState::LeftOver, Some(owner)),
        };
        Shown {
            host,
            state,
            owner,
            reason: None,
        }
    });
    let silent = records.silent.iter().map(|one| Shown {
        host: &one.host,
        state: LockState::Unreachable,
        owner: None,
        reason: Some(&one.reason),
    });
    told.chain(silent).collect()
}

/// The hosts of one holder together.
fn text(shown: &[Shown<'_>]) -> String {
    let mut text = String::new();
    let mut kinds: Vec<(LockState, Option<&Owner>)> = Vec::new();
    for one in shown
        .iter()
        .filter(|one| one.state != LockState::Unreachable)
    {
        // The time differs from host to host.
        let is_same = |(state, owner): &&(LockState, Option<&Owner>)| {
            *state == one.state && owner.map(|o| &o.deploy) == one.owner.map(|o| &o.deploy)
        };
        if !kinds.iter().any(|kind| is_same(&kind)) {
            kinds.push((one.state, one.owner));
        }
    }
    for (state, owner) in kinds {
        let hosts = shown.iter().filter(|one| {
            one.state == state && one.owner.map(|o| &o.deploy) == owner.map(|o| &o.deploy)
        });
        let hosts: Vec<HostName> = hosts.map(|one| one.host.clone()).collect();
        let count = match hosts.len() {
            1 => "1 host".to_owned(),
            more => format!("{more} hosts"),
        };
        match owner {
            None => text.push_str(&format!("{count}: free\n")),
            Some(owner) => {
                text.push_str(&format!("{count}: {}\n", held(state, owner)));
            }
        }
        text.push_str(&format!("    {}\n", super::named(&hosts)));
    }
    text
}

/// Who holds a lock, since when, what for, and whether that is alive.
pub(super) fn described(owner: &Owner) -> String {
    let whom = match (owner.user.as_str(), owner.machine.as_str()) {
        ("", _) => "someone".to_owned(),
        (user, machine) => format!("{user} on {machine}"),
    };
    let what = match owner.only_locks() {
        true => "locked".to_owned(),
        false => format!("{} {}", owner.action, owner.deploy),
    };
    let message = match owner.message.as_str() {
        "" => String::new(),
        message => format!(", \"{message}\""),
    };
    format!("{whom}, {}\n    {what}{message}", age::since(owner.at))
}

fn held(state: LockState, owner: &Owner) -> String {
    match state {
        LockState::LeftOver => format!(
            "left over from {}\n    its deploy is dead; the next one takes it over",
            described(owner)
        ),
        LockState::Free | LockState::Held | LockState::Unreachable => {
            format!("held by {}", described(owner))
        }
    }
}
