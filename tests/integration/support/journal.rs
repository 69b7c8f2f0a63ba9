use svcgen::event::{
    About, DeployId, DeployResult, Event, EventKind, HostCounts, HostOutcome, Level, StepOutcome,
    VERSION,
};
use svcgen::model::{GroupName, HostName, Revision};
use svcgen::scap::DeployStage;

use super::Env;

/// The path of the repository of these journals below the deploy directory.
pub(crate) const KEY: &str = "tea-pot/deploy";

/// A deploy repository without history, in the working directory: enough to say whose journals are meant.
pub(crate) fn deploy_repository(env: &Env, hosts: &[&str]) {
    env.write("scap/targets", &hosts.join("\n"));
    let config = format!(
        "[global]\ngit_repo: {KEY}\ngit_deploy_dir: /srv/deployment\nssh_user: deploy-service\ndsh_targets: targets\n"
    );
    env.write("scap/scap.cfg", &config);
    let work = env.work();
    env.git_in(&work, &["init", "-q", "-b", "master"]);
    env.git_in(&work, &["add", "-A"]);
    env.git_in(&work, &["commit", "-q", "-m", "Begin"]);
}

/// The events of a deploy, in the form in which the program writes them.
pub(crate) struct Story {
    pub(crate) id: DeployId,
    pub(crate) events: Vec<Event>,
}

pub(crate) const REVISION: &str = "4be1c09aa0d5b1a4f7d4c6a4e2b1f9d3c5a7e811";

pub(crate) fn host(name: &str) -> HostName {
    HostName::parse(name).unwrap()
}

pub(crate) fn revision() -> Revision {
    Revision::parse(REVISION).unwrap()
}

impl Story {
    pub(crate) fn new(id: &str) -> Self {
        Self {
            id: DeployId::parse(id).unwrap(),
            events: Vec::new(),
        }
    }

    /// Begins a deploy to hosts.
    pub(crate) fn begin(id: &str, hosts: &[&str]) -> Self {
        let mut story = Self::new(id);
        let started = EventKind::DeployStarted {
            repository: KEY.into(),
            revision: revision(),
            environment: None,
            user: "ada".into(),
            machine: "deploy1002".into(),
            message: "more cups".into(),
            action: "deploy".into(),
            hosts: hosts.iter().map(|name| host(name)).collect(),
            resumes: None,
        };
        let text = format!("deploy of {KEY}@4be1c09 on {} hosts", hosts.len());
        story.add(None, None, Level::Info, &text, started);
        story
    }

    pub(crate) fn add(
        &mut self,
        on: Option<&str>,
        stage: Option<DeployStage>,
        level: Level,
        text: &str,
        kind: EventKind,
    ) {
        let seq = self.events.len() as u64 + 1;
        self.events.push(Event {
            v: VERSION,
            // A second apart, so that the lines are told from each other.
            at: jiff::Timestamp::from_second(1_795_392_000 + seq as i64).unwrap(),
            seq,
            deploy: self.id.clone(),
            about: About {
                host: on.map(host),
                group: on.map(|_| GroupName::parse("default").unwrap()),
                stage,
            },
            level,
            text: text.into(),
            kind,
        });
    }

    /// A stage that a host passes, with what it writes meanwhile.
    pub(crate) fn pass(&mut self, on: &str, stage: DeployStage, wrote: &[&str]) {
        let name = stage.as_str();
        let started = EventKind::StepStarted {
            revision: revision(),
            check: None,
        };
        self.add(Some(on), Some(stage), Level::Info, name, started);
        for line in wrote {
            self.add(Some(on), Some(stage), Level::Debug, line, EventKind::Output);
        }
        let finished = EventKind::StepFinished {
            outcome: StepOutcome::Passed,
            check: None,
            code: Some(0),
            seconds: 0.25,
        };
        let text = format!("{name} passed");
        self.add(Some(on), Some(stage), Level::Info, &text, finished);
    }

    /// Ends it well.
    pub(crate) fn end(&mut self, hosts: &[&str]) {
        for name in hosts {
            let kind = EventKind::HostFinished {
                outcome: HostOutcome::New,
                live: Some(revision()),
                command: None,
            };
            self.add(Some(name), None, Level::Info, "4be1c09 is live", kind);
        }
        let of = hosts.len();
        let kind = EventKind::DeployFinished {
            result: DeployResult::Deployed,
            seconds: 41.3,
            counts: HostCounts {
                new: of,
                ..HostCounts::default()
            },
        };
        let text = format!("4be1c09 is live on {of} of {of} hosts");
        self.add(None, None, Level::Info, &text, kind);
    }

    /// The lines of the journal.
    pub(crate) fn lines(&self) -> String {
        let lines = self
            .events
            .iter()
            .map(|event| serde_json::to_string(event).unwrap() + "\n");
        lines.collect()
    }

    /// Puts it where the program looks for it.
    pub(crate) fn write(&self, env: &Env) {
        env.write(&self.path(), &self.lines());
    }

    /// Its file, from the working directory.
    pub(crate) fn path(&self) -> String {
        format!("{}/{}.jsonl", Self::folder(), self.id)
    }

    pub(crate) fn folder() -> String {
        format!("../.local/state/svcgen/deploys/{KEY}")
    }
}
