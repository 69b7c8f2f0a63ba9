//! From the build to the first deployment.

use super::{ANNOUNCEMENT, FIRST_DEPLOYMENT};
use crate::model::{Service, Site};
use crate::status::answers::Answers;
use crate::status::facts::{Facts, Known};
use crate::status::{State, Step};

/// What deploys, whatever the engine.
const COMMAND: &str = "svcgen deploy";

/// Environments other than production go with what production needs.
pub(super) fn environments(service: &Service, deploy: &Step, puppet: &Step) -> Step {
    let name = "other environments";
    let names: Vec<&str> = service
        .environments
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    if names.is_empty() {
        return Step::new(
            name,
            State::Unplanned,
            "the model names none (`environments`)",
        );
    }
    let names = names.join(", ");
    if [deploy, puppet]
        .iter()
        .all(|step| step.state == State::Done)
    {
        return Step::new(name, State::Done, names);
    }
    let with = format!("{names}: with {} and {}", deploy.name, puppet.name);
    Step::new(name, State::Later, with)
}

pub(super) fn announced(service: &Service, site: &Site, puppet: &Step) -> Step {
    let name = ANNOUNCEMENT;
    let Some(day) = service.timeline.deployment else {
        return Step::new(
            name,
            State::Later,
            "the model has no day for the first deployment (`timeline.deployment`)",
        );
    };
    if puppet.state != State::Done {
        let found = format!("for {day}: after {}", puppet.name);
        return Step::new(name, State::Later, found).after(puppet.name);
    }
    let found = format!("whether {day} is announced is not known here");
    let step = Step::new(name, State::Unknown, found);
    match &site.calendar {
        Some(_) => step.command("svcgen schedule"),
        None => step,
    }
}

pub(super) fn build(facts: &Facts, deploy: &Step) -> Step {
    let name = "build";
    match &facts.build {
        Known::Yes { how } => Step::new(name, State::Done, how.clone()),
        Known::No { how } if deploy.state == State::Done => {
            Step::new(name, State::Next, how.clone()).command("svcgen build --review")
        }
        Known::No { how } => Step::new(name, State::Later, format!("{how}: after {}", deploy.name)),
        Known::Unknown { why } => {
            Step::new(name, State::Unknown, why.clone()).command("svcgen scap --clone DIR")
        }
    }
}

/// Done once every host has a release.
pub(super) fn first_deployment(
    service: &Service,
    site: &Site,
    before: &[&Step],
    answers: Option<&Answers<'_>>,
) -> Step {
    let name = FIRST_DEPLOYMENT;
    if !service.has_hosts() {
        return Step::new(
            name,
            State::Later,
            "no hosts are known: after service request",
        );
    }
    let place = site
        .deployment
        .directory
        .join(service.repositories.key.as_str());
    let place = shell_words::quote(place.as_str()).into_owned();
    if let Some(answers) = answers {
        // What the hosts say needs no step before it.
        if answers.deployed() == answers.all.len() {
            return Step::new(name, State::Done, answers.told());
        }
        if answers.deployed() > 0 && answers.unknown().is_none() {
            return Step::new(name, State::Next, answers.told()).command(COMMAND);
        }
    }
    let named = |is_meant: &dyn Fn(&State) -> bool| {
        let steps = before.iter().filter(|step| is_meant(&step.state));
        steps.map(|step| step.name).collect::<Vec<_>>().join(", ")
    };
    let open = named(&|state| matches!(state, State::Next | State::Waiting | State::Later));
    if !open.is_empty() {
        return Step::new(name, State::Later, format!("after {open}"));
    }
    let Some(answers) = answers else {
        return Step::new(name, State::Unknown, "the hosts were not asked")
            .command("svcgen status --online");
    };
    if let Some(host) = answers.unknown() {
        let ask = format!("readlink {place}");
        return Step::new(name, State::Unknown, answers.told())
            .command(format!("ssh {host} {}", shell_words::quote(&ask)));
    }
    let unknown = named(&|state| *state == State::Unknown);
    if !unknown.is_empty() {
        let found = format!("{}; after {unknown}", answers.told());
        return Step::new(name, State::Later, found);
    }
    Step::new(name, State::Next, answers.told()).command(COMMAND)
}
