//! Tasks that people have worked on.

use insta::assert_snapshot;

use crate::support::desk::{Desk, MODEL};

#[test]
fn what_people_wrote_is_not_written_over() {
    let desk = Desk::new();
    assert_eq!(desk.file("service").code, 0);
    desk.conduit.state().tasks[0]
        .description
        .insert_str(0, "We talked about it.\n\n");
    let run = desk.file("service");
    assert_eq!(run.code, 11, "{}", run.show());
    assert_snapshot!(run.stderr, @"
    warning: the model has no day for the first deployment; add it as `timeline.deployment`
    warning: the model has no `request_flow`: who sends it requests, and where does it send its own?
    error: someone has edited T1, or it was not filed by svcgen
    --- https://desk.example/T1
    +++ as svcgen would write it
    @@ -1,5 +1,3 @@
    -We talked about it.
    -
     * **Name**: `tea-pot`
     * **Description**: Makes tea
     * **Timeline**: the day of the first deployment is not decided yet
    hint: edit it by hand: https://desk.example/T1
    hint: `--force` writes over it
    ");
    assert!(desk.conduit.descriptions()[0].starts_with("We talked"));
    assert_eq!(
        desk.svcgen(&["request", "service", "--file", "--yes", "--force"])
            .code,
        0
    );
    assert!(!desk.conduit.descriptions()[0].contains("We talked"));

    // A title is theirs, and the text still svcgen's.
    desk.conduit.state().tasks[0].title = "[urgent] tea-pot".into();
    desk.env
        .replace("svcgen.yaml", "Makes tea.", "Makes good tea.");
    assert_eq!(desk.file("service").code, 0);
    assert_eq!(desk.conduit.state().tasks[0].title, "[urgent] tea-pot");
    assert!(desk.conduit.descriptions()[0].contains("good tea"));
}

#[test]
fn a_task_that_is_closed_stays_as_it_is() {
    let desk = Desk::new();
    assert_eq!(desk.file("service").code, 0);
    desk.conduit.state().tasks[0].is_closed = true;
    let run = desk.file("service");
    assert!(run.stdout.contains("T1: unchanged"), "{}", run.show());
    let model = desk
        .env
        .read("svcgen.yaml")
        .replace("Makes tea.", "Makes good tea.");
    desk.env.write("svcgen.yaml", &model);
    let run = desk.file("service");
    assert_eq!(run.code, 11);
    assert_snapshot!(run.stderr, @"
    warning: the model has no day for the first deployment; add it as `timeline.deployment`
    warning: the model has no `request_flow`: who sends it requests, and where does it send its own?
    error: T1 is closed already: Resolved
    hint: it stays as it is: https://desk.example/T1
    hint: `--force` updates it anyway
    ");
    // It was answered; now there is another wish.
    desk.env.write(
        "svcgen.yaml",
        MODEL.replace("Makes tea.", "Makes good tea.").as_str(),
    );
    let run = desk.file("service");
    assert_eq!(run.code, 11);
    assert_snapshot!(run.stderr, @"
    warning: the model has no day for the first deployment; add it as `timeline.deployment`
    warning: the model has no `request_flow`: who sends it requests, and where does it send its own?
    error: T1 is closed already: Resolved
    hint: if it is the one that is meant, write its number into the model: https://desk.example/T1
    hint: `--force` files another one
    ");
    let run = desk.svcgen(&["request", "service", "--file", "--yes", "--force"]);
    assert!(run.stdout.contains("T2: created"), "{}", run.show());
}
