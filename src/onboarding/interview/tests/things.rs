//! Lists of things: groups, checks, parameters.

use serde_json::json;

use super::*;

#[test]
fn lists_of_things_are_made_changed_and_shortened() {
    let mut replies = LEAST[..7].to_vec();
    replies.extend(["now", "", "+"]);
    replies.extend([
        "Depth",
        "depth",
        "Integer",
        "How deep.",
        "",
        "many",
        "3",
        "",
        "",
    ]);
    replies.extend(["+", "token", "", "", "yes"]);
    replies.extend(["+", "depth", "other", "", "-", "", "-", "-", "-"]);
    replies.extend(["4", "-3", "1", "", "", "", "", "5", "", "", ""]);
    replies.extend(["", "", "", "later", "later", "later", "later", ""]);
    let played = play(&replies);
    assert!(played.is_over, "{:#?}", played.seen);
    let expected = json!([
        {"name": "depth", "type": "Integer", "description": "How deep.", "secret": false, "default": 5},
        {"name": "token", "type": "String", "secret": true},
    ]);
    assert_eq!(
        played.answers()["config"]["parameters"],
        expected,
        "{:#?}",
        played.seen
    );
    assert!(played.saw("`Depth` is not a parameter name"));
    assert!(played.saw("`depth` is already in the list"));
    assert!(played.saw("`4` is not understood"));
}

#[test]
fn half_a_thing_is_kept_and_asked_for_again() {
    let mut replies = LEAST[..7].to_vec();
    replies.extend(["later", "later", "now", "", "+", "RESTBase", "^C"]);
    let first = play(&replies);
    let draft = first.kept.last().unwrap().clone();
    assert_eq!(draft.answers["request_flow"], json!([{"from": "RESTBase"}]));
    let replies = ["my-svc", "GET /", "1", "", "^C"];
    let second = play_with(draft, &Facts::default(), &replies);
    let draft = second.kept.last().unwrap().clone();
    let edge = json!([{"from": "RESTBase", "to": "my-svc", "label": "GET /"}]);
    assert_eq!(draft.answers["request_flow"], edge);
    // A change of one that was whole goes on at its field, too.
    let replies = ["their-svc", "", "", "", "later", "later", ""];
    let third = play_with(draft, &Facts::default(), &replies);
    let edge = json!([{"from": "RESTBase", "to": "their-svc", "label": "GET /"}]);
    assert_eq!(third.answers()["request_flow"], edge);
}

#[test]
fn lines_of_a_field_that_was_not_ended_are_proposed_again() {
    let mut replies = LEAST[..7].to_vec();
    replies.extend(["later", "later", "later", "now", "+"]);
    replies.extend(["canary", "a1.example.org\n^C"]);
    let first = play(&replies);
    let draft = first.kept.last().unwrap().clone();
    let kept = draft.unfinished.clone().unwrap();
    assert_eq!(
        (kept.of.as_str(), kept.text.as_str()),
        ("deploy.groups.0.hosts", "a1.example.org")
    );
    let second = play_with(draft, &Facts::default(), &["a2.example.org", "^C"]);
    assert!(
        second.saw("typed before: a1.example.org"),
        "{:#?}",
        second.seen
    );
    assert_eq!(second.kept.last().unwrap().unfinished, None);
}

#[test]
fn a_thing_that_was_half_is_refused_where_somebody_takes_its_place() {
    let mut replies = LEAST[..7].to_vec();
    replies.extend(["later", "later", "now", "", "+", "RESTBase", "^C"]);
    let mut draft = play(&replies).kept.last().unwrap().clone();
    draft.within = None;
    let replies = ["", "1", "", "my-svc", "GET /", "", "", "later", "later", ""];
    let second = play_with(draft, &Facts::default(), &replies);
    assert!(second.saw("`to` is required"), "{:#?}", second.seen);
}

#[test]
fn going_back_from_a_new_thing_leaves_the_list_as_it_was() {
    let mut replies = LEAST[..7].to_vec();
    replies.extend([
        "later", "later", "now", "", "+", "RESTBase", "<", "<", "<", "", "", "later", "later", "",
    ]);
    let played = play(&replies);
    assert!(played.saw("what you answered in this entry would be dropped"));
    assert_eq!(
        played.answers().get("request_flow"),
        None,
        "{:#?}",
        played.seen
    );
}

#[test]
fn going_back_is_one_field_also_where_nothing_is_said_of_the_thing_yet() {
    let mut sections = load_sections(&[]).unwrap();
    let questions = sections.iter_mut().flat_map(|it| &mut it.questions);
    for question in questions.filter(|it| it.id == "request_flow") {
        // What may be left out is asked first.
        question.fields.rotate_right(1);
    }
    let mut replies = LEAST[..7].to_vec();
    replies.extend(["later", "later", "now", "", "+", "", "<", "GET /"]);
    replies.extend(["RESTBase", "my-svc", "", "", "later", "later", ""]);
    let played = play_of(&sections, begun(), &Facts::default(), &replies);
    assert!(played.is_over, "{:#?}", played.seen);
    let edge = json!({"label": "GET /", "from": "RESTBase", "to": "my-svc"});
    assert_eq!(played.answers()["request_flow"], json!([edge]));
}

/// The review of a model that has one parameter of a person's own writing.
fn with_parameter(replies: &[&str]) -> Played {
    let answers = json!({"version": 1, "name": "my-svc", "description": "D", "port": 6001, "owner": {"name": "Ada"},
        "config": {"parameters": [{"name": "depth", "type": "Integer", "default": 1, "value": {"production": 2}}]},
        "deploy": {"checks": [{"name": "c", "command": "x", "before": "promote"}]}});
    let draft = Draft::new(Utf8Path::new("/w/svcgen.yaml"), answers);
    play_with(draft, &Facts::default(), replies)
}

#[test]
fn a_thing_that_is_looked_through_stays_as_it_is() {
    let through = ["11", "1", "", "", "", "", "", "", "", ""];
    let played = with_parameter(&[&through[..], &[""]].concat());
    let parameter =
        json!({"name": "depth", "type": "Integer", "default": 1, "value": {"production": 2}});
    assert!(played.is_over, "{:#?}", played.seen);
    assert_eq!(played.answers()["config"]["parameters"], json!([parameter]));
    // `before` is asked where `after` is not said, and stays.
    let through = ["41", "1", "", "", "", "", "", "", "", "", ""];
    let played = with_parameter(&through);
    assert!(played.is_over, "{:#?}", played.seen);
    let check = json!({"name": "c", "command": "x", "before": "promote"});
    assert_eq!(played.answers()["deploy"]["checks"], json!([check]));
}

#[test]
fn a_parameter_that_becomes_a_secret_loses_what_a_secret_does_not_have() {
    let played = with_parameter(&["11", "1", "", "", "", "yes", "", ""]);
    assert!(played.is_over, "{:#?}", played.seen);
    let secret = json!({"name": "depth", "type": "Integer", "secret": true});
    assert_eq!(played.answers()["config"]["parameters"], json!([secret]));
}
