use proptest::prelude::*;

use super::*;

fn id(c: &str) -> ChangeId {
    ChangeId::parse(&format!("I{}", c.repeat(40))).unwrap()
}

fn bug(text: &str) -> TaskId {
    TaskId::parse(text).unwrap()
}

fn message(subject: &str, body: &str) -> CommitMessage {
    CommitMessage::new(&CommitText {
        subject: subject.into(),
        body: body.into(),
        later: None,
    })
}

#[test]
fn a_message_is_laid_out_as_the_trees_want_it() {
    let body = "It computes the list of articles that are trending, from the stream of edits, all the time.\n\n\n\
                Bug: not one\nhttps://example.org/a/very/long/address/that/cannot/be/wrapped/because/it/is/one/address/only\n\n";
    let message = message("trendingedits: add the service", body);
    insta::assert_snapshot!(message.ensure(&[bug("T1"), bug("T22")], &id("a")), @r"
    trendingedits: add the service

    It computes the list of articles that are trending, from the stream of
    edits, all the time.

      Bug: not one
    https://example.org/a/very/long/address/that/cannot/be/wrapped/because/it/is/one/address/only

    Bug: T1
    Bug: T22
    Change-Id: Iaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    ");
}

#[test]
fn a_long_subject_goes_on_in_the_body() {
    let subject = format!(
        "{}: add the module, the role and the settings",
        "a-very-long-name-".repeat(3)
    );
    let text = message(&subject, "").to_string();
    assert_eq!(
        text.lines().next().unwrap(),
        format!("{}: add the module, the...", "a-very-long-name-".repeat(3))
    );
    assert_eq!(
        text.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .matches("settings")
            .count(),
        1
    );
}

#[test]
fn an_edited_message_keeps_what_it_says() {
    let edited = format!(
        "my own words\n\n# not a comment\n\nHosts: auto\nBug: T1\nChange-Id: {}\nFollows-Up: {}\n",
        id("a"),
        id("b")
    );
    let parsed = CommitMessage::parse(&edited);
    assert_eq!(parsed.change_id(), Some(id("a")));
    assert_eq!(
        parsed.clone().ensure(&[bug("T1")], &id("a")).to_string(),
        edited
    );
    let ensured = parsed.ensure(&[bug("T2")], &id("a")).to_string();
    assert_eq!(ensured, edited.replace("Bug: T1\n", "Bug: T1\nBug: T2\n"));
}

#[test]
fn there_is_one_change_id_and_it_is_last() {
    let twice = format!(
        "s\n\nChange-Id: {}\nBug: T1\nchange-id: {}\n",
        id("a"),
        id("b")
    );
    assert_eq!(
        CommitMessage::parse(&twice)
            .ensure(&[], &id("b"))
            .to_string(),
        format!("s\n\nBug: T1\nChange-Id: {}\n", id("b"))
    );
    for text in [
        "s",
        "s\n",
        "Bug: T1\n",
        "s\n\nnot: a\ntrailer",
        "s\n\n  indented: x",
    ] {
        let ensured = CommitMessage::parse(text).ensure(&[], &id("c")).to_string();
        assert_eq!(
            ensured,
            format!("{}\n\nChange-Id: {}\n", text.trim_end(), id("c")),
            "{text:?}"
        );
    }
}

proptest! {
    #[test]
    fn any_text_passes_the_checks_of_the_trees(subject in "[^\\n]{1,120}", body in "([a-zé:# -]{0,90}|[^\\r]{0,40}|Bug: T1|\\n){0,8}") {
        prop_assume!(subject.split_whitespace().next().is_some());
        let made = message(&subject, &body).ensure(&[bug("T5")], &id("d"));
        let text = made.to_string();
        let lines: Vec<&str> = text.split('\n').collect();
        prop_assert!(width(lines[0]) <= SUBJECT && !lines[0].is_empty());
        prop_assert_eq!(lines[1], "");
        prop_assert!(lines.iter().all(|l| width(l) <= LONGEST || l.contains("://")), "{}", text);
        prop_assert_eq!(text.lines().filter(|l| l.starts_with("Change-Id: ")).count(), 1);
        let tail = format!("\n\nBug: T5\nChange-Id: {}\n", id("d"));
        prop_assert!(text.ends_with(&tail), "{}", text);
        let again = CommitMessage::parse(&text);
        prop_assert_eq!(again.change_id(), Some(id("d")));
        prop_assert_eq!(again.ensure(&[bug("T5")], &id("d")).to_string(), text);
    }
}
