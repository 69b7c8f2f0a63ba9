//! Requests that are filed in the ticket system.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use insta::assert_snapshot;

use crate::support::conduit::{Conduit, Fault, TOKEN};
use crate::support::{Env, Pty, Run};

const MODEL: &str = "\
version: 1
site: desk
name: tea-pot  # what we call it
description: Makes tea.
port: 6000
owner: {name: Ada Example, shell: ada}

# The hosts that we were given.
deploy: {groups: [{name: default, hosts: ['a[1-2].farm.example']}]}
";

/// A service whose site has a ticket system.
struct Desk {
    env: Env,
    conduit: Conduit,
}

impl Desk {
    fn new() -> Self {
        let (env, conduit) = (Env::new(), Conduit::start());
        let site = format!(
            "version: 1\nname: desk\nphabricator:\n  url: {}/\n  projects: {{service_request: new-services, access_request: shell-access}}\n",
            conduit.url
        );
        std::fs::write(env.home().join("config/svcgen/sites/desk.yaml"), site).unwrap();
        env.write("svcgen.yaml", MODEL);
        Self { env, conduit }
    }

    /// Runs svcgen with the token.
    fn svcgen(&self, arguments: &[&str]) -> Run {
        let mut command = self.env.command();
        command.args(arguments).env("SVCGEN_CONDUIT_TOKEN", TOKEN);
        self.plain(self.env.run(&mut command))
    }

    fn file(&self, kind: &str) -> Run {
        self.svcgen(&["request", kind, "--file", "--yes"])
    }

    /// The address is another one each time. Wherever the token is shown, the test fails.
    fn plain(&self, run: Run) -> Run {
        let plain = |text: String| {
            assert!(!text.contains(TOKEN), "{text}");
            text.replace(&self.conduit.url, "https://desk.example")
        };
        Run {
            code: run.code,
            stdout: plain(run.stdout),
            stderr: plain(run.stderr),
        }
    }
}

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

    The service is asked at its port 6000; it asks no other service.

    ---
    //svcgen wrote this text, and updates it for as long as nobody else edits it.//
    `svcgen service_request/tea-pot title:e2d58df26633 text:1609cdb81f39`

    T1: created, https://desk.example/T1
    --- stderr
    warning: the model names no day of the first deployment; it belongs to `timeline.deployment`
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
    warning: the model names no day of the first deployment; it belongs to `timeline.deployment`
    ");

    desk.env.write(
        "svcgen.yaml",
        &desk
            .env
            .read("svcgen.yaml")
            .replace("Makes tea.", "Makes good tea."),
    );
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
    -`svcgen service_request/tea-pot title:e2d58df26633 text:1609cdb81f39`
    +`svcgen service_request/tea-pot title:e2d58df26633 text:876612fb9a3b`
    T1: updated, https://desk.example/T1
    --- stderr
    warning: the model names no day of the first deployment; it belongs to `timeline.deployment`
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
    desk.env.write(
        "svcgen.yaml",
        &desk
            .env
            .read("svcgen.yaml")
            .replace("Makes tea.", "Makes good tea."),
    );
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
    warning: the model names no day of the first deployment; it belongs to `timeline.deployment`
    error: the server takes no more calls for now
    hint: run this again in some minutes
    ");
}

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
    warning: the model names no day of the first deployment; it belongs to `timeline.deployment`
    error: somebody has edited T1, or it was not filed by svcgen
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
    desk.env.write(
        "svcgen.yaml",
        &desk
            .env
            .read("svcgen.yaml")
            .replace("Makes tea.", "Makes good tea."),
    );
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
    warning: the model names no day of the first deployment; it belongs to `timeline.deployment`
    error: T1 is closed already: Resolved
    hint: it stays as it is: https://desk.example/T1
    hint: `--force` updates it all the same
    ");
    // It was answered; now there is another wish.
    desk.env.write(
        "svcgen.yaml",
        MODEL.replace("Makes tea.", "Makes good tea.").as_str(),
    );
    let run = desk.file("service");
    assert_eq!(run.code, 11);
    assert_snapshot!(run.stderr, @"
    warning: the model names no day of the first deployment; it belongs to `timeline.deployment`
    error: T1 is closed already: Resolved
    hint: if it is the one that is meant, write its number into the model: https://desk.example/T1
    hint: `--force` files another one
    ");
    let run = desk.svcgen(&["request", "service", "--file", "--yes", "--force"]);
    assert!(run.stdout.contains("T2: created"), "{}", run.show());
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

#[test]
fn a_refused_token_is_not_shown() {
    let desk = Desk::new();
    let secret = "api-somebodyelsessecretsecret1234";
    let mut command = desk.env.command();
    command
        .args(["request", "service", "--file", "--yes", "-vv"])
        .env("SVCGEN_CONDUIT_TOKEN", secret);
    let run = desk.plain(desk.env.run(&mut command));
    assert!(!run.show().contains(secret), "{}", run.show());
    assert_eq!(run.code, 11, "{}", run.show());
    assert!(
        run.stderr.contains("API token \"…\" is not valid."),
        "{}",
        run.show()
    );
}

#[test]
fn a_token_is_found_where_people_keep_them() {
    let desk = Desk::new();
    let without = |more: &[&str]| {
        let mut command = desk.env.command();
        command
            .args(["request", "service", "--file", "--yes"])
            .args(more);
        desk.plain(desk.env.run(&mut command))
    };
    let run = without(&[]);
    assert_eq!(run.code, 2);
    assert_snapshot!(run.stderr, @"
    warning: the model names no day of the first deployment; it belongs to `timeline.deployment`
    error: there is no token for `https://desk.example`
    hint: set SVCGEN_CONDUIT_TOKEN, or name a file with it: `conduit: {token_file: FILE}` in the configuration
    hint: one is made at https://desk.example/settings/, under `Conduit API Tokens`
    ");
    let arcrc = desk.env.home().join(".arcrc");
    let text = format!(
        r#"{{"hosts": {{"{}/api/": {{"token": "{TOKEN}"}}}}}}"#,
        desk.conduit.url
    );
    std::fs::write(&arcrc, text).unwrap();
    std::fs::set_permissions(&arcrc, std::fs::Permissions::from_mode(0o644)).unwrap();
    let run = without(&[]);
    assert_eq!(run.code, 2);
    assert_snapshot!(run.stderr, @"
    warning: the model names no day of the first deployment; it belongs to `timeline.deployment`
    error: others may read `HOME/.arcrc`: its mode is 0644
    hint: chmod 600 HOME/.arcrc
    ");
    std::fs::set_permissions(&arcrc, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(without(&[]).code, 0);

    let file = desk.env.home().join("token");
    std::fs::write(&file, format!("{TOKEN}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::remove_file(&arcrc).unwrap();
    std::fs::write(
        desk.env.home().join("config/svcgen/config.yaml"),
        "conduit: {token_file: ~/token}\n",
    )
    .unwrap();
    assert_eq!(without(&[]).code, 0);
}

#[test]
fn a_token_does_not_follow_to_another_server() {
    let desk = Desk::new();
    desk.conduit.spoil("maniphest.search", Fault::Status(302));
    let run = desk.file("service");
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @"
    warning: the model names no day of the first deployment; it belongs to `timeline.deployment`
    error: `https://desk.example` does not answer as Conduit does: status 302
    hint: is `phabricator.url` of the site the address of the ticket system itself?
    ");
    assert_eq!(desk.conduit.state().calls, ["maniphest.search"]);
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
    pty.expect("Create this task at");
    pty.keys("y");
    desk.conduit.wait_for("maniphest.edit");
    pty.keys("\u{3}");
    pty.expect("hint: run this again: whether the task was made is looked up first");
    assert_eq!(pty.end(), 130);
}

#[test]
fn a_server_that_is_not_there_or_is_another_is_told() {
    let desk = Desk::new();
    desk.conduit.spoil("maniphest.search", Fault::Status(502));
    let run = desk.file("service");
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @"
    warning: the model names no day of the first deployment; it belongs to `timeline.deployment`
    error: `https://desk.example` cannot be reached: it answers with status 502
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
    warning: the model names no day of the first deployment; it belongs to `timeline.deployment`
    error: `https://desk.example` cannot be reached: it takes too long
    hint: no task was made or changed; run this again
    ");
    let site = desk.env.home().join("config/svcgen/sites/desk.yaml");
    for (url, code, words) in [
        ("http://127.0.0.1:9", 1, "Connection refused"),
        (
            "http://desk.example",
            2,
            "everybody on the way could read the token",
        ),
        ("desk", 2, "is no address of a ticket system"),
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
