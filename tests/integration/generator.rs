//! What the generators have in common, from the plan to the commit.

use crate::support::Env;
use crate::support::sample::{apply, changes, checkout, git, run};

const MODEL: &str = "version: 1\nsite: example\nname: my-service\ndescription: Lists what trends.\nport: 6789\nowner: {name: Ada}\n";
const HIERADATA: &str = "tree/puppet/hieradata/common.yaml";

fn add(env: &Env, path: &str, text: &str) {
    env.write(path, &format!("{}{text}", env.read(path)));
}

#[test]
fn what_somebody_has_not_committed_is_not_committed_for_them() {
    let env = checkout("vagrant");
    apply(&env, "vagrant", MODEL, &["--commit"]);
    add(&env, HIERADATA, "\nmine::secret: 1\n");
    let tip = git(&env.work().join("tree"), &["rev-parse", "HEAD"]);
    let refused = run(&env, "vagrant", MODEL, &["--commit"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    let message =
        "error: `puppet/hieradata/common.yaml` has uncommitted changes that svcgen did not make\n";
    assert!(refused.stderr.contains(message), "{}", refused.show());
    assert_eq!(git(&env.work().join("tree"), &["rev-parse", "HEAD"]), tip);
    // Where nothing is committed, nothing is in the way.
    apply(&env, "vagrant", MODEL, &[]);
    assert_eq!(changes(&env), " M puppet/hieradata/common.yaml\n");
}

#[test]
fn a_reader_that_has_gone_keeps_nothing_from_being_done() {
    let env = checkout("vagrant");
    env.write("svcgen.yaml", MODEL);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let arguments = ["vagrant", "--repo", "tree", "--yes", "--no-verify"];
    let run = env.svcgen_into(&arguments, writer);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(!run.stderr.contains("error"), "{}", run.show());
    assert_ne!(changes(&env), "");
}

#[test]
fn conflicts_are_told_to_scripts_too_and_without_escape_sequences_to_people() {
    let env = checkout("vagrant");
    add(&env, HIERADATA, "\nmyservice::broker: \"a\\eb\\x9bc\"\n");
    let model =
        format!("{MODEL}config: {{parameters: [{{name: broker, value: {{vagrant: b}}}}]}}\n");
    let run = run(&env, "vagrant", &model, &["--format", "json"]);
    assert_eq!(run.code, 11, "{}", run.show());
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(json["conflicts"][0]["path"], "puppet/hieradata/common.yaml");
    assert!(!run.stderr.contains(['\u{1b}', '\u{9b}']), "{}", run.show());
    assert!(
        run.stderr
            .contains("`myservice::broker` is `\"a\\u001bb\\u{9b}c\"` already"),
        "{}",
        run.show()
    );
}
