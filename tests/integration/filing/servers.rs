//! Servers that are not there, or are not what they should be.

use std::time::Duration;

use insta::assert_snapshot;

use crate::support::conduit::Fault;
use crate::support::desk::Desk;

#[test]
fn a_server_that_is_not_there_or_is_another_is_told() {
    let desk = Desk::new();
    desk.conduit.spoil("maniphest.search", Fault::Status(502));
    let run = desk.file("service");
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @"
    warning: the model has no day for the first deployment; add it as `timeline.deployment`
    warning: the model has no `request_flow`: who sends it requests, and where does it send its own?
    error: `https://desk.example` cannot be reached: it answers with status 502
    hint: `curl --head https://desk.example` tries it from here
    hint: no task was made or changed; run this again
    ");
    std::fs::write(
        desk.env.home().join("config/svcgen/config.yaml"),
        "conduit: {timeout: 1}\n",
    )
    .unwrap();
    desk.conduit
        .spoil("maniphest.search", Fault::Slow(Duration::from_secs(10)));
    let run = desk.file("service");
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @"
    warning: the model has no day for the first deployment; add it as `timeline.deployment`
    warning: the model has no `request_flow`: who sends it requests, and where does it send its own?
    error: `https://desk.example` cannot be reached: it takes too long
    hint: `curl --head https://desk.example` tries it from here
    hint: no task was made or changed; run this again
    ");
    let site = desk.env.home().join("config/svcgen/sites/desk.yaml");
    for (url, code, words) in [
        ("http://127.0.0.1:9", 1, "connection refused"),
        (
            "http://desk.example",
            2,
            "anyone on the way could read the token",
        ),
        ("desk", 2, "is not the address of a ticket system"),
    ] {
        std::fs::write(
            &site,
            format!("version: 1\nname: desk\nphabricator: {{url: '{url}'}}\n"),
        )
        .unwrap();
        let run = desk.file("service");
        assert_eq!(run.code, code, "{}", run.show());
        assert!(run.stderr.contains(words), "{}", run.show());
    }
    std::fs::write(&site, "version: 1\nname: desk\n").unwrap();
    assert!(
        desk.file("service")
            .stderr
            .contains("the site `desk` has no ticket system")
    );
    let run = desk.file("repositories");
    assert_eq!(run.code, 2, "{}", run.show());
}

#[test]
fn each_refusal_has_a_way_out_of_its_own() {
    let desk = Desk::new();
    let told = |method, fault| {
        desk.conduit.spoil(method, fault);
        let run = desk.file("service");
        assert_ne!(run.code, 0, "{}", run.show());
        let error = run.stderr.find("error: ").unwrap();
        run.stderr[error..].to_owned()
    };
    let words = |code: &str, info: &str| {
        let answer = serde_json::json!({"result": null, "error_code": code, "error_info": info});
        Fault::Words(Box::leak(answer.to_string().into_boxed_str()))
    };
    let (look, ask) = ("maniphest.search", "project.search");
    let all = [
        told(look, Fault::Status(403)),
        told(look, Fault::Status(404)),
        told(ask, words("ERR-INVALID-AUTH", "API token is not valid.")),
        told(ask, words("ERR-CONDUIT-CALL", "Method does not exist.")),
        told(ask, words("ERR-CONDUIT-CORE", "Validation errors: x")),
        told(
            ask,
            words(
                "ERR-CONDUIT-CORE",
                "You do not have permission to edit this.",
            ),
        ),
        told(look, Fault::Words(r#"{"result": {}, "error_code": null}"#)),
    ];
    assert_snapshot!(all.join("\n"), @"
    error: `https://desk.example` does not answer as Conduit does: status 403
    hint: something in front of it wants you to log in: a proxy, or your organisation's login

    error: `https://desk.example` does not answer as Conduit does: status 404
    hint: is `phabricator.url` of the site the address of the ticket system itself?

    error: the server refused `project.search`: API token is not valid. (ERR-INVALID-AUTH)
    hint: make a new token in the settings of your account there, under `Conduit API Tokens`

    error: the server refused `project.search`: Method does not exist. (ERR-CONDUIT-CALL)
    hint: the server lacks a method that svcgen needs: its version may be another

    error: the server refused `project.search`: Validation errors: x (ERR-CONDUIT-CORE)
    hint: without `--file` the text is printed, to be filed by hand

    error: the server refused `project.search`: You do not have permission to edit this. (ERR-CONDUIT-CORE)
    hint: ask the people who look after the project whether you may file there

    error: the answer to `maniphest.search` lacks `data`
    hint: the server may have a version that svcgen does not know
    hint: without `--file` the text is printed, to be filed by hand
    ");
    assert_eq!(desk.conduit.state().tasks.len(), 0);
}
