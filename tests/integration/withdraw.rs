//! What svcgen wrote and wants no more goes again; what somebody changed since stays.

use crate::support::sample::{apply, changes, checkout, git, run};
use crate::support::{Env, Run, copy};

const MODEL: &str = "version: 1\nsite: example\nname: my-service\ndescription: Lists what trends.\nport: 6789\nowner: {name: Ada}\n\
                     deploy: {groups: [{name: default, hosts: [a1.example.org]}]}\n";
const TEMPLATE: &str =
    "config: {style: template, parameters: [{name: broker, default: a, value: {vagrant: b}}]}\n";
const HIERADATA: &str = "tree/puppet/hieradata/common.yaml";
const SETTINGS: &str = "tree/puppet/modules/role/settings/myservice.yaml";
const CONFIG: &str = "tree/puppet/modules/myservice/templates/config.yaml.erb";

#[test]
fn a_model_without_template_and_port_takes_their_files_away() {
    let env = checkout("vagrant");
    apply(&env, "vagrant", &format!("{MODEL}{TEMPLATE}"), &[]);
    assert!(env.has(CONFIG) && env.has(SETTINGS));
    assert!(
        env.read(HIERADATA)
            .contains("myservice::port: 6789\nmyservice::broker: b\n")
    );

    let smaller = format!("{MODEL}vagrant: {{forward_port: false}}\n");
    let dry = run(&env, "vagrant", &smaller, &["--dry-run"]);
    assert_eq!(dry.code, 3, "{}", dry.show());
    for line in [
        "--- a/puppet/modules/myservice/templates/config.yaml.erb\n+++ /dev/null\n",
        "-broker: <%= @broker.to_json %>\n",
        "-myservice::broker: b\n",
        "-forward_ports:\n",
    ] {
        assert!(dry.stdout.contains(line), "{line}\n{}", dry.stdout);
    }
    assert!(env.has(CONFIG));
    let json = run(
        &env,
        "vagrant",
        &smaller,
        &["--dry-run", "--format", "json"],
    );
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let gone = json["edits"].as_array().unwrap().iter();
    let gone = gone.filter(|edit| edit["after"].is_null()).count();
    assert_eq!(gone, 2, "{json:#}");

    apply(&env, "vagrant", &smaller, &[]);
    assert!(!env.has(CONFIG) && !env.has(SETTINGS));
    assert!(!env.has("tree/puppet/modules/myservice/templates"));
    assert!(env.has("tree/puppet/modules/role/settings"));
    let again = apply(&env, "vagrant", &smaller, &[]);
    assert!(again.stderr.contains("nothing to do"), "{}", again.show());

    // As if the larger model had never been.
    let fresh = checkout("vagrant");
    apply(&fresh, "vagrant", &smaller, &[]);
    assert_eq!(changes(&env), changes(&fresh));
    assert_eq!(env.read(HIERADATA), fresh.read(HIERADATA));
}

#[test]
fn a_class_keeps_its_name_where_a_file_would_keep_the_old_one() {
    let env = checkout("vagrant");
    apply(&env, "vagrant", MODEL, &["--commit"]);
    let text = env.read(SETTINGS);
    env.write(SETTINGS, &format!("# mine\n{text}"));
    let words = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
    git(&env.work().join("tree"), &words);
    let renamed = format!("{MODEL}puppet_name: another\n");
    for more in [&[][..], &["--conflicts", "yours"]] {
        let refused = run(&env, "vagrant", &renamed, &[more, &["--commit"]].concat());
        assert_eq!(refused.code, 11, "{}", refused.show());
        let told = "the classes cannot be renamed from `myservice` to `another`";
        assert!(refused.stderr.contains(told), "{}", refused.show());
    }
    let taken = apply(
        &env,
        "vagrant",
        &renamed,
        &["--commit", "--conflicts", "svcgen"],
    );
    let told = "goes with the old name of the classes, and with it what someone else put there: `# mine`\n";
    assert!(taken.stderr.contains(told), "{}", taken.show());
    assert!(!env.has(SETTINGS));
}

#[test]
fn what_somebody_changed_stays_and_is_told_until_it_goes() {
    let env = checkout("vagrant");
    apply(
        &env,
        "vagrant",
        &format!("{MODEL}{TEMPLATE}"),
        &["--commit"],
    );
    env.write(CONFIG, "mine: true\n");
    let hieradata = env.read(HIERADATA);
    env.write(HIERADATA, &hieradata.replace("broker: b", "broker: mine"));
    git(
        &env.work().join("tree"),
        &["commit", "--quiet", "--all", "--message", "mine"],
    );
    let run = apply(&env, "vagrant", MODEL, &[]);
    for warning in [
        "puppet/modules/myservice/templates/config.yaml.erb: svcgen wrote it and no longer wants it, but someone changed it; it is left unchanged",
        "svcgen wrote `myservice::broker` and no longer wants it, but someone changed it; it is left unchanged",
    ] {
        assert!(run.stderr.contains(warning), "{}", run.show());
    }
    assert_eq!(env.read(CONFIG), "mine: true\n");
    assert!(env.read(HIERADATA).contains("myservice::broker: mine\n"));
    let check = || env.svcgen(&["check", "--vagrant-repo", "tree"]);
    let again = apply(&env, "vagrant", MODEL, &[]);
    let told = |run: &Run| {
        run.stderr
            .matches("someone changed it; it is left unchanged")
            .count()
    };
    assert_eq!(told(&again), 2, "{}", again.show());
    let checked = check();
    assert_eq!(checked.code, 3, "{}", checked.show());
    let left = [
        "templates/config.yaml.erb\n    both were changed: svcgen wrote it and no longer wants it",
        "both were changed: svcgen wrote `myservice::broker` and no longer wants it",
    ];
    for left in left {
        assert!(checked.stdout.contains(left), "{}", checked.show());
    }
    // It can be decided, too.
    for (side, stays) in [("yours", true), ("svcgen", false)] {
        let (tree, other) = (env.work().join("tree"), env.work().join(side));
        copy(&tree, &other);
        let decided = [
            "vagrant",
            "--repo",
            side,
            "--yes",
            "--no-verify",
            "--conflicts",
            side,
        ];
        let run = env.svcgen(&decided);
        assert_eq!(run.code, 0, "{}", run.show());
        assert_eq!(told(&run), 0, "{}", run.show());
        assert_eq!(env.has(&CONFIG.replace("tree", side)), stays);
        let hieradata = env.read(&HIERADATA.replace("tree", side));
        assert_eq!(hieradata.contains("myservice::broker: mine\n"), stays);
        let checked = env.svcgen(&["check", "--vagrant-repo", side]);
        assert!(
            !checked.stdout.contains("no longer wants it"),
            "{}",
            checked.show()
        );
    }
    // Once it is gone, nothing is said of it.
    std::fs::remove_file(env.work().join(CONFIG)).unwrap();
    let hieradata = env.read(HIERADATA);
    env.write(
        HIERADATA,
        &hieradata.replace("myservice::broker: mine\n", ""),
    );
    let tree = env.work().join("tree");
    git(&tree, &["commit", "--quiet", "--all", "--message", "gone"]);
    assert_eq!(check().code, 0, "{}", check().show());
    let last = apply(&env, "vagrant", MODEL, &[]);
    assert_eq!(told(&last), 0, "{}", last.show());
}

#[test]
fn what_was_taken_away_is_committed() {
    let env = checkout("vagrant");
    let tree = env.work().join("tree");
    apply(
        &env,
        "vagrant",
        &format!("{MODEL}{TEMPLATE}"),
        &["--commit"],
    );
    let smaller = format!("{MODEL}vagrant: {{forward_port: false}}\n");
    // Taken away by one run, committed by the next.
    apply(&env, "vagrant", &smaller, &[]);
    assert!(changes(&env).contains(" D puppet/modules/role/settings/myservice.yaml\n"));
    apply(&env, "vagrant", &smaller, &["--commit"]);
    assert_eq!(changes(&env), "");
    let files = git(&tree, &["show", "--format=", "--name-only", "HEAD"]);
    assert_eq!(
        files,
        "puppet/hieradata/common.yaml\npuppet/modules/myservice/manifests/init.pp\n\
         puppet/modules/role/manifests/myservice.pp\n"
    );
    assert_eq!(git(&tree, &["rev-list", "--count", "HEAD"]), "2\n");
    // Other files of that name are not svcgen's.
    env.write(SETTINGS, "vagrant_ram: 7\n");
    apply(&env, "vagrant", &smaller, &["--commit"]);
    assert_eq!(
        changes(&env),
        "?? puppet/modules/role/settings/myservice.yaml\n"
    );
}

#[test]
fn a_service_that_is_renamed_leaves_nothing_under_its_old_name() {
    let env = checkout("vagrant");
    apply(&env, "vagrant", &format!("{MODEL}{TEMPLATE}"), &[]);
    let renamed = format!("{MODEL}puppet_name: other\n");
    apply(&env, "vagrant", &renamed, &[]);
    let fresh = checkout("vagrant");
    apply(&fresh, "vagrant", &renamed, &[]);
    assert_eq!(changes(&env), changes(&fresh));
    assert_eq!(env.read(HIERADATA), fresh.read(HIERADATA));
}

#[test]
fn the_production_tree_loses_the_hieradata_of_parameters_that_are_gone() {
    let env = checkout("puppet");
    let parameters = "config: {parameters: [{name: broker, type: 'Array[String]', value: {production: [a, b]}}]}\n";
    apply(&env, "puppet", &format!("{MODEL}{parameters}"), &[]);
    let before = changes(&env);
    apply(&env, "puppet", MODEL, &[]);
    assert_ne!(before, changes(&env));
    let fresh = checkout("puppet");
    apply(&fresh, "puppet", MODEL, &[]);
    assert_eq!(changes(&env), changes(&fresh));
    let (tree, other) = (env.work().join("tree"), fresh.work().join("tree"));
    assert_eq!(git(&tree, &["diff"]), git(&other, &["diff"]));
}

#[test]
fn lists_checks_and_templates_of_scap_go_and_papers_stay() {
    let env = Env::new();
    let tree = env.work().join("tree");
    std::fs::create_dir_all(&tree).unwrap();
    git(&tree, &["init", "--quiet", "--initial-branch=master"]);
    let canary = MODEL.replace(
        "groups: [",
        "groups: [{name: canary, hosts: [c1.example.org]}, ",
    );
    let large =
        format!("{canary}config: {{style: scap}}\nruntime: {{healthcheck: {{spec: true}}}}\n");
    apply(&env, "scap", &large, &[]);
    for path in [
        "target-canary",
        "checks.yaml",
        "vars.yaml",
        "config-files.yaml",
        "templates/config.yaml.j2",
    ] {
        assert!(env.has(&format!("tree/scap/{path}")), "{path}");
    }
    let readme = env.read("tree/README.md");
    env.write("tree/README.md", &format!("{readme}More.\n"));
    env.write(
        "tree/scap/vars.yaml",
        &env.read("tree/scap/vars.yaml")
            .replace("logstash_host: ''", "logstash_host: mine"),
    );
    let run = apply(&env, "scap", MODEL, &["--force"]);
    assert!(
        run.stderr.contains(
            "svcgen wrote `logstash_host` and no longer wants it, but someone changed it; it is left unchanged"
        ),
        "{}",
        run.show()
    );
    assert_eq!(env.read("tree/scap/vars.yaml"), "logstash_host: mine\n");
    assert_eq!(env.read("tree/README.md"), format!("{readme}More.\n"));
    std::fs::remove_file(tree.join("scap/vars.yaml")).unwrap();
    let fresh = Env::new();
    let other = fresh.work().join("tree");
    std::fs::create_dir_all(&other).unwrap();
    git(&other, &["init", "--quiet", "--initial-branch=master"]);
    apply(&fresh, "scap", MODEL, &[]);
    assert_eq!(changes(&env), changes(&fresh));
    assert_eq!(
        env.read("tree/scap/scap.cfg"),
        fresh.read("tree/scap/scap.cfg")
    );
}

#[test]
fn what_somebody_took_out_comes_back_with_a_word() {
    let env = checkout("vagrant");
    let model = format!("{MODEL}{TEMPLATE}");
    apply(&env, "vagrant", &model, &["--commit"]);
    let hieradata = env.read(HIERADATA);
    env.write(HIERADATA, &hieradata.replace("myservice::broker: b\n", ""));
    git(
        &env.work().join("tree"),
        &["commit", "--quiet", "--all", "--message", "less"],
    );
    let run = apply(&env, "vagrant", &model, &[]);
    let told = "common.yaml: `myservice::broker` was removed, and is written again";
    assert!(run.stderr.contains(told), "{}", run.show());
    assert_eq!(env.read(HIERADATA), hieradata);
    let again = apply(&env, "vagrant", &model, &[]);
    assert!(!again.stderr.contains("was removed"), "{}", again.show());
}

#[test]
fn a_setting_that_somebody_took_out_comes_back_with_a_word() {
    let env = checkout("deploy");
    apply(&env, "scap", MODEL, &["--commit"]);
    let settings = "tree/scap/scap.cfg";
    let before = env.read(settings);
    let line = before.lines().find(|line| line.starts_with("lock_file"));
    env.write(
        settings,
        &before.replace(&format!("{}\n", line.unwrap()), ""),
    );
    git(
        &env.work().join("tree"),
        &["commit", "--quiet", "--all", "--amend", "--no-edit"],
    );
    let run = apply(&env, "scap", MODEL, &["--commit"]);
    let told = "scap.cfg: `lock_file` was removed, and is written again";
    assert!(run.stderr.contains(told), "{}", run.show());
    assert_eq!(env.read(settings), before);
}

#[test]
fn a_file_that_somebody_deleted_comes_back_with_a_word() {
    let env = checkout("deploy");
    let first = apply(&env, "scap", MODEL, &["--commit"]);
    let told = "scap/targets: the file was deleted, and is written again";
    assert!(!first.stderr.contains("deleted"), "{}", first.show());
    let tree = env.work().join("tree");
    git(&tree, &["switch", "--quiet", "-"]);
    // A branch that never had it lacks it.
    let dry = ["scap", "--repo", "tree", "--dry-run"];
    let elsewhere = env.svcgen(&dry);
    assert_eq!(elsewhere.code, 3, "{}", elsewhere.show());
    assert!(
        !elsewhere.stderr.contains("deleted"),
        "{}",
        elsewhere.show()
    );
    git(&tree, &["switch", "--quiet", "-"]);
    git(&tree, &["rm", "--quiet", "scap/targets"]);
    git(&tree, &["commit", "--quiet", "--amend", "--no-edit"]);
    // The commit that had it is in the history of no branch.
    let run = apply(&env, "scap", MODEL, &["--commit"]);
    assert!(run.stderr.contains(told), "{}", run.show());
    assert!(tree.join("scap/targets").exists());
}
