//! What can happen to a build in a container: nothing of it stays, and the next one works.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::lab;
use crate::support::kitchen::Kitchen;
use crate::support::{Lab, PrivateLab, Run, has_tool};

/// A service whose installation runs a script.
fn kitchen(name: &str, script: &str) -> Kitchen {
    Kitchen::with_cup(serde_json::json!({
        "name": name, "version": "0.1.0", "scripts": {"install": script},
        "deploy": {"target": Lab::BASE},
    }))
}

/// A script that ends when it is asked to, so that no engine waits for it.
const ENDLESS: &str = "trap exit TERM; touch begun; sleep 3600 & wait";

/// A build that has come to its script.
struct Halfway<'a> {
    lab: &'a Lab,
    kitchen: Kitchen,
    name: &'static str,
    before: String,
    build: Child,
}

impl<'a> Halfway<'a> {
    fn begin(lab: &'a Lab, name: &'static str) -> Self {
        let kitchen = kitchen(name, ENDLESS);
        let before = kitchen.state();
        let mut command = kitchen.command_in(lab, &[]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let build = command.spawn().unwrap();
        let this = Self {
            lab,
            kitchen,
            name,
            before,
            build,
        };
        // The docker program takes its time.
        let begun = (0..500).any(|_| !this.containers().is_empty() && this.has_begun());
        assert!(begun, "{:?}", this.containers());
        this
    }

    /// What its containers are for.
    fn purpose(&self) -> String {
        format!("the modules of {}", self.name)
    }

    fn containers(&self) -> Vec<String> {
        self.lab.containers(&self.purpose())
    }

    /// Whether the script runs.
    fn has_begun(&self) -> bool {
        let builds = self.kitchen.env.home().join(".cache/svcgen/build");
        let entries = std::fs::read_dir(builds).into_iter().flatten().flatten();
        let mut places = entries.map(|entry| entry.path().join("source/begun"));
        places.any(|path| path.exists())
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.build), signal).unwrap();
    }

    /// Waits for its end. Nothing of it may be left then.
    #[track_caller]
    fn end(self) -> Run {
        let (lab, purpose) = (self.lab, self.purpose());
        let (run, kitchen) = self.finish();
        assert_eq!(lab.containers(&purpose), Vec::<String>::new());
        assert_eq!(kitchen.leftovers(), 0);
        run
    }

    /// Waits for its end; the deploy repository has to be as it was.
    #[track_caller]
    fn finish(self) -> (Run, Kitchen) {
        let output = self.build.wait_with_output().unwrap();
        let run = self.kitchen.plain(self.kitchen.env.ended(output));
        assert_eq!(self.kitchen.state(), self.before);
        (run, self.kitchen)
    }
}

/// Builds the service once more, which has no script to wait for then.
#[track_caller]
fn build_without_script(kitchen: &Kitchen, lab: &Lab, name: &str) {
    let package = serde_json::json!({
        "name": name, "dependencies": {"cup": "file:cup"}, "deploy": {"target": Lab::BASE},
    });
    kitchen.write("package.json", &format!("{package}\n"));
    kitchen.commit("Do not wait");
    let run = kitchen.build_in(lab, &[]);
    assert_eq!(run.code, 0, "{}", run.show());
}

#[test]
fn ctrl_c_removes_the_container() {
    let Some(lab) = lab() else { return };
    let build = Halfway::begin(&lab, "tea-interrupted");
    build.signal(Signal::INT);
    let run = build.end();
    assert_eq!(run.code, 130, "{}", run.show());
    insta::assert_snapshot!(run.stderr, @r"
    warning: the source has no lock file: each build takes the newest versions that fit
    build: the log is HOME/.local/state/svcgen/builds/tea-interrupted/TIME.log
    build: an image based on svcgen-test:base
    build: npm install --omit=dev
      > tea-interrupted@0.1.0 install
      > trap exit TERM; touch begun; sleep 3600 & wait
    error: interrupted; the deploy repository is unchanged
    ");
}

#[test]
fn a_request_to_end_removes_the_container() {
    let Some(lab) = lab() else { return };
    let build = Halfway::begin(&lab, "tea-terminated");
    build.signal(Signal::TERM);
    assert_eq!(build.end().code, 143);
}

#[test]
fn a_container_that_somebody_kills_is_told() {
    let Some(lab) = lab() else { return };
    let build = Halfway::begin(&lab, "tea-killed");
    let [name] = build.containers().try_into().unwrap();
    lab.docker(&["kill", &name]);
    let run = build.end();
    assert_eq!(run.code, 1, "{}", run.show());
    insta::assert_snapshot!(run.stderr, @r"
    warning: the source has no lock file: each build takes the newest versions that fit
    build: the log is HOME/.local/state/svcgen/builds/tea-killed/TIME.log
    build: an image based on svcgen-test:base
    build: npm install --omit=dev
      > tea-killed@0.1.0 install
      > trap exit TERM; touch begun; sleep 3600 & wait
    error: the container did not finish
    cause: the container of `npm install --omit=dev` was stopped from outside, or this machine ran out of memory
    hint: journalctl -k | grep -i oom
    hint: `HOME/.local/state/svcgen/builds/tea-killed/TIME.log` has the complete output
    ");
}

#[test]
fn what_a_killed_build_leaves_goes_with_the_next_one() {
    let Some(lab) = lab() else { return };
    let mut build = Halfway::begin(&lab, "tea-left");
    build.build.kill().unwrap();
    build.build.wait().unwrap();
    assert_eq!(build.containers().len(), 1);
    let kitchen = &build.kitchen;
    assert_eq!(kitchen.leftovers(), 1);
    build_without_script(kitchen, &lab, "tea-left");
    assert_eq!(build.containers(), Vec::<String>::new());
    assert_eq!(kitchen.leftovers(), 0);
}

#[test]
fn an_engine_that_is_killed_is_told_and_the_next_build_works() {
    if !has_tool("npm") {
        return;
    }
    let Some(lab) = PrivateLab::start(&[]) else {
        return;
    };
    let build = Halfway::begin(&lab, "tea-lost");
    lab.engine(&["kill"]);
    let address = lab.address().replace("unix://", "");
    let (run, kitchen) = build.finish();
    assert_eq!(run.code, 1, "{}", run.show());
    let told = lab.plain(&run.stderr).replace(&address, "SOCKET");
    let status = match std::path::Path::new("/run/systemd/system").is_dir() {
        true => "systemctl status docker",
        false => "service docker status",
    };
    let told = told.replace(&format!("hint: {status}\n"), "hint: STATUS\n");
    insta::assert_snapshot!(told, @r"
    warning: the source has no lock file: each build takes the newest versions that fit
    build: the log is HOME/.local/state/svcgen/builds/tea-lost/TIME.log
    build: an image based on svcgen-test:base
    build: npm install --omit=dev
      > tea-lost@0.1.0 install
      > trap exit TERM; touch begun; sleep 3600 & wait
    error: the container did not finish
    cause: the connection to ENGINE broke while `npm install --omit=dev` ran; its container may go on until the next `svcgen build` removes it
    hint: STATUS
    hint: `HOME/.local/state/svcgen/builds/tea-lost/TIME.log` has the complete output
    ");
    assert_eq!(kitchen.leftovers(), 0);

    lab.engine(&["start"]);
    let purpose = "the modules of tea-lost";
    assert_eq!(lab.containers(purpose).len(), 1);
    build_without_script(&kitchen, &lab, "tea-lost");
    assert_eq!(lab.containers(purpose), Vec::<String>::new());
}

/// All below a folder belongs to a user.
fn give(folder: &Path, uid: u32) {
    let owner = format!("{uid}:{uid}");
    let status = Command::new("chown")
        .args(["-R", &owner])
        .arg(folder)
        .status();
    assert!(status.unwrap().success());
}

#[test]
fn who_is_not_root_needs_the_group_and_gets_files_of_their_own() {
    const NOBODY: u32 = 65534;
    if !has_tool("npm") {
        return;
    }
    // Where everybody may look for a socket.
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    std::fs::set_permissions(
        folder.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let socket = folder.path().join("docker.sock");
    let host = format!("--host=unix://{}", socket.display());
    let Some(lab) = PrivateLab::start(&[&host]) else {
        return;
    };
    let gid = socket.metadata().unwrap().gid();
    assert_ne!(gid, 0, "docker.io makes the group docker");

    let kitchen = kitchen("tea-nobody", "id -u; id -g");
    let program = folder.path().join("svcgen");
    std::fs::copy(env!("CARGO_BIN_EXE_svcgen"), &program).unwrap();
    let build = |groups: &[&str]| {
        let address = format!("unix://{}", socket.display());
        let mut wanted = kitchen.command_in(&lab, &[]);
        wanted.env("DOCKER_HOST", address);
        let ids = [format!("--reuid={NOBODY}"), format!("--regid={NOBODY}")];
        let mut command = Command::new("setpriv");
        command
            .args(ids)
            .args(groups)
            .arg(&program)
            .args(wanted.get_args());
        kitchen.env.enclose(&mut command);
        command.current_dir(&kitchen.source).env("USER", "nobody");
        for (name, value) in wanted.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        give(kitchen.env.home(), NOBODY);
        give(kitchen.gerrit.path("").as_std_path(), NOBODY);
        kitchen.run(&mut command)
    };
    let before = kitchen.state();
    let run = build(&["--clear-groups"]);
    assert_eq!(run.code, 1, "{}", run.show());
    let told = run.stderr.replace(socket.to_str().unwrap(), "SOCKET");
    insta::assert_snapshot!(told, @r"
    error: the container engine of DOCKER_HOST cannot be used: SOCKET: you are not allowed to use it: only the group docker may
    hint: sudo usermod -aG docker nobody    # then log in again
    hint: svcgen build --network host --no-container    builds with the npm of this machine
    ");
    give(kitchen.gerrit.path("").as_std_path(), 0);
    assert_eq!(kitchen.state(), before);

    let run = build(&[&format!("--groups={gid}")]);
    assert_eq!(run.code, 0, "{}", run.show());
    let mut find = Command::new("find");
    find.args([kitchen.deploy.as_std_path(), kitchen.env.home()]);
    find.args(["!", "-user", "65534", "-o", "!", "-group", "65534"]);
    let output = find.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    drop(lab);
}
