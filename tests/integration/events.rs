//! The events of a deploy are in the format that the schema describes, each kind of them.

use svcgen::event::{
    DeployResult, EventKind, HostCounts, HostOutcome, Level, Milestone, StepOutcome, event_schema,
};
use svcgen::model::HostName;
use svcgen::scap::DeployStage;

use crate::support::{Env, Story, revision};

/// One event of each kind, with all that it can have. A new kind is added to `is_listed`, or this does not compile.
fn one_of_each() -> Vec<EventKind> {
    let every = [
        EventKind::GroupStarted { hosts: 2 },
        EventKind::GroupFinished {
            healthy: 1,
            failed: 1,
        },
        EventKind::HostPlanned {
            live: Some(revision()),
            old: Some(revision()),
            revision: revision(),
            idle: true,
        },
        EventKind::ConfigPlanned {
            hosts: vec![HostName::parse("a.example.org").unwrap()],
            diff: "-a: 1\n+a: 2\n".into(),
        },
        EventKind::HostReached {
            milestone: Milestone::RolledBack,
        },
        EventKind::StepStarted {
            revision: revision(),
            check: Some("endpoints".into()),
        },
        EventKind::Output,
        EventKind::StepFinished {
            outcome: StepOutcome::TimedOut,
            check: Some("endpoints".into()),
            code: Some(124),
            seconds: 30.02,
        },
        EventKind::Warning,
        EventKind::Interrupted,
        EventKind::RollbackStarted,
        EventKind::HostFinished {
            outcome: HostOutcome::Unknown,
            live: Some(revision()),
            command: Some("svcgen rollback --limit a.example.org".into()),
        },
        EventKind::DeployFinished {
            result: DeployResult::Mixed,
            seconds: 1.5,
            counts: HostCounts::of([HostOutcome::New, HostOutcome::Unknown]),
        },
    ];
    every.into()
}

/// Its place among the kinds.
fn place(kind: &EventKind) -> usize {
    match kind {
        EventKind::DeployStarted { .. } => 0,
        EventKind::HostPlanned { .. } => 1,
        EventKind::GroupStarted { .. } => 2,
        EventKind::GroupFinished { .. } => 3,
        EventKind::StepStarted { .. } => 4,
        EventKind::StepFinished { .. } => 5,
        EventKind::Output => 6,
        EventKind::Warning => 7,
        EventKind::RollbackStarted => 8,
        EventKind::Interrupted => 9,
        EventKind::HostFinished { .. } => 10,
        EventKind::DeployFinished { .. } => 11,
        EventKind::HostReached { .. } => 12,
        EventKind::ConfigPlanned { .. } => 13,
    }
}

#[test]
fn an_event_of_each_kind_is_as_its_schema_says() {
    let mut story = Story::begin("20261123T140312Z-3f9a01", &["a.example.org"]);
    for kind in one_of_each() {
        let stage = Some(DeployStage::HandleService);
        story.add(Some("a.example.org"), stage, Level::Warning, "so", kind);
    }
    let mut places: Vec<usize> = story.events.iter().map(|e| place(&e.kind)).collect();
    places.sort_unstable();
    assert_eq!(places, (0..14).collect::<Vec<_>>());

    let schema = event_schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for line in story.lines().lines() {
        let event = serde_json::from_str(line).unwrap();
        let problems: Vec<_> = validator
            .iter_errors(&event)
            .map(|e| e.to_string())
            .collect();
        assert!(problems.is_empty(), "{problems:?} in {line}");
    }
    let kinds = schema["oneOf"].as_array().unwrap();
    assert_eq!(kinds.len(), places.len());
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/book/src/design/events.md");
    let page = std::fs::read_to_string(page).unwrap();
    for kind in kinds {
        let name = kind["properties"]["event"]["const"].as_str().unwrap();
        assert!(
            page.contains(&format!("`{name}`")),
            "{name} is not in the book"
        );
    }
    assert_eq!(
        Env::new().svcgen(&["schema", "events"]).stdout,
        format!("{schema:#}\n")
    );
}

#[test]
fn what_is_no_event_is_not_as_the_schema_says() {
    let validator = jsonschema::validator_for(&event_schema()).unwrap();
    let line = Story::begin("20261123T140312Z-3f9a01", &["a.example.org"]).lines();
    for (part, other) in [
        ("\"v\":1", "\"v\":2"),
        ("deploy_started", "deploy_strated"),
        ("20261123T140312Z-3f9a01", "yesterday"),
        ("a.example.org", "-oProxyCommand=x"),
        ("\"level\":\"info\"", "\"level\":\"notice\""),
    ] {
        assert!(line.contains(part), "{part}");
        let event = serde_json::from_str(&line.replace(part, other)).unwrap();
        assert!(!validator.is_valid(&event), "{other}");
    }
}
