use super::*;

fn read(text: &str) -> Result<Reading<NamedChecks>, ScapError> {
    DeployCheck::read_file(Source {
        path: "scap/checks.yaml".into(),
        text,
    })
}

#[test]
fn old_words_are_understood() {
    let text = "checks:\n  a: {type: nrpe, stage: restart_service, command: c, shell: yes, timeout: 0.5}\n  b: {}\n";
    let checks = read(text).unwrap().value;
    let a = checks[0].1.as_ref().unwrap();
    assert_eq!(
        (a.kind, a.after, a.before),
        (CheckKind::Nrpe, Some(DeployStage::HandleService), None)
    );
    assert_eq!((a.shell, a.timeout), (true, Duration::from_millis(500)));
    assert_eq!(checks[1], ("b".to_owned(), None));
}

#[test]
fn every_mistake_has_its_line() {
    let text = "checks:\n  a:\n  b:\n    type: nagios\n    stage: promoted\n    comand: x\n    timeout: '3'\n";
    let ScapError::Wrong(mistakes) = read(text).unwrap_err() else {
        panic!()
    };
    let found: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "scap/checks.yaml:2: the check `a` is nothing: write `a: {}` to have none of that name",
            "scap/checks.yaml:4: `nagios` is not a type of check: one of command, nrpe, script",
            "scap/checks.yaml:4: the check `b` has no command: write `command:`",
            "scap/checks.yaml:5: `promoted` is not a stage: did you mean `promote`?",
            "scap/checks.yaml:7: `'3'` is not a timeout: write a number of seconds, without quotes",
        ]
    );
    let mistaken = read("checks: {a: {type: comand, after: promote, command: x}}\n").unwrap_err();
    let ScapError::Wrong(mistakes) = mistaken else {
        panic!()
    };
    assert_eq!(
        mistakes[0].to_string(),
        "scap/checks.yaml:1: `comand` is not a type of check: did you mean `command`?"
    );
    for bad in ["it's", "a \\", "a # \"", "\"\\\""] {
        let text = format!(
            "checks: {{a: {{after: promote, command: {}}}}}\n",
            serde_json::Value::from(bad)
        );
        assert!(read(&text).is_err(), "{bad}");
        assert!(read(&text.replace("command:", "shell: true, command:")).is_ok());
    }
    assert!(read("checks:\n").is_err() && read("a: 1\n").is_err() && read("").is_err());
    assert_eq!(
        read("checks: {a: {command: x}}\n").unwrap().warnings.len(),
        1
    );
}
