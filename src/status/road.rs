use super::answers::Answers;
use super::facts::{Facts, Known, Text};
use super::{State, Step};
use crate::model::{HostName, RepositoryName, Service, Site, TaskId};
use crate::review::Sent;

pub(super) const REPOSITORIES: &str = "both repositories";
pub(super) const SERVICE_REQUEST: &str = "service request";
pub(super) const PRODUCTION: &str = "production configuration";
pub(super) const ACCESS_REQUEST: &str = "access request";
pub(super) const ANNOUNCEMENT: &str = "announcement";
pub(super) const FIRST_DEPLOYMENT: &str = "first deployment";

/// The steps of the road in their order, each as far as the facts say.
pub fn road(service: &Service, site: &Site, facts: &Facts) -> Vec<Step> {
    let repositories = repositories(service, site, facts);
    let reviewers = |repository: &Option<RepositoryName>| match repository {
        Some(name) => format!("those who review {name}"),
        None => "those who review it".to_owned(),
    };
    let own = |name: &RepositoryName| Some(name.clone());
    let vagrant = text(
        "MediaWiki-Vagrant",
        "vagrant",
        &facts.vagrant,
        &reviewers(&site.repositories.vagrant),
    );
    let source = text(
        "source repository",
        "source",
        &facts.source,
        &reviewers(&own(&service.repositories.source)),
    );
    let deploy = text(
        "deploy repository",
        "scap",
        &facts.deploy,
        &reviewers(&own(&service.repositories.deploy)),
    );
    let puppet = text(
        PRODUCTION,
        "puppet",
        &facts.puppet,
        &reviewers(&site.repositories.puppet),
    );
    let clones = clones(facts, &repositories);
    let request = service_request(service);
    let answers = Answers::of(facts);
    let access = access_request(service, site, &request, answers.as_ref());
    let beta = beta(service, &deploy, &puppet);
    let build = build(facts, &deploy);
    let first = first_deployment(service, site, &[&deploy, &puppet, &build], answers.as_ref());
    let announced = announced(service, site, &puppet);
    let model = Step::new("model", State::Done, facts.model.to_string());
    vec![
        model,
        vagrant,
        repositories,
        clones,
        source,
        deploy,
        request,
        puppet,
        access,
        beta,
        announced,
        build,
        first,
    ]
}

/// A step that a generator takes.
fn text(name: &'static str, generator: &str, text: &Text, reviewers: &str) -> Step {
    let commit = format!("svcgen {generator} --commit");
    let look = format!("svcgen {generator} --repo CHECKOUT --dry-run");
    match text {
        Text::NoCheckout => Step::new(name, State::Unknown, "no checkout is named").command(look),
        Text::Failed { message } => Step::new(name, State::Unknown, message.clone()).command(look),
        Text::Absent => Step::new(name, State::Next, "not generated yet").command(commit),
        Text::Differs { files: 1 } => Step::new(
            name,
            State::Next,
            "a file says something else than the model",
        )
        .command("svcgen check"),
        Text::Differs { files } => Step::new(
            name,
            State::Next,
            format!("{files} files say something else than the model"),
        )
        .command("svcgen check"),
        Text::Conflict { what } => {
            Step::new(name, State::Next, format!("a conflict: {what}")).command("svcgen check")
        }
        Text::Uncommitted => {
            Step::new(name, State::Next, "generated, not committed").command(commit)
        }
        Text::Committed {
            root,
            standing,
            sent,
        } => {
            let quoted = shell_words::quote(root.as_str()).into_owned();
            let on = format!("committed on `{}`", standing.branch);
            let Some(upstream) = &standing.upstream else {
                let found = format!("{on}; the remote's branch is not known here");
                return Step::new(name, State::Unknown, found)
                    .command(format!("git -C {quoted} fetch"));
            };
            if standing.is_merged {
                return Step::new(name, State::Done, format!("in `{upstream}`"));
            }
            let found = format!("{on}, not in `{upstream}` as last fetched");
            match sent {
                Some(Sent::Change { number, patch_set }) => Step::new(
                    name,
                    State::Waiting,
                    format!("change {number}, patch set {patch_set}, not in `{upstream}` as last fetched"),
                )
                .waits_for(reviewers),
                Some(Sent::No) => Step::new(name, State::Next, format!("{found}, not sent"))
                    .command(format!("svcgen {generator} --review")),
                Some(Sent::Silent { why }) => {
                    Step::new(name, State::Unknown, format!("{found}; {why}"))
                        .command(format!("git -C {quoted} remote -v"))
                }
                Some(Sent::Unlisted) => Step::new(
                    name,
                    State::Unknown,
                    format!("{found}; the server does not list its changes"),
                )
                .command(format!("svcgen {generator} --review")),
                None => Step::new(name, State::Unknown, format!("{found}; the server was not asked"))
                    .command("svcgen status --online"),
            }
        }
    }
}

fn repositories(service: &Service, site: &Site, facts: &Facts) -> Step {
    let name = REPOSITORIES;
    let both = [
        (
            "source",
            &service.repositories.source,
            &facts.source_repository,
        ),
        (
            "deploy",
            &service.repositories.deploy,
            &facts.deploy_repository,
        ),
    ];
    let found: Vec<String> = both
        .iter()
        .map(|(which, _, known)| match known {
            Known::Yes { how } | Known::No { how } => format!("{which}: {how}"),
            Known::Unknown { why } => format!("{which}: {why}"),
        })
        .collect();
    let found = found.join("; ");
    if both
        .iter()
        .all(|(_, _, known)| matches!(known, Known::Yes { .. }))
    {
        return Step::new(name, State::Done, found);
    }
    if both
        .iter()
        .any(|(_, _, known)| matches!(known, Known::No { .. }))
    {
        return Step::new(name, State::Next, found).command("svcgen request repositories");
    }
    let unknown = both
        .iter()
        .find(|(_, _, known)| matches!(known, Known::Unknown { .. }));
    let step = Step::new(name, State::Unknown, found);
    match (&site.gerrit.url, unknown) {
        (Some(url), Some((_, repository, _))) => step.command(format!(
            "git ls-remote {}/{repository}",
            url.as_str().trim_end_matches('/')
        )),
        _ => step.command("svcgen request repositories"),
    }
}

fn clones(facts: &Facts, repositories: &Step) -> Step {
    let name = "clones of both";
    let named = [&facts.source, &facts.deploy].map(|text| *text != Text::NoCheckout);
    let (found, command) = match named {
        [true, true] => return Step::new(name, State::Done, "both are named"),
        [true, false] => (
            "the deploy repository is not named",
            "svcgen scap --clone DIR",
        ),
        [false, _] => (
            "the source repository is not named",
            "svcgen source --clone DIR",
        ),
    };
    if repositories.state == State::Done {
        return Step::new(name, State::Next, found).command(command);
    }
    let found = format!("{found}: after {}", repositories.name);
    Step::new(name, State::Later, found).command(command)
}

fn filed(task: &TaskId) -> String {
    format!("filed as {task}")
}

fn service_request(service: &Service) -> Step {
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

fn access_request(
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
            Step::new(name, State::Later, found)
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

fn beta(service: &Service, deploy: &Step, puppet: &Step) -> Step {
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

fn announced(service: &Service, site: &Site, puppet: &Step) -> Step {
    let name = ANNOUNCEMENT;
    let Some(day) = service.timeline.deployment else {
        return Step::new(
            name,
            State::Later,
            "the model names no day of the first deployment (`timeline.deployment`)",
        );
    };
    if puppet.state != State::Done {
        let found = format!("for {day}: after {}", puppet.name);
        return Step::new(name, State::Later, found);
    }
    let found = format!("whether {day} is announced is not known here");
    let step = Step::new(name, State::Unknown, found);
    match &site.calendar {
        Some(_) => step.command("svcgen schedule"),
        None => step,
    }
}

fn build(facts: &Facts, deploy: &Step) -> Step {
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

fn first_deployment(
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
    let deploy = |step: Step| match &site.deployment.server {
        Some(server) => {
            let words = format!("cd {place} && {}", site.deployment.scap);
            step.command(format!("ssh -t {server} {}", shell_words::quote(&words)))
        }
        None => step,
    };
    if let Some(answers) = answers {
        // What the hosts say needs no step before it.
        if answers.deployed() == answers.all.len() {
            return Step::new(name, State::Done, answers.told());
        }
        if answers.deployed() > 0 && answers.unknown().is_none() {
            return deploy(Step::new(name, State::Next, answers.told()));
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
    deploy(Step::new(name, State::Next, answers.told()))
}

fn first_host(service: &Service) -> Option<HostName> {
    let mut groups = service.deploy.groups.iter();
    groups.find_map(|group| group.host_names().into_iter().next())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::hosts::Answer;
    use crate::model::Sites;
    use crate::review::Standing;

    fn standing(is_merged: bool, upstream: Option<&str>) -> Standing {
        Standing {
            branch: "svcgen/own".into(),
            commit: "0".repeat(40),
            upstream: upstream.map(str::to_owned),
            is_merged,
        }
    }

    fn state(is_merged: bool, upstream: Option<&str>, sent: Option<Sent>) -> State {
        let committed = Text::Committed {
            root: "/tree".into(),
            standing: standing(is_merged, upstream),
            sent,
        };
        text("it", "vagrant", &committed, "them").state
    }

    #[test]
    fn a_committed_text_is_done_only_where_it_is_known_to_be_merged() {
        let change = Sent::Change {
            number: 7,
            patch_set: 1,
        };
        assert_eq!(state(true, Some("origin/master"), None), State::Done);
        assert_eq!(state(false, None, None), State::Unknown);
        assert_eq!(state(false, Some("o/m"), None), State::Unknown);
        assert_eq!(state(false, Some("o/m"), Some(change)), State::Waiting);
        assert_eq!(state(false, Some("o/m"), Some(Sent::No)), State::Next);
        assert_eq!(
            state(false, Some("o/m"), Some(Sent::Unlisted)),
            State::Unknown
        );
    }

    fn road_of(more: &str) -> Vec<Step> {
        road_where(more, None)
    }

    fn road_where(more: &str, hosts: Option<Vec<(HostName, Answer)>>) -> Vec<Step> {
        let model = format!(
            "version: 1\nname: own\ndescription: d\nport: 6000\nowner: {{name: Ada}}\n{more}"
        );
        let parsed = Service::parse("svcgen.yaml".into(), &model, &Sites::new(None), None);
        let (service, site) = parsed.unwrap();
        let unknown = || Known::Unknown { why: "-".into() };
        let facts = Facts {
            model: "svcgen.yaml".into(),
            vagrant: Text::NoCheckout,
            source: Text::NoCheckout,
            deploy: Text::NoCheckout,
            puppet: Text::NoCheckout,
            source_repository: unknown(),
            deploy_repository: unknown(),
            build: unknown(),
            hosts,
        };
        road(&service, &site, &facts)
    }

    #[test]
    fn what_is_unknown_has_a_command_and_nothing_is_assumed() {
        let steps = road_of("");
        let done = steps.iter().filter(|step| step.state == State::Done);
        assert_eq!(done.map(|step| step.name).collect::<Vec<_>>(), ["model"]);
        for step in &steps {
            let needs = matches!(step.state, State::Unknown | State::Next);
            assert!(!needs || step.command.is_some(), "{step:?}");
        }
    }

    #[test]
    fn a_filed_request_waits_for_hosts() {
        let of = |more: &str, name: &str| {
            let steps = road_of(more);
            steps.into_iter().find(|step| step.name == name).unwrap()
        };
        let request = "service request";
        assert_eq!(of("", request).state, State::Next);
        let filed = "tickets: {service_request: T150043}\n";
        assert_eq!(of(filed, request).state, State::Waiting);
        assert_eq!(of(filed, "access request").state, State::Later);
        let hosts = "tickets: {service_request: T150043}\ndeploy: {groups: [{name: default, hosts: [a.wmnet]}]}\n";
        assert_eq!(of(hosts, request).state, State::Done);
        assert_eq!(of(hosts, "access request").state, State::Next);
        let deployment = of(hosts, "first deployment");
        assert_eq!(deployment.state, State::Unknown);
        assert_eq!(deployment.command.unwrap(), "svcgen status --online");
    }

    #[test]
    fn hosts_tell_whether_the_service_is_deployed_and_who_may_log_in() {
        let host = |name: &str| HostName::parse(name).unwrap();
        let release = |revision: &str| Answer::Release {
            revision: revision.repeat(4),
        };
        let denied = || Answer::Denied {
            why: "Permission denied".into(),
        };
        let silent = || Answer::Silent {
            why: "timed out".into(),
        };
        let model = "deploy: {groups: [{name: default, hosts: [a.wmnet, b.wmnet]}]}\n";
        let filed = format!("{model}tickets: {{access_request: T2}}\n");
        let of = |a: Answer, b: Answer| {
            let hosts = vec![(host("a.wmnet"), a), (host("b.wmnet"), b)];
            let steps = road_where(&filed, Some(hosts));
            let step = |name: &str| steps.iter().find(|step| step.name == name).unwrap().clone();
            let (access, first) = (step(ACCESS_REQUEST), step(FIRST_DEPLOYMENT));
            let command = first.command.unwrap_or_default();
            let lines = [
                format!("{:?}: {}", access.state, access.found),
                format!("{:?}: {} $ {command}", first.state, first.found),
            ];
            lines.join("\n")
        };
        let all = [
            of(release("0123456789"), release("0123456789")),
            of(release("0123456789"), release("9876543210")),
            of(release("0123456789"), Answer::Nothing),
            of(Answer::Nothing, Answer::Nothing),
            of(denied(), denied()),
            of(Answer::Nothing, denied()),
            of(silent(), release("0123456789")),
            of(silent(), silent()),
        ];
        insta::assert_snapshot!(all.join("\n\n"), @"
        Done: filed as T2; you can log in to all 2 hosts
        Done: `0123456789` on 2 of 2 hosts $ 

        Done: filed as T2; you can log in to all 2 hosts
        Done: `0123456789` on 1 of 2 hosts; `9876543210` on 1 of 2 hosts $ 

        Done: filed as T2; you can log in to all 2 hosts
        Next: `0123456789` on 1 of 2 hosts; no release on 1 of 2 hosts $ ssh -t deployment.eqiad.wmnet 'cd /srv/deployment/own/deploy && scap deploy'

        Done: filed as T2; you can log in to all 2 hosts
        Later: no release on 2 of 2 hosts; after deploy repository, production configuration, build $ 

        Waiting: filed as T2; not let in by 2 of 2 hosts (a.wmnet: Permission denied)
        Unknown: not let in by 2 of 2 hosts (a.wmnet: Permission denied) $ ssh a.wmnet 'readlink /srv/deployment/own/deploy'

        Waiting: filed as T2; no release on 1 of 2 hosts; not let in by 1 of 2 hosts (b.wmnet: Permission denied)
        Unknown: no release on 1 of 2 hosts; not let in by 1 of 2 hosts (b.wmnet: Permission denied) $ ssh b.wmnet 'readlink /srv/deployment/own/deploy'

        Unknown: filed as T2; `0123456789` on 1 of 2 hosts; no answer from 1 of 2 hosts (a.wmnet: timed out)
        Unknown: `0123456789` on 1 of 2 hosts; no answer from 1 of 2 hosts (a.wmnet: timed out) $ ssh a.wmnet 'readlink /srv/deployment/own/deploy'

        Unknown: filed as T2; no answer from 2 of 2 hosts (a.wmnet: timed out)
        Unknown: no answer from 2 of 2 hosts (a.wmnet: timed out) $ ssh a.wmnet 'readlink /srv/deployment/own/deploy'
        ");
        let hosts = vec![
            (host("a.wmnet"), Answer::Nothing),
            (host("b.wmnet"), Answer::Nothing),
        ];
        let steps = road_where(model, Some(hosts));
        let access = steps
            .iter()
            .find(|step| step.name == ACCESS_REQUEST)
            .unwrap();
        assert_eq!(
            access.state,
            State::Unknown,
            "nobody said that it is granted to the others"
        );
        // Without hosts in the model nobody is asked.
        assert_eq!(road_where("", Some(Vec::new())), road_of(""));
    }
}
