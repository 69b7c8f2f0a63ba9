//! A service that is in production: what people tuned there stays, and the model goes on.

use super::chain::reviewed;
use super::drift::merge;
use super::{done, run};
use crate::support::Env;
use crate::support::gerrit::Gerrit;

const CATALOGUE: &str = "puppet/hieradata/common/service.yaml";
const GROUPS: &str = "puppet/modules/admin/data/data.yaml";

/// Merges the series, and what people make of it afterwards.
fn in_production() -> (Env, Gerrit) {
    let (env, gerrit, clone) = reviewed();
    done(&env, &["--commit"]);
    merge(&gerrit, &clone);
    env.replace(
        CATALOGUE,
        "state: service_setup",
        "state: production # since May",
    );
    env.replace(
        CATALOGUE,
        "    port: 6699",
        "    # Not 6698.\n    port: 6699 # asked for",
    );
    env.replace(GROUPS, "members: [ada]", "members: [ada, wordsmith]");
    env.replace(GROUPS, "gid: 706", "gid: 706  # the next one");
    env.git(
        "puppet",
        &["commit", "--quiet", "--all", "--message", "in production"],
    );
    merge(&gerrit, &clone);
    (env, gerrit)
}

#[test]
fn what_people_tuned_in_production_does_not_block_the_series() {
    let (env, _gerrit) = in_production();
    let (catalogue, groups) = (env.read(CATALOGUE), env.read(GROUPS));
    let again = done(&env, &["--commit"]);
    assert!(
        again.stderr.contains("nothing to commit"),
        "{}",
        again.show()
    );
    env.replace("svcgen.yaml", "port: 6699", "port: 6698");
    env.replace(
        "svcgen.yaml",
        "{approval: [",
        "{members: [bea, ada], approval: [",
    );
    done(&env, &["--commit"]);
    assert_eq!(
        env.read(CATALOGUE),
        catalogue.replace("port: 6699 #", "port: 6698 #")
    );
    assert_eq!(
        env.read(GROUPS),
        groups.replace("[ada, wordsmith]", "[bea, ada, wordsmith]")
    );
    assert_eq!(env.status("puppet"), "");
}

#[test]
fn what_both_changed_is_decided_for_that_alone() {
    let (env, _gerrit) = in_production();
    env.replace(CATALOGUE, "port: 6699 #", "port: 6697 #");
    env.git(
        "puppet",
        &["commit", "--quiet", "--all", "--message", "another port"],
    );
    env.replace("svcgen.yaml", "port: 6699", "port: 6698");
    let refused = run(&env, &["--commit"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    let named = "`trending-edits.port` is `6697` already, not `6698`";
    assert!(refused.stderr.contains(named), "{}", refused.show());
    let sides = "--series --commit --conflicts yours` keeps what is there";
    assert!(refused.stderr.contains(sides), "{}", refused.show());
    assert!(
        !refused.stderr.contains("service_setup"),
        "{}",
        refused.show()
    );
    let before = env.read(CATALOGUE);
    done(&env, &["--commit", "--conflicts", "svcgen"]);
    // The state is nobody's conflict.
    assert_eq!(
        env.read(CATALOGUE),
        before.replace("port: 6697 #", "port: 6698 #")
    );
}

#[test]
fn what_people_tuned_is_no_difference_where_svcgen_only_began() {
    let (env, _gerrit) = in_production();
    let checked = |env: &Env| {
        let run = env.svcgen(&["check", "--puppet-repo", "puppet"]);
        (run.code, run.stdout)
    };
    let (code, said) = checked(&env);
    assert_eq!(code, 3, "{said}");
    let told =
        "`trending-edits-admin.members` is `[\"ada\",\"wordsmith\"]` already, not `[\"ada\"]`";
    assert!(said.contains(told), "{said}");
    assert!(!said.contains("service.yaml"), "{said}");
    let approval = "{members: [ada, wordsmith], approval: [";
    env.replace("svcgen.yaml", "{approval: [", approval);
    let (code, said) = checked(&env);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn what_is_in_production_leaves_the_load_balancer_whole_or_not_at_all() {
    let (env, _gerrit) = in_production();
    env.replace("svcgen.yaml", "north: 10.20.1.30, south: 10.21.1.30", "");
    let refused = run(&env, &["--commit"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    let named = "svcgen wrote `trending-edits` and no longer wants it, but someone changed it";
    assert!(refused.stderr.contains(named), "{}", refused.show());
    assert_eq!(
        env.git("puppet", &["log", "-1", "--format=%s"]),
        "in production\n"
    );
    done(&env, &["--commit", "--conflicts", "svcgen"]);
    assert!(!env.read(CATALOGUE).contains("trending-edits"));
    let changed = env.git("puppet", &["show", "--format=%s", "--name-only"]);
    assert!(
        changed.starts_with("trendingedits: Remove from the load balancer"),
        "{changed}"
    );
    assert!(
        changed.contains("conftool-data/node/north.yaml"),
        "{changed}"
    );
}

#[test]
fn a_group_under_another_name_leaves_what_is_said_of_the_list() {
    let (env, _gerrit) = in_production();
    let role = "puppet/hieradata/role/common/trendingedits.yaml";
    let listed = "profile::admin::groups:\n  - trending-edits-admin\n";
    let commented =
        "profile::admin::groups: # who may log in\n  # the team of Ada\n  - trending-edits-admin\n";
    env.replace(role, listed, commented);
    env.git(
        "puppet",
        &["commit", "--quiet", "--all", "--message", "who"],
    );
    let before = env.read(role);
    env.replace(
        "svcgen.yaml",
        "{approval: [",
        "{group: trend-people, approval: [",
    );
    done(&env, &["--commit"]);
    let after = before.replace("- trending-edits-admin", "- trend-people");
    assert_eq!(env.read(role), after);
}
