use indexmap::IndexMap;

use super::*;
use crate::deploy::scap_engine::verdict::{Case, Reading, Verdict};
use crate::event::HostOutcome;

const NEW: &str = "2222222222222222222222222222222222222222";
const OLD: &str = "1111111111111111111111111111111111111111";

fn host(name: &str) -> HostName {
    HostName::parse(name).unwrap()
}

fn revision(text: &str) -> Revision {
    Revision::parse(text).unwrap()
}

fn ledger() -> Ledger {
    let groups = [("a", "canary"), ("b", "default"), ("c", "default")];
    let groups: IndexMap<HostName, GroupName> = groups
        .into_iter()
        .map(|(name, group)| (host(name), GroupName::parse(group).unwrap()))
        .collect();
    Ledger::of(revision(NEW), groups)
}

impl Ledger {
    /// What the log says, a word for a record: `[a,b]` a part, `]` its end, `=stage`, `a!stage:code`, and `a` for a word of a host's.
    fn follow(&mut self, log: &str) -> Vec<Entry> {
        let record = |name: &str, of: &str, level, text: String| Record {
            host: Some(of.to_owned()),
            name: name.to_owned(),
            level,
            at: Some(0.0),
            text,
        };
        let mut told = Vec::new();
        for word in log.split_whitespace() {
            let command =
                |stage: &str| format!("['/usr/bin/scap', 'deploy-local', '-g', 'x', '{stage}']");
            let record = if let Some(hosts) = word.strip_prefix('[') {
                let hosts = hosts.trim_end_matches(']').replace(',', "\n:* ");
                record("deploy", "d", 20, format!("\n== X ==\n:* {hosts}"))
            } else if word == "]" {
                record("deploy", "d", 20, "x deploy successful".into())
            } else if let Some(stage) = word.strip_prefix('=') {
                record(
                    "deploy",
                    "d",
                    10,
                    format!("Running remote deploy cmd {}", command(stage)),
                )
            } else if let Some((name, rest)) = word.split_once('!') {
                let (stage, code) = rest.split_once(':').unwrap();
                let text = format!("{} (ran as u@{name}) returned [{code}]: no", command(stage));
                record("ssh.job", "d", 30, text)
            } else {
                record(&format!("target.{word}.x"), word, 20, "a word".into())
            };
            told.extend(self.take(record));
        }
        told
    }

    fn verdict(&self, name: &str, before: &Reading, after: &Reading) -> Verdict {
        let case = Case {
            revision: &self.revision,
            before,
            after,
            track: &self.track(&host(name)),
        };
        case.verdict()
    }
}

fn live(text: &str) -> Reading {
    Reading::Yes {
        live: Some(revision(text)),
        finished: true,
        fault: None,
    }
}

fn silent() -> Reading {
    Reading::Silent {
        reason: "it does not answer".into(),
    }
}

#[test]
fn a_host_has_passed_a_stage_once_the_next_one_begins() {
    let mut ledger = ledger();
    let told = ledger.follow("[a] =fetch a =config_deploy a =promote a");
    let texts: Vec<&str> = told
        .iter()
        .filter_map(|entry| match entry {
            Entry::Note(note) => Some(note.text.as_str()),
            Entry::Output { .. } | Entry::Kept { .. } => None,
        })
        .collect();
    let wanted = [
        "group canary: 1 host",
        "fetch",
        "fetch passed",
        "config_deploy",
        "config_deploy passed",
        "the release is there",
        "promote",
    ];
    assert_eq!(texts, wanted);
    // What runs when Scap is ended is not known.
    let verdict = ledger.verdict("a", &live(OLD), &live(NEW));
    assert_eq!(verdict.outcome, HostOutcome::Unknown);
    ledger.finish();
    let verdict = ledger.verdict("a", &live(OLD), &live(NEW));
    assert_eq!(verdict.outcome, HostOutcome::New);
}

/// What is told of groups as a whole.
fn of_groups(told: &[Entry]) -> Vec<&str> {
    let notes = told.iter().filter_map(|entry| match entry {
        Entry::Note(note) if note.about.group.is_some() && note.about.host.is_none() => Some(note),
        Entry::Note(_) | Entry::Output { .. } | Entry::Kept { .. } => None,
    });
    notes.map(|note| note.text.as_str()).collect()
}

#[test]
fn a_group_is_through_once_all_its_parts_are() {
    let mut ledger = ledger();
    let told = ledger.follow("[a] =fetch =promote ]");
    assert_eq!(
        of_groups(&told),
        ["group canary: 1 host", "group canary: 1 healthy, 0 failed"]
    );
    let told = ledger.follow("[b] =fetch =promote ]");
    assert_eq!(of_groups(&told), ["group default: 2 hosts"]);
    let told = ledger.follow("[c] =fetch c!fetch:1 ] [a] =finalize ] [b] =finalize ]");
    assert_eq!(of_groups(&told), ["group default: 1 healthy, 1 failed"]);
    assert_eq!(of_groups(&ledger.finish()), [""; 0]);
}

#[test]
fn a_group_that_is_given_up_is_told_before_it_goes_back() {
    let mut ledger = ledger();
    let told = ledger.follow("[b,c] =promote b!promote:1 [c] =rollback ]");
    assert_eq!(
        of_groups(&told),
        [
            "group default: 2 hosts",
            "group default: 1 healthy, 1 failed"
        ]
    );
}

#[test]
fn the_reason_is_in_the_words_of_the_host_that_failed_first() {
    let mut ledger = ledger();
    assert_eq!(ledger.reason(), None);
    let exceeded = |ledger: &mut Ledger| {
        ledger.take(Record {
            host: None,
            name: "deploy".into(),
            level: 40,
            at: None,
            text: "1 of 2 default targets failed, exceeding limit".into(),
        })
    };
    exceeded(&mut ledger);
    let of_scap = "1 of 2 default targets failed, exceeding limit";
    assert_eq!(ledger.reason().unwrap(), of_scap);
    ledger.follow("[b,c] =promote c!promote:1 b!promote:1");
    exceeded(&mut ledger);
    assert_eq!(
        ledger.reason().unwrap(),
        "promote failed on c (default): no"
    );
}

#[test]
fn a_canary_that_failed_is_known_though_its_part_is_empty() {
    let mut ledger = ledger();
    ledger.follow("[a] =fetch a =config_deploy a =promote a a!promote:1");
    assert_eq!(ledger.group().unwrap().as_str(), "canary");
    let (stage, reason) = ledger.track(&host("a")).failed.unwrap();
    assert_eq!((stage, reason.as_str()), (DeployStage::Promote, "no"));
}

#[test]
fn who_cannot_be_asked_is_new_only_by_its_own_words() {
    let log = "[b,c] =fetch b =config_deploy b =promote b c [b,c] =finalize b c";
    let mut ledger = ledger();
    ledger.follow(log);
    ledger.finish();
    let outcome = |name: &str| ledger.verdict(name, &live(OLD), &silent()).outcome;
    assert_eq!(outcome("b"), HostOutcome::New);
    // It was never tried in fetch, and promoted all the same.
    assert_eq!(outcome("c"), HostOutcome::Unknown);
    assert_eq!(outcome("a"), HostOutcome::Untouched);
}

#[test]
fn a_rollback_counts_for_those_alone_that_it_reached() {
    let mut ledger = ledger();
    ledger.follow("[b,c] =fetch b c =config_deploy b c =promote b c b!promote:255 [c] =rollback c");
    ledger.finish();
    let after = |name: &str, after: &Reading| ledger.verdict(name, &live(OLD), after);
    assert_eq!(after("c", &live(OLD)).outcome, HostOutcome::Old);
    assert_eq!(after("c", &live(NEW)).outcome, HostOutcome::Unknown);
    let lost = after("b", &live(NEW));
    assert_eq!(lost.outcome, HostOutcome::Unknown);
    assert_eq!(lost.live, Some(revision(NEW)));
    assert_eq!(after("b", &silent()).outcome, HostOutcome::Unknown);
}
