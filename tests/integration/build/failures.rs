//! Whatever goes wrong, the deploy repository is as it was, and a message says what to do.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::kitchen::Kitchen;
use crate::support::{Run, has_tool, may_mount};

/// A service with one dependency, which is a folder of its own.
pub(super) fn with_script(script: &str) -> Kitchen {
    let package = format!(
        "{{\"name\": \"cup\", \"version\": \"1.0.0\", \"scripts\": {{\"install\": {}}}}}",
        serde_json::Value::from(script)
    );
    let kitchen = Kitchen::new(&[
        ("lib/cup/package.json", package.as_str()),
        (
            "package.json",
            "{\"name\": \"tea\", \"dependencies\": {\"cup\": \"file:lib/cup\"}}\n",
        ),
    ]);
    kitchen.lock();
    kitchen.commit("Lock it");
    kitchen
}

/// Builds, which has to fail and to leave nothing; returns what was said after the plan.
#[track_caller]
pub(super) fn failed(kitchen: &Kitchen, arguments: &[&str]) -> String {
    let before = kitchen.state();
    let run = kitchen.build(&[arguments, &["--yes"]].concat());
    assert_eq!(kitchen.state(), before);
    assert_eq!(kitchen.leftovers(), 0);
    assert_ne!(run.code, 0);
    format!("exit {}\n{}", run.code, run.stderr)
}

#[test]
fn a_package_json_that_is_wrong_is_shown() {
    let kitchen = Kitchen::new(&[("package.json", "{\n  \"name\": \"tea\",\n}\n")]);
    insta::assert_snapshot!(failed(&kitchen, &[]), @r#"
    exit 2
    error: `SHORT:package.json` has a mistake
      × a comma follows the last item of a list or object
       ╭─[SHORT:package.json:3:1]
     2 │   "name": "tea",
     3 │ }
       · ─
       ╰────
      help: npm reads strict JSON: no comments, no comma before a closing bracket
    "#);
    kitchen.write(
        "package.json",
        "{\n\t\"name\": \"tea\",\n\t\"deploy\": {\n\t\t\"target\": \"Debian\",\n\t\t\"dependencies\": {\"_all\": [\"lib tea\", {\"repo_url\": \"https://x\"}]},\n\t\t\"env\": {\"A B\": 1}\n\t}\n}\n",
    );
    kitchen.commit("A stanza");
    insta::assert_snapshot!(failed(&kitchen, &[]), @r#"
    exit 2
    error: `SHORT:package.json` has 6 mistakes
      × `Debian` is not a build target
       ╭─[SHORT:package.json:4:13]
     3 │     "deploy": {
     4 │         "target": "Debian",
       ·                   ────────
     5 │         "dependencies": {"_all": ["lib tea", {"repo_url": "https://x"}]},
       ╰────
      help: did you mean `debian`?

      × `lib tea` is not a package name
       ╭─[SHORT:package.json:5:29]
     4 │         "target": "Debian",
     5 │         "dependencies": {"_all": ["lib tea", {"repo_url": "https://x"}]},
       ·                                   ─────────
     6 │         "env": {"A B": 1}
       ╰────
      help: lower-case letters, digits, `.`, `+` and `-`

      × `release` is required
       ╭─[SHORT:package.json:5:40]
     4 │         "target": "Debian",
     5 │         "dependencies": {"_all": ["lib tea", {"repo_url": "https://x"}]},
       ·                                              ▲
     6 │         "env": {"A B": 1}
       ╰────

      × `pool` is required
       ╭─[SHORT:package.json:5:40]
     4 │         "target": "Debian",
     5 │         "dependencies": {"_all": ["lib tea", {"repo_url": "https://x"}]},
       ·                                              ▲
     6 │         "env": {"A B": 1}
       ╰────

      × `packages` is required
       ╭─[SHORT:package.json:5:40]
     4 │         "target": "Debian",
     5 │         "dependencies": {"_all": ["lib tea", {"repo_url": "https://x"}]},
       ·                                              ▲
     6 │         "env": {"A B": 1}
       ╰────

      × `A B` is not the name of an environment variable
       ╭─[SHORT:package.json:6:11]
     5 │         "dependencies": {"_all": ["lib tea", {"repo_url": "https://x"}]},
     6 │         "env": {"A B": 1}
       ·                 ─────
     7 │     }
       ╰────
      help: letters, digits and underscores, not beginning with a digit
    "#);
    kitchen
        .gerrit
        .git(&kitchen.source, &["rm", "--quiet", "package.json"]);
    kitchen.commit("None");
    insta::assert_snapshot!(failed(&kitchen, &[]), @"
    exit 2
    error: no checkout of the deploy repository is named
    hint: `--deploy-repo DIR` names one
    hint: `git config deploy.dir DIR` in the source repository, permanently
    ");
}

#[test]
fn a_lock_file_that_is_not_in_step_is_told() {
    if !has_tool("npm") {
        return;
    }
    let kitchen = with_script("true");
    kitchen.write(
        "lib/mug/package.json",
        "{\"name\": \"mug\", \"version\": \"1.0.0\"}",
    );
    let text = std::fs::read_to_string(kitchen.source.join("package.json")).unwrap();
    kitchen.write(
        "package.json",
        &text.replace("{\"cup\"", "{\"mug\": \"file:lib/mug\", \"cup\""),
    );
    kitchen.commit("A mug");
    let said = failed(&kitchen, &[]);
    assert!(
        said.starts_with("exit 2\n")
            && said.contains("error: `npm ci --omit=dev` failed with code 1\n"),
        "{said}"
    );
    assert!(
        said.contains("Missing: mug@")
            && said.contains(
                "hint: run `npm install` in the source repository, and commit the lock file\n"
            ),
        "{said}"
    );
    assert!(
        said.ends_with(
            "hint: `HOME/.local/state/svcgen/builds/tea/TIME.log` has the complete output\n"
        ),
        "{said}"
    );
}

#[test]
fn a_registry_that_does_not_answer_is_told() {
    if !has_tool("npm") {
        return;
    }
    let kitchen = Kitchen::new(&[(
        "package.json",
        "{\"name\": \"tea\", \"dependencies\": {\"mug\": \"1.0.0\"}}\n",
    )]);
    let said = failed(&kitchen, &[]);
    assert!(
        said.starts_with("exit 1\n") && said.contains("ECONNREFUSED"),
        "{said}"
    );
    assert!(said.contains("hint: the registry cannot be reached: check the network, the proxy and `npm config get registry`\n"), "{said}");
}

#[test]
fn a_script_that_fails_is_told_with_its_words() {
    if !has_tool("npm") {
        return;
    }
    let kitchen = with_script("echo the kettle is broken >&2; exit 7");
    let said = failed(&kitchen, &[]);
    assert!(
        said.contains("error: `npm ci --omit=dev` failed with code 7\n"),
        "{said}"
    );
    assert!(said.contains("the kettle is broken\n"), "{said}");
}

#[test]
fn ctrl_c_ends_npm_and_all_that_it_started() {
    if !has_tool("npm") {
        return;
    }
    let kitchen = with_script("exec 9>\"$PIPE\"; sleep 3600 9>&9 & echo started >&9; wait");
    let pipe = kitchen.env.home().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let before = kitchen.state();
    let mut command = kitchen.command(&["--yes"]);
    command
        .env("PIPE", &pipe)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let mut held = BufReader::new(std::fs::File::open(pipe).unwrap());
    let mut line = String::new();
    held.read_line(&mut line).unwrap();
    assert_eq!(line, "started\n");
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    // The stream ends when the last of those who hold it has.
    held.read_to_string(&mut line).unwrap();
    let run = kitchen.plain(kitchen.env.ended(child.wait_with_output().unwrap()));
    assert_eq!(run.code, 130, "{}", run.show());
    assert!(
        run.stderr
            .ends_with("error: interrupted; the deploy repository is unchanged\n"),
        "{}",
        run.show()
    );
    assert_eq!(kitchen.state(), before);
    assert_eq!(kitchen.leftovers(), 0);
}

/// Builds where a folder is a disk of that size; `small` at home is that of the caches.
fn with_small_disk(kitchen: &Kitchen, folder: &str, size: &str) -> Run {
    let build = kitchen.command(&["--yes"]);
    let script = "mkdir -p \"$1\"; mount -t tmpfs -o size=$2 none \"$1\"; shift 2; exec \"$@\"";
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "sh", "-c", script, "sh", folder, size])
        .arg(build.get_program())
        .args(build.get_args());
    command.current_dir(&kitchen.source);
    command.envs(
        build
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    command
        .env("XDG_CACHE_HOME", kitchen.env.home().join("small"))
        .stdin(Stdio::null());
    kitchen.run(&mut command)
}

#[test]
fn a_disk_without_room_for_the_source_is_no_matter_of_the_server() {
    if !may_mount() {
        return;
    }
    // Without a pattern, so that nothing is made smaller.
    let big: String = (0_u64..40_000)
        .map(|n| format!("{:x}", n * n * 2_654_435_761))
        .collect();
    let kitchen = Kitchen::new(&[("package.json", "{\"name\": \"tea\"}\n"), ("big", &big)]);
    let sources = kitchen.deploy.join(".git/svcgen/sources");
    let run = with_small_disk(&kitchen, sources.as_str(), "160k");
    let said = format!("exit {}\n{}", run.code, run.stderr);
    assert!(
        said.starts_with("exit 1\nerror: the source cannot be fetched from "),
        "{said}"
    );
    assert!(said.contains("No space left on device"), "{said}");
    assert!(
        said.ends_with("\nhint: make room there: `df -h` shows the disks\n"),
        "{said}"
    );
}

#[test]
fn a_full_disk_is_told() {
    if !has_tool("npm") || !may_mount() {
        return;
    }
    let kitchen = with_script("head -c 9000000 /dev/zero > full");
    let before = kitchen.state();
    let small = kitchen.env.home().join("small");
    let run = with_small_disk(&kitchen, small.to_str().unwrap(), "4m");
    assert_eq!(run.code, 1, "{}", run.show());
    assert!(
        run.stderr.contains("No space left on device"),
        "{}",
        run.show()
    );
    assert!(
        run.stderr.contains(
            "hint: `export XDG_CACHE_HOME=/a/folder/of/yours` builds where there is more room\n"
        ),
        "{}",
        run.show()
    );
    assert_eq!(kitchen.state(), before);
}
