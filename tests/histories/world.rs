use std::path::PathBuf;
use std::process::Command;

use crate::env::{Env, Run};

/// The clones that svcgen writes into: name, generator, the branch that changes are meant for.
pub(crate) const CLONES: [(&str, &str); 2] = [("puppet", "live"), ("vagrant", "main")];

/// The branch of the changes of svcgen's.
pub(crate) const TOPIC: &str = "svcgen/trending-edits";

/// The folder of a history: a home, servers, clones; and the shell that has made all of it.
pub(crate) struct World {
    env: Env,
    /// What was done, as it is typed.
    script: Vec<String>,
}

impl World {
    pub(crate) fn new() -> Self {
        let env = Env::new();
        let begin = env.run(Command::new("sh").args([
            BEGIN,
            env.home().to_str().unwrap(),
            env!("CARGO_BIN_EXE_svcgen"),
        ]));
        assert_eq!(begin.code, 0, "{}", begin.show());
        Self {
            env,
            script: Vec::new(),
        }
    }

    /// The folder that has the clones.
    pub(crate) fn work(&self) -> PathBuf {
        self.env.work()
    }

    /// The repository of a review server.
    pub(crate) fn server(&self, clone: &str) -> PathBuf {
        self.env.home().join("server").join(clone)
    }

    /// A path as it is on this machine.
    pub(crate) fn real(&self, text: &str) -> String {
        text.replace("HOME/", &format!("{}/", self.env.home().to_str().unwrap()))
    }

    /// Types something, in the folder that has the clones.
    pub(crate) fn sh(&mut self, text: &str) -> Run {
        let moment = self.script.len() + 1;
        let text = format!("at {moment}; {text}");
        self.script.push(text.clone());
        let mut command = Command::new("sh");
        self.env.enclose(&mut command);
        command.args(["-c", &format!(". ../environment\n{text}")]);
        self.env.left_by(command.output().unwrap())
    }

    /// Says how to do it all again.
    pub(crate) fn script(&self) -> String {
        let home = self.env.home().to_str().unwrap();
        let script = self.script.join("\n").replace(home, "$HOME");
        format!(
            "sh {BEGIN} /dev/shm/history target/debug/svcgen && . /dev/shm/history/environment\n{script}"
        )
    }
}

const BEGIN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/histories/begin");
