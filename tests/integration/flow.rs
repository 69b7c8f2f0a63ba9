//! The request flow, as it goes with the service request.

use insta::assert_snapshot;

use crate::support::Env;

const MODEL: &str = "\
version: 1
site: example
name: my-service
description: Does it.
port: 6000
owner: {name: Ada Example, shell: ada}
timeline: {deployment: 2027-02-25}
";

fn with_flow(flow: &str) -> Env {
    let env = Env::new();
    env.write("svcgen.yaml", &format!("{MODEL}request_flow: {flow}\n"));
    env
}

#[test]
fn a_service_request_shows_the_flow() {
    let env =
        with_flow("[{from: wiki, to: my-service, label: GET /x}, {from: my-service, to: store}]");
    let run = env.svcgen(&["request", "service", "-q"]);
    let (_, flow) = run.stdout.split_once("= Request flow\n").unwrap();
    assert_snapshot!(flow, @"
    ```
    ┌──────┐               ╔════════════╗   ┌───────┐
    │ wiki │─── GET /x ───▶║ my-service ║──▶│ store │
    └──────┘               ╚════════════╝   └───────┘
    ```

    * wiki → my-service: GET /x
    * my-service → store
    ");
}

#[test]
fn what_does_not_fit_is_a_list_alone() {
    let edges: Vec<String> = (0..61)
        .map(|n| {
            format!("{{from: my-service, to: backend-number-{n}, label: asks it for something}}")
        })
        .collect();
    let env = with_flow(&format!("[{}]", edges.join(", ")));
    let run = env.svcgen(&["request", "service"]);
    assert!(!run.stdout.contains("```"), "{}", run.stdout);
    assert!(
        run.stdout
            .contains("* my-service → backend-number-11: asks it for something")
    );
}

#[test]
fn a_picture_is_drawn_and_never_over_somebody_elses_file() {
    let env = with_flow("[{from: wiki, to: my-service, label: \"a < b & c\"}]");
    let run = env.svcgen(&["request", "service", "--flow", "flow.svg"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(run.stderr.contains("drawn: flow.svg"), "{}", run.show());
    let first = env.read("flow.svg");
    assert!(
        first.starts_with("<svg ") && first.contains("a &lt; b &amp; c"),
        "{first}"
    );
    assert!(first.contains("prefers-color-scheme:dark"));

    env.write(
        "svcgen.yaml",
        &format!("{MODEL}request_flow: [{{from: x, to: my-service}}]\n"),
    );
    let run = env.svcgen(&["request", "service", "--flow", "flow.svg"]);
    assert!(!run.stderr.contains("no edge"), "{}", run.show());
    assert_ne!(env.read("flow.svg"), first);

    env.write("mine.svg", "<svg>\nmine\n</svg>\n");
    let run = env.svcgen(&["request", "service", "--flow", "mine.svg"]);
    assert_eq!(run.code, 11);
    assert_snapshot!(run.stderr, @"
    error: `mine.svg` already exists, and svcgen did not draw it
    hint: name another file
    ");
    assert_eq!(env.read("mine.svg"), "<svg>\nmine\n</svg>\n");
    let without = "request_flow: [{from: RESTBase, to: quokka}]\n";
    env.write("svcgen.yaml", &format!("{MODEL}{without}"));
    let run = env.svcgen(&["request", "service"]);
    let warning = "warning: `request_flow` has no edge to or from `my-service`: who sends it requests, and where does it send its own?\n";
    assert!(run.stderr.contains(warning), "{}", run.show());
}

#[test]
fn nothing_is_drawn_of_no_flow() {
    let env = Env::new();
    env.write("svcgen.yaml", MODEL);
    let run = env.svcgen(&["request", "service", "--flow", "flow.svg"]);
    assert_eq!(run.code, 0);
    assert!(!env.has("flow.svg"));
    assert!(
        run.stderr
            .contains("warning: the model has no `request_flow`"),
        "{}",
        run.stderr
    );
    assert!(!run.stdout.contains("```"));
    let run = env.svcgen(&["request", "access", "--flow", "flow.svg"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("only with a service request"),
        "{}",
        run.stderr
    );
}
