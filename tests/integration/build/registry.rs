//! A registry that serves only who is known to it: containers know who that is, and nobody else learns it.

use std::process::Command;

use serde_json::json;

use super::lab;
use crate::support::kitchen::Kitchen;
use crate::support::{FileServer, Lab, Run};

const TOKEN: &str = "npm_0123456789abcdefghijklmnopqrstuvwxyz";

/// A registry of one package.
fn registry() -> FileServer {
    let server = FileServer::guarded(&format!("Bearer {TOKEN}"));
    let work = tempfile::tempdir().unwrap();
    let package = work.path().join("package");
    std::fs::create_dir(&package).unwrap();
    let manifest = json!({"name": "cup", "version": "1.0.0"});
    std::fs::write(package.join("package.json"), manifest.to_string()).unwrap();
    std::fs::write(package.join("index.js"), "").unwrap();
    std::fs::create_dir(server.folder().join("archives")).unwrap();
    let archive = server.folder().join("archives/cup-1.0.0.tgz");
    let mut tar = Command::new("tar");
    let tar = tar.args(["-cz", "package", "-f"]).arg(archive);
    assert!(tar.current_dir(work.path()).status().unwrap().success());
    let document = json!({
        "name": "cup", "dist-tags": {"latest": "1.0.0"},
        "versions": {"1.0.0": {
            "name": "cup", "version": "1.0.0",
            "dist": {"tarball": format!("{}/archives/cup-1.0.0.tgz", server.http)},
        }},
    });
    std::fs::write(server.folder().join("cup"), document.to_string()).unwrap();
    server
}

/// The lines by which npm goes to the registry; the token is in a variable.
fn settings(server: &FileServer) -> String {
    let address = server.http.trim_start_matches("http:");
    format!(
        "registry={}/\n{address}/:_authToken=${{TEA_TOKEN}}\n",
        server.http
    )
}

/// A service whose installation shows all that a secret could stand in.
fn kitchen() -> Kitchen {
    let package = json!({
        "name": "tea", "version": "0.1.0", "dependencies": {"cup": "1.0.0"},
        "scripts": {"install": "cat $npm_config_userconfig; echo variable: $TEA_TOKEN"},
        "deploy": {"target": Lab::BASE},
    });
    Kitchen::new(&[("package.json", &package.to_string())])
}

fn build(kitchen: &Kitchen, lab: &Lab) -> Run {
    let mut command = kitchen.command_in(lab, &[]);
    command.env_remove("npm_config_registry");
    kitchen.run(command.env("TEA_TOKEN", TOKEN))
}

/// The files that the token stands in: of the engine's, and of the user's.
fn found(kitchen: &Kitchen, lab: &Lab) -> String {
    let data = lab.socket().with_file_name("data");
    assert!(data.is_dir(), "{data:?}");
    let mut grep = Command::new("grep");
    grep.args(["--recursive", "--files-with-matches", "--text", TOKEN]);
    let output = grep.arg(data).arg(kitchen.env.home()).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_token_of_the_user_opens_the_registry_and_is_kept_nowhere() {
    let Some(lab) = lab() else { return };
    let server = registry();
    let kitchen = kitchen();
    std::fs::write(kitchen.env.home().join(".npmrc"), settings(&server)).unwrap();
    let run = build(&kitchen, &lab);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(server.asked(), ["/cup", "/archives/cup-1.0.0.tgz"]);
    assert!(
        run.stderr.contains("_authToken=\"***\"\n"),
        "{}",
        run.show()
    );
    assert!(!run.show().contains(TOKEN), "{}", run.show());
    assert_eq!(found(&kitchen, &lab), "");
    assert_eq!(kitchen.leftovers(), 0);
}

#[test]
fn a_token_that_the_service_names_is_passed_on_and_kept_nowhere() {
    let Some(lab) = lab() else { return };
    let server = registry();
    let kitchen = kitchen();
    kitchen.write(".npmrc", &settings(&server));
    kitchen.commit("Say where the cups are");
    let run = build(&kitchen, &lab);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(server.asked(), ["/cup", "/archives/cup-1.0.0.tgz"]);
    assert!(run.stderr.contains("  variable: ***\n"), "{}", run.show());
    assert!(!run.show().contains(TOKEN), "{}", run.show());
    assert_eq!(found(&kitchen, &lab), "");
}

#[test]
fn a_registry_that_refuses_is_told() {
    let Some(lab) = lab() else { return };
    let server = registry();
    let kitchen = kitchen();
    let settings = settings(&server).replace("${TEA_TOKEN}", "wrong-token");
    std::fs::write(kitchen.env.home().join(".npmrc"), settings).unwrap();
    let before = kitchen.state();
    let run = build(&kitchen, &lab);
    assert_eq!(run.code, 1, "{}", run.show());
    insta::assert_snapshot!(run.stderr.replace(&server.http, "SERVER"), @"
    warning: the source has no lock file: each build takes the newest versions that fit
    build: the log is HOME/.local/state/svcgen/builds/tea/TIME.log
    build: an image based on svcgen-test:base
    build: npm install --omit=dev
    error: `npm install --omit=dev` failed with code 1
    cause: 401 Unauthorized - GET SERVER/cup
    hint: the registry refuses you: `npm whoami` shows who you are logged in as, `npm login` logs you in
    hint: `HOME/.local/state/svcgen/builds/tea/TIME.log` has the complete output
    ");
    assert_eq!(kitchen.state(), before);
}
