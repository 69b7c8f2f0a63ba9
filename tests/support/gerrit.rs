//! A review server without a server: bare repositories whose `proc-receive` hook plays Gerrit.
//!
//! The references (`refs/for/BRANCH%topic=T`, `refs/changes/NN/N/P`), the order of the checks and the words are those
//! of Gerrit's documentation ("Uploading Changes", "Error Messages") and of what Gerrit 3 writes to its clients.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

/// A folder of bare repositories, and what is beside it: clones, a home.
pub(crate) struct Gerrit {
    folder: TempDir,
}

/// Plays Gerrit for one push: reads commands in pkt-lines, answers them, writes its words to stderr.
const HOOK: &str = include_str!("proc-receive");

impl Gerrit {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("svcgen-")
            .tempdir()
            .unwrap();
        fs_err::create_dir_all(folder.path().join("home")).unwrap();
        Self { folder }
    }

    pub(crate) fn path(&self, below: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.folder.path())
            .unwrap()
            .canonicalize_utf8()
            .unwrap()
            .join(below)
    }

    /// The address that repositories are below of.
    pub(crate) fn url(&self) -> String {
        format!("file://{}", self.path("git"))
    }

    /// Makes an empty repository.
    pub(crate) fn create(&self, name: &str) -> Utf8PathBuf {
        let path = self.path("git").join(name);
        self.git(
            Utf8Path::new("/"),
            &[
                "init",
                "--quiet",
                "--bare",
                "--initial-branch=master",
                path.as_str(),
            ],
        );
        for refs in ["refs/for", "refs/heads"] {
            self.git(&path, &["config", "--add", "receive.procReceiveRefs", refs]);
        }
        let hook = path.join("hooks/proc-receive");
        fs_err::create_dir_all(path.join("hooks")).unwrap();
        fs_err::write(&hook, HOOK).unwrap();
        fs_err::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .unwrap();
        let url = "https://gerrit.example.org/r/c/+/";
        let state = serde_json::json!({"url": url, "changes": [], "direct": true, "refuse": null, "empty": false});
        fs_err::write(path.join("gerrit.json"), state.to_string()).unwrap();
        path
    }

    /// Makes a repository whose branch holds a commit with these files, and clones it.
    pub(crate) fn with_clone(&self, name: &str, files: &[(&str, &str)]) -> Utf8PathBuf {
        let bare = self.create(name);
        let clone = self.path("work").join(name);
        self.git(
            Utf8Path::new("/"),
            &["clone", "--quiet", bare.as_str(), clone.as_str()],
        );
        self.configure(&clone);
        for (path, text) in files {
            fs_err::create_dir_all(clone.join(path).parent().unwrap()).unwrap();
            fs_err::write(clone.join(path), text).unwrap();
        }
        self.git(&clone, &["add", "--all"]);
        self.git(&clone, &["commit", "--quiet", "--message", "the beginning"]);
        self.git(
            &clone,
            &["push", "--quiet", "origin", "HEAD:refs/heads/master"],
        );
        self.git(&clone, &["fetch", "--quiet"]);
        clone
    }

    /// Says who commits in a clone, and shuts out the configuration of whoever runs the tests.
    pub(crate) fn configure(&self, clone: &Utf8Path) {
        for (key, value) in [
            ("user.name", "Ada"),
            ("user.email", "ada@example.org"),
            ("commit.gpgSign", "false"),
        ] {
            self.git(clone, &["config", key, value]);
        }
    }

    /// Runs git in a folder; returns what it printed.
    pub(crate) fn git(&self, folder: &Utf8Path, args: &[&str]) -> String {
        let output = Command::new("git")
            .env("HOME", self.folder.path().join("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_EDITOR", "true")
            .arg("-C")
            .arg(folder)
            .args(args)
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {args:?}: {words}");
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }

    /// Sets what the server does: `direct`, `refuse`, `empty`.
    pub(crate) fn set(&self, name: &str, key: &str, value: impl Into<serde_json::Value>) {
        let mut state = self.state(name);
        state[key] = value.into();
        self.save(name, &state);
    }

    /// Merges a change as Gerrit does with "rebase if necessary": another commit, the same Change-Id.
    pub(crate) fn merge(&self, name: &str, number: usize) {
        let bare = self.path("git").join(name);
        let mut state = self.state(name);
        let change = state["changes"][number - 1].clone();
        let scratch = tempfile::tempdir_in(self.folder.path()).unwrap();
        let scratch = Utf8Path::from_path(scratch.path()).unwrap();
        let branch = change["branch"].as_str().unwrap();
        self.git(
            scratch,
            &["clone", "--quiet", "--branch", branch, bare.as_str(), "c"],
        );
        let clone = scratch.join("c");
        self.configure(&clone);
        self.git(
            &clone,
            &[
                "commit",
                "--quiet",
                "--allow-empty",
                "--message",
                "someone else's",
            ],
        );
        self.git(
            &clone,
            &[
                "fetch",
                "--quiet",
                "origin",
                &format!("refs/changes/{number:02}/{number}/{}", change["patch"]),
            ],
        );
        self.git(&clone, &["cherry-pick", "FETCH_HEAD"]);
        state["changes"][number - 1]["closed"] = true.into();
        self.save(name, &state);
        self.git(
            &clone,
            &[
                "push",
                "--quiet",
                "origin",
                &format!("HEAD:refs/heads/{branch}"),
            ],
        );
    }

    /// Abandons a change.
    pub(crate) fn abandon(&self, name: &str, number: usize) {
        let mut state = self.state(name);
        state["changes"][number - 1]["closed"] = true.into();
        self.save(name, &state);
    }

    /// The changes that the server knows, oldest first.
    pub(crate) fn changes(&self, name: &str) -> Vec<serde_json::Value> {
        self.state(name)["changes"].as_array().unwrap().clone()
    }

    fn state(&self, name: &str) -> serde_json::Value {
        let text = fs_err::read_to_string(self.path("git").join(name).join("gerrit.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    fn save(&self, name: &str, state: &serde_json::Value) {
        fs_err::write(
            self.path("git").join(name).join("gerrit.json"),
            state.to_string(),
        )
        .unwrap();
    }
}
