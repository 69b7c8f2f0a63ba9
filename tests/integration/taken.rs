//! Ports and names that somebody has already, wherever a tree says so; the service's own are never refused.

use crate::support::Env;
use crate::support::sample::{apply, changes, checkout, git, run};

const ROLES: &str = "tree/puppet/modules/role";

fn model(name: &str, port: u16) -> String {
    format!(
        "version: 1\nsite: example\nname: {name}\ndescription: Lists what trends.\nport: {port}\nowner: {{name: Ada}}\n"
    )
}

/// The error and the hint of a run that was refused.
fn refusal(env: &Env, generator: &str, model: &str) -> String {
    let refused = run(env, generator, model, &["--dry-run"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    let words = |line: &&str| line.starts_with("error") || line.starts_with("hint");
    let lines: Vec<&str> = refused.stderr.lines().filter(words).collect();
    lines.join("\n")
}

#[test]
fn a_port_is_taken_by_whatever_listens_on_the_virtual_machine() {
    let env = checkout("vagrant");
    env.write(
        "tree/puppet/modules/kettle/manifests/boiler.pp",
        "# boils\nclass kettle::boiler(\n    $port = 6301,\n) {\n    service::node { 'boiler':\n        port => $port,\n    }\n}\n",
    );
    env.write(
        &format!("{ROLES}/manifests/logs.pp"),
        "# logs\nclass role::logs {\n    logs::input { 'all':\n        port => '6302',\n    }\n}\n",
    );
    insta::assert_snapshot!(refusal(&env, "vagrant", &model("my-service", 6301)), @r"
    error: port 6301 is taken: puppet/modules/kettle/manifests/boiler.pp:3 gives it to `service::node { 'boiler' }`
    hint: 6303 is free in this tree: write `port: 6303` in the model
    ");
    insta::assert_snapshot!(refusal(&env, "vagrant", &model("my-service", 6302)), @r"
    error: port 6302 is taken: puppet/modules/role/manifests/logs.pp:4 gives it to `logs::input { 'all' }`
    hint: 6303 is free in this tree: write `port: 6303` in the model
    ");
}

#[test]
fn a_name_is_taken_by_a_module_without_a_class_and_by_the_title_of_another() {
    let env = checkout("vagrant");
    env.write(
        "tree/puppet/modules/kettle/manifests/boiler.pp",
        "# boils\ndefine kettle::boiler {\n    service::node { 'tea-maker':\n        port => 6301,\n    }\n}\n",
    );
    env.write("tree/puppet/modules/plain/lib/x.rb", "1\n");
    env.write(
        "tree/.gitmodules",
        "[submodule \"cup\"]\n\tpath = puppet/modules/cup\n\turl = x\n",
    );
    let taken = ["kettle", "plain", "cup", "tea-maker"]
        .map(|name| refusal(&env, "vagrant", &model(name, 6789)))
        .join("\n");
    insta::assert_snapshot!(taken, @r"
    error: the module `kettle` is taken: puppet/modules/kettle/manifests/boiler.pp:2 gives it to `define kettle::boiler`
    hint: write another `puppet_name` in the model
    error: the module `plain` is taken: puppet/modules/plain/lib/x.rb:1 gives it to the files in `puppet/modules/plain`
    hint: write another `puppet_name` in the model
    error: the module `cup` is taken: .gitmodules:2 gives it to the submodule `puppet/modules/cup`
    hint: write another `puppet_name` in the model
    error: the name `tea-maker` is taken: puppet/modules/kettle/manifests/boiler.pp:3 gives it to `service::node { 'tea-maker' }`
    hint: write another `name` in the model
    ");
}

#[test]
fn names_below_a_name_take_it_in_production() {
    let env = checkout("puppet");
    env.write(
        "tree/modules/profile/manifests/kettle/boiler.pp",
        "# SPDX\nclass profile::kettle::boiler {\n}\n",
    );
    env.write(
        "tree/modules/role/manifests/pots.pp",
        "class role::pots {\n}\n\nclass role::teapot {\n}\n",
    );
    env.write(
        "tree/vendor_modules/cup/manifests/handle.pp",
        "define cup::handle {\n}\n",
    );
    env.write("tree/manifests/role/saucer.pp", "class role::saucer {\n}\n");
    let taken = ["kettle", "teapot", "cup", "saucer"]
        .map(|name| refusal(&env, "puppet", &model(name, 6789)))
        .join("\n");
    insta::assert_snapshot!(taken, @r"
    error: the class name `kettle` is taken: modules/profile/manifests/kettle/boiler.pp:2 gives it to `class profile::kettle::boiler`
    hint: write another `puppet_name` in the model
    error: the role `teapot` is taken: modules/role/manifests/pots.pp:4 gives it to `class role::teapot`
    hint: write another `puppet_name` in the model
    error: the module `cup` is taken: vendor_modules/cup/manifests/handle.pp:1 gives it to `define cup::handle`
    hint: write another `puppet_name` in the model
    error: the role `saucer` is taken: manifests/role/saucer.pp:1 gives it to `class role::saucer`
    hint: write another `puppet_name` in the model
    ");
}

#[test]
fn a_port_is_taken_by_the_load_balancer_and_by_other_classes_of_a_module() {
    let env = checkout("puppet");
    env.write(
        "tree/hieradata/common/lvs/configuration.yaml",
        "lvs::configuration::lvs_services:\n  cups:\n    port: 6305\n",
    );
    let service = |title: &str, port: &str| {
        format!(
            "class {title} {{\n    service::node {{ '{title}':\n        port => {port},\n    }}\n}}\n"
        )
    };
    env.write(
        "tree/modules/maps/manifests/init.pp",
        &service("maps", "6306"),
    );
    env.write(
        "tree/modules/maps/manifests/ui.pp",
        &service("mapsui", "'6307'"),
    );
    insta::assert_snapshot!(refusal(&env, "puppet", &model("my-service", 6305)), @r"
    error: port 6305 is taken: hieradata/common/lvs/configuration.yaml:3 gives it to the entry `cups` of `lvs::configuration::lvs_services`
    hint: 6308 is free in this tree: write `port: 6308` in the model
    ");
    insta::assert_snapshot!(refusal(&env, "puppet", &model("my-service", 6307)), @r"
    error: port 6307 is taken: modules/maps/manifests/ui.pp:3 gives it to `service::node { 'mapsui' }`
    hint: 6308 is free in this tree: write `port: 6308` in the model
    ");
}

#[test]
fn a_deploy_source_of_another_service_is_never_taken_over() {
    let env = checkout("puppet");
    let ours = model("my-service", 6789)
        + "repositories: {deploy: services/my-service/deploy, key: farm/wiki}\n";
    let list = "tree/hieradata/role/common/deployment_server/kubernetes.yaml";
    let before = env.read(list);
    for resolution in ["svcgen", "yours", "mark"] {
        let run = run(&env, "puppet", &ours, &["--conflicts", resolution]);
        assert_eq!(run.code, 11, "{}", run.show());
        assert_eq!(env.read(list), before);
    }
    insta::assert_snapshot!(refusal(&env, "puppet", &ours), @r"
    error: the deploy source `farm/wiki` is taken: hieradata/role/common/deployment_server/kubernetes.yaml:9 gives it to `wiki/core`
    hint: write another one as `repositories: {key: NAME/deploy}` in the model
    ");
    // Two services may come out of one repository.
    let shared = ours.replace("deploy: services/my-service/deploy", "deploy: wiki/core");
    apply(&env, "puppet", &shared, &[]);
}

/// A clone of what was merged: nothing in it tells that svcgen wrote it.
fn merged(env: &Env) {
    let tree = env.work().join("tree");
    git(&tree, &["add", "--all"]);
    git(&tree, &["commit", "--quiet", "--message", "merged"]);
    git(&env.work(), &["clone", "--quiet", "tree", "clone"]);
    std::fs::remove_dir_all(&tree).unwrap();
    std::fs::rename(env.work().join("clone"), &tree).unwrap();
}

#[test]
fn the_services_own_port_and_name_are_free_for_it() {
    let env = checkout("vagrant");
    let model = model("my-service", 6789);
    apply(&env, "vagrant", &model, &[]);
    // A role that pulls it in, and something that connects to it.
    env.write(
        &format!("{ROLES}/manifests/bundle.pp"),
        "# all\nclass role::bundle {\n    include ::myservice\n    proxy::to { 'it':\n        port => 6789,\n    }\n}\n",
    );
    env.write(
        &format!("{ROLES}/settings/bundle.yaml"),
        "forward_ports:\n  6789: 6789\n",
    );
    env.write(
        "tree/puppet/modules/myservice/manifests/more.pp",
        "# more\nclass myservice::more {\n}\n",
    );
    merged(&env);
    apply(&env, "vagrant", &model, &[]);
    assert_eq!(changes(&env), "");
    // One that does not is another matter.
    env.write(
        &format!("{ROLES}/settings/kettle.yaml"),
        "forward_ports:\n  6789: 6789\n",
    );
    assert!(refusal(&env, "vagrant", &model).contains("gives it to the role `kettle`"));
}

#[test]
fn what_belongs_to_the_service_in_production_is_its_own() {
    let env = checkout("puppet");
    let model = model("my-service", 6789);
    apply(&env, "puppet", &model, &[]);
    let catalog = "tree/hieradata/common/service.yaml";
    let entry = "\n  my-service:\n    description: It.\n    port: 6789\n";
    env.write(catalog, &format!("{}{entry}", env.read(catalog)));
    for path in ["profile/manifests/myservice/more.pp", "myservice/init.pp"] {
        env.write(&format!("tree/modules/{path}"), "# more\n");
    }
    merged(&env);
    apply(&env, "puppet", &model, &[]);
    assert_eq!(changes(&env), "");
}
