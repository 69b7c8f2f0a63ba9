//! Builds in containers of a real engine: `tests/engine` starts it, `tests/run` starts that.

use std::io::Read as _;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::modules::native;
use crate::support::has_tool;
use crate::support::kitchen::Kitchen;
use crate::support::{Run, lacks};

/// The engine and its base image, which has Node, npm and a compiler.
const ENGINE: &str = "SVCGEN_TEST_ENGINE";
const PACKAGE: &str = "{\"name\": \"tea\", \"version\": \"0.1.0\", \"dependencies\": {\"kettle\": \"file:lib/kettle\"},\n \
    \"deploy\": {\"target\": \"svcgen-test:base\", \"env\": {\"CUPS\": 2}}}\n";

/// What an image needs that has all: nothing is fetched in tests.
const TEMPLATE: &str =
    "FROM {{ base }}\nRUN useradd --non-unique --no-create-home --uid {{ uid }} svcgen || true\n";

/// The address of the engine.
fn engine() -> Option<String> {
    match std::env::var(ENGINE) {
        Ok(socket) if !socket.is_empty() => Some(format!("unix://{socket}")),
        _ => {
            lacks("a container engine");
            None
        }
    }
}

pub(super) fn command(kitchen: &Kitchen, engine: &str, arguments: &[&str]) -> Command {
    let folder = kitchen.env.home().join("config/svcgen/templates/build");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("Dockerfile.tera"), TEMPLATE).unwrap();
    let mut command = kitchen.command_in_container(&["--network", "host", "--yes"]);
    command.args(arguments).env("DOCKER_HOST", engine);
    command
}

fn build(kitchen: &Kitchen, engine: &str, arguments: &[&str]) -> Run {
    kitchen.run(&mut command(kitchen, engine, arguments))
}

#[test]
fn modules_are_built_in_a_container_and_kept() {
    let Some(engine) = engine().filter(|_| has_tool("npm")) else {
        return;
    };
    let kitchen = native(PACKAGE);
    let before = kitchen.state();
    let run = build(&kitchen, &engine, &[]);
    assert_eq!(run.code, 0, "{}", run.show());
    insta::assert_snapshot!(run.stderr, @"
    build: the log is HOME/.local/state/svcgen/builds/tea/TIME.log
    build: an image upon svcgen-test:base
    build: npm ci --omit=dev
      added 1 package in TIME
    build: committed SHORT on svcgen/tea-build
    next: svcgen build --network host --review
    ");
    let message = kitchen.message();
    assert!(
        message.contains("\nModules-In: svcgen-test:base@sha256:"),
        "{message}"
    );
    assert!(message.contains("\nModules-With: node v"), "{message}");
    let files = kitchen.files();
    assert!(
        files.contains(&"node_modules/kettle/build/Release/kettle.node".to_owned()),
        "{files:?}"
    );
    assert!(
        !files
            .iter()
            .any(|file| file.ends_with(".o") || file.ends_with("Makefile")),
        "{files:?}"
    );
    let tip = kitchen.git(&["rev-parse", Kitchen::TOPIC]);
    let topic = format!("refs/heads/{} {tip}\n", Kitchen::TOPIC);
    assert_eq!(kitchen.state().replace(&topic, ""), before);
    assert_eq!(kitchen.leftovers(), 0);

    let tree = || kitchen.git(&["rev-parse", &format!("{}^{{tree}}", Kitchen::TOPIC)]);
    let first = tree();
    kitchen.git(&["branch", "--quiet", "-D", Kitchen::TOPIC]);
    let elsewhere = kitchen.env.home().join("another/place");
    let run = kitchen.run(command(&kitchen, &engine, &[]).env("XDG_CACHE_HOME", elsewhere));
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(tree(), first);

    kitchen.write("app.js", "// changed\n");
    kitchen.commit("Change it");
    // No engine is needed for what does not build.
    let run = build(&kitchen, "unix:///none", &[]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(run.stdout.contains("modules   kept"), "{}", run.show());
}

#[test]
fn another_image_is_a_reason_to_build() {
    let Some(engine) = engine().filter(|_| has_tool("npm")) else {
        return;
    };
    let kitchen = Kitchen::new(&[
        (
            "package.json",
            "{\"name\": \"tea\", \"dependencies\": {\"cup\": \"file:cup\"}, \"deploy\": {\"target\": \"svcgen-test:base\"}}\n",
        ),
        (
            "cup/package.json",
            "{\"name\": \"cup\", \"version\": \"1.0.0\"}",
        ),
    ]);
    kitchen.lock();
    kitchen.commit("Lock it");
    kitchen.built(&[]);
    let run = build(&kitchen, &engine, &[]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stdout
            .contains("- they were not built in a container (`svcgen-test:base`)\n"),
        "{}",
        run.show()
    );
    let text = std::fs::read_to_string(kitchen.source.join("package.json")).unwrap();
    kitchen.write(
        "package.json",
        &text.replace("svcgen-test:base", "svcgen-test:none"),
    );
    kitchen.commit("Another image");
    let before = kitchen.state();
    let run = build(&kitchen, &engine, &[]);
    assert!(
        run.stdout
            .contains("- `package.json`: deploy stanza (target)\n"),
        "{}",
        run.show()
    );
    assert!(
        run.stdout
            .contains("- the image was `svcgen-test:base`, and is `svcgen-test:none`\n"),
        "{}",
        run.show()
    );
    assert_eq!(run.code, 1, "{}", run.show());
    assert!(
        run.stderr
            .contains("error: the image `svcgen-test:none` is not here, and cannot be pulled"),
        "{}",
        run.show()
    );
    assert_eq!(kitchen.state(), before);
    let run = build(&kitchen, "unix:///none", &[]);
    assert_eq!(run.code, 1, "{}", run.show());
    assert!(
        run.stderr
            .contains("error: the container engine of DOCKER_HOST cannot be used"),
        "{}",
        run.show()
    );
}

#[test]
fn npm_that_fails_in_a_container_leaves_nothing() {
    let Some(engine) = engine().filter(|_| has_tool("npm")) else {
        return;
    };
    let kitchen = Kitchen::new(&[
        (
            "package.json",
            "{\"name\": \"tea\", \"scripts\": {\"install\": \"echo the kettle is broken; exit 7\"},\n \
             \"dependencies\": {\"cup\": \"file:cup\"}, \"deploy\": {\"target\": \"svcgen-test:base\"}}\n",
        ),
        (
            "cup/package.json",
            "{\"name\": \"cup\", \"version\": \"1.0.0\"}",
        ),
    ]);
    let before = kitchen.state();
    let run = build(&kitchen, &engine, &[]);
    assert_eq!(run.code, 1, "{}", run.show());
    assert!(
        run.stderr
            .contains("error: `npm install --omit=dev` failed with code 7\n"),
        "{}",
        run.show()
    );
    assert!(
        run.stderr.contains("the kettle is broken"),
        "{}",
        run.show()
    );
    assert_eq!(kitchen.state(), before);
    assert_eq!(kitchen.leftovers(), 0);
}

/// A build that waits for its end in a container, once it says so.
fn waiting(name: &str, engine: &str) -> (Kitchen, std::process::Child) {
    let package = format!(
        "{{\"name\": \"{name}\", \"scripts\": {{\"install\": \"echo the kettle is on; sleep 3600\"}},\n \
         \"dependencies\": {{\"cup\": \"file:cup\"}}, \"deploy\": {{\"target\": \"svcgen-test:base\"}}}}\n"
    );
    let kitchen = Kitchen::new(&[
        ("package.json", package.as_str()),
        (
            "cup/package.json",
            "{\"name\": \"cup\", \"version\": \"1.0.0\"}",
        ),
    ]);
    let mut command = command(&kitchen, engine, &[]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Byte by byte: what follows is read by somebody else.
    let (mut said, mut byte) = (Vec::new(), [0]);
    let stderr = child.stderr.as_mut().unwrap();
    while !String::from_utf8_lossy(&said).contains("  the kettle is on\n") {
        let count = stderr.read(&mut byte).unwrap();
        assert_eq!(count, 1, "{}", String::from_utf8_lossy(&said));
        said.push(byte[0]);
    }
    (kitchen, child)
}

/// The containers of a service's builds, whatever their state.
fn containers(name: &str, engine: &str) -> Vec<String> {
    let filter = format!("label=svcgen.build=the modules of {name}");
    let mut docker = Command::new("docker");
    docker.args(["-H", engine, "ps", "--all", "--quiet", "--filter", &filter]);
    let output = docker.output().unwrap();
    assert!(output.status.success());
    let listed = String::from_utf8(output.stdout).unwrap();
    listed.lines().map(str::to_owned).collect()
}

#[test]
fn ctrl_c_removes_the_container() {
    let Some(engine) = engine().filter(|_| has_tool("npm")) else {
        return;
    };
    let (kitchen, child) = waiting("tea-cold", &engine);
    let before = kitchen.state();
    assert_eq!(containers("tea-cold", &engine).len(), 1);
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let run = kitchen.plain(kitchen.env.ended(child.wait_with_output().unwrap()));
    assert_eq!(run.code, 130, "{}", run.show());
    assert_eq!(
        run.stderr,
        "error: interrupted; the deploy repository is as it was\n"
    );
    assert_eq!(containers("tea-cold", &engine), [""; 0]);
    assert_eq!(kitchen.state(), before);
    assert_eq!(kitchen.leftovers(), 0);
}

#[test]
fn a_container_that_somebody_kills_is_told() {
    let Some(engine) = engine().filter(|_| has_tool("npm")) else {
        return;
    };
    let (kitchen, child) = waiting("tea-spilt", &engine);
    let before = kitchen.state();
    let container = containers("tea-spilt", &engine).remove(0);
    let killed = Command::new("docker")
        .args(["-H", &engine, "kill", &container])
        .output();
    assert!(killed.unwrap().status.success());
    let run = kitchen.plain(kitchen.env.ended(child.wait_with_output().unwrap()));
    assert_eq!(run.code, 1, "{}", run.show());
    assert!(
        run.stderr
            .starts_with("error: the container did not get to its end\ncause: "),
        "{}",
        run.show()
    );
    assert_eq!(containers("tea-spilt", &engine), [""; 0]);
    assert_eq!(kitchen.state(), before);
    assert_eq!(kitchen.leftovers(), 0);
}
