use super::*;
use crate::deploy::Action;

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

fn line(deploy: u8, step: &str, state: &str, rev: &str) -> RecordLine {
    RecordLine {
        v: 1,
        at: 0,
        deploy: DeployId::parse(&format!("20261123T14031{deploy}Z-000000")).ok(),
        step: step.into(),
        state: state.into(),
        rev: Revision::parse(rev).ok(),
        old: None,
        number: None,
        code: (state == "end").then_some(0),
        owner: None,
    }
}

fn told(lines: &[(Control, &str)]) -> Vec<Line> {
    let line = |(control, rest): &(Control, &str)| Line {
        control: *control,
        rest: (*rest).to_owned(),
    };
    lines.iter().map(line).collect()
}

#[test]
fn a_probe_counts_only_where_it_came_to_its_end() {
    let half = told(&[
        (Control::User, "ada"),
        (Control::Link, &format!("current {A}")),
    ]);
    assert_eq!(Facts::read(&half), None);
    let whole = told(&[
        (Control::Link, &format!("current {A}")),
        (Control::Link, "done "),
        (Control::Systemd, ""),
        (Control::Free, "25 4096 7"),
        (Control::File, "aGkK /etc/a b"),
        (Control::Absent, "/etc/c"),
        (Control::Tips, &format!("{A} {B} {A} modules/an x")),
        (Control::Tips, "modules/empty"),
        (
            Control::Record,
            "{\"v\":1,\"at\":3,\"step\":\"deploy\",\"state\":\"be",
        ),
        (Control::End, ""),
    ]);
    let facts = Facts::read(&whole).unwrap();
    assert_eq!((facts.current.unwrap().as_str(), facts.done), (A, None));
    assert_eq!((facts.free, facts.has_systemd), (Some((100, 7)), true));
    assert_eq!(
        facts.files[Utf8Path::new("/etc/a b")],
        FileState::Bytes(b"hi\n".to_vec())
    );
    assert_eq!(facts.files[Utf8Path::new("/etc/c")], FileState::Absent);
    assert_eq!(facts.tips[Utf8Path::new("modules/an x")].len(), 2);
    assert_eq!(facts.tips[Utf8Path::new("modules/empty")], []);
    assert_eq!(facts.record, []);
}

#[test]
fn a_git_is_too_old_where_its_version_says_so() {
    for (git, is_old) in [
        ("1.9.1", true),
        ("2.6.6", true),
        ("2.7.0", false),
        ("2.39.5 (Apple Git-154)", false),
        ("3.0", false),
        ("", false),
        ("someone's own", false),
    ] {
        let git = git.to_owned();
        let facts = Facts {
            git,
            ..Facts::default()
        };
        assert_eq!(facts.has_old_git(), is_old, "{}", facts.git);
    }
}

#[test]
fn a_deploy_without_its_end_is_unfinished_until_another_has_one() {
    let mut facts = Facts::default();
    assert_eq!(facts.unfinished(), None);
    facts.record = vec![
        line(1, "deploy", "begin", A),
        line(1, "promote", "begin", A),
    ];
    assert_eq!(facts.unfinished(), Some(&facts.record[0]));
    for state in ["abandoned", "left"] {
        facts.record.push(line(1, "deploy", state, A));
        assert_eq!(facts.unfinished(), Some(&facts.record[0]), "{state}");
    }
    facts
        .record
        .extend([line(2, "deploy", "begin", B), line(2, "deploy", "end", B)]);
    assert_eq!(facts.unfinished(), None);
}

#[test]
fn the_release_before_is_the_last_other_one_that_was_finished() {
    let mut begin = line(1, "deploy", "begin", B);
    begin.old = Revision::parse(A).ok();
    let mut facts = Facts {
        done: Revision::parse(B).ok(),
        record: vec![begin, line(1, "finalize", "end", B)],
        ..Facts::default()
    };
    assert_eq!(facts.previous().unwrap().as_str(), A);
    // What never was finished is nothing to go back to.
    facts.record.insert(
        0,
        line(
            0,
            "promote",
            "end",
            "cccccccccccccccccccccccccccccccccccccccc",
        ),
    );
    assert_eq!(facts.previous().unwrap().as_str(), A);
    facts.record.clear();
    assert_eq!(facts.previous(), None);
}

#[test]
fn scaps_release_of_the_same_second_hides_what_was_before_only_where_it_is_later() {
    const C: &str = "cccccccccccccccccccccccccccccccccccccccc";
    let release = |is_own, changed, nanoseconds| ReleaseFacts {
        is_own,
        changed,
        nanoseconds,
    };
    let is_hidden_behind = |left: (i64, u32), other: ReleaseFacts| {
        let end = RecordLine {
            at: 10,
            ..line(1, "finalize", "end", A)
        };
        let releases = [
            (A, release(true, left.0, left.1)),
            (B, release(false, 12, 0)),
            (C, other),
        ];
        let releases = releases.map(|(name, release)| (Revision::parse(name).unwrap(), release));
        let facts = Facts {
            done: Revision::parse(B).ok(),
            record: vec![end],
            releases: releases.into(),
            ..Facts::default()
        };
        facts.is_hidden(&Revision::parse(A).unwrap())
    };
    let is_hidden = |other| is_hidden_behind((10, 500), other);
    assert!(!is_hidden(release(false, 9, 900)));
    assert!(!is_hidden(release(false, 10, 400)));
    assert!(is_hidden(release(false, 10, 600)));
    assert!(is_hidden(release(false, 11, 0)));
    assert!(!is_hidden(release(true, 10, 600)));
    assert!(is_hidden(release(true, 11, 0)));
    // The time of the record is a second ahead.
    assert!(is_hidden_behind((9, 500), release(false, 9, 600)));
    assert!(!is_hidden_behind((9, 500), release(false, 9, 400)));
}

#[test]
fn a_target_without_room_for_a_lock_is_unfit_for_anything() {
    let facts = |free: &str| {
        let told = told(&[(Control::Free, free), (Control::End, "")]);
        Facts::read(&told).unwrap()
    };
    let full = facts("2 4096 7");
    assert!(full.is_full());
    let words = "its disk is full: 8 KiB are free, and not even a lock can be taken";
    for action in [Action::Rollback, Action::Restart] {
        assert!(full.unfit(action).contains(&words.to_owned()), "{action:?}");
    }
    assert!(!facts("2000 4096 7").is_full());
}
