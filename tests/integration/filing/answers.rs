//! Answers that are lost, late or refused for now.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use insta::assert_snapshot;

use crate::support::Pty;
use crate::support::conduit::{Fault, TOKEN};
use crate::support::desk::{Desk, MODEL};

#[test]
fn a_lost_answer_makes_no_second_task() {
    let desk = Desk::new();
    desk.conduit.spoil("maniphest.edit", Fault::CutAfter);
    let run = desk.file("service");
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stderr
            .contains("warning: the answer was lost; T1 was found by its mark\n"),
        "{}",
        run.show()
    );
    assert!(desk.env.read("svcgen.yaml").contains("service_request: T1"));

    // Nor where the number did not come into the model.
    desk.env.write("svcgen.yaml", MODEL);
    let run = desk.file("service");
    assert!(run.stdout.contains("T1: unchanged"), "{}", run.show());
    assert!(desk.env.read("svcgen.yaml").contains("service_request: T1"));
    assert_eq!(desk.conduit.state().tasks.len(), 1);
}

#[test]
fn an_answer_without_a_number_makes_no_second_task() {
    let desk = Desk::new();
    let words = r#"{"result": {}, "error_code": null, "error_info": null}"#;
    desk.conduit.spoil("maniphest.edit", Fault::Words(words));
    let run = desk.file("service");
    assert_eq!(run.code, 1, "{}", run.show());
    let error = "error: it is not known whether the task was created: the answer to `maniphest.edit` lacks `object.id`\n\
                 hint: run this again in a while";
    assert!(run.stderr.contains(error), "{}", run.show());
    assert!(!run.stderr.contains("by hand"), "{}", run.show());
}

#[test]
fn it_is_found_among_hundreds_whoever_filed_it() {
    let desk = Desk::new();
    assert_eq!(desk.file("service").code, 0);
    desk.env.write("svcgen.yaml", MODEL);
    {
        let mut state = desk.conduit.state();
        state.tasks[0].is_foreign = true;
        let other = crate::support::conduit::Task {
            title: "Another".into(),
            description: "About `svcgen service_request/tea-pot ...`".into(),
            projects: vec!["PHID-PROJ-new-services".into()],
            ..Default::default()
        };
        state.tasks.extend(std::iter::repeat_n(other, 250));
    }
    let run = desk.file("service");
    assert!(run.stdout.contains("T1: unchanged"), "{}", run.show());
}

#[test]
fn what_did_not_arrive_is_not_called_done() {
    let desk = Desk::new();
    desk.conduit.spoil("maniphest.edit", Fault::CutBefore);
    let run = desk.file("service");
    assert_eq!(
        (run.code, desk.conduit.state().tasks.len()),
        (1, 0),
        "{}",
        run.show()
    );
    assert!(
        run.stderr
            .contains("error: it is not known whether the task was created: "),
        "{}",
        run.show()
    );
    assert!(
        run.stderr.contains("hint: run this again in a while"),
        "{}",
        run.show()
    );
    assert_eq!(desk.env.read("svcgen.yaml"), MODEL);
    assert_eq!(desk.file("service").code, 0);
    assert_eq!(desk.conduit.state().tasks.len(), 1);

    // A server in front of it that gives up, and the update is there or not.
    desk.env
        .replace("svcgen.yaml", "Makes tea.", "Makes good tea.");
    desk.conduit.spoil("maniphest.edit", Fault::Status(504));
    let run = desk.file("service");
    assert_eq!(run.code, 1, "{}", run.show());
    assert!(
        run.stderr
            .contains("it is not known whether T1 was updated: it answers with status 504"),
        "{}",
        run.show()
    );
}

#[test]
fn a_busy_server_is_waited_for_but_not_for_ever() {
    let desk = Desk::new();
    desk.conduit.spoil("maniphest.edit", Fault::Busy);
    assert_eq!(desk.file("service").code, 0);
    assert_eq!(desk.conduit.state().tasks.len(), 1);
    for _ in 0..4 {
        desk.conduit.spoil("maniphest.search", Fault::Busy);
    }
    let run = desk.file("service");
    assert_snapshot!(run.show(), @"
    exit 1
    --- stdout
    --- stderr
    warning: the model has no day for the first deployment; add it as `timeline.deployment`
    warning: the model has no `request_flow`: who sends it requests, and where does it send its own?
    error: the server accepts no more calls for now
    hint: run this again in a few minutes
    ");
}

#[test]
fn ctrl_c_ends_the_wait_for_a_slow_server() {
    let desk = Desk::new();
    desk.conduit
        .spoil("maniphest.edit", Fault::Slow(Duration::from_secs(20)));
    std::fs::write(desk.env.home().join("token"), TOKEN).unwrap();
    std::fs::set_permissions(
        desk.env.home().join("token"),
        std::fs::Permissions::from_mode(0o600),
    )
    .unwrap();
    std::fs::write(
        desk.env.home().join("config/svcgen/config.yaml"),
        "conduit: {token_file: ~/token}\n",
    )
    .unwrap();
    let mut pty = Pty::start(&desk.env, &["request", "service", "--file"], None);
    pty.expect("create this task at");
    pty.keys("y");
    desk.conduit.wait_for("maniphest.edit");
    pty.keys("\u{3}");
    pty.expect("hint: run this again: whether the task was made is looked up first");
    assert_eq!(pty.end(), 130);
}
