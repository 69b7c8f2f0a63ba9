//! `svcgen status` finds out from real ssh servers whether the service is deployed. No port is opened: ssh speaks to an
//! `sshd -i` through its ProxyCommand.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Env, Run, has_tool};

const MODEL: &str = "\
version: 1
site: example
name: tea-time
description: Says when it is time for tea.
port: 6002
owner: {name: Ada Example, shell: ada}
tickets: {service_request: T1, access_request: T2}
deploy:
  groups:
    - {name: canary, hosts: [tea1.farm.example]}
    - {name: default, hosts: [\"tea[1-2].farm.example\"]}
";

/// A folder that stands for the hosts: their keys, their configuration, what is deployed.
struct Farm {
    env: Env,
}

impl Farm {
    fn new() -> Option<Self> {
        // It is where users do not look for programs.
        let sshd = ["/usr/sbin/sshd", "/usr/bin/sshd", "/usr/local/sbin/sshd"];
        let sshd = sshd.into_iter().find(|path| Path::new(path).is_file());
        if sshd.is_none() && !has_tool("sshd") {
            return None;
        }
        let farm = Self { env: Env::new() };
        let folder = farm.folder();
        std::fs::create_dir_all(&folder).unwrap();
        for key in ["host", "user"] {
            let file = folder.join(key);
            let mut keygen = Command::new("ssh-keygen");
            keygen
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(&file);
            assert!(keygen.status().unwrap().success());
        }
        // As root, sshd wants its folder; it is made where the system starts it.
        let _there = std::fs::create_dir_all("/run/sshd");
        farm.let_in(true);
        farm.write_server();
        let shown = folder.display();
        let config = format!(
            "IdentityFile {shown}/user\nIdentitiesOnly yes\nUserKnownHostsFile /dev/null\n\
             StrictHostKeyChecking no\nLogLevel ERROR\nHost tea*.farm.example\n  \
             ProxyCommand {} -i -f {shown}/sshd_config\nHost *\n  ProxyCommand false\n",
            sshd.unwrap_or("sshd")
        );
        std::fs::write(folder.join("ssh_config"), config).unwrap();
        farm.env.write("svcgen.yaml", MODEL);
        let site = farm.env.home().join("config/svcgen/sites/example.yaml");
        let text = std::fs::read_to_string(&site).unwrap();
        let releases = folder.join("releases");
        let text = text.replace("/srv/releases", releases.to_str().unwrap());
        std::fs::write(site, text).unwrap();
        Some(farm)
    }

    fn folder(&self) -> PathBuf {
        self.env.home().join("farm")
    }

    fn write_server(&self) {
        let folder = self.folder();
        let shown = folder.display();
        let config = format!(
            "HostKey {shown}/host\nAuthorizedKeysFile {shown}/authorized\nStrictModes no\nUsePAM no\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nPidFile none\n"
        );
        std::fs::write(folder.join("sshd_config"), config).unwrap();
    }

    fn let_in(&self, is_let_in: bool) {
        let key = std::fs::read_to_string(self.folder().join("user.pub")).unwrap();
        let text = if is_let_in { key } else { String::new() };
        std::fs::write(self.folder().join("authorized"), text).unwrap();
    }

    fn deploy(&self, revision: &str) {
        let folder = self.folder().join("releases/tea-time");
        let release = folder.join(format!("deploy-cache/revs/{revision}"));
        std::fs::create_dir_all(&release).unwrap();
        std::os::unix::fs::symlink(release, folder.join("deploy")).unwrap();
    }

    fn status(&self, arguments: &[&str]) -> Run {
        let mut command = self.env.command();
        command
            .args([&["status"], arguments].concat())
            .env("SVCGEN_SSH_CONFIG", self.folder().join("ssh_config"));
        let run = self.env.run(&mut command);
        assert_eq!(run.code, 0, "{}", run.show());
        run
    }

    /// The state of a step, and what was found.
    fn step(&self, name: &str) -> String {
        let run = self.status(&["--online", "--format", "json"]);
        let value: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let steps = value["steps"].as_array().unwrap();
        let step = steps.iter().find(|step| step["name"] == name).unwrap();
        let found = step["found"].as_str().unwrap();
        format!("{}: {found}", step["state"].as_str().unwrap())
    }
}

const REVISION: &str = "0123456789abcdef0123456789abcdef01234567";

#[test]
fn hosts_are_asked_which_release_they_run() {
    let Some(farm) = Farm::new() else { return };
    let run = farm.status(&[]);
    assert!(
        run.stdout.contains("the hosts were not asked"),
        "{}",
        run.show()
    );

    farm.let_in(false);
    let denied = farm.step("access request");
    assert!(
        denied.starts_with("waiting: filed as T2; not let in by 2 of 2 hosts (tea1.farm.example: ")
            && denied.contains("Permission denied"),
        "{denied}"
    );

    farm.let_in(true);
    assert_eq!(
        farm.step("access request"),
        "done: filed as T2; you can log in to all 2 hosts"
    );
    let first = farm.step("first deployment");
    assert!(
        first.starts_with("later: no release on 2 of 2 hosts; after "),
        "{first}"
    );

    farm.deploy(REVISION);
    assert_eq!(
        farm.step("first deployment"),
        "done: `0123456789` on 2 of 2 hosts"
    );
    let run = farm.status(&["--online", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let host =
        serde_json::json!({"host": "tea2.farm.example", "answer": "release", "revision": REVISION});
    assert_eq!(value["hosts"][1], host);

    // One host that does not answer: nothing is assumed of it.
    farm.env
        .replace("svcgen.yaml", "tea[1-2].farm", "gone.farm");
    let silent = farm.step("first deployment");
    assert!(
        silent.contains(
            "`0123456789` on 1 of 2 hosts; no answer from 1 of 2 hosts (gone.farm.example: "
        ),
        "{silent}"
    );
    assert!(!silent.starts_with("done"), "{silent}");
}

#[test]
fn without_ssh_the_hosts_stay_unknown() {
    let env = Env::new();
    env.write("svcgen.yaml", MODEL);
    let mut command = env.command();
    command.args(["status", "--online"]).env("PATH", "");
    let run = env.run(&mut command);
    assert_eq!(run.code, 0, "{}", run.show());
    let words = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains(
            "no answer from 2 of 2 hosts (tea1.farm.example: there is no `ssh` on this machine)"
        ),
        "{}",
        run.show()
    );
}
