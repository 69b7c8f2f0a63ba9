//! `svcgen new` from answers: a file, flags, what is there already.

mod defaults;
mod doubts;
mod following;
mod refused;

use insta::assert_snapshot;

use crate::support::Env;

const LEAST: &str =
    "name: my-service\ndescription: Does it.\nport: 6000\nowner.name: Ada Example\n";

#[test]
fn required_answers_are_enough() {
    let env = Env::new();
    env.write("answers.yaml", LEAST);
    let run = env.svcgen(&["new", "--answers", "answers.yaml", "--yes"]);
    assert_snapshot!(run.show(), @"
    exit 0
    --- stdout
    --- stderr
    wrote `svcgen.yaml`
    next: svcgen vagrant --repo CHECKOUT --dry-run
    ");
    assert_snapshot!(env.read("svcgen.yaml"), @r#"
    version: 1
    site: wikimedia
    name: my-service
    puppet_name: myservice
    description: |
      Does it.
    port: 6000
    owner: {name: Ada Example}
    repositories:
      source: mediawiki/services/my-service
      deploy: mediawiki/services/my-service/deploy
      key: my-service/deploy
      branch: master
    runtime:
      node_version: "20"
      healthcheck: {url: /_info, spec: false}
    deploy:
      user: deploy-service
    "#);
    assert_eq!(env.svcgen(&["request", "service"]).code, 0);
}

#[test]
fn fragments_lines_and_flags_mix_and_the_later_wins() {
    let env = Env::new();
    env.write(
        "answers.yaml",
        "owner.name: Ada\nowner: {shell: ada}\nname: my-service\nport: 6000\nsite: example\n\
         description: First.\ndeploy.groups.default.hosts: [a1.farm.example]\n\
         deploy: {groups: [{name: canary, hosts: [c1.farm.example]}, {name: default, size: 2}]}\n",
    );
    let flags = [
        "new",
        "--answers",
        "answers.yaml",
        "--set",
        "port=6001",
        "--set",
        "runtime.node_version=22",
        "--set",
        "description=It's: 100% \"{{ #1 }}\" # yes",
        "--set",
        "technologies=[Node.js, 7]",
        "--set",
        "config.parameters.depth.type=Integer",
        "--set",
        "config.parameters.depth.default=3",
        "--set",
        "deploy.groups.canary.size=1",
        "--set",
        "config.environment.THREADS=4",
        "--set",
        "config.environment.RELEASE=1.20",
        "--set",
        "config.environment.MASK=010",
    ];
    let run = env.svcgen(&flags);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_snapshot!(env.read("svcgen.yaml"), @r#"
    version: 1
    site: example
    name: my-service
    puppet_name: myservice
    description: |
      It's: 100% "{{ #1 }}" # yes
    port: 6001
    technologies: [Node.js, "7"]
    owner: {name: Ada, shell: ada}
    repositories:
      source: wiki/services/my-service
      deploy: wiki/services/my-service/deploy
      key: my-service/deploy
      branch: master
    config:
      parameters:
        - {name: depth, type: Integer, default: 3}
      environment: {THREADS: 4, RELEASE: "1.20", MASK: "010"}
    runtime:
      node_version: "22"
      healthcheck: {url: /_info, spec: false}
    deploy:
      user: deployer
      groups:
        - {name: default, hosts: [a1.farm.example], size: 2}
        - {name: canary, hosts: [c1.farm.example], size: 1}
    "#);
}

#[test]
fn of_a_model_that_is_there_only_what_is_answered_changes() {
    let env = Env::new();
    env.write("answers.yaml", LEAST);
    assert_eq!(env.svcgen(&["new", "--answers", "answers.yaml"]).code, 0);
    assert_snapshot!(env.svcgen(&["new", "--answers", "answers.yaml"]).show(), @"
    exit 0
    --- stdout
    --- stderr
    nothing to do: `svcgen.yaml` already says the same
    ");
    let model = "# mine\nversion: 1\nname: my-service\ndescription: Does something.\nowner: {name: Ada Example}\nport: 6000 # ours\ndeploy:\n  groups:\n  - {name: default, hosts: [a.example.org]}\n";
    env.write("svcgen.yaml", model);
    // Comments and order are not what a model says.
    let same = ["new", "--defaults", "--set", "port=6000", "--yes"];
    assert_eq!(env.svcgen(&same).code, 0);
    assert_eq!(env.read("svcgen.yaml"), model);
    assert_snapshot!(env.svcgen(&["new", "--defaults", "--set", "port=6001"]).show(), @"
    exit 0
    --- stdout
    --- stderr
    wrote `svcgen.yaml`
    next: svcgen vagrant --repo CHECKOUT --dry-run
    ");
    assert_eq!(
        env.read("svcgen.yaml"),
        model.replace("port: 6000", "port: 6001")
    );
}

#[test]
fn a_comment_that_goes_with_its_line_is_kept_beside_the_model() {
    let env = Env::new();
    let before = "version: 1\nsite: example\nname: tea\ndescription: Tea\nport: 6000 # ours\nowner: {name: Ada}\n\
                  deploy:\n  groups:\n    - name: default\n      hosts: [\n        a1.example.org, # old\n        a2.example.org\n      ]\n";
    env.write("svcgen.yaml", before);
    let set = |value: &str| env.svcgen(&["new", "--defaults", "--yes", "--set", value]);
    let run = set("port=6001");
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(!env.has("svcgen.yaml.orig"), "{}", run.show());
    let run = set("deploy.groups.default.hosts=[a1.example.org]");
    assert_eq!(run.code, 0, "{}", run.show());
    let told = "`# old` went with those lines; the old model is in `svcgen.yaml.orig`";
    assert!(run.stderr.contains(told), "{}", run.show());
    assert!(env.read("svcgen.yaml.orig").contains("# old"));
}

#[test]
fn another_service_and_what_is_no_model_are_written_over_only_with_force() {
    let env = Env::new();
    env.write("answers.yaml", LEAST);
    let new = ["new", "--answers", "answers.yaml"];
    let force = [&new[..], &["--force"]].concat();
    env.write("svcgen.yaml", "# mine\nnot: a model\n");
    assert_snapshot!(env.svcgen(&new).show(), @"
    exit 11
    --- stdout
    --- stderr
    error: `svcgen.yaml` already exists, and is not a model
    hint: `--service FILE` writes another file
    hint: `--force` replaces it; the old one is kept beside it, as `.orig`
    ");
    env.write(
        "svcgen.yaml",
        &format!(
            "version: 1\n{}",
            LEAST
                .replace("my-service", "other")
                .replace("owner.name: Ada Example", "owner: {name: Ada Example}")
        ),
    );
    let other = env.read("svcgen.yaml");
    assert_snapshot!(env.svcgen(&new).show(), @"
    exit 11
    --- stdout
    --- stderr
    error: `svcgen.yaml` is the model of `other`, not of `my-service`
    hint: `--service FILE` writes another file
    hint: `--force` replaces it; the old one is kept beside it, as `.orig`
    ");
    assert_eq!(env.read("svcgen.yaml"), other);
    assert_snapshot!(env.svcgen(&force).show(), @"
    exit 0
    --- stdout
    --- stderr
    warning: `svcgen.yaml.orig` is the old one
    wrote `svcgen.yaml`
    next: svcgen vagrant --repo CHECKOUT --dry-run
    ");
    assert!(env.read("svcgen.yaml").contains("name: my-service"));
    assert_eq!(env.read("svcgen.yaml.orig"), other);
    // What is kept stays kept.
    env.write("svcgen.yaml", "third: true\n");
    let again = env.svcgen(&force);
    assert!(
        again.stderr.contains("`svcgen.yaml.orig.1` is the old one"),
        "{}",
        again.show()
    );
    assert_eq!(env.read("svcgen.yaml.orig"), other);
    // A model with mistakes is mended by hand.
    env.write("svcgen.yaml", &format!("{other}nmae: x\n"));
    let run = env.svcgen(&["new", "--set", "port=6001"]);
    assert_eq!(run.code, 2, "{}", run.show());
    assert!(run.stderr.contains("nmae"), "{}", run.show());
}

#[test]
fn json_tells_what_was_written() {
    let env = Env::new();
    env.write("answers.yaml", LEAST);
    let run = env.svcgen(&[
        "new",
        "--answers",
        "answers.yaml",
        "--format",
        "json",
        "--service",
        "x.yaml",
    ]);
    let value: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (&value["written"], &value["service"]["port"]),
        (&true.into(), &6000.into())
    );
    assert!(env.has("x.yaml"));
}

#[test]
fn a_link_is_replaced_and_not_followed() {
    let env = Env::new();
    env.write("../outside.yaml", "mine\n");
    std::os::unix::fs::symlink("../outside.yaml", env.work().join("svcgen.yaml")).unwrap();
    env.write("answers.yaml", LEAST);
    assert_eq!(env.svcgen(&["new", "--answers", "answers.yaml"]).code, 11);
    assert_eq!(
        env.svcgen(&["new", "--answers", "answers.yaml", "--force"])
            .code,
        0
    );
    assert_eq!(env.read("../outside.yaml"), "mine\n");
    assert!(env.read("svcgen.yaml").contains("name: my-service"));
}

#[test]
fn a_link_to_a_model_stays_one() {
    let env = Env::new();
    env.write("answers.yaml", LEAST);
    assert_eq!(env.svcgen(&["new", "--answers", "answers.yaml"]).code, 0);
    std::fs::create_dir(env.work().join("models")).unwrap();
    let (link, target) = (
        env.work().join("svcgen.yaml"),
        env.work().join("models/it.yaml"),
    );
    std::fs::rename(&link, &target).unwrap();
    std::os::unix::fs::symlink("models/it.yaml", &link).unwrap();
    for change in [
        &["new", "--set", "port=6007"][..],
        &[
            "new",
            "--answers",
            "answers.yaml",
            "--set",
            "port=6008",
            "--force",
        ],
    ] {
        let run = env.svcgen(change);
        assert_eq!(run.code, 0, "{}", run.show());
        assert!(link.is_symlink(), "{}", run.show());
    }
    assert!(env.read("models/it.yaml").contains("port: 6008\n"));
    let left = std::fs::read_dir(env.work().join("models"))
        .unwrap()
        .count();
    assert_eq!(left, 1, "something is left beside the model");
}

#[test]
fn an_answer_that_somebody_has_is_warned_about() {
    let env = Env::new();
    let tree = crate::support::sample_tree("vagrant");
    let config = format!("checkouts: {{vagrant: {}}}\n", tree.display());
    env.write("../config/svcgen/config.yaml", &config);
    env.write("answers.yaml", LEAST);
    let run = env.svcgen(&["new", "--answers", "answers.yaml", "--set", "port=6204"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let warning = "warning: port 6204 belongs to `pagefeed::port` (puppet/hieradata/common.yaml:14); 6206 is free\n";
    assert!(run.stderr.contains(warning), "{}", run.show());
    // What the model has is its own; what is new is not.
    let run = env.svcgen(&["new", "--set", "description=Other"]);
    assert!(!run.stderr.contains("warning"), "{}", run.show());
    let run = env.svcgen(&["new", "--set", "port=6205"]);
    assert!(
        run.stderr.contains("warning: port 6205 belongs to "),
        "{}",
        run.show()
    );
}

#[test]
fn a_text_of_several_lines_is_written_as_such() {
    let env = Env::new();
    env.write("answers.yaml", LEAST);
    assert_eq!(env.svcgen(&["new", "--answers", "answers.yaml"]).code, 0);
    let model = env.read("svcgen.yaml");
    env.write("svcgen.yaml", &format!("# mine\n{model}"));
    let text = "description=It is.\n\n  So it is: yes.";
    let run = env.svcgen(&["new", "--set", text]);
    assert_eq!(run.code, 0, "{}", run.show());
    let lines = "\ndescription: |\n  It is.\n\n    So it is: yes.\nport: ";
    let model = env.read("svcgen.yaml");
    assert!(
        model.contains(lines) && model.starts_with("# mine\n"),
        "{model}"
    );
    let run = env.svcgen(&["new", "--set", text]);
    assert!(run.stderr.contains("nothing to do"), "{}", run.show());
}

#[test]
fn a_host_that_a_group_names_twice_is_a_mistake() {
    let env = Env::new();
    env.write(
        "answers.yaml",
        &format!("{LEAST}deploy: {{groups: [{{name: default, hosts: [\"a[1-3].x\", a2.x]}}]}}\n"),
    );
    let run = env.svcgen(&["new", "--answers", "answers.yaml", "--plain"]);
    assert_eq!(run.code, 2, "{}", run.show());
    insta::assert_snapshot!(run.stderr, @"
    error: `answers.yaml` has a mistake
    line 5, column 55: `a2.x` is in this group already: name each host of a group once
    ");
}
