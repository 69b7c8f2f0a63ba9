//! Who files, and how that is kept secret.

use std::os::unix::fs::PermissionsExt as _;

use insta::assert_snapshot;

use crate::support::conduit::{Fault, TOKEN};
use crate::support::desk::Desk;

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
    warning: the model has no day for the first deployment; add it as `timeline.deployment`
    warning: the model has no `request_flow`: who sends it requests, and where does it send its own?
    error: there is no token for `https://desk.example`
    hint: set SVCGEN_CONDUIT_TOKEN, or name a file with it: `conduit: {token_file: FILE}` in the configuration
    hint: make one at https://desk.example/settings/, under `Conduit API Tokens`
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
    warning: the model has no day for the first deployment; add it as `timeline.deployment`
    warning: the model has no `request_flow`: who sends it requests, and where does it send its own?
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
    warning: the model has no day for the first deployment; add it as `timeline.deployment`
    warning: the model has no `request_flow`: who sends it requests, and where does it send its own?
    error: `https://desk.example` does not answer as Conduit does: status 302
    hint: it redirects elsewhere: `phabricator.url` of the site should be that address
    ");
    assert_eq!(desk.conduit.state().calls, ["maniphest.search"]);
}
