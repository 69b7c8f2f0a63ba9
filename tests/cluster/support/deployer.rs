use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::{Env, Lab, Pty, Repository, Run};

/// Whoever deploys, on a machine of his own, from a repository that may be another's.
pub(crate) struct Deployer<'a> {
    env: &'a Env,
    repository: PathBuf,
    /// His own, so that his connections are told from others'.
    ssh_config: PathBuf,
    site: Option<&'static str>,
}

impl<'a> Deployer<'a> {
    pub(crate) fn new(lab: &Lab, env: &'a Env, repository: &Repository<'_>) -> Self {
        let ssh_config = env.home().join("ssh_config");
        let include = format!("Include {}\n", lab.ssh_config().display());
        std::fs::write(&ssh_config, include).unwrap();
        let repository = repository.folder();
        Self {
            env,
            repository,
            ssh_config,
            site: None,
        }
    }

    /// The same, in an organisation.
    pub(super) fn at_site(mut self, site: &'static str) -> Self {
        self.site = Some(site);
        self
    }

    /// svcgen, with the repository named last.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.env.command();
        command.env("SVCGEN_SSH_CONFIG", &self.ssh_config);
        command.envs(self.site.map(|site| ("SVCGEN_SITE", site)));
        command.args(arguments).arg("--deploy-repo");
        command.arg(&self.repository);
        command
    }

    /// Starts svcgen on a terminal.
    pub(crate) fn at_terminal(&self, arguments: &[&str]) -> Pty {
        let repository = ["--deploy-repo", self.repository.to_str().unwrap()];
        let ssh_config = self.ssh_config.to_str().unwrap();
        let mut variables = vec![("SVCGEN_SSH_CONFIG", ssh_config)];
        variables.extend(self.site.map(|site| ("SVCGEN_SITE", site)));
        Pty::start_with(self.env, &[arguments, &repository].concat(), &variables)
    }

    /// Runs svcgen to its end; after that, no connection of it is left.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.start(arguments).end()
    }

    /// Deploys; where that fails, it is rolled back.
    pub(crate) fn deploy(&self) -> Run {
        self.run(DEPLOY)
    }

    /// Runs svcgen, without waiting for its end.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running<'_> {
        let mut command = self.command(arguments);
        let said = tempfile::NamedTempFile::new().unwrap();
        command
            .stdout(Stdio::piped())
            .stderr(said.reopen().unwrap());
        Running {
            child: command.spawn().unwrap(),
            said,
            deployer: self,
        }
    }

    /// Waits until no ssh of his is left: those that were told to go may take a moment, and those that were still
    /// connecting find out that nobody waits for them when they are through, or have waited long enough.
    #[track_caller]
    pub(crate) fn wait_until_disconnected(&self) {
        let begun = std::time::Instant::now();
        while !self.connections().is_empty() {
            let left = self.connections();
            assert!(begun.elapsed().as_secs() < 15, "{left:?}");
            std::thread::yield_now();
        }
    }

    /// The ssh processes of this machine that are his.
    fn connections(&self) -> Vec<String> {
        let own = self.ssh_config.to_str().unwrap();
        let processes = std::fs::read_dir("/proc").unwrap();
        let lines = processes.filter_map(|process| {
            let line = std::fs::read(process.ok()?.path().join("cmdline")).ok()?;
            Some(String::from_utf8_lossy(&line).replace('\0', " "))
        });
        lines.filter(|line| line.contains(own)).collect()
    }
}

/// The arguments of a deploy that nobody watches.
pub(crate) const DEPLOY: &[&str] = &["deploy", "--on-failure", "rollback"];

/// svcgen at work.
pub(crate) struct Running<'a> {
    child: Child,
    /// What it has said on stderr so far.
    said: tempfile::NamedTempFile,
    deployer: &'a Deployer<'a>,
}

impl Running<'_> {
    /// Sends it a signal, by its name.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits until it has said something.
    #[track_caller]
    pub(crate) fn wait_until_said(&self, words: &str) {
        let begun = std::time::Instant::now();
        loop {
            let said = std::fs::read_to_string(self.said.path()).unwrap();
            if said.contains(words) {
                return;
            }
            assert!(
                begun.elapsed().as_secs() < 40,
                "never said: {words}: {said}"
            );
            std::thread::yield_now();
        }
    }

    /// Whether it has come to its end.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Ends it at once, with no chance to do anything about it.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end; after that, no connection of it is left.
    pub(crate) fn end(self) -> Run {
        let mut output = self.child.wait_with_output().unwrap();
        output.stderr = std::fs::read(self.said.path()).unwrap();
        let run = self.deployer.env.ended(output);
        self.deployer.wait_until_disconnected();
        run
    }
}
