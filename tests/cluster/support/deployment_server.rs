use std::process::Command;

use super::{Deployer, Env, Host, KEY, Lab, Repository};

/// A host that Scap deploys from, or rather what stands for Scap, with the clone that it deploys.
pub(crate) struct DeploymentServer<'a> {
    host: &'a Host,
    env: &'a Env,
    repository: &'a Repository<'a>,
}

/// The site that knows the server.
const SITE: &str = "scap";

impl<'a> DeploymentServer<'a> {
    /// Makes a host one, and targets such that Scap reaches them.
    pub(crate) fn new(
        lab: &Lab,
        env: &'a Env,
        repository: &'a Repository<'a>,
        host: &'a Host,
        targets: &[&Host],
    ) -> Self {
        host.install_python();
        let read = |file: &str| std::fs::read_to_string(lab.folder().join(file)).unwrap();
        host.write("/usr/bin/scap", 755, include_str!("../scap-server"));
        host.write("/etc/ssh/ssh_known_hosts", 644, &read("known_hosts"));
        host.sh("mkdir -p /etc/keyholder.d");
        host.write("/etc/keyholder.d/deploy_service", 600, &read("key"));
        host.sh(&format!(
            "chown deploy-service: /etc/keyholder.d/deploy_service
             git config --system protocol.file.allow always
             git config --system user.name Scap; git config --system user.email scap@example.org
             mkdir -p /srv/git /srv/deployment/{KEY} && chown -R deploy-service: /srv/git /srv/deployment
             chmod 1777 /run/lock
             cd /srv/deployment && setpriv --reuid nobody --clear-groups python3 -m http.server 8080 </dev/null >/tmp/http.log 2>&1 &"
        ));
        host.wait_until(
            "grep -q Serving /tmp/http.log || bash -c ': >/dev/tcp/127.0.0.1/8080' 2>/dev/null",
        );
        for target in targets {
            target.write("/tmp/scap-local", 755, include_str!("../scap-local"));
        }
        let site = format!(
            "version: 1\nname: {SITE}\ndeployment: {{engine: scap, server: {}, directory: /srv/deployment}}\n",
            host.name()
        );
        let path = env.home().join(format!("config/svcgen/sites/{SITE}.yaml"));
        std::fs::write(path, site).unwrap();
        repository.set("git_server", &format!("{}:8080", host.name()));
        repository.set("lock_file", "/tmp/scap.lock");
        repository.commit("From the deployment server");
        let server = Self {
            host,
            env,
            repository,
        };
        for name in ["source", "deploy"] {
            server.as_deployer(&format!("git init -q --bare -b master /srv/git/{name}"));
        }
        server.push(lab);
        server.as_deployer(&format!(
            "git clone -q --recurse-submodules /srv/git/deploy /srv/deployment/{KEY}"
        ));
        server
    }

    /// Pushes what was committed to where the server pulls from.
    pub(crate) fn push(&self, lab: &Lab) {
        let root = self.repository.folder();
        for (folder, name) in [(root.join("src"), "source"), (root.clone(), "deploy")] {
            let mut command = Command::new("git");
            self.env.enclose(&mut command);
            let ssh = format!("ssh -F {}", lab.ssh_config().display());
            command.env("GIT_SSH_COMMAND", ssh).current_dir(&folder);
            command.args(["push", "-q"]);
            command.arg(format!("{}:/srv/git/{name}", self.host.name()));
            command.arg("HEAD:master");
            let output = command.output().unwrap();
            let words = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{words}");
        }
    }

    /// Commits another version of the service, and pushes it.
    pub(crate) fn release(&self, lab: &Lab, version: &str) -> String {
        let revision = self.repository.release(version);
        self.push(lab);
        revision
    }

    /// Somebody who deploys with Scap.
    pub(crate) fn deployer(&self, lab: &Lab) -> Deployer<'a> {
        Deployer::new(lab, self.env, self.repository).at_site(SITE)
    }

    /// Runs a shell's text there as whoever deploys.
    pub(crate) fn as_deployer(&self, text: &str) -> String {
        let quoted = text.replace('\'', r"'\''");
        self.host.sh(&format!(
            "cd / && setpriv --reuid deploy-service --regid deploy-service --init-groups env HOME=/home/deploy-service sh -c '{quoted}'"
        ))
    }

    /// Runs a shell's text as whoever deploys, in the directory of the deploy repository.
    pub(crate) fn in_directory(&self, text: &str) -> String {
        self.as_deployer(&format!("cd /srv/deployment/{KEY} && {text}"))
    }
}
