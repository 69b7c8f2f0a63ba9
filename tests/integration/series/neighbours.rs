//! What is written as the neighbours in the tree have it.

use super::{done, env, model, run};
use crate::support::Env;

const CATALOG: &str = "puppet/hieradata/common/service.yaml";
const NAMES: &str = "puppet/conftool-data/discovery/services.yaml";

/// The tree, most services of which have a name for discovery.
fn with_discovery() -> Env {
    let env = env();
    let names = "    discovery:\n      - dnsdisc: other\n        active_active: true\n    state: production\n";
    env.replace(CATALOG, "    state: production\n", names);
    amend(&env);
    env
}

fn amend(env: &Env) {
    let words = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
    env.git("puppet", &words);
}

/// What the catalogue has of the service.
fn entry(env: &Env) -> String {
    let text = env.read(CATALOG);
    let (_, own) = text.split_once("  trending-edits:\n").unwrap();
    own.split("\n\n").next().unwrap().to_owned()
}

#[test]
fn a_single_datacentre_has_a_name_for_discovery_only_where_the_model_asks_for_it() {
    let env = with_discovery();
    done(&env, &[]);
    assert!(
        entry(&env).contains("active_active: true"),
        "{}",
        entry(&env)
    );
    let north = model().replace(", south: 10.21.1.30", "");
    env.write("svcgen.yaml", &north);
    done(&env, &[]);
    assert!(!entry(&env).contains("discovery"), "{}", entry(&env));
    assert!(!env.read(NAMES).contains("trending-edits"));
    for says in ["true", "false"] {
        let more = format!("  load_balancer:\n    active_active: {says}\n");
        env.write("svcgen.yaml", &north.replace("  load_balancer:\n", &more));
        done(&env, &[]);
        let line = format!("active_active: {says}\n");
        assert!(
            format!("{}\n", entry(&env)).contains(&line),
            "{}",
            entry(&env)
        );
        assert!(env.read(NAMES).contains("trending-edits: [north]\n"));
    }
    // What is in use stays.
    env.replace(CATALOG, "    state: service_setup", "    state: production");
    env.git("puppet", &["add", "--all"]);
    env.git("puppet", &["commit", "--quiet", "--message", "merged"]);
    env.write("svcgen.yaml", &north);
    done(&env, &[]);
    assert!(
        entry(&env).contains("active_active: false"),
        "{}",
        entry(&env)
    );
}

#[test]
fn a_cluster_is_described_in_quotes_where_its_neighbours_are() {
    let env = env();
    let clusters = "puppet/hieradata/common.yaml";
    let text = env.read(clusters);
    let quoted: Vec<String> = text
        .lines()
        .map(|line| match line.split_once("description: ") {
            Some((pad, _)) => format!("{pad}description: \"What computes lists, and other things that are told at length\""),
            None => line.to_owned(),
        })
        .collect();
    env.write(clusters, &format!("{}\n", quoted.join("\n")));
    amend(&env);
    let short = model().replace(
        "description: |\n  Computes the list of currently trending articles from the stream of edits.\n",
        "description: Computes what trends.\n",
    );
    env.write("svcgen.yaml", &short);
    done(&env, &["--commit"]);
    let line = "    description: \"Computes what trends\"\n";
    assert!(env.read(clusters).contains(line), "{}", env.read(clusters));
    let tip = env.git("puppet", &["rev-parse", "HEAD"]);
    done(&env, &["--commit"]);
    assert_eq!(env.git("puppet", &["rev-parse", "HEAD"]), tip);
}

#[test]
fn all_who_approve_are_one_list() {
    let env = env();
    env.replace(
        "svcgen.yaml",
        "[Grace Approver]",
        "[Grace Approver, Max Second]",
    );
    let run = run(&env, &["--dry-run"]);
    let told = "Grace Approver, Max Second and the managers of the members have to approve";
    let all = format!("{}{}", run.stdout, run.stderr);
    assert!(all.contains(told), "{}", run.show());
}
