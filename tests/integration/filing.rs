//! Requests that are filed in the ticket system.

mod answers;
mod people;
mod servers;
mod tokens;

use insta::assert_snapshot;

use crate::support::desk::{Desk, MODEL};

#[test]
fn a_task_is_created_once_and_updated_from_then_on() {
    let desk = Desk::new();
    let run = desk.file("service");
    assert_snapshot!(run.show(), @"
    exit 0
    --- stdout
    Title: Service request for tea-pot
    Project: #new-services

    * **Name**: `tea-pot`
    * **Description**: Makes tea
    * **Timeline**: the day of the first deployment is not decided yet
    * **Point person**: Ada Example (shell account `ada`)
    * **Technologies**: nothing in particular
    * **Repositories**:
      * source: `tea-pot`
      * deployment: `tea-pot/deploy`
    * **Port**: 6000
    * **Hosts**:
      * `default`: `a[1-2].farm.example`

    = Request flow

    The service is asked at its port 6000. Who asks it, and whom it asks, is not decided yet.

    ---
    //svcgen wrote this text, and updates it for as long as nobody else edits it.//
    `svcgen service_request/tea-pot title:e2d58df26633 text:f55cc7950305`

    T1: created, https://desk.example/T1
    --- stderr
    warning: the model has no day for the first deployment; add it as `timeline.deployment`
    warning: the model has no `request_flow`: who sends it requests, and where does it send its own?
    noted in `svcgen.yaml`: T1
    next: commit `svcgen.yaml`; what is committed from now on names T1
    ");
    // The number is in the model, and nothing else is changed.
    assert_eq!(
        desk.env.read("svcgen.yaml"),
        format!("{MODEL}tickets:\n  service_request: T1\n")
    );
    assert_snapshot!(desk.file("service").show(), @"
    exit 0
    --- stdout
    T1: unchanged, https://desk.example/T1
    --- stderr
    warning: the model has no day for the first deployment; add it as `timeline.deployment`
    warning: the model has no `request_flow`: who sends it requests, and where does it send its own?
    ");

    desk.env
        .replace("svcgen.yaml", "Makes tea.", "Makes good tea.");
    assert_snapshot!(desk.file("service").show(), @"
    exit 0
    --- stdout
    --- https://desk.example/T1
    +++ as svcgen would write it
    @@ -1,5 +1,5 @@
     * **Name**: `tea-pot`
    -* **Description**: Makes tea
    +* **Description**: Makes good tea
     * **Timeline**: the day of the first deployment is not decided yet
     * **Point person**: Ada Example (shell account `ada`)
     * **Technologies**: nothing in particular
    @@ -16,4 +16,4 @@
     
     ---
     //svcgen wrote this text, and updates it for as long as nobody else edits it.//
    -`svcgen service_request/tea-pot title:e2d58df26633 text:f55cc7950305`
    +`svcgen service_request/tea-pot title:e2d58df26633 text:b248dea85b52`
    T1: updated, https://desk.example/T1
    --- stderr
    warning: the model has no day for the first deployment; add it as `timeline.deployment`
    warning: the model has no `request_flow`: who sends it requests, and where does it send its own?
    ");
    let state = desk.conduit.state();
    assert_eq!(state.tasks.len(), 1);
    assert!(state.tasks[0].description.contains("Makes good tea"));
    assert_eq!(state.tasks[0].projects, ["PHID-PROJ-new-services"]);
    assert_eq!(state.shown, [""; 0], "the token is in a command line");
}

#[test]
fn access_is_asked_for_in_a_part_of_the_service_request() {
    let desk = Desk::new();
    let run = desk.file("access");
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stderr.contains("names no service request"),
        "{}",
        run.show()
    );
    assert_eq!(desk.conduit.state().tasks[0].parents, [""; 0]);
    assert_eq!(desk.file("service").code, 0);
    // Now there is something to be a part of.
    let run = desk.file("access");
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(run.stdout.contains("Part of: T2\n"), "{}", run.show());
    assert_eq!(desk.conduit.state().tasks[0].parents, ["PHID-TASK-2"]);
    assert!(desk.conduit.descriptions()[0].contains("{T2}"));
    let calls = desk.conduit.state().calls.len();
    assert!(desk.file("access").stdout.contains("T1: unchanged"));
    let calls = desk.conduit.state().calls.split_off(calls);
    assert!(!calls.contains(&"maniphest.edit".to_owned()), "{calls:?}");
}

#[test]
fn the_flow_is_uploaded_once_and_shown_in_the_task() {
    let desk = Desk::new();
    let flow = |label: &str| {
        format!("{MODEL}request_flow: [{{from: Kettle, to: tea-pot, label: {label}}}]\n")
    };
    desk.env.write("svcgen.yaml", &flow("water"));
    let run = desk.file("service");
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        desk.conduit.descriptions()[0].contains("\n\n{F1, size=full}\n"),
        "{:?}",
        desk.conduit.descriptions()
    );
    assert!(desk.file("service").stdout.contains("unchanged"));
    let before = desk.env.read("svcgen.yaml");
    desk.env.write(
        "svcgen.yaml",
        &before.replace("Makes tea.", "Makes good tea."),
    );
    assert_eq!(desk.file("service").code, 0);
    assert_eq!(desk.conduit.state().files.len(), 1);
    desk.env
        .write("svcgen.yaml", &before.replace("water", "hot water"));
    assert_eq!(desk.file("service").code, 0);
    assert!(desk.conduit.descriptions()[0].contains("{F2, size=full}"));
    let state = desk.conduit.state();
    assert_eq!(state.tasks.len(), 1);
    assert_eq!(state.files[1].0, "tea-pot-request-flow.svg");
}

#[test]
fn nothing_is_sent_before_somebody_agrees() {
    let desk = Desk::new();
    let run = desk.svcgen(&["request", "service", "--file"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr
            .contains("hint: add `--yes` to go on without being asked"),
        "{}",
        run.show()
    );
    let run = desk.svcgen(&["request", "service", "--file", "--dry-run"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stdout
            .starts_with("Title: Service request for tea-pot\n"),
        "{}",
        run.show()
    );
    let state = desk.conduit.state();
    assert!(state.tasks.is_empty() && state.files.is_empty());
    assert_eq!(desk.env.read("svcgen.yaml"), MODEL);
}

#[test]
fn scripts_get_the_number() {
    let desk = Desk::new();
    let run = desk.svcgen(&["request", "service", "--file", "--yes", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(value["task"], "T1");
    assert_eq!(value["url"], "https://desk.example/T1");
    assert_eq!(value["result"], "created");
}
