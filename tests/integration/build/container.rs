//! Builds in containers of a real engine: `tests/engine` starts it, `tests/run` starts that.

use super::lab;
use super::modules::native;
use crate::support::kitchen::Kitchen;
use crate::support::{FileServer, Lab, has_tool};

const PACKAGE: &str = "{\"name\": \"tea\", \"version\": \"0.1.0\", \"dependencies\": {\"kettle\": \"file:lib/kettle\"},\n \
    \"deploy\": {\"target\": \"svcgen-test:base\", \"env\": {\"CUPS\": 2}}}\n";

#[test]
fn modules_are_built_in_a_container_and_kept() {
    let Some(lab) = lab() else { return };
    let kitchen = native(PACKAGE);
    let before = kitchen.state();
    let run = kitchen.build_in(&lab, &[]);
    assert_eq!(run.code, 0, "{}", run.show());
    insta::assert_snapshot!(run.stderr, @"
    build: the log is HOME/.local/state/svcgen/builds/tea/TIME.log
    build: an image based on svcgen-test:base
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
    let run = kitchen.run(
        kitchen
            .command_in(&lab, &[])
            .env("XDG_CACHE_HOME", elsewhere),
    );
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(tree(), first);

    kitchen.write("app.js", "// changed\n");
    kitchen.commit("Change it");
    // No engine is needed for what does not build.
    let run = kitchen.run(
        kitchen
            .command_in(&lab, &[])
            .env("DOCKER_HOST", "unix:///none"),
    );
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(run.stdout.contains("modules   kept"), "{}", run.show());
}

#[test]
fn another_image_is_a_reason_to_build() {
    let Some(lab) = lab() else { return };
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
    let run = kitchen.build_in(&lab, &[]);
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
    let run = kitchen.build_in(&lab, &[]);
    assert!(
        run.stdout
            .contains("- `package.json`: deploy stanza (target)\n"),
        "{}",
        run.show()
    );
    assert!(
        run.stdout
            .contains("- the image was `svcgen-test:base`, and is now `svcgen-test:none`\n"),
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
    let run = kitchen.run(
        kitchen
            .command_in(&lab, &[])
            .env("DOCKER_HOST", "unix:///none"),
    );
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
    let Some(lab) = lab() else { return };
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
    let run = kitchen.build_in(&lab, &[]);
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

#[test]
fn a_proxy_that_no_container_reaches_is_warned_about() {
    if !has_tool("npm") {
        return;
    }
    let kitchen = native(PACKAGE);
    let plan = |arguments: &[&str]| {
        let mut command = kitchen.command_in_container(arguments);
        command.env("https_proxy", "http://ada:secret@127.0.0.1:3128");
        let run = kitchen.run(command.arg("--dry-run"));
        assert_eq!(run.code, 0, "{}", run.show());
        run.stderr
    };
    insta::assert_snapshot!(plan(&[]), @"
    warning: the proxy 127.0.0.1:3128 is out of reach of a container; `--network host` makes it reachable
    next: svcgen build
    ");
    let with_host = plan(&["--network", "host"]);
    assert_eq!(with_host, "next: svcgen build --network host\n");
}

#[test]
fn dependencies_that_are_repositories_are_fetched_in_the_container() {
    let Some(lab) = lab() else { return };
    let server = FileServer::start();
    let kitchen = Kitchen::new(&[("app.js", "")]);
    for name in ["cup", "spoon"] {
        let package = format!("{{\"name\": \"{name}\", \"version\": \"1.0.0\"}}");
        kitchen.package(name, &[("package.json", &package), ("index.js", "")]);
        let bare = kitchen.bare(name);
        let there = server.folder().join(format!("{name}.git"));
        kitchen.git(&[
            "clone",
            "--quiet",
            "--mirror",
            bare.as_str(),
            there.to_str().unwrap(),
        ]);
        kitchen.git(&["-C", there.to_str().unwrap(), "update-server-info"]);
    }
    let package = serde_json::json!({
        "name": "tea", "version": "0.1.0", "deploy": {"target": Lab::BASE},
        "dependencies": {
            "cup": format!("git+{}/cup.git", server.http),
            "spoon": format!("git+{}/spoon.git#master", server.https),
        },
    });
    kitchen.write("package.json", &package.to_string());
    let authority = server.authority();
    let settings = format!("[http]\n\tsslCAInfo = {}\n", authority.display());
    std::fs::write(kitchen.env.home().join(".gitconfig"), settings).unwrap();
    kitchen.lock();
    kitchen.commit("Begin");
    let run = kitchen.run(
        kitchen
            .command_in(&lab, &[])
            .env("SSL_CERT_FILE", authority),
    );
    assert_eq!(run.code, 0, "{}", run.show());
    let files = kitchen.files();
    let below = files
        .iter()
        .filter(|file| file.starts_with("node_modules/"));
    let below: Vec<&str> = below.map(String::as_str).collect();
    assert_eq!(
        below,
        [
            "node_modules/cup/index.js",
            "node_modules/cup/package.json",
            "node_modules/spoon/index.js",
            "node_modules/spoon/package.json",
        ]
    );
}
