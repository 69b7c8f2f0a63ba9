use super::*;

const OLD: char = 'a';
const NEW: char = 'b';

fn revision(letter: char) -> Revision {
    Revision::parse(&letter.to_string().repeat(40)).unwrap()
}

fn id(number: u8) -> DeployId {
    DeployId::parse(&format!("20261123T14031{number}Z-000000")).unwrap()
}

/// The line of a whole deploy in a record.
fn line(deploy: u8, state: &str, action: Action, follows: Option<u8>) -> RecordLine {
    let (old, rev) = match action {
        Action::Rollback => (NEW, OLD),
        Action::Deploy | Action::Restart | Action::Start | Action::Stop => (OLD, NEW),
    };
    let owner = Owner {
        action: action.as_str().into(),
        follows: follows.map(id),
        ..Owner::default()
    };
    RecordLine {
        v: 1,
        at: 0,
        deploy: Some(id(deploy)),
        step: "deploy".into(),
        state: state.into(),
        rev: Some(revision(rev)),
        old: (state == "begin").then(|| revision(old)),
        number: None,
        code: None,
        owner: (state == "begin").then_some(owner),
    }
}

fn facts(live: char, record: Vec<RecordLine>) -> Facts {
    Facts {
        current: Some(revision(live)),
        done: Some(revision(live)),
        record,
        ..Facts::default()
    }
}

fn hosts<const N: usize>(hosts: [(&str, Facts); N]) -> IndexMap<HostName, Facts> {
    let hosts = hosts.into_iter();
    hosts
        .map(|(name, facts)| (HostName::parse(name).unwrap(), facts))
        .collect()
}

/// The letters of the revisions that some hosts get.
fn goals(sequel: &Sequel) -> Vec<(&str, &str)> {
    let revisions = sequel.revisions.iter();
    revisions
        .map(|(host, revision)| (host.as_str(), &revision.as_str()[..1]))
        .collect()
}

#[test]
fn a_deploy_that_died_while_it_was_finalized_is_taken_back_on_all_its_hosts() {
    let begun = || line(1, "begin", Action::Deploy, None);
    let left = || line(1, "abandoned", Action::Deploy, None);
    let mut open = facts(NEW, vec![begun(), left()]);
    open.done = Some(revision(OLD));
    let hosts = hosts([("a", facts(NEW, vec![begun(), left()])), ("b", open)]);
    let sequel = Earlier::of(&hosts).back(None).unwrap();
    assert_eq!(goals(&sequel), [("a", "a"), ("b", "a")]);
}

#[test]
fn hosts_that_were_no_part_of_the_last_deploy_stay() {
    let earlier = || {
        vec![
            line(1, "begin", Action::Deploy, None),
            line(1, "end", Action::Deploy, None),
        ]
    };
    for state in ["abandoned", "end"] {
        let mut last = earlier();
        last.push(line(2, "begin", Action::Deploy, None));
        last.push(line(2, state, Action::Deploy, None));
        let hosts = hosts([("a", facts(NEW, last)), ("b", facts(NEW, earlier()))]);
        let sequel = Earlier::of(&hosts).back(None).unwrap();
        assert_eq!(goals(&sequel), [("a", "a")], "{state}");
    }
}

#[test]
fn the_last_deploy_is_the_one_that_hosts_recorded_last_whatever_its_deployers_clock_said() {
    let record = vec![
        line(2, "begin", Action::Deploy, None),
        line(2, "end", Action::Deploy, None),
        line(1, "begin", Action::Rollback, None),
        line(1, "end", Action::Rollback, None),
    ];
    let both = hosts([
        ("a", facts(OLD, record.clone())),
        ("b", facts(NEW, record[..2].to_vec())),
    ]);
    let sequel = Earlier::of(&both).back(None).unwrap();
    assert_eq!(goals(&sequel), [("a", "b")]);
}

#[test]
fn a_rollback_that_did_not_come_to_its_end_is_gone_on_with() {
    let deploy = || {
        vec![
            line(1, "begin", Action::Deploy, None),
            line(1, "end", Action::Deploy, None),
        ]
    };
    let mut begun = deploy();
    begun.push(line(2, "begin", Action::Rollback, Some(1)));
    begun.push(line(2, "abandoned", Action::Rollback, Some(1)));
    let both = hosts([("a", facts(OLD, begun)), ("b", facts(NEW, deploy()))]);
    let earlier = Earlier::of(&both);
    for sequel in [earlier.back(None).unwrap(), earlier.resumed(None).unwrap()] {
        assert_eq!(goals(&sequel), [("a", "a"), ("b", "a")]);
        assert_eq!(sequel.action, Action::Rollback);
    }
}

#[test]
fn a_record_that_leads_in_a_circle_has_an_end() {
    // A rollback of itself, and a rollback of a deploy that went on with it.
    let itself = vec![
        line(1, "begin", Action::Rollback, Some(1)),
        line(1, "abandoned", Action::Rollback, Some(1)),
    ];
    let each_other = vec![
        line(1, "begin", Action::Deploy, Some(2)),
        line(1, "abandoned", Action::Deploy, Some(2)),
        line(2, "begin", Action::Rollback, Some(1)),
        line(2, "abandoned", Action::Rollback, Some(1)),
    ];
    for (record, last) in [(itself, 1), (each_other, 2)] {
        let host = hosts([("a", facts(OLD, record))]);
        let earlier = Earlier::of(&host);
        assert!(earlier.back(None).is_ok());
        assert!(earlier.resumed(Some(&id(last))).is_ok());
    }
}

#[test]
fn a_rollback_to_a_named_revision_that_failed_there_is_taken_back() {
    let begun = |state: &str| {
        vec![
            line(1, "begin", Action::Rollback, None),
            line(1, state, Action::Rollback, None),
        ]
    };
    // The helper's rollback goes from the new revision to the old one.
    for (state, goal) in [("left", "b"), ("abandoned", "a")] {
        let both = hosts([
            ("a", facts(OLD, begun(state))),
            ("b", facts(NEW, begun("end"))),
        ]);
        let sequel = Earlier::of(&both).back(None).unwrap();
        assert_eq!(goals(&sequel), [("a", goal), ("b", goal)], "{state}");
    }
    // So is one that failed on its way back.
    let mut record = begun("left");
    record.push(line(2, "begin", Action::Rollback, Some(1)));
    record.push(line(2, "left", Action::Rollback, Some(1)));
    let host = hosts([("a", facts(OLD, record))]);
    let sequel = Earlier::of(&host).back(None).unwrap();
    assert_eq!(goals(&sequel), [("a", "b")]);
}

#[test]
fn what_went_on_with_a_deploy_is_taken_back_with_it() {
    let record = vec![
        line(1, "begin", Action::Deploy, None),
        line(1, "abandoned", Action::Deploy, None),
        line(2, "begin", Action::Deploy, Some(1)),
        line(2, "end", Action::Deploy, Some(1)),
    ];
    let mut record_of_second = record.clone();
    record_of_second[2].old = Some(revision(NEW));
    let both = hosts([
        ("a", facts(NEW, record)),
        ("b", facts(NEW, record_of_second)),
    ]);
    let sequel = Earlier::of(&both).back(None).unwrap();
    assert_eq!(goals(&sequel), [("a", "a"), ("b", "a")]);
    // It has been gone on with already.
    let resumed = Earlier::of(&both).resumed(None);
    assert_eq!(resumed, Err(EarlierError::NoneInterrupted));
}

#[test]
fn a_rollback_that_is_done_can_be_taken_back() {
    let record = vec![
        line(1, "begin", Action::Deploy, None),
        line(1, "end", Action::Deploy, None),
        line(2, "begin", Action::Rollback, Some(1)),
        line(2, "end", Action::Rollback, Some(1)),
    ];
    let host = hosts([("a", facts(OLD, record))]);
    let sequel = Earlier::of(&host).back(None).unwrap();
    assert_eq!(goals(&sequel), [("a", "b")]);
}

#[test]
fn a_deploy_that_died_while_it_took_locks_goes_on_on_all_hosts_that_were_meant() {
    let mut begun = line(1, "begin", Action::Deploy, None);
    begun.owner.as_mut().unwrap().limit = Some("a,b".into());
    let hosts = hosts([
        ("a", facts(OLD, vec![begun])),
        ("b", facts(OLD, Vec::new())),
        ("c", facts(OLD, Vec::new())),
    ]);
    let sequel = Earlier::of(&hosts).resumed(None).unwrap();
    assert_eq!(goals(&sequel), [("a", "b"), ("b", "b")]);
}

#[test]
fn what_somebody_deployed_since_without_svcgen_is_not_taken_for_the_last_deploy() {
    let record = vec![
        line(1, "begin", Action::Deploy, None),
        line(1, "end", Action::Deploy, None),
    ];
    let host = hosts([("a", facts('c', record))]);
    let sequel = Earlier::of(&host).back(None);
    // The release before that one is known by the record.
    assert_eq!(goals(&sequel.unwrap()), [("a", "a")]);
}

#[test]
fn a_first_release_is_not_taken_away_once_it_is_done() {
    let mut begun = line(1, "begin", Action::Deploy, None);
    begun.old = None;
    let done = vec![begun.clone(), line(1, "end", Action::Deploy, None)];
    let host = |record| hosts([("a", facts(NEW, record))]);
    let refused = Earlier::of(&host(done)).back(None);
    let a = HostName::parse("a").unwrap();
    assert_eq!(
        refused,
        Err(EarlierError::NothingBefore {
            hosts: vec![a.clone()],
            candidates: Vec::new()
        })
    );
    let sequel = Earlier::of(&host(vec![begun])).back(None).unwrap();
    assert!(sequel.withdrawn.contains(&a));
}

/// The lines of a deploy that has made a revision live.
fn done(deploy: u8, action: Action, rev: char) -> Vec<RecordLine> {
    let step = |step: &str, state: &str| {
        let mut line = line(deploy, state, action, None);
        line.step = step.into();
        line.rev = Some(revision(rev));
        line.code = (state == "end").then_some(0);
        line
    };
    vec![
        step("deploy", "begin"),
        step("promote", "begin"),
        step("promote", "end"),
        step("finalize", "end"),
        step("deploy", "end"),
    ]
}

#[test]
fn a_deploy_is_not_gone_on_with_over_a_later_one_that_made_something_else_live() {
    let first = || done(1, Action::Deploy, NEW);
    let resumed = |record: Vec<RecordLine>| {
        let host = hosts([("a", facts(NEW, record))]);
        let resumed = Earlier::of(&host).resumed(Some(&id(1)));
        resumed.map(|sequel| sequel.revision)
    };
    let later = |deploy, action, rev| [first(), done(deploy, action, rev)].concat();
    for (action, rev) in [(Action::Deploy, 'c'), (Action::Rollback, OLD)] {
        let refused = resumed(later(2, action, rev)).unwrap_err();
        let expected = EarlierError::Overtaken {
            earlier: id(1),
            later: id(2),
            host: HostName::parse("a").unwrap(),
            action: Action::Deploy,
            revision: revision(NEW),
        };
        assert_eq!(refused, expected);
    }
    // The clock of its deployer may be wrong.
    assert!(resumed(later(0, Action::Deploy, 'c')).is_err());
    // It has been gone on with, or the later one has not come to anything.
    assert_eq!(resumed(later(2, Action::Deploy, NEW)), Ok(revision(NEW)));
    let mut failed = later(2, Action::Deploy, 'c');
    failed[8].rev = Some(revision(NEW));
    assert_eq!(resumed(failed), Ok(revision(NEW)));
}
