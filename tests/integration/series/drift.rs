//! What `check`, `status` and the commands without the series say of a tree that has it.

use super::chain::reviewed;
use super::{done, env, subjects};
use crate::support::{Env, Run};

fn check(env: &Env) -> Run {
    env.svcgen(&["check", "--puppet-repo", "puppet"])
}

/// The commands that a check names, each once.
fn commands(run: &Run) -> Vec<String> {
    assert_eq!(run.code, 3, "{}", run.show());
    let lines = run.stdout.lines();
    let mut commands: Vec<String> = lines
        .filter_map(|line| line.trim().strip_prefix("$ svcgen "))
        .map(str::to_owned)
        .collect();
    commands.dedup();
    commands
}

fn closed(env: &Env, command: &str) {
    let words: Vec<&str> = command.split(' ').chain(["--yes", "--no-verify"]).collect();
    let run = env.svcgen(&words);
    assert_eq!(run.code, 0, "{}", run.show());
    let run = check(env);
    assert_eq!(run.code, 0, "{}", run.show());
}

#[test]
fn a_check_compares_the_patches_that_were_written() {
    let env = env();
    done(&env, &["--commit"]);
    assert_eq!(check(&env).code, 0, "{}", check(&env).show());
    env.replace("svcgen.yaml", "trending[1001-1003]", "trending[1001-1005]");
    let run = check(&env);
    let part = "  manifests/site.pp:";
    assert!(run.stdout.contains(part), "{}", run.show());
    assert!(run.stdout.contains("the model is newer"), "{}", run.show());
    let closing = ["puppet --repo puppet --series --commit"];
    assert_eq!(commands(&run), closing, "{}", run.show());
    closed(&env, closing[0]);
    assert_eq!(subjects(&env).len(), 4);
    // What somebody took out by hand is told, and comes back.
    let site = env.read("puppet/manifests/site.pp");
    let at = site.find("node /^trending").unwrap();
    let end = at + site[at..].find("}\n").unwrap() + 2;
    env.write(
        "puppet/manifests/site.pp",
        &format!("{}{}", &site[..at], &site[end + 1..]),
    );
    let run = check(&env);
    assert!(run.stdout.contains("manifests/site.pp"), "{}", run.show());
    let closing = ["puppet --repo puppet --series --force"];
    assert_eq!(commands(&run), closing, "{}", run.show());
    closed(&env, closing[0]);
}

#[test]
fn a_patch_that_nobody_began_is_no_difference() {
    let env = env();
    done(&env, &["--commit", "--steps", "service"]);
    assert_eq!(check(&env).code, 0, "{}", check(&env).show());
    done(&env, &["--commit", "--steps", "service,cluster"]);
    assert_eq!(check(&env).code, 0, "{}", check(&env).show());
    env.replace("svcgen.yaml", "trending[1001-1003]", "trending[1001-1005]");
    let run = check(&env);
    let closing = ["puppet --repo puppet --series --steps service,cluster --commit"];
    assert_eq!(commands(&run), closing, "{}", run.show());
    closed(&env, closing[0]);
    assert_eq!(subjects(&env).len(), 2);
}

#[test]
fn a_branch_with_the_series_is_updated_by_the_series() {
    let (env, gerrit, _) = reviewed();
    done(&env, &["--review"]);
    let alone = ["puppet", "--repo", "puppet", "--yes", "--no-verify"];
    let all = [
        "generate",
        "--puppet-repo",
        "puppet",
        "--yes",
        "--no-verify",
    ];
    let refused = |command: &[&str], option: &str| {
        let run = env.svcgen(&[command, &[option]].concat());
        assert_eq!(run.code, 11, "{}", run.show());
        let words = "carries the patches of the series, which go together: `trendingedits: Add to the load balancer";
        assert!(run.stderr.contains(words), "{}", run.show());
        let hint = format!("--series {option}\n");
        assert!(run.stderr.contains(&hint), "{}", run.show());
        assert!(!run.stderr.contains("rebase"), "{}", run.show());
    };
    refused(&alone, "--review");
    refused(&all, "--review");
    env.replace("svcgen.yaml", "port: 6699", "port: 6698");
    refused(&alone, "--commit");
    refused(&alone, "--review");
    let closing = ["puppet --repo puppet --series --commit"];
    assert_eq!(commands(&check(&env)), closing);
    closed(&env, closing[0]);
    done(&env, &["--review"]);
    assert_eq!(gerrit.changes("ops/config").len(), 4);
}

/// The state of the production configuration, with its command.
fn status(env: &Env) -> String {
    let run = env.svcgen(&["status", "--puppet-repo", "puppet"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let lines = run.stdout.lines();
    let mut lines = lines.skip_while(|line| !line.contains("production configuration"));
    let first = lines.next().unwrap();
    let more = lines.take_while(|line| line.starts_with("      "));
    let words = [first]
        .into_iter()
        .chain(more)
        .flat_map(str::split_whitespace);
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn production_is_done_once_the_tree_has_all_patches_that_were_begun() {
    let (env, gerrit, clone) = reviewed();
    let clone = camino::Utf8PathBuf::from_path_buf(clone).unwrap();
    let merge = || {
        gerrit.git(
            &clone,
            &["push", "--quiet", "origin", "HEAD:refs/heads/master"],
        );
        gerrit.git(&clone, &["fetch", "--quiet"]);
    };
    done(&env, &["--commit", "--steps", "service"]);
    merge();
    done(&env, &["--commit"]);
    let committed = status(&env);
    assert!(
        committed.contains("not in `origin/master` as last fetched"),
        "{committed}"
    );
    merge();
    let in_master = "production configuration in `origin/master`";
    assert_eq!(status(&env), format!("done {in_master}"));
    env.replace("svcgen.yaml", "trending[1001-1003]", "trending[1001-1005]");
    let next = "the patches `cluster`, `load-balancer` of the series are not $ svcgen puppet --repo puppet --series --commit";
    assert_eq!(status(&env), format!("next {in_master}; {next}"));
}
