//! What need not be answered: the package, git and the organisation's questions know it.

use insta::assert_snapshot;

use crate::support::Env;

#[test]
fn what_cannot_be_taken_is_told_with_its_rule() {
    let env = Env::new();
    env.write("package.json", r#"{"name": "@org/Node"}"#);
    let all = [
        "new",
        "--defaults",
        "--set=port=6000",
        "--set=description=Makes tea.",
        "--set=owner.name=Ada",
        "--site=example",
    ];
    let run = env.svcgen(&all);
    assert_eq!(run.code, 2, "{}", run.show());
    assert!(
        run.stderr.starts_with("warning: `node` of `package.json` cannot be used: the word is reserved in Puppet or YAML\n"),
        "{}",
        run.show()
    );
    // Whoever has named it is told nothing of the package.
    let run = env.svcgen(&[&all[..], &["--set=name=tea"]].concat());
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(!run.stderr.contains("warning"), "{}", run.show());

    let run = env.svcgen(
        &[
            &all[..],
            &["--set=name=tea", "--set=owner.email=not an address"],
        ]
        .concat(),
    );
    assert_eq!(run.code, 2, "{}", run.show());
    assert!(
        run.stderr
            .contains("`not an address` is not an email address\n"),
        "{}",
        run.show()
    );
}

#[test]
fn defaults_come_from_the_package_and_from_git() {
    let env = Env::new();
    env.write(
        "package.json",
        r#"{"name": "@org/trending-edits", "description": "Computes trends."}"#,
    );
    env.write(
        "../.gitconfig",
        "[user]\n\tname = Ada Example\n\temail = ada@example.org\n",
    );
    let run = env.svcgen(&[
        "new",
        "--defaults",
        "--set",
        "port=6000",
        "--site",
        "example",
    ]);
    assert_snapshot!(run.show(), @"
    exit 0
    --- stdout
    --- stderr
    name: trending-edits (package.json)
    description: Computes trends. (package.json)
    owner.name: Ada Example (git config)
    owner.email: ada@example.org (git config)
    wrote `svcgen.yaml`
    next: svcgen vagrant --repo CHECKOUT --dry-run
    ");
    assert_snapshot!(env.read("svcgen.yaml"), @r#"
    version: 1
    site: example
    name: trending-edits
    puppet_name: trendingedits
    description: |
      Computes trends.
    port: 6000
    owner: {name: Ada Example, email: ada@example.org}
    repositories:
      source: wiki/services/trending-edits
      deploy: wiki/services/trending-edits/deploy
      key: trending-edits/deploy
      branch: master
    runtime:
      node_version: "20"
      healthcheck: {url: /_info, spec: false}
    deploy:
      user: deployer
    "#);
    let other = env.svcgen(&[
        "new",
        "--defaults",
        "--set",
        "port=6000",
        "--set",
        "owner.name=Grace",
        "--service",
        "other.yaml",
    ]);
    assert_eq!(other.code, 0, "{}", other.show());
    assert!(
        !env.read("other.yaml").contains("ada@example.org"),
        "Grace has another address"
    );
}

#[test]
fn defaults_come_from_the_deploy_stanza_and_the_organisations_questions() {
    let env = Env::new();
    env.write(
        "package.json",
        r#"{"name": "trends", "deploy": {"target": "ubuntu", "node": "22", "dependencies": {"ubuntu": ["librdkafka-dev"]}}}"#,
    );
    env.write(
        "../config/svcgen/questions/farm.yaml",
        "version: 1\ntitle: The farm\nquestions:\n- {id: config.environment.TEAM, text: Team, default: \"{name without hyphens}\"}\n",
    );
    env.write(
        "answers.yaml",
        "name: my-svc\ndescription: D\nport: 6000\nowner.name: Ada\n",
    );
    let run = env.svcgen(&["new", "--answers", "answers.yaml", "--defaults"]);
    assert_snapshot!(run.show(), @"
    exit 0
    --- stdout
    --- stderr
    build.target: ubuntu (package.json)
    build.dependencies.ubuntu: librdkafka-dev (package.json)
    build.node: 22 (package.json)
    config.environment.TEAM: mysvc (default)
    wrote `svcgen.yaml`
    next: svcgen vagrant --repo CHECKOUT --dry-run
    ");
    let model = env.read("svcgen.yaml");
    assert!(
        model.contains("target: ubuntu") && model.contains("node: \"22\""),
        "{model}"
    );
    assert!(
        model.contains("dependencies: {ubuntu: [librdkafka-dev]}"),
        "{model}"
    );
}

#[test]
fn a_service_in_another_language_is_told_what_is_generated() {
    let env = Env::new();
    env.write("go.mod", "module example.org/tea\n");
    let words = [
        "new",
        "--defaults",
        "--set",
        "name=tea",
        "--set",
        "port=6000",
    ];
    let more = ["--set", "description=Tea.", "--set", "owner.name=Ada"];
    let arguments = [&words[..], &more].concat();
    let told = "warning: `go.mod` exists, but no `package.json`: svcgen generates code for services on Node.js\n";
    let run = env.svcgen(&arguments);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(run.stderr.contains(told), "{}", run.show());
    env.write("package.json", "{}");
    let run = env.svcgen(&[&arguments[..], &["--force"]].concat());
    assert!(!run.stderr.contains(told), "{}", run.show());
}

#[test]
fn a_name_and_a_port_that_somebody_has_are_told_where_they_would_be_taken() {
    let env = Env::new();
    let manifest = "puppet/modules/role/manifests/tea.pp";
    env.write(manifest, "class role::tea {\n}\n");
    let config = "checkouts: {puppet: ~/work/puppet}\nuser: {name: Ada}\n";
    env.write("../config/svcgen/config.yaml", config);
    env.write(
        "package.json",
        r#"{"name": "tea", "description": "Makes tea."}"#,
    );
    let words = ["new", "--defaults", "--site=example", "--set=port=6000"];
    let run = env.svcgen(&words);
    assert_snapshot!(run.show(), @"
    exit 2
    --- stdout
    --- stderr
    warning: `tea` (package.json) is not taken for `name`: `tea` already exists: `modules/role/manifests/tea.pp` in `HOME/work/puppet`; `--set name=VALUE` sets another one, or this one anyway
    description: Makes tea. (package.json)
    owner.name: Ada (configuration)
    error: there is no value for `name`
    hint: add --set name=VALUE, or lines `path: value` to the file of `--answers`
    ");
    let run = env.svcgen(&[&words[..], &["--set=name=pot"]].concat());
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(!run.stderr.contains("warning"), "{}", run.show());
}
