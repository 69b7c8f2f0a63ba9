//! The model changes after it was generated from, in trees that people edited meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::Env;
use crate::support::samples::{GENERATE, MODEL, TREES, copy};

/// The model of the samples, with a parameter that people tune, and checks.
fn model() -> String {
    let tuned = "    - name: tuned
      value: {production: five, vagrant: six}
      description: What somebody tunes by hand.
build: {";
    let checks = "build: {dependencies: {debian: [librdkafka-dev]}}
runtime: {healthcheck: {spec: true}}";
    MODEL
        .replace("build:\n  dependencies: {debian: [librdkafka-dev]}", checks)
        .replace("build: {", tuned)
        .replace('"', "'")
}

/// What people edit meanwhile: file, what stands there, what they make of it.
const EDITS: &[(&str, &str, &str)] = &[
    // A comment at the end of a file that is svcgen's, and one above a line of it.
    (
        "vagrant/puppet/modules/trendingedits/manifests/init.pp",
        "\n\n}\n",
        "\n\n    # The end.\n}\n",
    ),
    (
        "vagrant/puppet/modules/role/manifests/trendingedits.pp",
        "    include ::trendingedits\n",
        "    include ::trendingedits\n    include ::wiki\n",
    ),
    (
        "puppet/modules/profile/manifests/trendingedits.pp",
        "#   What somebody tunes by hand.\n",
        "#   What somebody tunes by hand.\n#   It is ours, and we watch it.\n",
    ),
    (
        "puppet/modules/role/manifests/trendingedits.pp",
        "class role::trendingedits {\n",
        "class role::trendingedits {\n    # First things first.\n",
    ),
    // Values that are tuned, and entries of others.
    (
        "vagrant/puppet/hieradata/common.yaml",
        "trendingedits::tuned: six\n",
        "trendingedits::tuned: sixty # more\n",
    ),
    (
        "puppet/hieradata/role/common/trendingedits.yaml",
        "profile::trendingedits::tuned: five\n",
        "profile::trendingedits::tuned: fifty # more\n# The rest is ours.\nours::key: 1\n",
    ),
    (
        "puppet/hieradata/role/common/deployment_server/kubernetes.yaml",
        "  tools/statistics:\n",
        "  # Somebody else's.\n  tools/statistics:\n",
    ),
    (
        "deploy/scap/targets",
        "trending1002",
        "# rack A\ntrending1009.north.farm.example # by hand\ntrending1002",
    ),
    (
        "deploy/scap/scap.cfg",
        "git_submodules: True\n",
        "git_submodules: True\n# Slow disks.\nconfig_deploy_timeout: 90\n",
    ),
    (
        "source/package.json",
        "\"engines\": {",
        "\"private\": true,\n  \"engines\": {",
    ),
];

/// Twenty and more changes of the model: what is changed, and texts that are replaced in it.
const CHANGES: &[(&str, &[(&str, &str)])] = &[
    ("another port", &[("port: 6699", "port: 6700")]),
    (
        "another description",
        &[(
            "Computes the list of currently trending",
            "Lists the currently trending",
        )],
    ),
    (
        "a description of two paragraphs",
        &[("stream of edits.\n", "stream of edits.\n\n  It is fast.\n")],
    ),
    (
        "one more parameter",
        &[(
            "    - name: tuned\n",
            "    - {name: extra, type: Boolean, default: true, description: One more.}\n    - name: tuned\n",
        )],
    ),
    (
        "one more that is required",
        &[(
            "    - name: tuned\n",
            "    - {name: extra, type: Integer, value: {production: 3, vagrant: 4}, description: One more.}\n    - name: tuned\n",
        )],
    ),
    (
        "a parameter less",
        &[(
            "    - name: max_age\n      type: Integer\n      default: 86400\n      description: Seconds after which an edit no longer counts.\n",
            "",
        )],
    ),
    (
        "a required parameter less",
        &[(
            "    - name: broker_list\n      description: Comma-separated list of Kafka broker URIs.\n      value: {production: 'kafka1001.north.farm.example:9092', vagrant: '127.0.0.1:9092'}\n",
            "",
        )],
    ),
    (
        "a parameter renamed",
        &[("name: broker_list", "name: brokers")],
    ),
    (
        "another type",
        &[(
            "type: Integer\n      default: 86400",
            "type: String\n      default: a day",
        )],
    ),
    (
        "a default that becomes required",
        &[(
            "      default: 86400\n",
            "      value: {production: 3600, vagrant: 60}\n",
        )],
    ),
    (
        "a required one that gets a default",
        &[(
            "      value: {production: 'kafka1001.north.farm.example:9092', vagrant: '127.0.0.1:9092'}\n",
            "      default: 'localhost:9092'\n",
        )],
    ),
    ("another default", &[("default: 86400", "default: 3600")]),
    (
        "another value",
        &[
            ("kafka1001.north", "kafka1002.north"),
            ("127.0.0.1:9092", "127.0.0.1:9093"),
        ],
    ),
    (
        "another description of a parameter",
        &[("Seconds after which", "The seconds after which")],
    ),
    (
        "a secret",
        &[(
            "URIs.\n      value: {production: 'kafka1001.north.farm.example:9092', vagrant: '127.0.0.1:9092'}",
            "URIs.\n      secret: true",
        )],
    ),
    (
        "a template",
        &[("config:\n", "config:\n  style: template\n")],
    ),
    (
        "configuration by scap",
        &[("config:\n", "config:\n  style: scap\n")],
    ),
    (
        "an environment variable",
        &[(
            "config:\n",
            "config:\n  environment: {UV_THREADPOOL_SIZE: 16}\n",
        )],
    ),
    (
        "a host more and one less",
        &[("trending[1001-1003].north", "trending[1002-1004].north")],
    ),
    (
        "a group more",
        &[(
            "    - {name: default,",
            "    - {name: middle, hosts: [trending3001.north.farm.example], size: 1}\n    - {name: default,",
        )],
    ),
    (
        "a group less",
        &[(
            "    - {name: canary, hosts: [trending2001.south.farm.example]}\n",
            "",
        )],
    ),
    (
        "a group size",
        &[(
            "farm.example']}",
            "farm.example'], size: 2, failure_limit: 1}",
        )],
    ),
    (
        "another check",
        &[(
            "deploy:\n",
            "deploy:\n  checks:\n    - {name: lag, type: command, after: promote, command: 'check_lag 5', timeout: 20}\n",
        )],
    ),
    (
        "no check",
        &[("runtime: {healthcheck: {spec: true}}\n", "")],
    ),
    (
        "another health check",
        &[(
            "{healthcheck: {spec: true}}",
            "{healthcheck: {url: /health}}",
        )],
    ),
    (
        "a log level",
        &[("runtime: {", "runtime: {log_level: warn, ")],
    ),
    (
        "another version of Node",
        &[("runtime: {", "runtime: {node_version: '18', ")],
    ),
    (
        "another argument",
        &[("runtime: {", "runtime: {extra: {heap_limit: 512}, ")],
    ),
    (
        "an environment",
        &[(
            "deploy:\n",
            "environments:\n  staging:\n    domain: staging.west1.cloud\n    groups: [{name: default, hosts: [trending-1.staging.west1.cloud]}]\ndeploy:\n",
        )],
    ),
    (
        "another key of the repository",
        &[(
            "config:\n",
            "repositories: {key: trending/deploy}\nconfig:\n",
        )],
    ),
    (
        "another source repository",
        &[(
            "config:\n",
            "repositories: {source: wiki/trending}\nconfig:\n",
        )],
    ),
    (
        "memory",
        &[("config:\n", "vagrant: {memory: 1024}\nconfig:\n")],
    ),
    (
        "no forwarded port",
        &[("config:\n", "vagrant: {forward_port: false}\nconfig:\n")],
    ),
    (
        "another owner",
        &[(
            "{name: Ada Example, shell: ada}",
            "{name: Bob Example, shell: bob}",
        )],
    ),
    (
        "another deploy user",
        &[("deploy:\n", "deploy:\n  user: deploy-trending\n")],
    ),
    (
        "a timeout",
        &[("deploy:\n", "deploy:\n  service_timeout: 300\n")],
    ),
    (
        "more revisions",
        &[("deploy:\n", "deploy:\n  cache_revisions: 9\n")],
    ),
    (
        "other dependencies",
        &[(
            "{debian: [librdkafka-dev]}",
            "{debian: [libfoo-dev], ubuntu: [libbar-dev]}",
        )],
    ),
    (
        "another target",
        &[("build: {", "build: {target: ubuntu, node: '20', ")],
    ),
    (
        "much at once",
        &[
            ("port: 6699", "port: 6700"),
            ("name: max_age", "name: age"),
            ("config:\n", "config:\n  style: template\n"),
            ("kafka1001.north", "kafka1002.north"),
            ("trending[1001-1003].north", "trending[1002-1004].north"),
            (
                "runtime: {",
                "runtime: {log_level: warn, node_version: '18', ",
            ),
        ],
    ),
];

fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(model(), |model, (from, to)| {
        assert!(model.contains(from), "{from}");
        model.replacen(from, to, 1)
    })
}

/// The four repositories, with nothing generated.
fn farm() -> Env {
    let env = Env::with_model();
    for (tree, _) in TREES {
        env.repository(tree);
    }
    env
}

/// Edits by hand, of those files that are there; returns what was edited.
fn edit(env: &Env) -> Vec<&'static str> {
    let mut edited = Vec::new();
    for (path, from, to) in EDITS {
        if env.has(path) && env.read(path).contains(from) {
            env.replace(path, from, to);
            edited.push(*to);
        }
    }
    edited
}

fn commit(env: &Env) {
    for (tree, _) in TREES {
        env.git(tree, &["add", "--all"]);
        env.git(
            tree,
            &["commit", "--quiet", "--allow-empty", "--message", "by hand"],
        );
    }
}

/// All files of the four work trees.
fn files(env: &Env) -> BTreeMap<String, String> {
    let list = TREES.iter().flat_map(|(tree, _)| {
        let all = ["ls-files", "--cached", "--others", "--deduplicate"];
        let names = env.git(tree, &all);
        let paths: Vec<String> = names.lines().map(|name| format!("{tree}/{name}")).collect();
        paths
    });
    list.filter(|path| env.has(path))
        .map(|path| (path.clone(), env.read(&path)))
        .collect()
}

/// A copy of the four repositories, with all that git and svcgen know of them.
fn twin(of: &Env) -> Env {
    let env = Env::with_model();
    for (tree, _) in TREES {
        copy(&of.work().join(tree), &env.work().join(tree));
    }
    env
}

/// The changes of one test: every so many-th of the table, so that no test takes long.
fn meet(part: usize) {
    let (empty, first) = (farm(), farm());
    first.write("svcgen.yaml", &model());
    let run = first.svcgen(GENERATE);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(edit(&first).len(), EDITS.len());
    commit(&first);
    let mut wrong = Vec::new();
    for (name, changes) in CHANGES.iter().skip(part).step_by(PARTS) {
        let (env, fresh) = (twin(&first), twin(&empty));
        for env in [&env, &fresh] {
            env.write("svcgen.yaml", &changed(changes));
        }
        let said = env.svcgen(GENERATE);
        let kept = EDITS
            .iter()
            .filter(|(path, _, made)| env.read(path).contains(made));
        let kept = kept.count();
        let again = env.svcgen(GENERATE);
        let is_done = again.stderr.matches("nothing to do").count() == TREES.len();
        fresh.svcgen(GENERATE);
        edit(&fresh);
        let differences = differences(&files(&env), &files(&fresh));
        let codes = (said.code, again.code);
        if codes != (0, 0) || !is_done || kept != EDITS.len() || !differences.is_empty() {
            let show = format!("{}{}", said.show(), again.show());
            wrong.push(format!(
                "### {name}: {kept} edits kept\n{show}{differences}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const PARTS: usize = 4;

/// Where files are not what they should be.
fn differences(found: &BTreeMap<String, String>, expected: &BTreeMap<String, String>) -> String {
    let paths: BTreeSet<&String> = found.keys().chain(expected.keys()).collect();
    let text =
        |files: &BTreeMap<String, String>, path: &str| files.get(path).cloned().unwrap_or_default();
    let differences = paths.into_iter().filter_map(|path| {
        let (found, expected) = (text(found, path), text(expected, path));
        let diff = similar::TextDiff::from_lines(&expected, &found);
        (found != expected).then(|| format!("{path}\n{}", diff.unified_diff()))
    });
    differences.collect()
}

#[test]
fn a_model_that_changes_meets_trees_that_were_edited_1() {
    meet(0);
}

#[test]
fn a_model_that_changes_meets_trees_that_were_edited_2() {
    meet(1);
}

#[test]
fn a_model_that_changes_meets_trees_that_were_edited_3() {
    meet(2);
}

#[test]
fn a_model_that_changes_meets_trees_that_were_edited_4() {
    meet(3);
}
