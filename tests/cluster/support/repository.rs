use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Env, Host, Lab};

/// Where the repository is deployed, below `/srv/deployment`.
pub(crate) const KEY: &str = "tea-pot/deploy";

/// A deploy repository with two groups of hosts, whose service is `tea-pot`, and whose source is a submodule.
pub(crate) struct Repository<'a> {
    env: &'a Env,
}

impl<'a> Repository<'a> {
    /// Makes it in the working directory, with one commit.
    pub(crate) fn new(env: &'a Env, canary: &[&Host], others: &[&Host]) -> Self {
        let repository = Self { env };
        let source = env.work().join("source");
        env.write("source/version", "1\n");
        env.git_in(&source, &["init", "-q", "-b", "master"]);
        env.git_in(&source, &["add", "-A"]);
        env.git_in(&source, &["commit", "-q", "-m", "Begin"]);

        let names = |hosts: &[&Host]| -> String {
            let lines = hosts.iter().map(|host| format!("{}\n", host.name()));
            lines.collect()
        };
        repository.write("scap/canary", &names(canary));
        repository.write("scap/targets", &names(others));
        repository.write("scap/scap.cfg", CONFIG);
        repository.write("scap/checks.yaml", CHECKS);
        repository.git(&["init", "-q", "-b", "master"]);
        let local = ["-c", "protocol.file.allow=always"];
        let add = ["submodule", "--quiet", "add", "../source", "src"];
        repository.git(&[&local[..], &add].concat());
        repository.commit("Begin");
        repository
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.env.work().join("deploy")
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.env.git_in(&self.folder(), arguments)
    }

    /// Writes a file, which `commit` adds.
    pub(crate) fn write(&self, path: &str, text: &str) {
        self.env.write(&format!("deploy/{path}"), text);
    }

    /// Sets a key in `scap.cfg`, which `commit` adds.
    pub(crate) fn set(&self, key: &str, value: &str) {
        self.unset(key);
        let text = self.env.read("deploy/scap/scap.cfg");
        self.write("scap/scap.cfg", &format!("{text}{key}: {value}\n"));
    }

    /// Takes a key out of `scap.cfg`.
    pub(crate) fn unset(&self, key: &str) {
        let text = self.env.read("deploy/scap/scap.cfg");
        let start = format!("{key}:");
        let kept = text.lines().filter(|line| !line.starts_with(&start));
        let kept: String = kept.map(|line| format!("{line}\n")).collect();
        self.write("scap/scap.cfg", &kept);
    }

    /// Adds files of random bytes, which do not compress, as installed packages are: as many, and as large together.
    pub(crate) fn grow(&self, files: usize, bytes: usize) {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for number in 0..files {
            let mut content = Vec::with_capacity(bytes / files + 8);
            while content.len() < bytes / files {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                content.extend(state.to_le_bytes());
            }
            content.truncate(bytes / files);
            let path = self
                .folder()
                .join(format!("node_modules/package{}/{number}.bin", number / 20));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
    }

    /// Commits what was written; returns the revision.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
        self.publish();
        self.git(&["rev-parse", "HEAD"])
    }

    /// Commits a check that waits on each host until there is a file `/tmp/gate`.
    pub(crate) fn gate(&self) -> String {
        let checks = "checks:\n  gate: {type: command, after: handle_service, shell: true, timeout: 60,\n    command: 'touch /tmp/at-gate; while [ ! -e /tmp/gate ]; do sleep 0.1; done'}\n";
        self.write("scap/checks.yaml", checks);
        self.commit("Gate")
    }

    /// Commits to the source that it has another version, and to this repository that it has another source.
    pub(crate) fn release(&self, version: &str) -> String {
        self.write("src/version", &format!("{version}\n"));
        let source = self.folder().join("src");
        self.env
            .git_in(&source, &["commit", "-q", "-a", "-m", version]);
        self.commit(&format!("Release {version}"))
    }

    /// The same, with other files of the source that were written or removed.
    pub(crate) fn release_with(&self, version: &str, files: &[&str]) -> String {
        let source = self.folder().join("src");
        for file in files {
            self.env.git_in(&source, &["add", "-A", file]);
        }
        self.release(version)
    }

    /// Writes what a server without git needs.
    fn publish(&self) {
        self.git(&["update-server-info"]);
        let source: &Path = &self.folder().join("src");
        self.env.git_in(source, &["update-server-info"]);
    }
}

/// svcgen in the deploy repository.
pub(crate) fn svcgen(
    lab: &Lab,
    env: &Env,
    repository: &Repository<'_>,
    arguments: &[&str],
) -> Command {
    let mut command = lab.svcgen(env);
    command.args(arguments);
    command.arg("--deploy-repo").arg(repository.folder());
    command
}

/// Whether an event is the beginning of the check that waits.
pub(crate) fn at_gate(event: &str) -> bool {
    event.contains("\"check\":\"gate\"") && event.contains("step_started")
}

const CONFIG: &str = "\
[global]
git_repo: tea-pot/deploy
git_deploy_dir: /srv/deployment
git_submodules: True
ssh_user: deploy-service
server_groups: canary, default
canary_dsh_targets: canary
dsh_targets: targets
service_name: tea-pot
service_port: 6100
service_timeout: 10
";

const CHECKS: &str = "\
checks:
  endpoints:
    type: nrpe
    stage: handle_service
    command: check_endpoints_tea-pot
";
