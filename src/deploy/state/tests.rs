use super::*;
use crate::deploy::plan::tests::plan;

fn host(name: &str) -> HostName {
    HostName::parse(name).unwrap()
}

fn set(states: &mut States, name: &str, phase: Phase, is_promoted: bool) {
    let state = states.hosts.get_mut(&host(name)).unwrap();
    state.phase = phase;
    state.is_promoted = is_promoted;
    state.is_touched = true;
}

#[test]
fn a_canary_may_not_fail_whatever_its_limit() {
    let plan = plan(&[(&["a"], 5), (&["b", "c", "d"], 1)]);
    let mut states = States::of(&plan);
    assert_eq!(states.exceeded(&plan), None);
    set(&mut states, "a", Phase::Failed, true);
    assert_eq!(states.exceeded(&plan), Some(0));
}

#[test]
fn a_group_may_have_as_many_failures_as_its_limit_says() {
    let plan = plan(&[(&["a"], 0), (&["b", "c", "d"], 1)]);
    let mut states = States::of(&plan);
    set(&mut states, "b", Phase::RolledBack, true);
    assert_eq!(states.exceeded(&plan), None);
    set(&mut states, "d", Phase::GivenUp, false);
    assert_eq!(states.exceeded(&plan), Some(1));
}

#[test]
fn nothing_that_is_unsettled_lets_the_next_part_begin() {
    let plan = plan(&[(&["a", "b"], 0)]);
    let mut states = States::of(&plan);
    let hosts = [host("a"), host("b")];
    for phase in [Phase::Waiting, Phase::Prepared, Phase::Failed] {
        set(&mut states, "a", Phase::Healthy, true);
        set(&mut states, "b", phase, true);
        assert_eq!(states.settled(&hosts), 1, "{phase:?}");
    }
    set(&mut states, "b", Phase::Healthy, true);
    assert_eq!(states.settled(&hosts), 2);
    states.hosts.get_mut(&host("b")).unwrap().busy = Some(Request::Finalize);
    assert_eq!(states.settled(&hosts), 1);
}

#[test]
fn what_was_switched_and_is_not_checked_is_unknown() {
    let plan = plan(&[(&["a"], 0)]);
    let mut states = States::of(&plan);
    for (phase, is_promoted, wanted) in [
        (Phase::Waiting, false, HostOutcome::Untouched),
        (Phase::Prepared, false, HostOutcome::Untouched),
        (Phase::Failed, false, HostOutcome::Untouched),
        (Phase::GivenUp, false, HostOutcome::Untouched),
        (Phase::RolledBack, false, HostOutcome::Untouched),
        (Phase::Failed, true, HostOutcome::Unknown),
        (Phase::Lost, true, HostOutcome::Unknown),
        (Phase::RolledBack, true, HostOutcome::Old),
        (Phase::Healthy, true, HostOutcome::New),
        (Phase::Finalized, true, HostOutcome::New),
    ] {
        set(&mut states, "a", phase, is_promoted);
        assert_eq!(states.outcome(&host("a")), wanted, "{phase:?}");
    }
    assert_eq!(states.outcome(&host("elsewhere")), HostOutcome::Unknown);
}

#[test]
fn a_rollback_is_tried_once_on_hosts_that_were_lost_too() {
    let plan = plan(&[(&["a"], 0)]);
    let mut states = States::of(&plan);
    assert!(!states.hosts[0].is_undoable());
    set(&mut states, "a", Phase::Lost, true);
    assert!(states.hosts[0].is_undoable());
    states.hosts[0].is_undone = true;
    assert!(!states.hosts[0].is_undoable());
    assert!(states.hosts[0].is_left());
}
