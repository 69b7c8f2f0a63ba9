//! Trees that today's Puppet does not take as they are.

use svcgen::validate::{Outcome, PuppetTree};

use super::{
    CLASS, PRODUCTION, PRODUCTION_ROLE, PROFILE, ROLE, TOOLS, VAGRANT, judge, outcome, production,
};
use crate::support::{Tree, has_tool};

#[test]
fn a_tree_that_is_older_than_puppet_is_read_as_it_was_meant() {
    if !TOOLS.iter().all(|tool| has_tool(tool)) {
        return;
    }
    let tree = Tree::new(VAGRANT);
    tree.write(
        "puppet/manifests/site.pp",
        "$LOAD_LAST = 20\nhiera_include('classes')\n",
    );
    let node = "define service::node($port, $node_version, $config = {}) {\n    if $port !~ /^\\d+$/ {\n        fail('a number')\n    }\n    file { \"/etc/${title}\": content => $::LOAD_LAST }\n}\n";
    tree.write("puppet/modules/service/manifests/node.pp", node);
    let files = [
        ("puppet/modules/trending/manifests/init.pp", CLASS),
        ("puppet/modules/role/manifests/trending.pp", ROLE),
    ];
    let data = [("puppet/hieradata/common.yaml", "\ntrending::port: 6699\n")];
    let verdict = judge(&tree, PuppetTree::Vagrant, &files, &data);
    assert!(verdict.is_verified(), "{verdict:#?}");
    let notes = &verdict
        .steps
        .iter()
        .find(|step| step.name == "catalogue")
        .unwrap()
        .notes;
    assert_eq!(
        notes,
        &["the tree was read the way Puppet 3 did: it is older than the installed Puppet"]
    );
}

#[test]
fn a_tree_that_does_not_compile_itself_is_not_held_against_the_plan() {
    if !TOOLS.iter().all(|tool| has_tool(tool)) {
        return;
    }
    let tree = Tree::new(PRODUCTION);
    let node = "define service::node($port, $repo = '', $deployment = '', $config = {}) {\n    lost_function($port)\n}\n";
    tree.write("modules/service/manifests/node.pp", node);
    let verdict = production(&tree, PROFILE, "profile::trending::level: info\n");
    assert!(
        !verdict.has_failed() && !verdict.is_verified(),
        "{verdict:#?}"
    );
    let Outcome::NotJudged { reason } = outcome(&verdict, "catalogue") else {
        panic!("{verdict:#?}")
    };
    assert!(
        reason.contains("Unknown function: 'lost_function'"),
        "{reason}"
    );
    assert!(
        reason.ends_with("(modules/service/manifests/node.pp:2)"),
        "{reason}"
    );
}

#[test]
fn what_the_plan_takes_from_a_broken_tree_is_not_held_against_it() {
    if !TOOLS.iter().all(|tool| has_tool(tool)) {
        return;
    }
    let tree = Tree::new(PRODUCTION);
    tree.write(
        "modules/standard/manifests/init.pp",
        "class standard {\n    lost_function()\n}\n",
    );
    tree.write(
        "modules/other/manifests/init.pp",
        "class other {\n    service::node { 'other': port => 1 }\n}\n",
    );
    let role = PRODUCTION_ROLE.replace(
        "    include profile",
        "    include standard\n    include profile",
    );
    let files = [
        ("modules/profile/manifests/trending.pp", PROFILE),
        ("modules/role/manifests/trending.pp", &role),
    ];
    let data = [(
        "hieradata/role/common/trending.yaml",
        "profile::trending::level: info\n",
    )];
    let verdict = judge(&tree, PuppetTree::Production, &files, &data);
    let Outcome::NotJudged { reason } = outcome(&verdict, "catalogue") else {
        panic!("{verdict:#?}")
    };
    assert!(
        reason.ends_with("(modules/standard/manifests/init.pp:2)"),
        "{reason}"
    );
}
