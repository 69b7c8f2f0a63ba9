use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Env, has_tool};

/// The model of the service whose hosts these are.
pub(crate) const TEA_TIME: &str = "\
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

/// A folder that stands for the hosts and for the review server: their keys, their configuration, what is deployed.
///
/// No port is opened: ssh speaks to an `sshd -i` through its ProxyCommand.
pub(crate) struct SshFarm {
    pub(crate) env: Env,
}

impl SshFarm {
    pub(crate) fn new() -> Option<Self> {
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
             ProxyCommand {0} -i -f {shown}/sshd_config\nHost review.farm.example\n  \
             ProxyCommand {0} -i -f {shown}/gerrit_config\nHost *\n  ProxyCommand false\n",
            sshd.unwrap_or("sshd")
        );
        std::fs::write(folder.join("ssh_config"), config).unwrap();
        farm.env.write("svcgen.yaml", TEA_TIME);
        let site = farm.env.home().join("config/svcgen/sites/example.yaml");
        let text = std::fs::read_to_string(&site).unwrap();
        let releases = folder.join("releases");
        let text = text.replace("/srv/releases", releases.to_str().unwrap());
        std::fs::write(site, text).unwrap();
        Some(farm)
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.env.home().join("farm")
    }

    fn write_server(&self) {
        let folder = self.folder();
        let shown = folder.display();
        let config = format!(
            "HostKey {shown}/host\nAuthorizedKeysFile {shown}/authorized\nStrictModes no\nUsePAM no\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nPidFile none\n"
        );
        std::fs::write(folder.join("sshd_config"), &config).unwrap();
        // All that Gerrit's ssh server has is commands.
        let gerrit = format!("{config}ForceCommand echo gerrit version 3.10.1\n");
        std::fs::write(folder.join("gerrit_config"), gerrit).unwrap();
    }

    pub(crate) fn let_in(&self, is_let_in: bool) {
        let key = std::fs::read_to_string(self.folder().join("user.pub")).unwrap();
        let text = if is_let_in { key } else { String::new() };
        std::fs::write(self.folder().join("authorized"), text).unwrap();
    }

    pub(crate) fn deploy(&self, revision: &str) {
        let folder = self.folder().join("releases/tea-time");
        let release = folder.join(format!("deploy-cache/revs/{revision}"));
        std::fs::create_dir_all(&release).unwrap();
        std::os::unix::fs::symlink(release, folder.join("deploy")).unwrap();
    }

    /// svcgen with the configuration of ssh that leads to these hosts.
    pub(crate) fn command(&self) -> Command {
        let mut command = self.env.command();
        command.env("SVCGEN_SSH_CONFIG", self.folder().join("ssh_config"));
        command
    }
}
