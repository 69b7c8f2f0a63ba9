//! Hooks of the user's git that refuse, change what is committed, or fail afterwards; and a git that cannot go on.

use super::chain::reviewed;
use super::{SINGLE, run};
use crate::support::gerrit::Gerrit;
use crate::support::{Env, Pty, Run};

const PROFILE: &str = "modules/profile/manifests/trendingedits.pp";

fn hook(env: &Env, name: &str, code: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let path = format!("puppet/.git/hooks/{name}");
    env.write(&path, &format!("#!/bin/sh\n{code}\n"));
    let path = env.work().join(path);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn unhook(env: &Env, name: &str) {
    std::fs::remove_file(env.work().join("puppet/.git/hooks").join(name)).unwrap();
}

/// The model has another port from now on.
fn other_port(env: &Env) {
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
}

fn told(run: &Run, texts: &[&str]) {
    for text in texts {
        assert!(run.stderr.contains(text), "{text}\n{}", run.show());
    }
}

fn checked_out(env: &Env) -> String {
    env.git("puppet", &["branch", "--show-current"])
}

#[test]
fn a_hook_that_refuses_the_commit_is_named_with_what_it_said() {
    for name in ["pre-commit", "commit-msg"] {
        let (env, gerrit, _) = reviewed();
        hook(&env, name, "echo 'no blanks allowed' >&2; exit 1");
        let refused = env.svcgen(SINGLE);
        assert_eq!(refused.code, 11, "{}", refused.show());
        told(
            &refused,
            &[
                &format!(
                    "error: the hook `{name}` refused the commit\ncause: no blanks allowed\nhint: "
                ),
                "hint: the files are written: once the hook accepts them, the same command commits them\n",
            ],
        );
        for noise in ["doctor", "--cleanup"] {
            assert!(!refused.stderr.contains(noise), "{}", refused.show());
        }
        unhook(&env, name);
        let run = env.svcgen(SINGLE);
        assert_eq!(run.code, 0, "{}", run.show());
        assert_eq!(gerrit.changes("ops/config").len(), 1);
    }
}

#[test]
fn a_hook_that_refuses_the_push_is_no_server_without_an_answer() {
    for series in [true, false] {
        let (env, gerrit, _) = reviewed();
        let go = || match series {
            true => run(&env, &["--review"]),
            false => env.svcgen(SINGLE),
        };
        hook(&env, "pre-push", "echo 'push only on Mondays' >&2; exit 1");
        let refused = go();
        assert_eq!(refused.code, 11, "{}", refused.show());
        told(
            &refused,
            &[
                "error: the hook `pre-push` refused the push\ncause: push only on Mondays\n",
                "hint: it is committed: once the hook accepts it, the same command sends it\n",
            ],
        );
        unhook(&env, "pre-push");
        let run = go();
        assert_eq!(run.code, 0, "{}", run.show());
        assert!(!gerrit.changes("ops/config").is_empty());
    }
}

#[test]
fn what_a_hook_adds_to_a_file_is_told_and_stays_as_somebodys() {
    let (env, _gerrit, _) = reviewed();
    let code = format!(
        "grep -q hooked {PROFILE} || {{ echo '# hooked' >>{PROFILE}; git add {PROFILE}; }}"
    );
    hook(&env, "pre-commit", &code);
    let run = env.svcgen(SINGLE);
    assert_eq!(run.code, 0, "{}", run.show());
    let warning = format!(
        "warning: a hook changed {PROFILE} in the commit: that counts as an edit of somebody's, and stays\n"
    );
    told(&run, &[&warning]);
    assert_eq!(env.status("puppet"), "");
    let again = env.svcgen(SINGLE);
    assert_eq!(again.code, 0, "{}", again.show());
    assert!(!again.stderr.contains("a hook changed"), "{}", again.show());
    other_port(&env);
    let run = env.svcgen(SINGLE);
    assert_eq!(run.code, 0, "{}", run.show());
    let text = env.git("puppet", &["show", &format!("HEAD:{PROFILE}")]);
    assert!(text.contains("6700") && text.contains("# hooked"), "{text}");
    assert_eq!(env.status("puppet"), "");
}

#[test]
fn what_a_hook_changes_and_does_not_add_is_not_svcgens() {
    let (env, _gerrit, _) = reviewed();
    hook(&env, "pre-commit", &format!("echo '# hooked' >>{PROFILE}"));
    let run = env.svcgen(SINGLE);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(env.status("puppet"), format!(" M {PROFILE}\n"));
    let refused = env.svcgen(SINGLE);
    assert_eq!(refused.code, 11, "{}", refused.show());
}

#[test]
fn a_hook_that_fails_once_git_has_switched_stops_nothing() {
    let (env, gerrit, _): (Env, Gerrit, _) = reviewed();
    hook(&env, "post-checkout", "echo 'no notes' >&2; exit 1");
    let failed = "warning: the hook `post-checkout` failed once git had switched: no notes\n";
    let run = env.svcgen(SINGLE);
    assert_eq!(run.code, 0, "{}", run.show());
    told(&run, &[failed]);
    assert_eq!(gerrit.changes("ops/config").len(), 1);
    // On the way there and back.
    unhook(&env, "post-checkout");
    env.git("puppet", &["switch", "--quiet", "master"]);
    hook(&env, "post-checkout", "exit 1");
    let run = env.svcgen(SINGLE);
    assert_eq!(run.code, 0, "{}", run.show());
    told(
        &run,
        &["warning: the hook `post-checkout` failed once git had switched\n"],
    );
    assert_eq!(checked_out(&env), "master\n");
}

#[test]
fn the_way_back_from_a_question_outlasts_the_terminal() {
    let (env, _gerrit, _) = reviewed();
    let (before, pid) = (checked_out(&env), env.work().join("pid"));
    // A shell that ends has the terminal tell all that still run there.
    let code = format!(
        "[ ! -e {0} ] || kill -HUP -- -$(cat {0}); exit 0",
        pid.display()
    );
    hook(&env, "post-checkout", &code);
    let words = ["puppet", "--repo", "puppet", "--no-verify", "--review"];
    let mut pty = Pty::start(&env, &words, None);
    pty.expect("[Y/n]");
    std::fs::write(&pid, pty.pid()).unwrap();
    pty.terminate();
    pty.end();
    assert_eq!(checked_out(&env), before);
    assert_eq!(env.git("puppet", &["branch", "--list", "svcgen/*"]), "");
}

#[test]
fn a_branch_that_the_server_does_not_have_is_told_before_anything_is_done() {
    for is_sent in [true, false] {
        let (env, _gerrit, _) = reviewed();
        if is_sent {
            assert_eq!(run(&env, &["--review"]).code, 0);
        }
        let tip = env.git("puppet", &["rev-parse", "HEAD"]);
        let site = env.home().join("config/svcgen/sites/example.yaml");
        let text = std::fs::read_to_string(&site).unwrap();
        let text = text.replace("puppet_branch: master", "puppet_branch: nowhere");
        std::fs::write(&site, text).unwrap();
        other_port(&env);
        let refused = run(&env, &["--review"]);
        assert_eq!(refused.code, 11, "{}", refused.show());
        told(
            &refused,
            &[
                "error: `origin` has no branch `nowhere`, which changes are meant for\n",
                " ls-remote --heads origin\n",
            ],
        );
        assert_eq!(env.git("puppet", &["rev-parse", "HEAD"]), tip);
    }
}

#[test]
fn a_git_directory_that_cannot_be_written_is_named() {
    let (env, _gerrit, _) = reviewed();
    let noted = env.work().join("puppet/.git/FETCH_HEAD");
    let _removed = std::fs::remove_file(&noted);
    std::fs::create_dir(&noted).unwrap();
    let refused = env.svcgen(SINGLE);
    assert_eq!(refused.code, 1, "{}", refused.show());
    told(
        &refused,
        &[
            "error: git cannot write into the git directory of `",
            "hint: let yourself write there",
        ],
    );
    assert!(!refused.stderr.contains("doctor"), "{}", refused.show());
}
