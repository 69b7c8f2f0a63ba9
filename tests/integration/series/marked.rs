//! Lines that both sides changed in a file of the series.

use super::{change_ids, done, env, put_into, run};
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
    // What is not resolved is not committed.
    let refused = run(&env, &["--commit"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    let told =
        "`modules/profile/manifests/trendingedits.pp` has conflicts marked that are not resolved";
    assert!(refused.stderr.contains(told), "{}", refused.show());
    let resolved = before.replace("86400", "600").replace("7200", "3600");
    env.write(PROFILE, &resolved);
    let words = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
    env.git("puppet", &words);
    done(&env, &["--commit"]);
    assert_eq!(env.read(PROFILE), resolved);
    assert_eq!(change_ids(&env, "-4"), ids);
}

#[test]
fn what_a_conflict_was_resolved_to_goes_into_its_patch() {
    // By hand, which the next run in the files takes or not, or by a side.
    for (side, number) in [
        ("hand", "900"),
        ("taken", "900"),
        ("yours", "7200"),
        ("svcgen", "600"),
    ] {
        for is_last in [true, false] {
            let env = both_changed();
            if !is_last {
                // The same edit in the first commit.
                let text = env.read(PROFILE);
                env.git("puppet", &["reset", "--quiet", "--hard", "HEAD@{1}"]);
                env.write(PROFILE, &text);
                put_into(&env, "HEAD~3");
            }
            let ids = change_ids(&env, "-4");
            let tip = env.git("puppet", &["rev-parse", "HEAD"]);
            assert_eq!(run(&env, &[]).code, 11);
            match side {
                "hand" | "taken" => {
                    let marked = env.read(PROFILE);
                    let (before, rest) = marked.split_once("<<<<<<< yours\n").unwrap();
                    let (_, after) = rest.split_once(">>>>>>> svcgen\n").unwrap();
                    let (yours, _) = rest.split_once("=======\n").unwrap();
                    let yours = yours.replace("7200", "900");
                    env.write(PROFILE, &format!("{before}{yours}{after}"));
                    if side == "taken" {
                        done(&env, &[]);
                    }
                }
                side => drop(done(&env, &["--conflicts", side])),
            }
            let decided = env.read(PROFILE);
            let line = format!("'default_value' => {number}");
            assert!(decided.contains(&line), "{side}: {decided}");
            let run = done(&env, &["--commit"]);
            assert_eq!(env.read(PROFILE), decided, "{side}: {}", run.show());
            assert_eq!(env.status("puppet"), "", "{side}");
            assert_eq!(change_ids(&env, "-4"), ids);
            let first = env.git("puppet", &["show", "HEAD~3"]);
            assert!(first.contains(&line), "{side}: {first}");
            let later = env.git(
                "puppet",
                &[
                    "diff",
                    "HEAD~3",
                    "HEAD",
                    "--",
                    "modules/profile/manifests/trendingedits.pp",
                ],
            );
            assert_eq!(later, "", "{side}");
            if side != "yours" {
                let kept = format!("`kept-{}` has it", &tip[..10]);
                assert!(run.stderr.contains(&kept), "{side}: {}", run.show());
            }
            let tip = env.git("puppet", &["rev-parse", "HEAD"]);
            done(&env, &["--commit"]);
            assert_eq!(env.git("puppet", &["rev-parse", "HEAD"]), tip, "{side}");
        }
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

#[test]
fn marks_that_are_taken_back_decide_nothing() {
    for back in [&["restore", "."][..], &["stash", "--quiet"]] {
        let env = env();
        done(&env, &["--commit"]);
        let edited = "'default_value' => 7200";
        env.replace(PROFILE, "'default_value' => 86400", edited);
        env.replace("svcgen.yaml", "default: 86400", "default: 600");
        env.replace("svcgen.yaml", "port: 6699", "port: 6698");
        let marked = run(&env, &["--force"]);
        assert_eq!(marked.code, 11, "{}", marked.show());
        assert!(env.read(PROFILE).contains("<<<<<<< "));
        env.git("puppet", back);
        done(&env, &["--commit"]);
        let text = env.read(PROFILE);
        assert!(text.contains("'default_value' => 600"), "{text}");
        assert!(!text.contains("6699"), "{text}");
        done(&env, &["--commit"]);
        let check = env.svcgen(&["check", "--puppet-repo", "puppet"]);
        assert_eq!(check.code, 0, "{}", check.show());
    }
}
