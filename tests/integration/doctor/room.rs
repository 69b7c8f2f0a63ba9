//! Space on disks, and the registries that builds fetch from.

use std::net::TcpListener;
use std::process::Command;

use super::{findings, fix};
use crate::support::{Env, FileServer, Lab, may_mount};

const DOCTOR: &[&str] = &["doctor", "build", "--site", "example", "--format", "json"];

#[test]
fn folders_without_room_are_told() {
    if !may_mount() {
        return;
    }
    let env = Env::new();
    let small = env.work().join("small");
    std::fs::create_dir(&small).unwrap();
    let svcgen = env.command();
    let script = "mount -t tmpfs -o size=$1 none small; shift; exec \"$@\"";
    let doctor = |size: &str| {
        let mut command = Command::new("unshare");
        env.enclose(&mut command);
        command
            .args(["--mount", "sh", "-ec", script, "sh", size])
            .arg(svcgen.get_program())
            .args(DOCTOR)
            .arg("--offline");
        for variable in ["TMPDIR", "XDG_STATE_HOME", "XDG_CACHE_HOME"] {
            command.env(variable, &small);
        }
        env.run(&mut command)
    };
    let run = doctor("16m");
    for (id, variable) in [
        ("tmp", "TMPDIR"),
        ("state", "XDG_STATE_HOME"),
        ("space", "XDG_CACHE_HOME"),
    ] {
        let found = findings(&run)(id);
        assert!(found.starts_with("doubtful: "), "{id}: {found}");
        assert!(found.ends_with("17 MB free"), "{id}: {found}");
        assert!(fix(&run, id).starts_with(&format!("export {variable}=")));
    }
    let run = doctor("64k");
    assert_eq!(run.code, 3, "{}", run.show());
    for id in ["tmp", "state", "space"] {
        let found = findings(&run)(id);
        assert!(found.starts_with("missing: "), "{id}: {found}");
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let env = Env::new();
    env.write("file", "");
    std::os::unix::fs::symlink("nowhere", env.work().join("link")).unwrap();
    let run = env.run(
        env.command()
            .args(DOCTOR)
            .arg("--offline")
            .env("XDG_STATE_HOME", env.work().join("file/below/it"))
            .env("XDG_CACHE_HOME", env.work().join("link")),
    );
    let found = findings(&run);
    assert_eq!(found("state"), "missing: `HOME/work/file` is not a folder");
    assert!(fix(&run, "state").starts_with("export XDG_STATE_HOME="));
    assert_eq!(found("space"), "missing: `HOME/work/link` is not a folder");
    assert!(fix(&run, "space").starts_with("export XDG_CACHE_HOME="));
}

#[test]
fn the_disk_of_the_engine_is_looked_at() {
    let Some(lab) = Lab::get() else { return };
    let env = Env::new();
    let mut command = env.command();
    command.args(DOCTOR).env("DOCKER_HOST", lab.address());
    let run = env.run(&mut command);
    let found = findings(&run)("container.space");
    assert!(
        found.starts_with("fine: ") || found.starts_with("doubtful: "),
        "{found}"
    );
    assert!(found.contains(" free"), "{found}");
    assert!(run.stdout.contains("space for images and containers in `"));
}

#[test]
fn registries_are_asked_whether_they_answer() {
    let server = FileServer::start();
    let guarded = FileServer::guarded("Bearer someone");
    let gone = TcpListener::bind("127.0.0.1:0").unwrap();
    let gone_address = gone.local_addr().unwrap();
    drop(gone);
    let env = Env::new();
    let settings = format!(
        "registry=http://ada:secret@{}/\n@tea:registry={}/\n@cup:registry={}/\n",
        gone_address, server.http, guarded.http
    );
    std::fs::write(env.home().join(".npmrc"), settings).unwrap();
    let run = env.svcgen(DOCTOR);
    let value: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let list = value["findings"].as_array().unwrap().iter();
    let registries = list.filter(|finding| finding["id"] == "npm.registry");
    let told: Vec<[String; 3]> = registries
        .map(|finding| ["what", "state", "found"].map(|key| finding[key].as_str().unwrap().into()))
        .collect();
    let answers = |server: &FileServer| {
        [
            format!("npm's registry {}/", server.http),
            "fine".into(),
            "it answers this machine; no container was tried".into(),
        ]
    };
    assert_eq!(told.len(), 3, "{}", run.show());
    assert_eq!(told[0][0], format!("npm's registry http://{gone_address}/"));
    assert_eq!(told[0][1], "missing");
    assert!(told[0][2].contains("refused"), "{told:?}");
    assert_eq!(told[1..], [answers(&server), answers(&guarded)]);
    assert_eq!(server.asked(), ["/-/ping"]);
    assert!(!run.show().contains("secret"), "{}", run.show());

    // It is the same server by another protocol, which is trusted once its authority is known.
    let settings = format!("registry={}/\n", server.https);
    std::fs::write(env.home().join(".npmrc"), settings).unwrap();
    let found = findings(&env.svcgen(DOCTOR))("npm.registry");
    assert!(
        found.starts_with("doubtful: ") && found.contains("certificate"),
        "{found}"
    );
    let mut command = env.command();
    command
        .args(DOCTOR)
        .env("NODE_EXTRA_CA_CERTS", server.authority());
    let found = findings(&env.run(&mut command))("npm.registry");
    assert!(found.starts_with("fine: "), "{found}");
    let authority = format!("cafile={}\n", server.authority().display());
    for trusted in [authority.as_str(), "strict-ssl=false\n"] {
        let settings = format!("registry={}/\n{trusted}", server.https);
        std::fs::write(env.home().join(".npmrc"), settings).unwrap();
        let found = findings(&env.svcgen(DOCTOR))("npm.registry");
        assert!(found.starts_with("fine: "), "{trusted}: {found}");
    }
}

#[test]
fn a_proxy_that_no_container_reaches_is_told() {
    let env = Env::new();
    let mut command = env.command();
    command
        .args(DOCTOR)
        .arg("--offline")
        .env("https_proxy", "http://127.0.0.1:3128");
    let run = env.run(&mut command);
    let found = findings(&run)("container.proxy");
    assert_eq!(found, "doubtful: it is out of reach of a container");
    assert!(run.stdout.contains("the proxy 127.0.0.1:3128"));
}

#[test]
fn what_the_demo_refuses_is_missing() {
    use std::os::unix::ffi::OsStrExt as _;
    let env = Env::new();
    env.write("file", "");
    let strange = env.work().join(std::ffi::OsStr::from_bytes(b"\xff"));
    std::fs::create_dir(&strange).unwrap();
    let tmp = |folder: &std::path::Path| {
        let mut command = env.command();
        command.args(DEMO).env("TMPDIR", folder);
        let run = env.run(&mut command);
        (findings(&run)("tmp"), run.code)
    };
    let (found, code) = tmp(&strange);
    assert!(
        found.starts_with("missing: ") && found.ends_with("is not UTF-8"),
        "{found}"
    );
    assert_eq!(code, 3);
    let (found, code) = tmp(&env.work().join("file"));
    assert_eq!(found, "missing: `HOME/work/file` is a file, not a folder");
    assert_eq!(code, 3);
    let (found, code) = tmp("".as_ref());
    assert_eq!(
        found,
        "doubtful: TMPDIR is empty: they are made wherever a command is run"
    );
    assert_eq!(code, 0);
}

const DEMO: [&str; 5] = ["doctor", "demo", "--offline", "--format", "json"];

#[test]
fn programs_that_the_demo_takes_are_looked_for() {
    let env = Env::new();
    let bin = env.home().join("bin");
    std::fs::create_dir(&bin).unwrap();
    let mut command = env.command();
    command.args(DEMO).env("PATH", &bin);
    let run = env.run(&mut command);
    let found = findings(&run)("demo.programs");
    assert!(
        found.starts_with("missing: ") && found.contains("`base64`"),
        "{found}"
    );
    assert!(fix(&run, "demo.programs").contains("util-linux"));
    assert_eq!(run.code, 3, "{}", run.show());
    let found = findings(&env.svcgen(&DEMO))("demo.programs");
    assert!(found.starts_with("fine: "), "{found}");
}
