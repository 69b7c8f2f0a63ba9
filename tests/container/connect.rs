//! Engines that are found, and all that can be in the way.

use std::collections::BTreeMap;
use std::os::unix::net::UnixListener;

use svcgen::container::{ConnectError, Engine};

use crate::support::{Encrypted, Lab, PrivateLab, StandIn, wait};

type Variables<'a> = BTreeMap<&'a str, String>;

/// Connects with these variables alone.
fn connect(variables: &Variables<'_>) -> Result<Engine, ConnectError> {
    wait(Engine::connect(&|name| variables.get(name).cloned()))
}

/// The error, its causes and its hints, as the user sees them.
fn told(variables: &Variables<'_>) -> String {
    let error = connect(variables).unwrap_err();
    let mut text = format!("error: {error}\n");
    for cause in error.causes() {
        text += &format!("cause: {cause}\n");
    }
    for hint in error.hints(&|name| variables.get(name).cloned()) {
        text += &format!("hint: {hint}\n");
    }
    // Whoever is not root has to say so.
    text.replace("sudo ", "")
}

fn host(address: impl Into<String>) -> Variables<'static> {
    BTreeMap::from([("DOCKER_HOST", address.into())])
}

fn socket(stand_in: &StandIn) -> (Variables<'static>, String) {
    let path = stand_in.socket().to_str().unwrap().to_owned();
    (host(format!("unix://{path}")), path)
}

#[test]
fn the_engine_says_what_it_is() {
    let Some(lab) = Lab::get() else { return };
    let engine = connect(&host(lab.address())).unwrap();
    let text = engine.name().to_string();
    assert!(text.starts_with("Docker 2"), "{text}");
    assert!(text.ends_with(&lab.address()["unix://".len()..]), "{text}");
}

#[test]
fn a_docker_context_is_followed() {
    let Some(lab) = Lab::get() else { return };
    let settings = tempfile::tempdir().unwrap();
    let variables = BTreeMap::from([(
        "DOCKER_CONFIG",
        settings.path().to_str().unwrap().to_owned(),
    )]);
    let folder = settings.path().join("contexts/meta/0a1b");
    std::fs::create_dir_all(&folder).unwrap();
    let context =
        serde_json::json!({"Name": "mine", "Endpoints": {"docker": {"Host": lab.address()}}});
    std::fs::write(folder.join("meta.json"), context.to_string()).unwrap();
    std::fs::write(
        settings.path().join("config.json"),
        r#"{"currentContext": "mine"}"#,
    )
    .unwrap();
    connect(&variables).unwrap();

    std::fs::write(
        settings.path().join("config.json"),
        r#"{"currentContext": "his"}"#,
    )
    .unwrap();
    insta::assert_snapshot!(told(&variables), @r"
    error: there is no docker context `his`
    hint: docker context use default
    ");
}

#[test]
fn an_engine_is_reached_over_an_encrypted_connection() {
    let Some(lab) = Encrypted::start() else {
        return;
    };
    let mut variables = host(lab.address());
    variables.insert("DOCKER_TLS_VERIFY", "1".into());
    variables.insert("DOCKER_CERT_PATH", lab.certificates());
    let engine = connect(&variables).unwrap();
    assert!(
        engine.name().to_string().ends_with(&lab.address()),
        "{}",
        engine.name()
    );

    variables.remove("DOCKER_TLS_VERIFY");
    let told = told(&variables).replace(&lab.address(), "ADDRESS");
    insta::assert_snapshot!(told, @r"
    error: the container engine of DOCKER_HOST cannot be used: ADDRESS: it says: Client sent an HTTP request to an HTTPS server.
    hint: unset DOCKER_HOST
    ");
}

#[test]
fn a_socket_that_is_not_there_is_told() {
    insta::assert_snapshot!(told(&host("unix:///nonexistent/docker.sock")), @r"
    error: the container engine of DOCKER_HOST cannot be used: /nonexistent/docker.sock: nothing is there
    hint: unset DOCKER_HOST
    ");
}

#[test]
fn a_service_of_this_machine_is_started_where_it_is_that_which_is_named() {
    let starts = |address: &str| {
        let told = told(&host(address));
        let hint = told.lines().find(|line| line.starts_with("hint: "));
        hint.unwrap_or_default().to_owned()
    };
    assert_eq!(
        starts("unix:///run/user/4711/docker.sock"),
        "hint: systemctl --user start docker"
    );
    assert_eq!(
        starts("unix:///run/user/4711/podman/podman.sock"),
        "hint: systemctl --user enable --now podman.socket"
    );
    assert_eq!(starts("tcp://127.0.0.1:1"), "hint: unset DOCKER_HOST");
}

#[test]
fn a_socket_that_nobody_listens_on_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("docker.sock");
    drop(UnixListener::bind(&path).unwrap());
    let path = path.to_str().unwrap();
    let told = told(&host(format!("unix://{path}"))).replace(path, "SOCKET");
    insta::assert_snapshot!(told, @r"
    error: the container engine of DOCKER_HOST cannot be used: SOCKET: nothing is listening there
    hint: unset DOCKER_HOST
    ");
}

#[test]
fn an_address_that_is_none_is_told() {
    insta::assert_snapshot!(told(&host("ssh://elsewhere.example.org")), @r"
    error: DOCKER_HOST is `ssh://elsewhere.example.org`: svcgen knows unix:///PATH and tcp://HOST:PORT
    hint: unset DOCKER_HOST
    ");
}

#[test]
fn an_engine_that_is_too_old_is_told() {
    let words = "client version 1.41 is too new. Maximum supported API version is 1.24";
    let stand_in = StandIn::refusing(words);
    let (variables, path) = socket(&stand_in);
    insta::assert_snapshot!(told(&variables).replace(&path, "SOCKET"), @r"
    error: the container engine of DOCKER_HOST cannot be used: SOCKET: the engine is too old: its API is 1.24, and svcgen needs 1.41
    hint: apt-get install docker.io
    ");
}

#[test]
fn an_engine_that_is_too_new_is_told() {
    let words = "client version 1.41 is too old. Minimum supported API version is 2.7, please upgrade your client to a newer version";
    let stand_in = StandIn::refusing(words);
    let (variables, path) = socket(&stand_in);
    insta::assert_snapshot!(told(&variables).replace(&path, "SOCKET"), @r"
    error: the container engine of DOCKER_HOST cannot be used: SOCKET: it is too new: it needs API 2.7 or newer, and svcgen supports 1.53
    hint: unset DOCKER_HOST
    ");
}

#[test]
fn something_that_is_no_engine_is_told() {
    let stand_in = StandIn::answering("220 mail.example.org ESMTP\r\n");
    let (variables, path) = socket(&stand_in);
    insta::assert_snapshot!(told(&variables).replace(&path, "SOCKET"), @r"
    error: the container engine of DOCKER_HOST cannot be used: SOCKET: what answers is not an engine: invalid HTTP version parsed
    hint: unset DOCKER_HOST
    ");
}

#[test]
fn an_engine_that_does_not_answer_is_told() {
    let Some(lab) = PrivateLab::small("64M") else {
        return;
    };
    lab.engine(&["freeze"]);
    let told = told(&host(lab.address())).replace(&lab.address()["unix://".len()..], "SOCKET");
    lab.engine(&["thaw"]);
    insta::assert_snapshot!(told, @r"
    error: the container engine of DOCKER_HOST cannot be used: SOCKET: it does not answer
    hint: unset DOCKER_HOST
    ");
}
