//! What hosts have recorded of a deploy whose journal is on another machine, as events.

use jiff::Timestamp;

use crate::cli::records::Records;
use crate::deploy::{Owner, RecordLine};
use crate::event::{About, DeployId, Event, EventKind, Level, StepOutcome, VERSION};
use crate::model::{HostName, Revision};
use crate::scap::DeployStage;

/// The events, in the order of time by the clocks of the hosts. Hosts record only what touches them: no checks.
pub(super) fn events(
    id: &DeployId,
    owner: &Owner,
    revision: &Revision,
    repository: &str,
    records: &Records,
) -> Vec<Event> {
    let mut told: Vec<(i64, About, Saying)> = Vec::new();
    for (host, facts) in &records.facts {
        let mut begun = None;
        for line in &facts.record {
            if line.deploy.as_ref() != Some(id) {
                continue;
            }
            if let Some((stage, event)) = told_by(line, begun) {
                let about = About {
                    host: Some(host.clone()),
                    group: None,
                    stage,
                };
                told.push((line.at, about, event));
            }
            begun = (line.state == "begin").then_some(line.at);
        }
    }
    told.sort_by_key(|(at, ..)| *at);
    let at = told.first().map_or(owner.at, |(at, ..)| *at);
    told.insert(
        0,
        (
            at,
            About::default(),
            started(owner, revision, repository, hosts(id, records)),
        ),
    );
    let numbered = (1..).zip(told);
    let events = numbered.map(|(seq, (at, about, (level, text, kind)))| Event {
        v: VERSION,
        at: Timestamp::from_second(at).unwrap_or_default(),
        seq,
        deploy: id.clone(),
        about,
        level,
        text,
        kind,
    });
    events.collect()
}

/// What an event says.
type Saying = (Level, String, EventKind);

/// The hosts that know of a deploy.
pub(super) fn hosts(id: &DeployId, records: &Records) -> Vec<HostName> {
    let facts = records.facts.iter();
    let know = facts.filter(|(_, facts)| {
        let mut lines = facts.record.iter();
        lines.any(|line| line.deploy.as_ref() == Some(id))
    });
    know.map(|(host, _)| host.clone()).collect()
}

fn started(owner: &Owner, revision: &Revision, repository: &str, hosts: Vec<HostName>) -> Saying {
    let text = format!("{} of {repository}@{}", owner.action, revision.short());
    let kind = EventKind::DeployStarted {
        repository: repository.to_owned(),
        revision: revision.clone(),
        environment: None,
        user: owner.user.clone(),
        machine: owner.machine.clone(),
        message: owner.message.clone(),
        action: owner.action.clone(),
        hosts,
        resumes: owner.follows.clone(),
    };
    (Level::Info, text, kind)
}

/// What a line tells; nothing where it is the beginning or the end of the whole. `begun` is when the step began.
fn told_by(line: &RecordLine, begun: Option<i64>) -> Option<(Option<DeployStage>, Saying)> {
    let warning = |text: String| (None, (Level::Warning, text, EventKind::Warning));
    match (line.step.as_str(), line.state.as_str()) {
        ("deploy", "left") => Some(warning("left in the middle".into())),
        ("deploy", "abandoned") => Some(warning(
            "the machine that deployed was gone: what was running was stopped, or finished".into(),
        )),
        ("lock", "broken") => {
            let by = line.owner.clone().unwrap_or_default();
            Some(warning(format!("its lock was broken by {by}")))
        }
        (step, state) => {
            let stage = DeployStage::parse(step)?;
            let event = match state {
                "begin" => begin(stage, line)?,
                _ => end(stage, line, begun),
            };
            Some((Some(stage), event))
        }
    }
}

fn begin(stage: DeployStage, line: &RecordLine) -> Option<Saying> {
    let kind = EventKind::StepStarted {
        revision: line.rev.clone()?,
        check: None,
    };
    Some((Level::Info, stage.as_str().to_owned(), kind))
}

fn end(stage: DeployStage, line: &RecordLine, begun: Option<i64>) -> Saying {
    let (level, outcome, text) = match line.code {
        Some(0) => (Level::Info, StepOutcome::Passed, "passed".to_owned()),
        Some(124 | 137) => (
            Level::Error,
            StepOutcome::TimedOut,
            "took too long".to_owned(),
        ),
        Some(code) => (
            Level::Error,
            StepOutcome::Failed,
            format!("failed (exit code {code})"),
        ),
        None => (Level::Error, StepOutcome::Failed, "failed".to_owned()),
    };
    let short = line.rev.as_ref().map_or("", |revision| revision.short());
    let text = match short {
        "" => format!("{} {text}", stage.as_str()),
        short => format!("{} of {short} {text}", stage.as_str()),
    };
    let seconds = begun.map_or(0, |begun| (line.at - begun).max(0));
    let kind = EventKind::StepFinished {
        outcome,
        check: None,
        code: line.code,
        seconds: f64::from(u32::try_from(seconds).unwrap_or_default()),
    };
    (level, text, kind)
}
