//! What is asked of others: the service, and access to its hosts.

use super::{ACCESS_REQUEST, SERVICE_REQUEST};
use crate::model::{HostName, Service, Site, TaskId};
use crate::status::answers::Answers;
use crate::status::{State, Step};

/// Answered once hosts are known.
pub(super) fn service_request(service: &Service) -> Step {
    let name = SERVICE_REQUEST;
    match (&service.tickets.service_request, service.has_hosts()) {
        (Some(task), true) => Step::new(
            name,
            State::Done,
            format!("{}; hosts are known", filed(task)),
        ),
        (Some(task), false) => Step::new(
            name,
            State::Waiting,
            format!("{}; no hosts are known", filed(task)),
        )
        .waits_for(format!("those who answer {task}")),
        (None, true) => Step::new(
            name,
            State::Unknown,
            "hosts are known; the model names no task (`tickets.service_request`)",
        )
        .command("svcgen request service"),
        (None, false) => Step::new(name, State::Next, "the model names no task")
            .command("svcgen request service"),
    }
}

/// Answered once the hosts let somebody in.
pub(super) fn access_request(
    service: &Service,
    site: &Site,
    request: &Step,
    answers: Option<&Answers<'_>>,
) -> Step {
    let name = ACCESS_REQUEST;
    let is_open = answers.is_some_and(|answers| answers.let_in() == answers.all.len());
    if let Some(task) = &service.tickets.access_request {
        let filed = filed(task);
        return match (answers, first_host(service), &site.phabricator.url) {
            (Some(answers), ..) if is_open => {
                let found = format!("{filed}; you can log in to {}", answers.every());
                Step::new(name, State::Done, found)
            }
            (Some(answers), ..) if answers.silent().is_none() => {
                let found = format!("{filed}; {}", answers.told());
                Step::new(name, State::Waiting, found).waits_for(format!("those who answer {task}"))
            }
            (Some(answers), Some(host), _) => {
                let found = format!("{filed}; {}", answers.told());
                Step::new(name, State::Unknown, found).command(format!("ssh {host} true"))
            }
            (_, Some(_), _) => {
                let found = format!("{filed}; the hosts were not asked");
                Step::new(name, State::Unknown, found).command("svcgen status --online")
            }
            (_, None, url) => {
                let found = format!("{filed}; whether it is granted is not known here");
                let step = Step::new(name, State::Unknown, found);
                match url {
                    Some(url) => step.command(format!(
                        "xdg-open {}/{task}",
                        url.as_str().trim_end_matches('/')
                    )),
                    None => step,
                }
            }
        };
    }
    match answers {
        _ if !service.has_hosts() => {
            let found = format!("needs hosts: after {}", request.name);
            Step::new(name, State::Later, found).after(request.name)
        }
        Some(answers) if is_open => {
            let found = format!(
                "you can log in to {}; the model names no task (`tickets.access_request`)",
                answers.every()
            );
            Step::new(name, State::Unknown, found).command("svcgen request access")
        }
        _ => {
            Step::new(name, State::Next, "the model names no task").command("svcgen request access")
        }
    }
}

fn first_host(service: &Service) -> Option<HostName> {
    let mut groups = service.deploy.groups.iter();
    groups.find_map(|group| group.host_names().into_iter().next())
}

fn filed(task: &TaskId) -> String {
    format!("filed as {task}")
}
