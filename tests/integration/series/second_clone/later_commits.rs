//! What somebody did in a later commit to what an earlier patch is about.

use super::super::chain::add_parameter;
use super::super::{change_ids, done, env};
use super::{CHECK, ROLE, SITE, amend, env_with_memory};

#[test]
fn what_is_wanted_no_more_and_was_edited_in_a_later_commit_is_told_and_remembered() {
    let env = env();
    done(&env, &["--commit"]);
    let hieradata = "puppet/hieradata/role/common/trendingedits.yaml";
    env.replace(hieradata, "kafka1001", "kafka1777");
    env.replace(
        SITE,
        "node /^trending100[1-3]",
        "node /^trending10(0[1-3]|99)",
    );
    amend(&env);
    env.replace("svcgen.yaml", "name: broker_list", "name: brokers");
    env.replace("svcgen.yaml", "trending[1001-1003]", "trending[1001-1002]");
    let told = done(&env, &["--commit"]);
    for expected in [
        "svcgen wrote `profile::trendingedits::broker_list` and no longer wants it, but someone changed it",
        "to `trending1003.north.farm.example`, which the model does not name",
    ] {
        assert!(told.stderr.contains(expected), "{}", told.show());
    }
    assert!(env.read(hieradata).contains("kafka1777"));
    // The next run knows it still.
    let again = done(&env, &["--commit"]);
    assert!(
        again
            .stderr
            .contains("::broker_list` and no longer wants it"),
        "{}",
        again.show()
    );
}

#[test]
fn lines_in_a_later_commit_are_merged_once_and_no_mark_gets_into_a_commit() {
    let env = env_with_memory();
    let ids = change_ids(&env, "-4");
    let class = "puppet/modules/profile/manifests/trendingedits.pp";
    let text = env.read(class);
    let doc = text
        .lines()
        .find(|line| line.contains("Comma-separated"))
        .unwrap();
    env.replace(class, doc, &format!("{doc}\n# a note of mine"));
    amend(&env);
    add_parameter(&env);
    done(&env, &["--commit"]);
    let text = env.read(class);
    assert_eq!(text.matches("[*wiki*]").count(), 1, "{text}");
    assert_eq!(text.matches("a note of mine").count(), 1, "{text}");
    env.replace("svcgen.yaml", "description: Which.,", "description: What.,");
    env.replace(
        "svcgen.yaml",
        "      default: 86400\n",
        "      default: 1\n",
    );
    done(&env, &["--commit"]);
    let text = env.read(class);
    assert!(!text.contains("<<<<<<<"), "{text}");
    assert_eq!(text.matches("a note of mine").count(), 1, "{text}");
    assert_eq!(change_ids(&env, "-4"), ids);
    assert_eq!(env.status("puppet"), "");
}

#[test]
fn a_shared_file_that_a_later_commit_took_away_is_written_again() {
    let env = env_with_memory();
    let data = "puppet/hieradata/role/common/trendingedits.yaml";
    let before = env.read(data);
    env.git(
        "puppet",
        &["rm", "--quiet", data.strip_prefix("puppet/").unwrap()],
    );
    amend(&env);
    done(&env, &["--commit"]);
    let now = env.read(data);
    for line in before.lines() {
        assert!(now.contains(line), "{line}\n{now}");
    }
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 0, "{}", check.show());
}

#[test]
fn a_file_that_is_taken_away_is_written_anew_without_the_edits_of_later_commits() {
    let env = env_with_memory();
    let text = env.read(ROLE);
    let line = "    include profile::lvs::realserver\n";
    env.replace(ROLE, line, &format!("{line}    include profile::more\n"));
    amend(&env);
    std::fs::remove_file(env.work().join(ROLE)).unwrap();
    done(&env, &["--commit"]);
    assert_eq!(env.read(ROLE), text);
    assert_eq!(env.status("puppet"), "");
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 0, "{}", check.show());
}
