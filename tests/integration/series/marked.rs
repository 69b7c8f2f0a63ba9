//! Lines that both sides changed in a file of the series.

use super::{change_ids, done, env, run};
use crate::support::Env;

const PROFILE: &str = "puppet/modules/profile/manifests/trendingedits.pp";

/// A commit of the series in which somebody made a number another one than the model has now.
fn both_changed() -> Env {
    let env = env();
    done(&env, &["--commit"]);
    env.replace(
        PROFILE,
        "'default_value' => 86400",
        "'default_value' => 7200",
    );
    env.git(
        "puppet",
        &["commit", "--quiet", "--all", "--amend", "--no-edit"],
    );
    env.replace("svcgen.yaml", "default: 86400", "default: 600");
    env
}

#[test]
fn what_both_changed_is_marked_by_the_command_of_check() {
    let env = both_changed();
    let ids = change_ids(&env, "-4");
    let before = env.read(PROFILE);
    let refused = run(&env, &["--commit"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    let command = "svcgen puppet --repo HOME/work/puppet --series";
    let hint = format!("hint: `{command}` marks them in the file, as git does");
    assert!(refused.stderr.contains(&hint), "{}", refused.show());
    assert_eq!(env.read(PROFILE), before);
    let check = env.svcgen(&["check", "--puppet-repo", "puppet"]);
    assert!(
        check
            .stdout
            .contains("$ svcgen puppet --repo puppet --series\n"),
        "{}",
        check.show()
    );
    for options in [&["--dry-run"][..], &[]] {
        assert_eq!(env.read(PROFILE), before);
        let marked = run(&env, options);
        assert_eq!(marked.code, 11, "{}", marked.show());
    }
    let marked = env.read(PROFILE);
    for line in ["<<<<<<< yours", "7200", ">>>>>>> svcgen", "600"] {
        assert!(marked.contains(line), "{marked}");
    }
    // What is not resolved is not committed, nor what is resolved in the files alone.
    let resolved = before.replace("86400", "600").replace("7200", "3600");
    for text in [&marked, &resolved] {
        env.write(PROFILE, text);
        let refused = run(&env, &["--commit"]);
        assert_eq!(refused.code, 11, "{}", refused.show());
        let told = "`modules/profile/manifests/trendingedits.pp` had conflicts marked, and is not committed since";
        assert!(refused.stderr.contains(told), "{}", refused.show());
    }
    env.git(
        "puppet",
        &["commit", "--quiet", "--all", "--amend", "--no-edit"],
    );
    done(&env, &["--commit"]);
    assert_eq!(env.read(PROFILE), resolved);
    assert_eq!(change_ids(&env, "-4"), ids);
}

#[test]
fn a_side_that_is_taken_in_the_files_is_committed() {
    for side in ["yours", "svcgen"] {
        let env = both_changed();
        assert_eq!(run(&env, &[]).code, 11);
        done(&env, &["--conflicts", side]);
        let decided = env.read(PROFILE);
        let has = |number: &str| decided.contains(&format!("'default_value' => {number}"));
        let sides = (side == "yours", side == "svcgen");
        assert_eq!((has("7200"), has("600")), sides, "{decided}");
        let words = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
        env.git("puppet", &words);
        done(&env, &["--commit"]);
        assert_eq!(env.read(PROFILE), decided);
    }
}

#[test]
fn nothing_is_marked_where_nobody_can_be_asked() {
    let env = both_changed();
    let before = env.read(PROFILE);
    let words = ["puppet", "--repo", "puppet", "--series", "--no-verify"];
    let run = env.svcgen(&words);
    assert_eq!(run.code, 11, "{}", run.show());
    assert_eq!(env.read(PROFILE), before);
}
