mod things;

use camino::Utf8Path;
use serde_json::json;

use super::super::catalogue::load_sections;
use super::super::script::Script;
use super::*;
use crate::configuration::User;
use crate::onboarding::prompter::{Prompt, Reply};

/// What became of a scripted interview.
struct Played {
    result: Result<Draft, InterviewError>,
    seen: Vec<String>,
    kept: Vec<Draft>,
    is_over: bool,
}

impl Played {
    fn answers(&self) -> &Value {
        &self.result.as_ref().unwrap().answers
    }

    fn saw(&self, text: &str) -> bool {
        self.seen.iter().any(|line| line.contains(text))
    }
}

fn play_with(draft: Draft, facts: &Facts, replies: &[&str]) -> Played {
    play_of(&load_sections(&[]).unwrap(), draft, facts, replies)
}

fn play_of(sections: &[Section], draft: Draft, facts: &Facts, replies: &[&str]) -> Played {
    let sites = Sites::new(None);
    let mut kept = Vec::new();
    let mut keep = |draft: &Draft| {
        kept.push(draft.clone());
        Ok(())
    };
    let taken = |path: &str, value: &Value| {
        (path == "port" && *value == 6000).then(|| "port 6000 is `other`'s".to_owned())
    };
    let doubts = |path: &str, value: &Value, _: &Value| match path == "port" && *value == 6002 {
        true => vec!["6002 is odd".to_owned()],
        false => Vec::new(),
    };
    let mut script = Script::new(replies);
    let setting = Setting {
        sections,
        sites: &sites,
        facts,
        taken: &taken,
        doubts: &doubts,
        keep: &mut keep,
    };
    let result = Interview::new(setting, &mut script, draft).run();
    Played {
        result,
        is_over: script.is_over(),
        seen: script.seen,
        kept,
    }
}

fn begun() -> Draft {
    Draft {
        at: Some(String::new()),
        ..Draft::new(Utf8Path::new("/w/svcgen.yaml"), json!({}))
    }
}

fn play(replies: &[&str]) -> Played {
    play_with(begun(), &Facts::default(), replies)
}

/// The first section, and nothing else.
const LEAST: [&str; 13] = [
    "my-svc",
    "",
    "Does it.",
    "6001",
    "Rust, Kafka",
    "Ada",
    "-",
    "later",
    "later",
    "later",
    "later",
    "later",
    "",
];

#[test]
fn the_first_section_is_enough() {
    let played = play(&LEAST);
    let expected = json!({"name": "my-svc", "description": "Does it.", "port": 6001,
        "technologies": ["Rust", "Kafka"], "owner": {"name": "Ada"}});
    assert_eq!(*played.answers(), expected);
    assert!(played.is_over);
    assert!(
        played.saw("2 of 30 Name of its Puppet class [mysvc] (default)")
            || played.saw("Name of its Puppet class [mysvc] (default)"),
        "{:#?}",
        played.seen
    );
    assert!(played.saw("Hosts and deployment (left for later)"));
}

#[test]
fn a_wrong_answer_is_refused_at_once_by_the_rule_of_the_model() {
    let mut replies = vec![
        "My Svc", "?", "-", "", "class", "my-svc", "", "Does it.", "80", "http", "70000",
    ];
    replies.extend(&LEAST[3..]);
    let played = play(&replies);
    assert_eq!(played.answers()["port"], 6001);
    for words in [
        "`My Svc` is not a service name",
        "lower-case letters, digits and single hyphens",
        "such as `trending-edits`",
        "this needs an answer",
        "`80` is not a port",
        "`http` is not a number",
        "`70000` is not a port",
    ] {
        assert!(played.saw(words), "{words}: {:#?}", played.seen);
    }
}

#[test]
fn what_somebody_else_has_is_told_and_taken_only_twice() {
    let mut replies = LEAST.to_vec();
    replies.splice(3..4, ["6000", "6000"]);
    let played = play(&replies);
    assert_eq!(played.answers()["port"], 6000);
    assert!(played.saw("port 6000 is `other`'s"));
}

#[test]
fn going_back_keeps_what_was_answered() {
    let mut replies = vec!["<", "first", "<", "my-svc", "", "<", "<", "", ""];
    replies.extend(&LEAST[2..]);
    let played = play(&replies);
    assert_eq!(played.answers()["name"], "my-svc", "{:#?}", played.seen);
    assert!(played.saw("Name of the service [first]"));
}

#[test]
fn later_can_be_taken_back_from_the_next_section() {
    let mut replies = LEAST[..8].to_vec();
    // Back from the gate of the second section to the first, and through it.
    replies.extend([
        "<", "now", "scap", "", "yes", "22", "later", "later", "later", "later", "",
    ]);
    let played = play(&replies);
    let answers = played.answers();
    assert_eq!(answers["config"]["style"], "scap", "{:#?}", played.seen);
    assert_eq!(
        answers["runtime"],
        json!({"healthcheck": {"spec": true}, "node_version": "22"})
    );
    assert!(
        !played.saw("Path of the health check"),
        "a spec needs no path"
    );
}

#[test]
fn hosts_and_places_become_the_models() {
    let mut replies = LEAST[..7].to_vec();
    replies.extend(["later", "later", "later", "all"]);
    replies.extend([
        "+",
        "canary",
        "UPPER.example.org",
        "a[1-2].example.org, b1.example.org",
        "",
        "",
        "+",
        "default",
        "",
        "<",
        "c1",
        "2",
        "10%",
        "",
    ]);
    replies.extend(["", "", "", "", ""]);
    replies.extend([
        "+",
        "spec",
        "",
        "",
        "/usr/bin/true",
        "",
        "",
        "+",
        "early",
        "",
        "-",
        "promote",
        "true",
        "5",
        "canary",
        "",
    ]);
    replies.extend([
        "+",
        "beta",
        "lab.example",
        "x1.lab.example",
        "+",
        "beta",
        "gamma",
        "lab2.example",
        "-",
        "-2",
        "",
    ]);
    replies.extend(["later", ""]);
    let played = play(&replies);
    assert!(played.is_over, "{:#?}", played.seen);
    let deploy = &played.answers()["deploy"];
    assert_eq!(
        deploy["groups"],
        json!([
            {"name": "canary", "hosts": ["a[1-2].example.org", "b1.example.org"]},
            {"name": "default", "hosts": ["c1"], "size": 2, "failure_limit": "10%"},
        ])
    );
    assert_eq!(
        deploy["checks"][1],
        json!({"name": "early", "type": "command", "before": "promote",
        "command": "true", "timeout": 5, "group": "canary"})
    );
    assert_eq!(deploy["checks"][0]["after"], "handle_service");
    let expected = json!({"beta": {"domain": "lab.example",
        "groups": [{"name": "default", "hosts": ["x1.lab.example"]}]}});
    assert_eq!(
        played.answers()["environments"],
        expected,
        "{:#?}",
        played.seen
    );
    assert!(played.saw("`beta` is there already"));
}

#[test]
fn every_answer_is_kept_and_the_interview_goes_on_where_it_stopped() {
    let first = play(&["my-svc", "", "Does it.", "6001", "^C"]);
    assert!(matches!(first.result, Err(InterviewError::Interrupted)));
    let draft = first.kept.last().unwrap().clone();
    assert_eq!(draft.at.as_deref(), Some("technologies"));
    assert_eq!(draft.answers["port"], 6001);
    let second = play_with(draft, &Facts::default(), &LEAST[4..]);
    assert_eq!(second.answers()["name"], "my-svc");
    assert_eq!(second.answers()["owner"]["name"], "Ada");
    assert!(
        second.seen[2].contains("What it is built with"),
        "{:#?}",
        second.seen
    );
}

#[test]
fn the_review_changes_any_answer() {
    let answers = json!({"name": "my-svc", "description": "Does it.", "port": 6001, "owner": {"name": "Ada"}});
    let draft = Draft::new(Utf8Path::new("/w/svcgen.yaml"), answers);
    let played = play_with(
        draft,
        &Facts::default(),
        &["99", "port", "6002", "?", "9", "ada", ""],
    );
    assert_eq!(played.answers()["port"], 6002, "{:#?}", played.seen);
    assert_eq!(played.answers()["owner"]["irc"], "ada");
    assert!(played.saw("there is no answer `99`"));
    assert!(played.saw("Doubt(\"6002 is odd\")"), "and it is taken");
    let tables = played
        .seen
        .iter()
        .filter(|seen| seen.contains("  5  port "));
    assert_eq!(
        tables.count(),
        3,
        "at first, and once an answer has changed"
    );
    assert!(played.saw("(mysvc)"));
}

#[test]
fn what_is_left_out_says_what_goes_without_saying() {
    let answers = json!({"name": "my-svc", "puppet_name": "mine", "description": "Does it.", "port": 6001,
        "owner": {"name": "Ada", "irc": "ada"}});
    let draft = Draft::new(Utf8Path::new("/w/svcgen.yaml"), answers);
    let played = play_with(
        draft,
        &Facts::default(),
        &["puppet_name", "-", "owner.irc", "-", ""],
    );
    let told = played
        .seen
        .iter()
        .filter(|line| line.contains("left out: "));
    assert_eq!(
        told.collect::<Vec<_>>(),
        ["  left out: by default, it is mysvc"]
    );
    assert!(played.answers().get("puppet_name").is_none());
    assert!(played.answers()["owner"].get("irc").is_none());
}

#[test]
fn all_answers_stand_below_each_other() {
    let answers = json!({"name": "my-svc", "description": "Does it.", "port": 6001, "owner": {"name": "Ada"}});
    let draft = Draft::new(Utf8Path::new("/w/svcgen.yaml"), answers);
    let played = play_with(draft, &Facts::default(), &[""]);
    let is_row = |line: &&String| line.trim_start().starts_with(|c: char| c.is_ascii_digit());
    let column = |line: &String| {
        let name = line.find(char::is_alphabetic).unwrap();
        let gap = name + line[name..].find(' ').unwrap();
        gap + line[gap..].len() - line[gap..].trim_start().len()
    };
    let rows: Vec<&String> = played.seen.iter().filter(is_row).collect();
    let mut columns: Vec<usize> = rows.iter().map(|row| column(row)).collect();
    assert!(columns.len() > 40, "{rows:#?}");
    columns.dedup();
    assert_eq!(columns.len(), 1, "{rows:#?}");
}

#[test]
fn a_word_that_a_section_does_not_offer_is_told_with_those_it_does() {
    let mut replies = LEAST.to_vec();
    // The requests have no rare question.
    replies.splice(9..10, ["all", "later"]);
    let played = play(&replies);
    assert!(played.is_over, "{:#?}", played.seen);
    let told = "Wrong(\"`all` is not one of the choices\", Some(\"`now` (1), `later` (2)\"))";
    assert!(played.saw(told), "{:#?}", played.seen);
}

#[test]
fn found_answers_are_proposed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(folder.path()).unwrap();
    let package = r#"{"name": "@org/trends", "description": "Computes\ntrends. \"%{x}\" # yes", "author": "Ada <a@example.org>",
        "deploy": {"target": "ubuntu", "dependencies": {"ubuntu": ["librdkafka-dev"]}}}"#;
    fs_err::write(folder.join("package.json"), package).unwrap();
    let mut facts = Facts::find(folder, &User::default());
    facts.free_port = Some(6007);
    let replies = [
        "", "", "", "", "", "", "", "later", "now", "", "", "", "", "", "later", "later", "later",
        "",
    ];
    let played = play_with(begun(), &facts, &replies);
    let expected = json!({"name": "trends", "description": "Computes\ntrends. \"%{x}\" # yes", "port": 6007,
        "owner": {"name": "Ada", "email": "a@example.org"},
        "build": {"target": "ubuntu", "dependencies": {"ubuntu": ["librdkafka-dev"]}}});
    assert_eq!(*played.answers(), expected, "{:#?}", played.seen);
    assert!(played.saw("Name of the service [trends] (package.json)"));
    assert!(played.saw("TCP port [6007] (free in the checkouts)"));
}

#[test]
fn what_was_refused_can_be_mended() {
    let sections = load_sections(&[]).unwrap();
    /// Answers wrongly, looks at what there is to be mended, and stops.
    struct Wrong(Vec<String>);
    impl Prompter for Wrong {
        fn ask(&mut self, prompt: &Prompt<'_>) -> io::Result<Reply> {
            self.0.push(prompt.typed.clone());
            match self.0.len() {
                1 => Ok(Reply::Text("My Svc".into())),
                _ => Err(io::ErrorKind::Interrupted.into()),
            }
        }

        fn tell(&mut self, _: &Note<'_>) -> io::Result<()> {
            Ok(())
        }
    }
    let setting = Setting {
        sections: &sections,
        sites: &Sites::new(None),
        facts: &Facts::default(),
        taken: &|_, _| None,
        doubts: &|_, _, _| Vec::new(),
        keep: &mut |_| Ok(()),
    };
    let mut wrong = Wrong(Vec::new());
    let held = Interview::new(setting, &mut wrong, begun()).run();
    assert!(matches!(held, Err(InterviewError::Interrupted)));
    assert_eq!(wrong.0, ["", "My Svc"]);
}
