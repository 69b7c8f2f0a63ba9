//! What other services have in the same files stays theirs.

use super::{done, env, model, run};
use crate::support::{Env, Run};

const COMMON: &str = "puppet/hieradata/common.yaml";
const GUEST: &str = "guest/svcgen.yaml";

/// Makes what is in the tree the beginning of both series.
fn merged(env: &Env) {
    env.git("puppet", &["switch", "--quiet", "--force-create", "merged"]);
}

/// A second service on the hosts of the first, with an address of its own.
fn guest(env: &Env, production: &str) -> Run {
    let text = model()
        .replace("name: trending-edits", "name: fruit-bowl")
        .replace("port: 6699", "port: 6798")
        .replace("10.20.1.30", "10.20.1.31")
        .replace("10.21.1.30", "10.21.1.31")
        .replace("production:\n", &format!("production:\n{production}"));
    env.write(GUEST, &text);
    run(env, &["--commit", "--service", GUEST])
}

#[test]
fn a_service_that_goes_leaves_its_hosts_to_those_that_stay() {
    let env = env();
    done(&env, &["--commit"]);
    merged(&env);
    let joined = guest(&env, "  cluster: trendingedits\n");
    assert_eq!(joined.code, 0, "{}", joined.show());
    merged(&env);
    env.git(
        "puppet",
        &["branch", "--quiet", "-D", "svcgen/trending-edits"],
    );
    let role = "puppet/modules/role/manifests/trendingedits.pp";
    let before = env.read(role);
    assert!(before.contains("include profile::fruitbowl"), "{before}");

    // Without an address of its own, the hosts take the requests of the other still.
    let whole = model();
    let (without, _) = whole.split_once("  load_balancer:").unwrap();
    env.write("svcgen.yaml", without);
    let gone = done(&env, &["--commit"]);
    assert_eq!(env.read(role), before, "{}", gone.show());
    let data = env.read("puppet/hieradata/role/common/trendingedits.yaml");
    assert!(!data.contains("  trending-edits:"), "{data}");
    assert!(data.contains("  fruit-bowl:"), "{data}");

    // Without hosts of its own, it would take those of the other.
    let (head, _) = without.split_once("deploy:").unwrap();
    let (_, tail) = without.split_once("\nproduction:").unwrap();
    env.write("svcgen.yaml", &format!("{head}production:{tail}"));
    let refused = run(&env, &["--commit"]);
    assert_eq!(refused.code, 2, "{}", refused.show());
    let said =
        "the model has no hosts, and those of `role::trendingedits` run `profile::fruitbowl`, too";
    assert!(refused.stderr.contains(said), "{}", refused.show());
    let hint =
        "and take the service's own `include` out of `modules/role/manifests/trendingedits.pp`";
    assert!(refused.stderr.contains(hint), "{}", refused.show());
}

#[test]
fn the_group_of_another_service_is_taken_whatever_is_decided() {
    let env = env();
    let group = "{group: glossary-admin, approval: [";
    env.replace("svcgen.yaml", "{approval: [", group);
    let data = "puppet/modules/admin/data/data.yaml";
    let before = env.read(data);
    for more in [&[][..], &["--conflicts", "svcgen"]] {
        let refused = run(&env, &[&["--commit"], more].concat());
        assert_eq!(refused.code, 11, "{}", refused.show());
        let said = "the group `glossary-admin` is taken: modules/admin/data/data.yaml:";
        assert!(refused.stderr.contains(said), "{}", refused.show());
    }
    assert_eq!(env.read(data), before);
}

#[test]
fn a_cluster_stays_in_the_list_whatever_others_are_written_like() {
    let env = env();
    done(&env, &["--commit"]);
    merged(&env);
    let text = env.read(COMMON);
    let (head, tail) = text.split_once("    sites:\n").unwrap();
    let rest: String = tail
        .lines()
        .skip_while(|line| line.starts_with("      "))
        .map(|line| format!("{line}\n"))
        .collect();
    env.write(COMMON, &format!("{head}{rest}"));
    let words = ["commit", "--quiet", "--all", "--message", "someone's"];
    env.git("puppet", &words);
    env.git(
        "puppet",
        &["branch", "--quiet", "-D", "svcgen/trending-edits"],
    );
    env.replace(
        "svcgen.yaml",
        "{approval: [",
        "{members: [bea], approval: [",
    );
    let done = done(&env, &["--commit"]);
    assert!(
        env.read(COMMON).contains("  trendingedits:"),
        "{}",
        done.show()
    );
}

#[test]
fn what_is_taken_out_in_the_commit_of_a_later_patch_comes_back_and_is_told() {
    let env = env();
    done(&env, &["--commit"]);
    let text = env.read(COMMON);
    let entry = "  trendingedits:\n    description: \"trending-edits\"\n    sites:\n      north: []\n      south: []\n";
    env.replace(COMMON, entry, "");
    let words = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
    env.git("puppet", &words);
    let again = done(&env, &["--commit"]);
    assert_eq!(env.read(COMMON), text, "{}", again.show());
    assert!(again.stderr.contains("warning: "), "{}", again.show());
    let check = env.svcgen(&["check", "--puppet-repo", "puppet"]);
    assert_eq!(check.code, 0, "{}", check.show());
}

#[test]
fn what_is_in_use_does_not_follow_its_neighbours() {
    let env = env();
    let catalog = "puppet/hieradata/common/service.yaml";
    let balanced = "    lvs:\n      class: low-traffic\n    page:";
    let text = env.read(catalog).replace("    page:", balanced);
    env.write(catalog, &text);
    let words = ["commit", "--quiet", "--all", "--message", "balanced"];
    env.git("puppet", &words);
    done(&env, &["--commit"]);
    merged(&env);
    let text = env.read(catalog);
    let at = text.find("  trending-edits:").unwrap();
    let end = text[at + 2..].find("\n  ").map_or(text.len(), |_| {
        let own = text[at..].lines().skip(1);
        let own = own.take_while(|line| line.starts_with("    "));
        at + text[at..].find('\n').unwrap() + 1 + own.map(|line| line.len() + 1).sum::<usize>()
    });
    let others = |text: &str| text.replace("class: low-traffic", "class: high-traffic");
    let changed = format!(
        "{}{}{}",
        others(&text[..at]),
        &text[at..end],
        others(&text[end..])
    );
    assert_ne!(changed, text);
    assert!(text[at..end].contains("class: low-traffic"), "{text}");
    env.write(catalog, &changed);
    let words = ["commit", "--quiet", "--all", "--message", "someone's"];
    env.git("puppet", &words);
    let check = env.svcgen(&["check", "--puppet-repo", "puppet"]);
    assert_eq!(check.code, 0, "{}", check.show());
}

#[test]
fn what_is_written_for_another_service_names_its_command() {
    let env = env();
    done(&env, &[]);
    let refused = guest(&env, "  cluster: trendingedits\n");
    assert_eq!(refused.code, 11, "{}", refused.show());
    let said = "uncommitted changes that svcgen made for the service `trending-edits`";
    assert!(refused.stderr.contains(said), "{}", refused.show());
    let hint = "work/puppet --series --commit` commits them";
    assert!(refused.stderr.contains(hint), "{}", refused.show());
}
