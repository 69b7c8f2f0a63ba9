//! Series in a clone where nothing is remembered of them.

use super::{change_ids, done, env, run, subjects};
use crate::support::Env;

/// A clone with the patches, and a model that has changed since in what each of them says.
fn forgotten() -> Env {
    let env = env();
    done(&env, &["--commit"]);
    std::fs::remove_dir_all(env.work().join("puppet/.git/svcgen")).unwrap();
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    env.replace("svcgen.yaml", "trending[1001-1003]", "trending[1001-1004]");
    env.replace("svcgen.yaml", "10.20.1.30", "10.20.1.31");
    env.replace(
        "svcgen.yaml",
        "{approval: [",
        "{members: [bea], approval: [",
    );
    env
}

#[test]
fn a_changed_model_is_decided_by_conflicts() {
    let env = forgotten();
    let (ids, tip) = (
        change_ids(&env, "-4"),
        env.git("puppet", &["rev-parse", "HEAD"]),
    );
    let refused = run(&env, &["--commit"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    for hint in [
        "hint: if it is this service, generated elsewhere: `--conflicts svcgen` writes over it, `--conflicts yours` keeps it",
        "hint: if it is another one, write another `puppet_name` in the model",
    ] {
        assert!(refused.stderr.contains(hint), "{}", refused.show());
    }
    assert_eq!(env.git("puppet", &["rev-parse", "HEAD"]), tip);
    done(&env, &["--commit", "--conflicts", "svcgen"]);
    assert_eq!(subjects(&env).len(), 4);
    assert_eq!(change_ids(&env, "-4"), ids);
    assert_eq!(env.status("puppet"), "");
    let tip = env.git("puppet", &["rev-parse", "HEAD"]);
    done(&env, &["--commit"]);
    assert_eq!(env.git("puppet", &["rev-parse", "HEAD"]), tip);
    let check = env.svcgen(&["check", "--puppet-repo", "puppet"]);
    assert_eq!(check.code, 0, "{}", check.show());
}

#[test]
fn what_somebody_put_into_the_patches_is_kept_or_told() {
    let path = "puppet/hieradata/common/service.yaml";
    let edited = || {
        let env = forgotten();
        env.replace(path, "    port: 6699\n", "    port: 6699 # mine\n");
        env.replace(path, "    state: service_setup\n", "    state: lvs_setup\n");
        let words = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
        env.git("puppet", &words);
        env
    };
    let env = edited();
    let before = env.read(path);
    done(&env, &["--commit", "--conflicts", "yours"]);
    assert_eq!(env.read(path), before);
    assert_eq!(subjects(&env).len(), 4);
    let check = env.svcgen(&["check", "--puppet-repo", "puppet"]);
    let told = "`trending-edits.port` is `6699` already, not `6700`";
    assert!(check.stdout.contains(told), "{}", check.show());

    let env = edited();
    let tip = env.git("puppet", &["rev-parse", "HEAD"]);
    let run = done(&env, &["--commit", "--conflicts", "svcgen"]);
    let kept = format!("`kept-{}` has it", &tip[..10]);
    assert!(run.stderr.contains(&kept), "{}", run.show());
    let text = env.read(path);
    assert!(text.contains("    port: 6700 # mine\n"), "{text}");
    assert!(text.contains("    state: lvs_setup\n"), "{text}");
    assert_eq!(env.status("puppet"), "");
}
