use super::*;
use crate::hosts::Answer;
use crate::model::HostName;
use crate::model::Sites;
use crate::review::{NoUpstream, Sent, Standing};
use crate::status::facts::{Committed, Known, Merged, Series, Text};

fn standing(is_merged: bool, upstream: Result<&str, NoUpstream>) -> Standing {
    Standing {
        branch: "svcgen/own".into(),
        commit: "0".repeat(40),
        upstream: upstream.map(str::to_owned),
        is_merged,
    }
}

fn state(is_merged: bool, upstream: Result<&str, NoUpstream>, sent: Option<Sent>) -> State {
    let committed = Text::Committed(Box::new(Committed {
        root: "/tree".into(),
        standing: standing(is_merged, upstream),
        sent,
        merged: Merged::default(),
        series: Series::default(),
    }));
    written("it", "vagrant", &committed, "them").state
}

#[test]
fn a_committed_text_is_done_only_where_it_is_known_to_be_merged() {
    let change = Sent::Change {
        number: 7,
        patch_set: 1,
    };
    assert_eq!(state(true, Ok("origin/master"), None), State::Done);
    let not_fetched = Err(NoUpstream::NotFetched);
    assert_eq!(state(false, not_fetched, None), State::Unknown);
    // What would be fetched again for ever is not fetched.
    assert_eq!(state(false, Err(NoUpstream::NoRemote), None), State::Next);
    assert_eq!(state(false, Ok("o/m"), None), State::Unknown);
    assert_eq!(state(false, Ok("o/m"), Some(change)), State::Waiting);
    assert_eq!(state(false, Ok("o/m"), Some(Sent::No)), State::Next);
    assert_eq!(
        state(false, Ok("o/m"), Some(Sent::Unlisted)),
        State::Unknown
    );
}

fn road_of(more: &str) -> Vec<Step> {
    road_where(more, None)
}

fn road_where(more: &str, hosts: Option<Vec<(HostName, Answer)>>) -> Vec<Step> {
    let model =
        format!("version: 1\nname: own\ndescription: d\nport: 6000\nowner: {{name: Ada}}\n{more}");
    let parsed = Service::parse("svcgen.yaml".into(), &model, &Sites::new(None), None);
    let (service, site) = parsed.unwrap();
    let unknown = || Known::Unknown { why: "-".into() };
    let facts = Facts {
        model: "svcgen.yaml".into(),
        vagrant: Text::NoCheckout,
        source: Text::NoCheckout,
        deploy: Text::NoCheckout,
        puppet: Text::NoCheckout,
        has_series: false,
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
    Next: `0123456789` on 1 of 2 hosts; no release on 1 of 2 hosts $ svcgen deploy

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
