//! Plans for small trees, judged by the real tools.

mod broken_trees;

use camino::Utf8PathBuf;
use serde_json::Value;
use svcgen::edit::{FileEdit, Record};
use svcgen::model::{HostName, PuppetName};
use svcgen::validate::{Finding, Outcome, PuppetRequest, PuppetTree, Verdict, puppet};

use crate::support::{Tree, has_tool};

const TOOLS: &[&str] = &["puppet", "puppet-lint", "ruby"];

const VAGRANT: &[(&str, &str)] = &[
    (
        ".puppet-lint.rc",
        "# why\n--no-140chars-check\n--no-house_rules-check\n--load=./lint/lost.rb\n--fail-on-warnings\n",
    ),
    (
        "puppet/manifests/site.pp",
        "$load_last = 20\nExec { timeout => 900 }\nlookup('classes', { merge => unique }).include\n",
    ),
    (
        "puppet/hieradata/common.yaml",
        "---\nclasses:\n  - '::machine'\n\nzeta::port: 1\n",
    ),
    (
        "puppet/modules/machine/manifests/init.pp",
        "class machine {\n    file { '/etc/motd': content => 'hello' }\n}\n",
    ),
    (
        "puppet/modules/service/manifests/node.pp",
        "define service::node(\n    $port,\n    $node_version,\n    $config = {},\n) {\n    if $port !~ Integer {\n        fail('the port must be a number')\n    }\n    file { \"/etc/${title}\": content => inline_template('<%= @config.inspect %>') }\n}\n",
    ),
    (
        "puppet/modules/other/manifests/init.pp",
        "class other {\n    service::node { 'other': port => 1, node_version => '20' }\n}\n",
    ),
];

const PRODUCTION: &[(&str, &str)] = &[
    (
        ".puppet-lint.rc",
        "--no-140chars-check\n--no-documentation-check\n",
    ),
    ("hieradata/common.yaml", "cluster: misc\n"),
    ("hieradata/common/broker.yaml", "broker::hosts: [a, b]\n"),
    ("hieradata/north.yaml", "{}\n"),
    ("hieradata/role/north/other.yaml", "{}\n"),
    (
        "modules/system/manifests/role.pp",
        "define system::role(String $description) {\n    notice($description)\n}\n",
    ),
    (
        "modules/service/manifests/node.pp",
        "define service::node(\n    Integer[0, 65535] $port,\n    String $repo = \"${title}/deploy\",\n    Optional[String] $deployment = undef,\n    Hash $config = {},\n) {\n    file { \"/etc/${title}\": content => String($config) }\n    if $port == 6000 {\n        fail('nobody may have 6000')\n    }\n}\n",
    ),
];

const CLASS: &str = "# == Class: trending\n#\n# Lists what trends.\n#\nclass trending(\n    $port,\n) {\n\n    service::node { 'trending-edits':\n        port         => $port,\n        node_version => '20',\n        config       => { 'a' => 'it\\'s' },\n    }\n\n}\n";
const ROLE: &str = "# == Class: role::trending\n#\n# Provisions trending-edits.\n#\nclass role::trending {\n    include ::trending\n}\n";
const PROFILE: &str = "# Lists what trends.\nclass profile::trending (\n    Array[String] $hosts = lookup('broker::hosts'),\n    String        $token = lookup('profile::trending::token'),\n    String        $level = lookup('profile::trending::level'),\n) {\n    service::node { 'trending-edits':\n        port       => 6699,\n        deployment => 'scap3',\n        config     => { 'hosts' => $hosts, 'token' => $token, 'level' => $level },\n    }\n}\n";
const PRODUCTION_ROLE: &str = "# Role class for trending-edits\nclass role::trending {\n    include profile::trending\n\n    system::role { 'trending':\n        description => 'Lists what trends',\n    }\n}\n";

/// Judges a plan of generated files, and of texts that are put behind shared files.
fn judge(
    tree: &Tree,
    kind: PuppetTree,
    generated: &[(&str, &str)],
    appended: &[(&str, &str)],
) -> Verdict {
    let generated: Vec<(Utf8PathBuf, String)> = generated
        .iter()
        .map(|(path, text)| ((*path).into(), (*text).into()))
        .collect();
    let edits: Vec<FileEdit> = appended
        .iter()
        .map(|(path, text)| {
            let before = fs_err::read_to_string(tree.root.join(path)).ok();
            let after = before.clone().unwrap_or_default() + text;
            FileEdit {
                path: (*path).into(),
                before,
                after: Some(after),
                marks: Vec::new(),
                record: Record::Forgotten,
            }
        })
        .collect();
    let role = PuppetName::parse("trending").unwrap();
    let domain = HostName::parse("example.org").unwrap();
    let secrets = [(
        "profile::trending::token".to_owned(),
        Value::from("stand-in"),
    )];
    let (root, domain) = (tree.root.as_path(), Some(&domain));
    puppet(&PuppetRequest {
        root,
        tree: kind,
        edits: &edits,
        generated: &generated,
        shared: &[],
        role: &role,
        domain,
        secrets: &secrets,
    })
}

fn vagrant(class: &str, data: &str) -> Verdict {
    let files = [
        ("puppet/modules/trending/manifests/init.pp", class),
        ("puppet/modules/role/manifests/trending.pp", ROLE),
    ];
    judge(
        &Tree::new(VAGRANT),
        PuppetTree::Vagrant,
        &files,
        &[("puppet/hieradata/common.yaml", data)],
    )
}

fn production(tree: &Tree, profile: &str, data: &str) -> Verdict {
    let files = [
        ("modules/profile/manifests/trending.pp", profile),
        ("modules/role/manifests/trending.pp", PRODUCTION_ROLE),
    ];
    judge(
        tree,
        PuppetTree::Production,
        &files,
        &[("hieradata/role/common/trending.yaml", data)],
    )
}

fn outcome<'a>(verdict: &'a Verdict, step: &str) -> &'a Outcome {
    &verdict
        .steps
        .iter()
        .find(|s| s.name == step)
        .unwrap()
        .outcome
}

/// The only finding of a verdict, as text; every other step passed.
fn only_finding(verdict: &Verdict) -> String {
    let findings: Vec<&Finding> = verdict.findings().collect();
    let [finding] = findings.as_slice() else {
        panic!("{verdict:#?}")
    };
    let path = finding.path.as_ref().map_or("?", |path| path.as_str());
    let line = finding.line.map_or("?".to_owned(), |line| line.to_string());
    format!(
        "{path}:{line}: {}\n{}",
        finding.message,
        finding.text_line.as_deref().unwrap_or("?")
    )
}

#[test]
fn a_right_plan_for_a_development_tree_passes() {
    if !TOOLS.iter().all(|tool| has_tool(tool)) {
        return;
    }
    let verdict = vagrant(CLASS, "\ntrending::port: 6699\n");
    assert!(verdict.is_verified(), "{verdict:#?}");
    let notes: Vec<&String> = verdict.steps.iter().flat_map(|step| &step.notes).collect();
    assert_eq!(
        notes,
        [
            "`--no-house_rules-check` of `.puppet-lint.rc` is left out: the installed puppet-lint does not support it",
            "`--load=./lint/lost.rb` of `.puppet-lint.rc` is left out: the installed puppet-lint does not support it",
        ]
    );
}

#[test]
fn a_right_plan_for_a_production_tree_passes_and_leaves_the_tree_alone() {
    if !TOOLS.iter().all(|tool| has_tool(tool)) {
        return;
    }
    let tree = Tree::new(PRODUCTION);
    let verdict = production(&tree, PROFILE, "profile::trending::level: info\n");
    assert!(verdict.is_verified(), "{verdict:#?}");
    for (path, text) in PRODUCTION {
        assert_eq!(fs_err::read_to_string(tree.root.join(path)).unwrap(), *text);
    }
    assert!(
        !tree.root.join("modules/profile").exists() && !tree.root.join("modules/role").exists()
    );
}

#[test]
fn a_wrong_type_is_found_in_the_generated_line() {
    if !TOOLS.iter().all(|tool| has_tool(tool)) {
        return;
    }
    let profile = PROFILE.replace("=> 6699", "=> '6699'");
    let verdict = production(
        &Tree::new(PRODUCTION),
        &profile,
        "profile::trending::level: info\n",
    );
    insta::assert_snapshot!(only_finding(&verdict), @"
    modules/profile/manifests/trending.pp:7: Evaluation Error: Error while evaluating a Resource Statement, Service::Node[trending-edits]: parameter 'port' expects an Integer value, got String
        service::node { 'trending-edits':
    ");
}

#[test]
fn a_failure_deep_in_the_tree_is_the_plans_where_other_services_compile() {
    if !TOOLS.iter().all(|tool| has_tool(tool)) {
        return;
    }
    let profile = PROFILE.replace("=> 6699", "=> 6000");
    let verdict = production(
        &Tree::new(PRODUCTION),
        &profile,
        "profile::trending::level: info\n",
    );
    insta::assert_snapshot!(only_finding(&verdict), @"
    modules/profile/manifests/trending.pp:7: Evaluation Error: Error while evaluating a Resource Statement, Evaluation Error: Error while evaluating a Function Call, nobody may have 6000
        service::node { 'trending-edits':
    ");
}

#[test]
fn a_value_that_is_missing_in_the_data_is_found() {
    if !TOOLS.iter().all(|tool| has_tool(tool)) {
        return;
    }
    let verdict = production(
        &Tree::new(PRODUCTION),
        PROFILE,
        "profile::trending::other: info\n",
    );
    insta::assert_snapshot!(only_finding(&verdict), @"
    modules/profile/manifests/trending.pp:2: Function lookup() did not find a value for the name 'profile::trending::level'
    class profile::trending (
    ");
}

#[test]
fn a_missing_argument_is_found() {
    if !TOOLS.iter().all(|tool| has_tool(tool)) {
        return;
    }
    let class = CLASS
        .replace("        node_version => '20',\n", "")
        .replace("port         =>", "port   =>")
        .replace("config       =>", "config =>");
    let verdict = vagrant(&class, "\ntrending::port: 6699\n");
    insta::assert_snapshot!(only_finding(&verdict), @"
    puppet/modules/trending/manifests/init.pp:9: Evaluation Error: Error while evaluating a Resource Statement, Service::Node[trending-edits]: expects a value for parameter 'node_version'
        service::node { 'trending-edits':
    ");
}

#[test]
fn what_lint_does_not_like_is_found() {
    if !TOOLS.iter().all(|tool| has_tool(tool)) {
        return;
    }
    let class = CLASS.replace("'20'", "\"20\"");
    let verdict = vagrant(&class, "\ntrending::port: 6699\n");
    assert_eq!(outcome(&verdict, "catalogue"), &Outcome::Passed);
    insta::assert_snapshot!(only_finding(&verdict), @r#"
    puppet/modules/trending/manifests/init.pp:11: warning: double quoted string containing no variables (double_quoted_strings)
            node_version => "20",
    "#);
}

#[test]
fn a_syntax_error_is_found_by_the_parser() {
    if !TOOLS.iter().all(|tool| has_tool(tool)) {
        return;
    }
    let class = CLASS.replace("    $port,\n", "    $port => 1,\n");
    let verdict = vagrant(&class, "\ntrending::port: 6699\n");
    let Outcome::Failed(findings) = outcome(&verdict, "puppet parser validate") else {
        panic!("{verdict:#?}")
    };
    assert_eq!(findings[0].message, "Syntax error at '=>'");
    assert_eq!(findings[0].text_line.as_deref(), Some("    $port => 1,"));
}

#[test]
fn a_template_that_is_not_ruby_is_found() {
    if !TOOLS.iter().all(|tool| has_tool(tool)) {
        return;
    }
    let files = [(
        "modules/trending/templates/config.yaml.erb",
        "port: 1\n<% if [ %>\nx: 2\n<% end -%>\n",
    )];
    let verdict = judge(&Tree::new(PRODUCTION), PuppetTree::Production, &files, &[]);
    let Outcome::Failed(findings) = outcome(&verdict, "templates") else {
        panic!("{verdict:#?}")
    };
    assert_eq!(findings[0].line, Some(2), "{findings:#?}");
}

#[test]
fn data_that_ruby_reads_in_another_way_is_found() {
    if !TOOLS.iter().all(|tool| has_tool(tool)) {
        return;
    }
    let verdict = production(
        &Tree::new(PRODUCTION),
        PROFILE,
        "profile::trending::level: info\nprofile::trending::mode: yes\n",
    );
    insta::assert_snapshot!(only_finding(&verdict), @r#"
    hieradata/role/common/trending.yaml:2: `profile::trending::mode` is read as true, not as "yes"
    profile::trending::mode: yes
    "#);
}
