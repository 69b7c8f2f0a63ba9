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
