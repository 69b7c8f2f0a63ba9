//! Series that are written into the files first, and committed then.

use super::{change_ids, done, env, put_into};
use crate::support::Env;

/// The commits, with what each of them changes.
fn patches(env: &Env) -> String {
    env.git("puppet", &["log", "-p", "-4", "--format=%s%n%b"])
}

fn edit(env: &Env, change: &str) {
    let model = env.read("svcgen.yaml");
    let after = match change {
        "value" => model.replace("kafka1001.north", "kafka1009.north"),
        "description" => model.replace("Computes the list of", "Says which are the"),
        "removed" => {
            let (before, rest) = model.split_once("    - name: broker_list\n").unwrap();
            let (_, after) = rest.split_once("    - name: max_age\n").unwrap();
            format!("{before}    - name: max_age\n{after}")
        }
        "another" => model.replace("- name: broker_list", "- name: brokers"),
        "hosts" => model.replace("trending[1001-1003]", "trending[1001-1002]"),
        other => panic!("{other}"),
    };
    assert_ne!(after, model);
    env.write("svcgen.yaml", &after);
}

#[test]
fn the_commits_are_those_of_a_run_that_commits_at_once() {
    for change in ["value", "description", "removed", "another", "hosts"] {
        for comment in ["", "# ours\n"] {
            let [at_once, written_first] = [false, true].map(|is_written| {
                let env = env();
                done(&env, &["--commit"]);
                let ids = change_ids(&env, "-4");
                if !comment.is_empty() {
                    // A word of somebody's inside of the node, in the commit that it belongs to.
                    let line = "    include role::trendingedits\n";
                    let node = "node /^trending100[1-3]\\.north\\.farm\\.example$/ {\n";
                    let site = "puppet/manifests/site.pp";
                    env.replace(
                        site,
                        &format!("{node}{line}"),
                        &format!("{node}    {comment}{line}"),
                    );
                    put_into(&env, "HEAD~2");
                }
                edit(&env, change);
                if is_written {
                    done(&env, &[]);
                }
                let run = done(&env, &["--commit"]);
                assert!(
                    !run.stderr.contains("was removed"),
                    "{change}: {}",
                    run.show()
                );
                assert_eq!(env.status("puppet"), "", "{change}: {}", run.show());
                assert_eq!(change_ids(&env, "-4"), ids, "{change}");
                let check = env.svcgen(&["check", "--puppet-repo", "puppet"]);
                assert_eq!(check.code, 0, "{change}: {}", check.show());
                patches(&env)
            });
            assert_eq!(written_first, at_once, "{change} {comment}");
        }
    }
}

#[test]
fn what_was_written_without_the_series_is_committed_with_it() {
    let env = env();
    done(&env, &["--commit"]);
    env.replace("svcgen.yaml", "default: 86400", "default: 3600");
    let words = ["puppet", "--repo", "puppet", "--yes", "--no-verify"];
    assert_eq!(env.svcgen(&words).code, 0);
    let refused = env.svcgen(&[&words[..], &["--commit"]].concat());
    assert_eq!(refused.code, 11, "{}", refused.show());
    let hint = "hint: svcgen puppet --repo HOME/work/puppet --series --commit\n";
    assert!(refused.stderr.contains(hint), "{}", refused.show());
    done(&env, &["--commit"]);
    assert_eq!(env.status("puppet"), "");
}
