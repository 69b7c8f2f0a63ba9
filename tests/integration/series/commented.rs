//! Comments that somebody put into the nodes of the service.

use insta::assert_snapshot;

use super::{done, env};
use crate::support::Env;

const STEPS: &[&str] = &["--commit", "--steps", "service,cluster"];
const SITE: &str = "puppet/manifests/site.pp";

/// The nodes of the service.
fn nodes(env: &Env) -> String {
    let site = env.read(SITE);
    let blocks = site.split("\n\n");
    let own: Vec<&str> = blocks.filter(|it| it.contains("trending")).collect();
    own.join("\n")
}

#[test]
fn a_node_with_a_comment_is_still_the_one_that_is_wanted() {
    let env = env();
    done(&env, STEPS);
    let first = "node /^trending100[1-3]\\.north\\.farm\\.example$/ {\n";
    env.replace(SITE, first, &format!("{first}    # watched by Ada\n"));
    env.git("puppet", &["add", "--all"]);
    env.git("puppet", &["commit", "--quiet", "--amend", "--no-edit"]);
    let check = || env.svcgen(&["check", "--puppet-repo", "puppet"]);
    assert_eq!(check().code, 0, "{}", check().show());
    // Another row changes.
    env.replace("svcgen.yaml", "trending2001", "trending2002");
    let other = done(&env, STEPS);
    assert!(
        !other.stderr.contains("no longer wants it"),
        "{}",
        other.show()
    );
    assert_eq!(check().code, 0, "{}", check().show());
    // The row itself changes.
    env.replace("svcgen.yaml", "trending[1001-1003]", "trending[1001-1005]");
    done(&env, STEPS);
    assert_snapshot!(nodes(&env), @r"
    node /^trending100[1-5]\.north\.farm\.example$/ {
        # watched by Ada
        include role::trendingedits
    }
    node /^trending2002\.south\.farm\.example$/ {
        include role::trendingedits
    }
    ");
}

#[test]
fn a_comment_behind_the_services_of_a_pool_stays_and_is_in_nobodys_way() {
    let env = env();
    done(&env, &["--commit"]);
    let data = "puppet/hieradata/role/common/trendingedits.yaml";
    env.replace(data, "    services:", "    services: # the LVS pools");
    env.git(
        "puppet",
        &["commit", "--quiet", "--all", "--amend", "--no-edit"],
    );
    let text = env.read(data);
    let same = done(&env, &["--commit"]);
    assert!(!same.stdout.contains("+++"), "{}", same.show());
    env.replace("svcgen.yaml", "10.20.1.30", "10.20.1.31");
    done(&env, &["--commit"]);
    assert_eq!(env.read(data), text);
    let check = env.svcgen(&["check", "--puppet-repo", "puppet"]);
    assert_eq!(check.code, 0, "{}", check.show());
}

#[test]
fn a_comment_behind_the_groups_of_a_role_stays_and_is_in_nobodys_way() {
    let data = "puppet/hieradata/role/common/trendingedits.yaml";
    for (groups, with) in [
        (
            "admin::groups:  # asked for by Eve\n  - tea-admins  # all of them\n",
            "admin::groups:  # asked for by Eve\n  - tea-admins  # all of them\n  - trending-edits-admin\n",
        ),
        (
            "admin::groups: [tea-admins]  # asked for by Eve\n",
            "admin::groups: [tea-admins, trending-edits-admin]  # asked for by Eve\n",
        ),
        (
            "'admin::groups' :  # asked for by Eve\n- tea-admins\n",
            "'admin::groups' :  # asked for by Eve\n- tea-admins\n- trending-edits-admin\n",
        ),
    ] {
        let env = env();
        env.write(data, groups);
        env.git("puppet", &["add", "--all"]);
        env.git("puppet", &["commit", "--quiet", "--message", "Groups"]);
        done(&env, &["--steps", "admins"]);
        assert_eq!(env.read(data), with);
        // Nothing of it is new to the next run.
        let same = done(&env, &["--steps", "admins"]);
        assert!(!same.stdout.contains("+++"), "{}", same.show());
    }
}
