use crate::deploy::JournalError;
use crate::deploy::message::Note;
use crate::deploy::scap_engine::plan::ScapPlan;
use crate::deploy::scribe::{Scribe, count_hosts};
use crate::event::{About, EventKind, Level};

/// Writes down what is meant to be done, and how every host is before that.
pub(super) fn tell_plan(plan: &ScapPlan, scribe: &mut Scribe<'_>) -> Result<(), JournalError> {
    let (action, hosts) = (plan.action.as_str(), count_hosts(plan.hosts.len()));
    let kind = EventKind::DeployStarted {
        repository: plan.repository.clone(),
        revision: plan.revision.clone(),
        environment: plan.environment.clone(),
        user: plan.owner.user.clone(),
        machine: plan.owner.machine.clone(),
        message: plan.owner.message.clone(),
        action: action.into(),
        hosts: plan.hosts.keys().cloned().collect(),
        resumes: None,
    };
    let text = match plan.action.is_of_service() {
        true => format!(
            "{action} of {} on {hosts}, by Scap on {}",
            plan.services.join(" and "),
            plan.server
        ),
        false => format!(
            "{action} of {}@{} on {hosts}, by Scap on {}",
            plan.repository,
            plan.revision.short(),
            plan.server
        ),
    };
    scribe.note(Note {
        about: About::default(),
        level: Level::Info,
        text,
        kind,
    });
    for (name, host) in &plan.hosts {
        let live = host.reading.live();
        let text = match &live {
            Some(Some(live)) => format!("{} is live", live.short()),
            Some(None) => "nothing is live".to_owned(),
            None => "it is not known what is live".to_owned(),
        };
        let live = live.flatten();
        scribe.note(Note {
            about: About {
                host: Some(name.clone()),
                group: Some(host.group.clone()),
                stage: None,
            },
            level: Level::Debug,
            text,
            kind: EventKind::HostPlanned {
                old: live.clone(),
                live,
                revision: plan.revision.clone(),
                idle: false,
            },
        });
    }
    scribe.flush(true)
}
