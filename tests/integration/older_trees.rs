//! Trees in which something that the newest have is not there yet.

use crate::support::sample::{checkout, run};

const MODEL: &str = "version: 1\nsite: example\nname: my-service\ndescription: Lists what trends.\nport: 6789\n\
                     owner: {name: Ada}\nconfig:\n  style: scap\n  parameters:\n    - {name: size, default: large}\n";

#[test]
fn without_deployment_vars_the_configuration_is_a_hash() {
    let env = checkout("puppet");
    let path = "tree/modules/service/manifests/node.pp";
    let lines: Vec<String> = env.read(path).lines().map(str::to_owned).collect();
    let without = lines
        .iter()
        .filter(|line| !line.contains("$deployment_vars "));
    env.write(
        path,
        &without.fold(String::new(), |all, line| all + line + "\n"),
    );
    let run = run(&env, "puppet", MODEL, &[]);
    assert_eq!(run.code, 0, "{}", run.show());
    let warning = "warning: `config.style: scap` is left out: this tree's `service::node` has no `deployment_vars`";
    assert!(run.stderr.contains(warning), "{}", run.show());
    let class = env.read("tree/modules/profile/manifests/myservice.pp");
    assert!(class.contains("size => $size"), "{class}");
    assert!(!class.contains("deployment_"), "{class}");
}

#[test]
fn lines_that_cannot_be_shorter_say_so_where_the_linter_minds() {
    let model = |value: &str| MODEL.replace("large", value);
    let env = checkout("vagrant");
    let class = "tree/puppet/modules/myservice/manifests/init.pp";
    run(&env, "vagrant", &model(&"x".repeat(140)), &[]);
    assert!(env.read(class).contains("xx',\n"), "{}", env.read(class));
    env.write("tree/.puppet-lint.rc", "--fail-on-warnings\n");
    run(&env, "vagrant", &model(&"y".repeat(140)), &[]);
    let marked = "yy', # lint:ignore:140chars\n";
    assert!(env.read(class).contains(marked), "{}", env.read(class));
}
