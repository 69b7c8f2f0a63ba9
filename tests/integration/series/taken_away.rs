//! Files of the patches that somebody deletes in the checkout, once they are merged.

use super::chain::reviewed;
use super::done;
use super::drift::merge;
use super::second_clone::CHECK;
use crate::support::Env;

const PROFILE: &str = "modules/profile/manifests/trendingedits.pp";
const ROLE_DATA: &str = "hieradata/role/common/trendingedits.yaml";

/// Somebody has put a line into a file that is merged, and it is deleted here.
fn deleted(env: &Env, path: &str) {
    let place = format!("puppet/{path}");
    let text = format!("# Mind the cats\n{}", env.read(&place));
    env.write(&place, &text);
    let words = ["commit", "--quiet", "--all", "--message", "theirs"];
    env.git("puppet", &words);
}

#[test]
fn lines_of_somebodys_in_a_deleted_file_are_told_before_they_go() {
    for path in [PROFILE, ROLE_DATA] {
        let (env, gerrit, clone) = reviewed();
        done(&env, &["--commit"]);
        merge(&gerrit, &clone);
        deleted(&env, path);
        merge(&gerrit, &clone);
        let place = env.work().join("puppet").join(path);
        std::fs::remove_file(&place).unwrap();
        let root = clone.display();
        let restore = format!("git -C {root} restore --staged --worktree -- {path}");
        let check = env.svcgen(CHECK);
        assert_eq!(check.code, 3, "{}", check.show());
        let told = "is gone: removed, or on another branch; the last commit has it, with 1 line that svcgen did not write\n";
        assert!(check.stdout.contains(told), "{}", check.show());
        assert!(
            check.stdout.contains(&format!("$ {restore}\n")),
            "{}",
            check.show()
        );
        let run = done(&env, &["--commit"]);
        if path == PROFILE {
            let told = format!(
                "warning: {path} is gone here and is written anew, without 1 line of somebody's that the last commit has: \
                 `{restore}` brings it back\n"
            );
            assert!(run.stderr.contains(&told), "{}", run.show());
        } else {
            // Of a file that others write too nothing is taken out.
            assert!(run.stderr.contains("nothing to commit"), "{}", run.show());
            env.typed(&restore);
            assert_eq!(env.status("puppet"), "");
            let check = env.svcgen(CHECK);
            assert_eq!(check.code, 0, "{}", check.show());
        }
    }
}

#[test]
fn a_deleted_file_that_is_all_svcgens_is_there_again_without_a_warning() {
    let (env, gerrit, clone) = reviewed();
    done(&env, &["--commit"]);
    merge(&gerrit, &clone);
    let text = env.read(&format!("puppet/{PROFILE}"));
    std::fs::remove_file(env.work().join("puppet").join(PROFILE)).unwrap();
    let run = done(&env, &["--commit"]);
    assert_eq!(env.read(&format!("puppet/{PROFILE}")), text);
    let told = format!("{PROFILE}: it is there again, as the commits have it\n");
    assert!(run.stderr.contains(&told), "{}", run.show());
    assert!(!run.stderr.contains("is gone here"), "{}", run.show());
    assert_eq!(env.status("puppet"), "");
}
