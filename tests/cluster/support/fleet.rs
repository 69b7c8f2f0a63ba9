use super::{DEPLOY, Deployer, DeploymentServer, Env, Host, KEY, Lab, Repository, Running};

/// A deployment server with three targets, on which a first release is live.
pub(crate) struct Fleet<'a> {
    pub(crate) lab: &'a Lab,
    /// The machine of whoever deploys.
    pub(crate) env: &'a Env,
    pub(crate) repository: &'a Repository<'a>,
    pub(crate) scap: &'a DeploymentServer<'a>,
    pub(crate) deployer: Deployer<'a>,
    pub(crate) server: &'a Host,
    pub(crate) canary: &'a Host,
    pub(crate) one: &'a Host,
    pub(crate) two: &'a Host,
    /// The release that is live.
    pub(crate) first: String,
}

impl Fleet<'_> {
    /// Lends one to a test.
    pub(crate) fn lend(test: impl FnOnce(&Fleet<'_>)) {
        let Some(lab) = Lab::get() else { return };
        let [server, canary, one, two] = lab.hosts();
        let env = Env::new();
        let repository = Repository::new(&env, &[&canary], &[&one, &two]);
        let targets = [&canary, &one, &two];
        let scap = DeploymentServer::new(&lab, &env, &repository, &server, &targets);
        let first = repository.git(&["rev-parse", "HEAD"]);
        scap.in_directory(
            "git tag -a -m first scap/sync/2026-01-01/0001 && git update-server-info &&
             git --git-dir .git/modules/src update-server-info",
        );
        for target in targets {
            target.sh(&format!(
                "cd / && setpriv --reuid deploy-service --regid deploy-service --init-groups env HOME=/home/deploy-service \
                 bash /tmp/scap-local deploy http://{}:8080/{KEY}/.git {KEY} {first}",
                server.name()
            ));
        }
        test(&Fleet {
            lab: &lab,
            env: &env,
            repository: &repository,
            scap: &scap,
            deployer: scap.deployer(&lab),
            server: &server,
            canary: &canary,
            one: &one,
            two: &two,
            first,
        });
    }

    /// Commits another version, and pushes it.
    pub(crate) fn release(&self) -> String {
        self.scap.release(self.lab, "2")
    }

    /// A deploy of another version that has promoted it on the canary, and goes on once the gate there is opened.
    pub(crate) fn halfway(&self) -> (String, Running<'_>) {
        let revision = self.release();
        self.canary.gate("promote");
        let running = self.deployer.start(DEPLOY);
        self.canary.wait_until_at_gate();
        (revision, running)
    }

    /// Sets keys of `scap.cfg`, for the next release.
    pub(crate) fn set(&self, keys: &[(&str, &str)]) {
        for (key, value) in keys {
            self.repository.set(key, value);
        }
    }

    /// Asserts what is live on the canary and on the others.
    #[track_caller]
    pub(crate) fn assert_live(&self, revisions: [&str; 3]) {
        let live = [self.canary, self.one, self.two].map(|host| host.current().unwrap_or_default());
        assert_eq!(live, revisions);
    }
}

impl Host {
    /// Has a stage of Scap's go wrong here, by a shell's text that follows it.
    pub(crate) fn fault(&self, stage: &str, text: &str) {
        self.write(&format!("/tmp/fault/{stage}"), 644, text);
    }

    /// Has a stage of Scap's wait here, once it has done its work.
    pub(crate) fn gate(&self, stage: &str) {
        self.fault(
            stage,
            "touch /tmp/at-gate; while [ ! -e /tmp/gate ]; do sleep 0.05; done",
        );
    }

    /// Waits until the stage waits.
    #[track_caller]
    pub(crate) fn wait_until_at_gate(&self) {
        self.wait_until("[ -e /tmp/at-gate ]");
    }

    /// Lets the stage go on.
    pub(crate) fn open_gate(&self) {
        self.sh("touch /tmp/gate");
    }
}
