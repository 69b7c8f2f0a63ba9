//! What `check`, `status` and the commands without the series say of a tree that has it.

use std::path::Path;

use super::chain::reviewed;
use super::{change_ids, done, env, run, subjects};
use crate::support::gerrit::Gerrit;
use crate::support::{Env, Pty, Run};

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

/// Types the one command that a check names, without its questions.
fn typed(env: &Env, run: &Run) {
    let commands = run.stdout.lines();
    let mut commands = commands.filter_map(|line| line.trim().strip_prefix("$ "));
    let command = commands.next().unwrap();
    assert_eq!(commands.next(), None, "{}", run.show());
    env.typed(command);
    let run = check(env);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(env.status("puppet"), "");
}

const PROFILE: &str = "modules/profile/manifests/trendingedits.pp";

#[test]
fn an_edit_in_a_patch_is_closed_by_the_command_of_check() {
    let env = env();
    done(&env, &["--commit"]);
    let ids = change_ids(&env, "-4");
    let text = env.read(&format!("puppet/{PROFILE}"));
    env.replace(&format!("puppet/{PROFILE}"), "Kafka", "Coffee");
    let fixup = ["commit", "--quiet", "--all", "--fixup", "HEAD~3"];
    env.git("puppet", &fixup);
    let rebase = ["rebase", "--quiet", "-i", "--autosquash", "HEAD~5"];
    env.git(
        "puppet",
        &[&["-c", "sequence.editor=true"], &rebase[..]].concat(),
    );
    let edited = env.git("puppet", &["rev-parse", "HEAD"]);
    let run = check(&env);
    let command = format!(
        "    $ rm HOME/work/puppet/{PROFILE} && svcgen puppet --repo puppet --series --commit\n"
    );
    assert!(run.stdout.contains(&command), "{}", run.show());
    // A patch that is not made again loses nothing.
    let path = env.work().join("puppet").join(PROFILE);
    std::fs::remove_file(&path).unwrap();
    let refused = super::run(&env, &["--commit", "--steps", "cluster"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    assert_eq!(env.git("puppet", &["rev-parse", "HEAD"]), edited);
    env.git("puppet", &["restore", PROFILE]);
    typed(&env, &run);
    assert_eq!(env.read(&format!("puppet/{PROFILE}")), text);
    assert_eq!(change_ids(&env, "-4"), ids);
    let kept = format!("kept-{}:{PROFILE}", &edited[..10]);
    assert!(env.git("puppet", &["show", &kept]).contains("Coffee"));
}

#[test]
fn an_edit_upon_the_patches_is_closed_by_the_command_of_check() {
    let env = env();
    done(&env, &["--commit"]);
    let patches = env.git("puppet", &["rev-parse", "HEAD"]);
    let texts = [PROFILE, "manifests/site.pp"].map(|path| {
        let path = format!("puppet/{path}");
        (env.read(&path), path)
    });
    env.replace(&texts[0].1, "Kafka", "Coffee");
    let commit = ["commit", "--quiet", "--all", "--message", "Coffee"];
    env.git("puppet", &commit);
    typed(&env, &check(&env));
    // So are entries in a file of others.
    let site = env.read(&texts[1].1);
    let at = site.find("node /^trending").unwrap();
    let end = at + site[at..].find("}\n").unwrap() + 2;
    env.write(&texts[1].1, &format!("{}{}", &site[..at], &site[end + 1..]));
    env.git("puppet", &commit);
    typed(&env, &check(&env));
    for (text, path) in &texts {
        assert_eq!(env.read(path), *text);
    }
    // The patches are what they were.
    assert_eq!(env.git("puppet", &["rev-parse", "HEAD~4"]), patches);
}

#[test]
fn what_is_only_written_is_committed_by_the_command_of_check() {
    let env = env();
    done(&env, &[]);
    let run = check(&env);
    assert_eq!(run.code, 0, "{}", run.show());
    let mut lines = run.stdout.lines();
    let command = lines.find_map(|line| line.trim().strip_prefix("$ svcgen "));
    assert_eq!(
        command,
        Some("puppet --repo puppet --series --commit"),
        "{}",
        run.show()
    );
    // Without the series, what it wrote is not taken for somebody's.
    let alone = [
        "puppet",
        "--repo",
        "puppet",
        "--yes",
        "--no-verify",
        "--commit",
    ];
    let refused = env.svcgen(&alone);
    assert_eq!(refused.code, 11, "{}", refused.show());
    assert!(
        refused
            .stderr
            .contains("--series --commit` goes on with them"),
        "{}",
        refused.show()
    );
    closed(&env, command.unwrap());
    assert_eq!(env.status("puppet"), "");
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
    // What makes all repositories makes the whole of this one.
    let run = env.svcgen(&[&all[..], &["--review"]].concat());
    assert_eq!(run.code, 0, "{}", run.show());
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

/// Merges what is checked out.
pub(super) fn merge(gerrit: &Gerrit, clone: &Path) {
    let clone = camino::Utf8Path::from_path(clone).unwrap();
    gerrit.git(
        clone,
        &["push", "--quiet", "origin", "HEAD:refs/heads/master"],
    );
    gerrit.git(clone, &["fetch", "--quiet"]);
}

#[test]
fn production_is_done_once_the_tree_has_all_patches() {
    let (env, gerrit, clone) = reviewed();
    let merge = || merge(&gerrit, &clone);
    done(&env, &["--commit", "--steps", "service"]);
    merge();
    assert_eq!(
        status(&env),
        "next production configuration in `origin/master`; the patches `cluster`, `admins`, `load-balancer` of the series \
         are not $ svcgen puppet --repo puppet --series --commit"
    );
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

#[test]
fn production_does_not_wait_for_patches_that_nobody_wants() {
    let (env, gerrit, clone) = reviewed();
    // Those that the model does not ask for.
    env.replace("svcgen.yaml", "north: 10.20.1.30, south: 10.21.1.30", "");
    done(&env, &["--commit", "--steps", "service,cluster"]);
    merge(&gerrit, &clone);
    let in_master = "production configuration in `origin/master`";
    let missing =
        "the patch `admins` of the series is not $ svcgen puppet --repo puppet --series --commit";
    assert_eq!(status(&env), format!("next {in_master}; {missing}"));
    // Those that the user leaves out; a run that writes nothing says nothing of it.
    let look = &[
        "puppet",
        "--repo",
        "puppet",
        "--series",
        "--without",
        "admins",
        "--dry-run",
    ];
    assert_eq!(env.svcgen(look).code, 0);
    assert_eq!(status(&env), format!("next {in_master}; {missing}"));
    done(&env, &["--commit", "--without", "admins"]);
    assert_eq!(
        status(&env),
        format!("done {in_master}; left out: `admins`")
    );
    env.replace("svcgen.yaml", "trending[1001-1003]", "trending[1001-1005]");
    let without =
        "left out: `admins` $ svcgen puppet --repo puppet --series --without admins --commit";
    assert_eq!(
        status(&env),
        format!("next {in_master}; the patch `cluster` of the series is not; {without}")
    );
    // Until somebody wants it after all.
    done(&env, &["--commit"]);
    merge(&gerrit, &clone);
    assert_eq!(status(&env), format!("done {in_master}"));
}

#[test]
fn production_waits_for_a_patch_that_cannot_be_made() {
    let (env, gerrit, clone) = reviewed();
    let site = env.read("puppet/manifests/site.pp");
    let node = "node 'trending1001.north.farm.example' {\n    include role::glossary\n}\n\n";
    env.write("puppet/manifests/site.pp", &format!("{node}{site}"));
    let theirs = &["commit", "--quiet", "--all", "--message", "theirs"];
    env.git("puppet", theirs);
    merge(&gerrit, &clone);
    done(
        &env,
        &["--commit", "--steps", "service,admins,load-balancer"],
    );
    merge(&gerrit, &clone);
    assert_eq!(
        status(&env),
        "next production configuration in `origin/master`; the patch `cluster` of the series is not; `cluster` cannot be \
         made: the host `trending1001.north.farm.example` is taken: manifests/site.pp:1 gives it to the role `glossary` \
         $ svcgen puppet --repo puppet --series --dry-run"
    );
    done(&env, &["--commit", "--without", "cluster"]);
    let done = "done production configuration in `origin/master`; left out: `cluster`";
    assert_eq!(status(&env), done);
}

#[test]
fn a_series_without_any_patch_is_refused() {
    let env = env();
    let all = "load-balancer,service,cluster,admins";
    let run = run(&env, &["--without", all]);
    assert_eq!(run.code, 2, "{}", run.show());
    insta::assert_snapshot!(run.stderr, @"
    error: `--without` leaves out all patches of the series: nothing is left to do
    hint: the patches are service, cluster, admins, load-balancer
    ");
}

#[test]
fn what_is_told_fits_on_a_terminal_and_is_one_line_elsewhere() {
    let env = env();
    done(&env, &["--commit", "--steps", "service,cluster"]);
    let check = ["check", "--puppet-repo", "puppet"];
    let series = ["puppet", "--series", "--repo", "puppet", "--dry-run"];
    let before = env.read("svcgen.yaml");
    // The one of a port that is taken, the other of patches with who has to approve them.
    for (command, port) in [(&check[..], "6204"), (&series, "6704")] {
        let port = format!("port: {port}");
        env.write("svcgen.yaml", &before.replace("port: 6699", &port));
        let mut terminal = Pty::start(&env, command, None);
        terminal.end();
        let shown = terminal.lines();
        let is_told = |line: &&String| line.starts_with("    ") || line.starts_with("# ");
        let told = shown.iter().filter(is_told);
        let wide = told.filter(|line| line.chars().count() > 80);
        let wide: Vec<_> = wide.filter(|line| !line.contains("    $ ")).collect();
        assert!(wide.is_empty(), "{wide:#?}");
        let piped = env.svcgen(command).stdout;
        assert!(piped.lines().any(|line| line.len() > 80), "{piped}");
    }
}

#[test]
fn a_line_of_somebodys_among_what_is_only_written_is_told() {
    let env = env();
    done(&env, &[]);
    env.replace(
        "puppet/hieradata/common.yaml",
        "  trendingedits:",
        "  # mine\n  trendingedits:",
    );
    let found = check(&env);
    let told = "has uncommitted changes that svcgen did not make";
    assert!(found.stdout.contains(told), "{}", found.show());
    let mut lines = found.stdout.lines();
    let command = lines.find_map(|line| line.trim().strip_prefix("$ "));
    env.typed(command.unwrap());
    let after = check(&env);
    assert_eq!(after.code, 0, "{}", after.show());
    assert_eq!(env.status("puppet"), "");
}
