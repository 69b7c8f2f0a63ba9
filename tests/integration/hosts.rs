//! `svcgen status` finds out from real ssh servers whether the service is deployed.

use crate::support::{Env, Run, SshFarm, TEA_TIME};

struct Farm(SshFarm);

impl Farm {
    fn new() -> Option<Self> {
        SshFarm::new().map(Self)
    }

    fn status(&self, arguments: &[&str]) -> Run {
        let mut command = self.0.command();
        command.args([&["status"], arguments].concat());
        let run = self.0.env.run(&mut command);
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

    farm.0.let_in(false);
    let denied = farm.step("access request");
    assert!(
        denied.starts_with("waiting: filed as T2; not let in by 2 of 2 hosts (tea1.farm.example: ")
            && denied.contains("Permission denied"),
        "{denied}"
    );

    farm.0.let_in(true);
    assert_eq!(
        farm.step("access request"),
        "done: filed as T2; you can log in to all 2 hosts"
    );
    let first = farm.step("first deployment");
    assert!(
        first.starts_with("later: no release on 2 of 2 hosts; after "),
        "{first}"
    );

    farm.0.deploy(REVISION);
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
    farm.0
        .env
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
    env.write("svcgen.yaml", TEA_TIME);
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
