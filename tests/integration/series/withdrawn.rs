//! What the model wants no more.

use super::{done, env, model, put_into, run, subjects};
use crate::support::Env;
use crate::support::samples::MODEL;

#[test]
fn what_the_model_wants_no_more_goes_with_its_commit() {
    let env = env();
    done(&env, &["--commit"]);
    env.write("svcgen.yaml", MODEL);
    let run = done(&env, &["--commit"]);
    assert!(
        run.stderr
            .contains("load-balancer: nothing is left of its commit"),
        "{}",
        run.show()
    );
    assert_eq!(subjects(&env).len(), 3);
    let begun = env.git("puppet", &["rev-list", "--max-parents=0", "HEAD"]);
    let catalog = "hieradata/common/service.yaml";
    assert_eq!(
        env.git(
            "puppet",
            &["diff", begun.trim(), "--", catalog, "conftool-data"]
        ),
        ""
    );
    assert_eq!(env.status("puppet"), "");
}

#[test]
fn a_removal_that_git_restored_leaves_nothing_to_do() {
    let env = env();
    done(&env, &["--commit"]);
    let hosts = env.read("svcgen.yaml");
    let (without, _) = hosts.split_once("deploy:").unwrap();
    env.write("svcgen.yaml", without);
    let removed = done(&env, &[]);
    let node = "-node /^trending100[1-3]";
    assert!(removed.stdout.contains(node), "{}", removed.show());
    env.git("puppet", &["checkout", "--quiet", "."]);
    env.write("svcgen.yaml", &hosts);
    let again = run(&env, &["--dry-run"]);
    assert_eq!(again.code, 0, "{}", again.show());
    assert!(!again.stdout.contains("+++"), "{}", again.show());
    // What is remembered is right again, too.
    done(&env, &["--commit"]);
    assert_eq!(subjects(&env).len(), 4);
    assert_eq!(env.status("puppet"), "");
    env.write("svcgen.yaml", without);
    let removed = done(&env, &[]);
    assert!(removed.stdout.contains(node), "{}", removed.show());
}

#[test]
fn what_svcgen_alone_added_goes_whole() {
    let env = env();
    let begun = |path: &str| env.git("puppet", &["show", &format!("HEAD:{path}")]);
    let (north, south) = (
        "conftool-data/node/north.yaml",
        "conftool-data/node/south.yaml",
    );
    let before = [begun(north), begun(south)];
    done(&env, &[]);
    env.git("puppet", &["add", "--all"]);
    env.git("puppet", &["commit", "--quiet", "--message", "merged"]);
    let data = "puppet/hieradata/role/common/trendingedits.yaml";
    let with = env.read(data);
    env.write("svcgen.yaml", MODEL);
    done(&env, &[]);
    let (without, _) = with
        .split_once("\nprofile::lvs::realserver::pools:\n")
        .unwrap();
    assert_eq!(env.read(data), without);
    let after = [north, south].map(|path| env.read(&format!("puppet/{path}")));
    assert_eq!(after, before);
    // The same goes in a file that a patch before changes too, once git has restored it.
    env.git("puppet", &["checkout", "--quiet", "."]);
    let model = model();
    let (head, _) = model.split_once("deploy:").unwrap();
    let (_, production) = model.split_once("\nproduction:").unwrap();
    env.write("svcgen.yaml", &format!("{head}production:{production}"));
    done(&env, &[]);
    let without = without.replace("cluster: trendingedits\n\n", "");
    assert_eq!(env.read(data), without);
    let after = [north, south].map(|path| env.read(&format!("puppet/{path}")));
    assert_eq!(after, before);
}

#[test]
fn a_comment_between_what_goes_is_nobodys_commit() {
    let file = "puppet/conftool-data/node/north.yaml";
    let host = "    trending1002.north";
    for (side, old, new) in [
        ("yours", host, format!("    # the big one\n{host}")),
        ("svcgen", host, format!("    # the big one\n{host}")),
        (
            "svcgen",
            "  trendingedits:
",
            "  # the big ones\n  trendingedits:\n".to_owned(),
        ),
    ] {
        let env = env();
        done(&env, &["--commit"]);
        env.replace(file, old, &new);
        let words = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
        env.git("puppet", &words);
        let tip = || env.git("puppet", &["rev-parse", "HEAD"]);
        let edited = tip();
        let model = model();
        let (without, _) = model.split_once("  load_balancer:").unwrap();
        env.write("svcgen.yaml", without);
        let refused = run(&env, &["--commit"]);
        assert_eq!(refused.code, 11, "{}", refused.show());
        let told = "conftool-data/node/north.yaml: someone put lines into what svcgen takes away";
        assert!(refused.stderr.contains(told), "{}", refused.show());
        assert_eq!(tip(), edited);
        let run = done(&env, &["--commit", "--conflicts", side]);
        assert_eq!(env.read(file).contains("# the big one"), side == "yours");
        let kept = format!("`kept-{}` has it", &edited[..10]);
        let is_told = run.stderr.contains(&kept);
        assert_eq!(is_told, side == "svcgen", "{}", run.show());
        let decided = tip();
        done(&env, &["--commit"]);
        assert_eq!(tip(), decided);
        assert_eq!(subjects(&env).len(), if is_told { 3 } else { 4 });
    }
}

#[test]
fn what_was_only_written_goes_once_the_model_drops_it_and_edits_stay() {
    let env = env();
    done(&env, &[]);
    let discovery = "puppet/conftool-data/discovery/services.yaml";
    env.write(discovery, &format!("{}# mine\n", env.read(discovery)));
    env.replace(
        "svcgen.yaml",
        "{north: 10.20.1.30, south: 10.21.1.30}",
        "{}",
    );
    let told = done(&env, &["--commit"]);
    let line = "hieradata/common/service.yaml: what an earlier run wrote is removed";
    assert!(told.stderr.contains(line), "{}", told.show());
    assert_eq!(
        env.status("puppet"),
        " M conftool-data/discovery/services.yaml\n"
    );
    assert!(env.read(discovery).contains("# mine\n"));
}

#[test]
fn a_node_that_somebody_widened_does_not_stay_untold() {
    let written = "svcgen wrote `node /^trending100[1-3]\\.north\\.farm\\.example$/ {` and no longer wants it, but someone changed it";
    let stray = "`manifests/site.pp:16` gives the role `trendingedits` to hosts that the model does not name";
    let check =
        |env: &crate::support::Env| env.svcgen(&["check", "--puppet-repo", "puppet"]).stdout;
    // In the last commit, or in its own one, of which svcgen knows then that its node is another.
    for (is_its_own, told) in [(false, written), (true, stray)] {
        let env = env();
        done(&env, &["--commit"]);
        env.replace(
            "puppet/manifests/site.pp",
            "trending100[1-3]",
            "trending100[1-4]",
        );
        match is_its_own {
            true => put_into(&env, "HEAD~2"),
            false => {
                let words = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
                drop(env.git("puppet", &words));
            }
        }
        done(&env, &["--commit"]);
        let tip = || env.git("puppet", &["rev-parse", "HEAD"]);
        let edited = tip();
        let model = model();
        let (head, _) = model.split_once("deploy:").unwrap();
        env.write(
            "svcgen.yaml",
            &format!("{head}production: {{admins: {{approval: [Grace Approver]}}}}\n"),
        );
        let refused = run(&env, &["--commit"]);
        assert_eq!(refused.code, 11, "{}", refused.show());
        assert!(refused.stderr.contains(told), "{}", refused.show());
        let south = "node /^trending2001";
        assert_eq!(
            refused.stderr.matches(south).count(),
            0,
            "{}",
            refused.show()
        );
        assert_eq!(tip(), edited);
        let found = check(&env);
        let told = told.trim_start_matches("`manifests/site.pp:16` ");
        assert!(found.contains(told), "{found}");
        let run = done(&env, &["--commit", "--conflicts", "svcgen"]);
        let kept = format!("`kept-{}` has it", &edited[..10]);
        assert!(run.stderr.contains(&kept), "{}", run.show());
        let site = env.read("puppet/manifests/site.pp");
        assert!(!site.contains("trendingedits"), "{site}");
        assert_eq!(
            subjects(&env),
            [
                "trendingedits: Add the admin group",
                "trendingedits: Add role and profile"
            ]
        );
    }
}

/// The series, with other hosts in the node that a reviewer edits.
fn with_node(hosts: &str) -> Env {
    let env = env();
    done(&env, &["--commit"]);
    env.replace("puppet/manifests/site.pp", "trending100[1-3]", hosts);
    env
}

#[test]
fn a_widened_node_that_was_kept_is_told_by_each_run() {
    let env = with_node("trending100[1-4]");
    put_into(&env, "HEAD~2");
    let model = model();
    let (head, _) = model.split_once("deploy:").unwrap();
    env.write("svcgen.yaml", head);
    let stray = "gives the role `trendingedits` to hosts that the model does not name";
    for (more, told) in [
        (
            &["--conflicts", "yours"][..],
            "no longer counts as svcgen's",
        ),
        (&[], stray),
    ] {
        let run = done(&env, &[&["--commit"], more].concat());
        assert!(run.stderr.contains(told), "{}", run.show());
    }
    let site = env.read("puppet/manifests/site.pp");
    assert!(site.contains("[1-4]"), "{site}");
}

#[test]
fn each_host_that_a_wider_node_adds_is_named() {
    let env = with_node("trending100[1-6]");
    let words = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
    env.git("puppet", &words);
    let run = done(&env, &["--commit"]);
    let more = "`trending1004.north.farm.example`, `trending1005.north.farm.example` and \
                `trending1006.north.farm.example`, which the model does not name";
    assert!(run.stderr.contains(more), "{}", run.show());
    let found = env.svcgen(&["check", "--puppet-repo", "puppet"]);
    assert!(found.stdout.contains("trending1006"), "{}", found.show());
}
