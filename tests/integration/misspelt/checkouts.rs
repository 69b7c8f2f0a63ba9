//! Checkouts, and what the configuration calls them.

use insta::assert_snapshot;

use crate::support::Env;

#[test]
fn a_service_of_the_configuration_is_the_one_of_the_model() {
    let env = Env::new();
    env.write(
        "svcgen.yaml",
        "version: 1\nsite: example\nname: tea-pot\ndescription: Tea.\nport: 6700\nowner: {name: Ada}\n",
    );
    env.write(
        "../config/svcgen/config.yaml",
        "services: {tea-pto: {deploy: ../../deploy}}\n",
    );
    let run = env.svcgen(&["scap"]);
    assert_snapshot!(run.show(), @"
    exit 2
    --- stdout
    --- stderr
    error: no checkout of the deploy repository is named
    hint: add `--repo CHECKOUT`, or write `services: {tea-pot: {deploy: PATH}}` into `HOME/config/svcgen/config.yaml`
    hint: `services` of the configuration names `tea-pto`; did you mean `tea-pot`?
    ");
    let run = env.svcgen(&["build", "--site", "example"]);
    assert_snapshot!(run.show(), @"
    exit 2
    --- stdout
    --- stderr
    error: no checkout of the deploy repository is named
    hint: `--deploy-repo DIR` names one
    hint: `services` of the configuration names `tea-pto`; did you mean `tea-pot`?
    ");
}

#[test]
fn a_checkout_has_the_short_name_of_its_repository() {
    let env = Env::new();
    let wrong = |key: &str| {
        let text = format!("checkouts: {{{key}: /x}}\n");
        std::fs::write(env.home().join("config/svcgen/config.yaml"), text).unwrap();
        let run = env.svcgen(&["status"]);
        assert_eq!(run.code, 2, "{}", run.show());
        let help = run.stderr.lines().find(|line| line.contains("help: "));
        help.unwrap().trim().to_owned()
    };
    assert_eq!(wrong("vagrent"), "help: did you mean `vagrant`?");
    assert_eq!(wrong("mediawiki-vagrant"), "help: did you mean `vagrant`?");
    assert_eq!(wrong("operations/puppet"), "help: did you mean `puppet`?");
    assert_eq!(wrong("tea"), "help: known here: vagrant, puppet");
}

#[test]
fn the_source_is_not_taken_for_the_deploy_repository() {
    let env = Env::with_model();
    env.repository("source");
    env.repository("deploy");
    let told = |folder: &str, more: &[&str]| {
        let arguments = [&["deploy", "--dry-run"][..], more].concat();
        let run = env.run(
            env.command()
                .current_dir(env.work().join(folder))
                .args(arguments),
        );
        run.show()
    };
    let here = ["--deploy-repo", "."];
    assert_snapshot!(told("source", &here), @"
    exit 2
    --- stdout
    --- stderr
    error: `HOME/work/source` is the source repository, and not the deploy repository
    cause: it has no `scap/scap.cfg`
    hint: `--deploy-repo DIR` names the deploy repository
    hint: `svcgen scap --clone DIR` makes a checkout of it
    ");
    let configure = |text: &str| {
        let text = text.replace("WORK", env.work().to_str().unwrap());
        std::fs::write(env.home().join("config/svcgen/config.yaml"), text).unwrap();
    };
    configure("services: {trending-edits: {source: WORK/source, deploy: WORK/deploy}}\n");
    assert_snapshot!(told("source", &here), @"
    exit 2
    --- stdout
    --- stderr
    error: `HOME/work/source` is the source repository, and not the deploy repository
    cause: it has no `scap/scap.cfg`
    hint: leave out `--deploy-repo`: the deploy repository is `HOME/work/deploy`
    ");
    configure("services: {trending-edits: {source: WORK/source, deploy: WORK/source}}\n");
    assert_snapshot!(told("source", &[]), @"
    exit 2
    --- stdout
    --- stderr
    error: `HOME/work/source` is the source repository, and not the deploy repository
    cause: it has no `scap/scap.cfg`
    hint: correct `services.trending-edits.deploy` of `HOME/config/svcgen/config.yaml`, which names it
    ");
}
