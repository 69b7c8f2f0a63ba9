use serde_json::{Value, json};

use super::*;
use crate::event::{Event, VERSION};
use crate::model::Revision;

const NEW: &str = "4be1c09aa0d5b1a4f7d4c6a4e2b1f9d3c5a7e811";
const OLD: &str = "0000000aa0d5b1a4f7d4c6a4e2b1f9d3c5a7e811";

/// Events, a second apart; each as its fields besides those that all have.
fn events(all: &[Value]) -> Vec<Event> {
    let events = all.iter().enumerate().map(|(index, fields)| {
        let at = jiff::Timestamp::from_second(1_795_392_000 + index as i64).unwrap();
        let mut event = json!({
            "v": VERSION, "at": at, "seq": index + 1, "deploy": "20261123T140312Z-3f9a01",
            "level": "info", "text": "so",
        });
        for (key, value) in fields.as_object().unwrap() {
            event[key] = value.clone();
        }
        serde_json::from_value(event).unwrap()
    });
    events.collect()
}

fn started(hosts: &[&str]) -> Value {
    json!({"event": "deploy_started", "repository": "feed/deploy", "revision": NEW, "user": "ada",
        "machine": "deploy1002", "message": "", "action": "deploy", "hosts": hosts})
}

fn planned(host: &str) -> Value {
    json!({"event": "host_planned", "host": host, "group": "canary", "live": OLD, "old": OLD, "revision": NEW})
}

/// A step of a host, with what it wrote.
fn step(host: &str, stage: &str, check: Option<&str>, outcome: &str, wrote: &[&str]) -> Vec<Value> {
    let about = |mut fields: Value| {
        fields["host"] = host.into();
        fields["group"] = "canary".into();
        fields["stage"] = stage.into();
        fields
    };
    let mut all = vec![about(
        json!({"event": "step_started", "revision": NEW, "check": check}),
    )];
    for line in wrote {
        all.push(about(
            json!({"event": "output", "level": "debug", "text": line}),
        ));
    }
    let text = format!("{stage} {outcome}");
    all.push(about(
        json!({"event": "step_finished", "outcome": outcome, "check": check, "seconds": 1.0, "text": text}),
    ));
    all
}

fn ended(host: &str, outcome: &str, live: Option<&str>) -> Value {
    json!({"event": "host_finished", "host": host, "group": "canary", "outcome": outcome, "live": live})
}

fn finished(result: &str, counts: Value) -> Value {
    json!({"event": "deploy_finished", "result": result, "seconds": 12.0, "counts": counts, "text": "so it ended"})
}

fn chronicle(all: &[Value]) -> Chronicle {
    let mut chronicle = Chronicle::default();
    for event in &events(all) {
        chronicle.take(event);
    }
    chronicle
}

fn page(all: &[Value], standing: Standing) -> Page {
    Page::new(Source {
        chronicle: &chronicle(all),
        standing,
        changes: Vec::new(),
        logs: BTreeMap::new(),
        complete: &|command| command.to_owned(),
    })
}

fn commands(page: &Page) -> Vec<&str> {
    page.next.iter().map(|next| next.command.as_str()).collect()
}

fn rolled_back() -> Vec<Value> {
    let mut all = vec![started(&["a", "b"]), planned("a"), planned("b")];
    all.extend(step("a", "fetch", None, "passed", &[]));
    all.extend(step("b", "fetch", None, "passed", &[]));
    let wrote = ["<script>alert(1)</script>", "\u{1b}[2J\u{202e}"];
    all.extend(step("a", "promote", Some("answers"), "failed", &wrote));
    all.push(json!({"event": "rollback_started", "level": "warning", "text": "rolling back"}));
    all.push(ended("a", "old", Some(OLD)));
    all.push(ended("b", "untouched", Some(OLD)));
    all.push(finished(
        "rolled_back",
        json!({"new": 0, "old": 1, "untouched": 1, "unknown": 0}),
    ));
    all
}

#[test]
fn what_failed_is_told_apart_from_what_was_only_stopped() {
    let page = page(&rolled_back(), Standing::Latest);
    assert_eq!(page.outcome.words, "Failed, and rolled back");
    let rows: Vec<_> = page
        .standing
        .iter()
        .map(|row| (row.words, row.live.as_str()))
        .collect();
    assert_eq!(rows, [("rolled back", "0000000"), ("untouched", "0000000")]);
    assert_eq!(page.failures.listed.len(), 1);
    assert_eq!(page.failures.listed[0].hosts.count, 1);
    assert_eq!(
        commands(&page),
        ["svcgen log 20261123T140312Z-3f9a01 --host a -v"]
    );
    assert_eq!(page.checks[0].times.failed, 1);
    let stages: Vec<_> = page
        .stages
        .iter()
        .map(|row| (row.name.as_str(), row.times.passed))
        .collect();
    assert_eq!(stages, [("fetch", 2)]);
}

#[test]
fn what_hosts_and_people_wrote_steers_nothing() {
    let mut all = rolled_back();
    all[0]["message"] = "</title><img src=x onerror=alert(2)>\u{0}".into();
    let change = Change {
        from: Some(Revision::parse(OLD).unwrap()),
        to: Revision::parse(NEW).unwrap(),
        hosts: Vec::new(),
        between: Some(crate::deploy::repository::Between {
            added: crate::deploy::repository::Commits {
                listed: vec![crate::deploy::repository::Subject {
                    revision: Revision::parse(NEW).unwrap(),
                    subject: "</ul></main><style>*{display:none}".into(),
                }],
                more: 0,
            },
            removed: crate::deploy::repository::Commits {
                listed: Vec::new(),
                more: 0,
            },
            modules: Vec::new(),
        }),
    };
    let host = HostName::parse("a").unwrap();
    let page = Page::new(Source {
        chronicle: &chronicle(&all),
        standing: Standing::Latest,
        changes: vec![change],
        logs: BTreeMap::from([(host, "</pre><script>\u{1b}".to_owned())]),
        complete: &|command| command.to_owned(),
    });
    let html = page.render(&Templates::default()).unwrap();
    for bad in [
        "<script",
        "<img",
        "</ul></main><style>",
        "</pre><script",
        "\u{1b}",
        "\u{202e}",
        "\u{0}",
        "http:",
        "https:",
    ] {
        assert!(!html.contains(bad), "{bad:?}");
    }
    for shown in [
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "\\u{1b}[2J\\u{202e}",
        "&lt;img src=x onerror=alert(2)&gt;\\u{0}",
    ] {
        assert!(html.contains(shown), "{shown}");
    }
}

#[test]
fn a_deploy_without_an_end_says_so_and_how_to_go_on() {
    let mut all = vec![started(&["a"]), planned("a")];
    all.extend(step("a", "fetch", None, "passed", &[]));
    all.push(
        json!({"event": "host_reached", "host": "a", "group": "canary", "milestone": "healthy"}),
    );
    let killed = page(&all, Standing::Latest);
    assert_eq!(
        killed.outcome.words,
        "Killed: it ended without reporting an outcome"
    );
    assert!(
        killed.outcome.summary.ends_with("healthy 1 of 1, failed 0"),
        "{}",
        killed.outcome.summary
    );
    assert_eq!(
        commands(&killed)[..2],
        [
            "svcgen rollback",
            "svcgen deploy --resume 20261123T140312Z-3f9a01"
        ]
    );
    all.push(json!({"event": "step_started", "host": "a", "group": "canary", "stage": "finalize", "revision": NEW}));
    let running = page(&all, Standing::Running);
    assert_eq!(running.standing[0].words, "in a step");
    assert_eq!(running.outcome.words, "Still running");
    assert_eq!(commands(&running), ["svcgen log --follow"]);
    // To go back from what is not the last one any more would take back another one.
    let earlier = page(&all, Standing::Earlier);
    assert!(!commands(&earlier).contains(&"svcgen rollback"));
}

#[test]
fn what_a_host_wrote_without_an_end_is_kept_within_bounds() {
    let lines: Vec<String> = (0..500)
        .map(|n| format!("{n} {}", "x".repeat(5000)))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut all = vec![started(&["a"]), planned("a")];
    all.extend(step("a", "fetch", None, "failed", &lines));
    let page = page(&all, Standing::Latest);
    let failure = &page.failures.listed[0];
    assert_eq!((failure.lines.len(), failure.earlier), (20, 480));
    assert!(failure.lines[19].starts_with("499 ") && failure.lines[19].len() < 500);
}

#[test]
fn many_hosts_that_are_well_are_behind_a_click() {
    let names: Vec<String> = (0..40).map(|n| format!("h{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut all = vec![started(&names)];
    all.extend(names.iter().map(|name| planned(name)));
    all.extend(step("h7", "fetch", None, "failed", &[]));
    let page = page(&all, Standing::Latest);
    let group = &page.timeline.groups[0];
    assert_eq!((group.first.len(), group.rest.len()), (1, 39));
    assert!(page.crowd.is_some());
}

/// The contrast of two colours of the style sheet.
fn contrast(style: &str, one: &str, other: &str) -> f64 {
    let light = |name: &str| {
        let begin = style.find(&format!("--{name}: #")).unwrap() + name.len() + 5;
        let parts = [0, 2, 4].map(|index| {
            let digits = &style[begin + index..begin + index + 2];
            let value = f64::from(u8::from_str_radix(digits, 16).unwrap()) / 255.0;
            match value <= 0.03928 {
                true => value / 12.92,
                false => ((value + 0.055) / 1.055).powf(2.4),
            }
        });
        0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    };
    let (one, other) = (light(one), light(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn every_text_stands_out_by_day_and_by_night() {
    let style = Templates::default().text(STYLE).unwrap();
    let (day, night) = style.split_once("prefers-color-scheme: dark").unwrap();
    for style in [day, night] {
        for (text, ground) in [
            ("ink", "card"),
            ("ink", "page"),
            ("ink", "code"),
            ("ink", "good-wash"),
            ("ink", "bad-wash"),
            ("ink", "back-wash"),
            ("ink", "open-wash"),
            ("aside", "card"),
            ("aside", "page"),
            ("aside", "code"),
            ("link", "card"),
            ("back", "card"),
            ("bad", "card"),
            ("added", "code"),
            ("removed", "code"),
            ("sign", "good"),
            ("sign", "bad"),
            ("sign", "back"),
            ("sign", "unknown"),
        ] {
            let contrast = contrast(style, text, ground);
            assert!(contrast >= 4.5, "{text} on {ground}: {contrast:.2}");
        }
    }
}
