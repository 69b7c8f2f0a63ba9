//! Lines that somebody and svcgen both changed: marked, refused, decided, undone.

mod hints;
mod marks;
mod merged;
mod names;
mod renamed;
mod uncommitted;

use std::process::Command;

use insta::assert_snapshot;

use crate::support::sample::{apply, changes, checkout, git, run};
use crate::support::{Env, Run};

const MODEL: &str = "version: 1\nsite: example\nname: my-service\ndescription: Lists what trends.\nport: 6789\nowner: {name: Ada}\n\
                     config: {parameters: [{name: age, type: Integer, default: 60}]}\n";
const CLASS: &str = "tree/puppet/modules/myservice/manifests/init.pp";
const HIERADATA: &str = "tree/puppet/hieradata/common.yaml";

fn newer() -> String {
    MODEL
        .replace("default: 60", "default: 90")
        .replace("6789", "6790")
}

/// A tree with what was generated, and an edit of somebody's, both committed.
fn edited() -> Env {
    let env = checkout("vagrant");
    apply(&env, "vagrant", MODEL, &["--commit"]);
    env.replace(CLASS, "$age       = 60", "$age       = 70");
    git(
        &env.work().join("tree"),
        &["commit", "--quiet", "--all", "--amend", "--no-edit"],
    );
    env
}

fn said(run: &Run) -> String {
    format!("exit {}\n{}", run.code, run.stderr)
}

#[test]
fn a_conflict_is_marked_resolved_and_committed() {
    let env = edited();
    let tree = env.work().join("tree");
    let before = (env.read(CLASS), git(&tree, &["rev-parse", "HEAD"]));
    let dry = run(&env, "vagrant", &newer(), &["--dry-run"]);
    assert!(dry.stdout.contains("\n+<<<<<<< yours\n"), "{}", dry.show());
    assert_snapshot!(said(&dry), @"
    exit 11
    vagrant: HOME/work/tree: would change 3 files, 7 lines added, 3 removed, 1 conflict
    error: puppet/modules/myservice/manifests/init.pp:18: someone changed the same lines that svcgen would change
    hint: `svcgen vagrant --repo HOME/work/tree` marks them in the file, as git does
    hint: `svcgen vagrant --repo HOME/work/tree --conflicts yours` keeps what is there, `--conflicts svcgen` takes what svcgen wants
    ");
    // What commits does it wholly or not at all.
    let refused = run(&env, "vagrant", &newer(), &["--commit"]);
    assert_eq!(said(&refused).replace(" --commit", ""), said(&dry));
    assert_eq!(
        (env.read(CLASS), git(&tree, &["rev-parse", "HEAD"])),
        before
    );
    assert_eq!(changes(&env), "");

    let marked = run(&env, "vagrant", &newer(), &[]);
    assert_snapshot!(said(&marked), @"
    exit 11
    vagrant: HOME/work/tree: changes 3 files, 7 lines added, 3 removed, 1 conflict
    vagrant: written
    error: puppet/modules/myservice/manifests/init.pp:18: someone changed the same lines that svcgen would change
    hint: resolve what is between `<<<<<<<` and `>>>>>>>`, then run `svcgen vagrant --repo HOME/work/tree`
    hint: `svcgen vagrant --repo HOME/work/tree --conflicts yours` keeps what is there, `--conflicts svcgen` takes what svcgen wants
    ");
    let text = env.read(CLASS);
    assert!(
        text.contains(
            "<<<<<<< yours\n    $age       = 70,\n=======\n    $age       = 90,\n>>>>>>> svcgen\n"
        ),
        "{text}"
    );
    assert!(env.read(HIERADATA).contains("myservice::port: 6790\n"));

    for options in [
        &[][..],
        &["--commit"],
        &["--dry-run"],
        &["--force", "--commit"],
    ] {
        let again = run(&env, "vagrant", &newer(), options);
        assert_eq!((again.code, env.read(CLASS)), (11, text.clone()));
        let place = "puppet/modules/myservice/manifests/init.pp:";
        assert!(again.stderr.contains(place), "{}", again.show());
        assert!(
            again
                .stderr
                .contains("a conflict marked here is not resolved")
        );
    }
    assert_eq!(git(&tree, &["rev-parse", "HEAD"]), before.1);
    let check = env.svcgen(&["check", "--vagrant-repo", "tree"]);
    assert_snapshot!(check.stdout, @"
    vagrant: HOME/work/tree: 1 difference
      puppet/modules/myservice/manifests/init.pp:18
        both were changed: a conflict marked here is not resolved
        $ ${EDITOR:-vi} +18 HOME/work/tree/puppet/modules/myservice/manifests/init.pp
        resolve what is between `<<<<<<<` and `>>>>>>>`; `--conflicts yours` or `svcgen` takes one side
    source: not looked at: `--source-repo DIR` names its checkout
    scap: not looked at: `--deploy-repo DIR` names its checkout
    puppet: not looked at: `--puppet-repo DIR` names its checkout
    ");
    // It is typed as it stands, by somebody whose editor is named with arguments.
    env.write("pen", "#!/bin/sh\nprintf '%s ' \"$@\" >opened\n");
    let typed = check.stdout.lines().find_map(|line| line.split_once("$ "));
    let typed = typed
        .unwrap()
        .1
        .replace("HOME", env.home().to_str().unwrap());
    let mut shell = Command::new("sh");
    env.enclose(&mut shell);
    shell.env("EDITOR", "sh ./pen -w").args(["-c", &typed]);
    assert!(shell.status().unwrap().success());
    let opened = env.read("opened");
    assert!(
        opened.starts_with("-w +18 ") && opened.ends_with("/init.pp "),
        "{opened}"
    );
    let status = env.svcgen(&["status", "--vagrant-repo", "tree"]);
    assert!(
        status.stdout.contains("a conflict marked here"),
        "{}",
        status.show()
    );

    let resolved = text.replace(
        "<<<<<<< yours\n    $age       = 70,\n=======\n    $age       = 90,\n>>>>>>> svcgen\n",
        "    $age       = 80,\n",
    );
    env.write(CLASS, &resolved);
    // As long as it is in no commit, no command that is told removes it.
    let check = env.svcgen(&["check", "--vagrant-repo", "tree"]);
    assert!(
        check.stdout.contains("stash push -u -- "),
        "{}",
        check.show()
    );
    assert!(!check.stdout.contains("$ rm "), "{}", check.show());
    apply(&env, "vagrant", &newer(), &["--commit"]);
    assert_eq!(
        (changes(&env).as_str(), env.read(CLASS)),
        ("", resolved.clone())
    );
    let done = apply(&env, "vagrant", &newer(), &[]);
    assert!(done.stderr.contains("nothing to do"), "{}", done.show());
    // What comes after is merged with what was resolved.
    let third = newer().replace("Lists what", "Shows what");
    apply(&env, "vagrant", &third, &[]);
    assert_eq!(
        env.read(CLASS),
        resolved.replace("Lists what", "Shows what")
    );
}

#[test]
fn marks_are_those_that_the_user_has_chosen_in_git() {
    let env = edited();
    git(
        &env.work().join("tree"),
        &["config", "merge.conflictStyle", "diff3"],
    );
    run(&env, "vagrant", &newer(), &[]);
    let text = env.read(CLASS);
    let base = "||||||| generated last\n    $age       = 60,\n=======\n";
    assert!(text.contains(base), "{text}");
}

#[test]
fn a_side_is_taken_where_that_is_said() {
    for (side, age) in [("yours", "70"), ("svcgen", "90")] {
        for is_marked in [false, true] {
            let env = edited();
            if is_marked {
                assert_eq!(run(&env, "vagrant", &newer(), &[]).code, 11);
            }
            apply(
                &env,
                "vagrant",
                &newer(),
                &["--conflicts", side, "--commit"],
            );
            assert!(
                env.read(CLASS).contains(&format!("$age       = {age},")),
                "{side}"
            );
            assert_eq!(changes(&env), "");
            let again = apply(&env, "vagrant", &newer(), &[]);
            assert!(again.stderr.contains("nothing to do"), "{}", again.show());
        }
    }
}

#[test]
fn what_was_undone_is_done_again() {
    let env = edited();
    let tree = env.work().join("tree");
    // A conflict.
    for undo in [
        &["checkout", "--quiet", "."][..],
        &["stash", "--quiet"],
        &["reset", "--quiet", "--hard"],
    ] {
        assert_eq!(run(&env, "vagrant", &newer(), &[]).code, 11);
        assert!(env.read(CLASS).contains("<<<<<<<"));
        git(&tree, undo);
        assert!(env.read(CLASS).contains("$age       = 70"));
    }
    // A change: of a line, of a value, of a file that goes.
    let model = MODEL.replace("6789", "6790").replace("Lists", "Shows")
        + "vagrant: {forward_port: false}\n";
    apply(&env, "vagrant", &model, &[]);
    let after = (changes(&env), git(&tree, &["diff"]));
    for _ in 0..2 {
        git(&tree, &["checkout", "--quiet", "."]);
        assert_eq!(changes(&env), "");
        let check = env.svcgen(&["check", "--vagrant-repo", "tree"]);
        assert!(
            check.stdout.contains("the model is newer"),
            "{}",
            check.show()
        );
        apply(&env, "vagrant", &model, &[]);
        assert_eq!((changes(&env), git(&tree, &["diff"])), after);
    }
    // The model goes back as well, and on to another one.
    git(&tree, &["checkout", "--quiet", "."]);
    let back = apply(&env, "vagrant", MODEL, &[]);
    assert!(back.stderr.contains("nothing to do"), "{}", back.show());
    apply(
        &env,
        "vagrant",
        &newer().replace("default: 90", "default: 60"),
        &[],
    );
    assert!(env.read(HIERADATA).contains("myservice::port: 6790\n"));
    assert!(env.read(CLASS).contains("$age       = 70"));
}

#[test]
fn another_clone_says_how_it_is_taken_over() {
    let env = edited();
    git(&env.work(), &["clone", "--quiet", "tree", "fresh"]);
    env.write("svcgen.yaml", &newer().replace("6790", "6789"));
    let generate = ["vagrant", "--repo", "fresh", "--yes", "--no-verify"];
    let refused = env.svcgen(&generate);
    assert_snapshot!(said(&refused), @r"
    exit 11
    error: the class `myservice` already exists: puppet/modules/myservice/manifests/init.pp:16 has `class myservice`, and nothing here says that svcgen wrote it
    hint: if it is this service, generated elsewhere: `--conflicts svcgen` writes over it, `--conflicts yours` keeps it
    hint: if it is another one, write another `puppet_name` in the model
    ");
    let check = env.svcgen(&["check", "--vagrant-repo", "fresh"]);
    assert!(
        check.stdout.contains("--conflicts svcgen"),
        "{}",
        check.show()
    );
    let class = CLASS.replace("tree/", "fresh/");
    for (side, age) in [("yours", "70"), ("svcgen", "90")] {
        let run = env.svcgen(&[&generate[..], &["--conflicts", side]].concat());
        assert_eq!(run.code, 0, "{}", run.show());
        assert!(
            env.read(&class).contains(&format!("$age       = {age},")),
            "{side}"
        );
        let again = env.svcgen(&generate);
        assert!(again.stderr.contains("nothing to do"), "{}", again.show());
        std::fs::remove_dir_all(env.work().join("fresh/.git/svcgen")).unwrap();
    }
}

#[test]
fn entries_of_shared_files_are_listed_each_with_its_line() {
    let env = checkout("vagrant");
    let model = |broker: &str, age: u8| {
        format!("{MODEL}vagrant: {{forward_port: false}}\n").replace(
            "[{name: age, type: Integer, default: 60}]",
            &format!("[{{name: broker, value: {{vagrant: {broker}}}}}, {{name: age, type: Integer, value: {{vagrant: {age}}}}}]"),
        )
    };
    apply(&env, "vagrant", &model("a", 1), &["--commit"]);
    env.replace(HIERADATA, "broker: a", "broker: mine");
    env.replace(HIERADATA, "age: 1", "age: 7");
    git(
        &env.work().join("tree"),
        &["commit", "--quiet", "--all", "--amend", "--no-edit"],
    );
    let refused = run(&env, "vagrant", &model("b", 2), &[]);
    assert_snapshot!(said(&refused), @r#"
    exit 11
    vagrant: HOME/work/tree: 2 conflicts
    error: puppet/hieradata/common.yaml:15: `myservice::broker` is `"mine"` already, not `"b"`
    cause: puppet/hieradata/common.yaml:16: `myservice::age` is `7` already, not `2`
    hint: correct the file by hand so that it says what svcgen would write, or change the model
    hint: `svcgen vagrant --repo HOME/work/tree --conflicts yours` keeps what is there, `--conflicts svcgen` takes what svcgen wants
    "#);
    assert_eq!(changes(&env), "");
    apply(&env, "vagrant", &model("b", 2), &["--conflicts", "yours"]);
    assert!(
        env.read(HIERADATA)
            .contains("broker: mine\nmyservice::age: 7\n")
    );
    apply(&env, "vagrant", &model("c", 2), &["--conflicts", "svcgen"]);
    assert!(
        env.read(HIERADATA)
            .contains("broker: c\nmyservice::age: 7\n")
    );
}

#[test]
fn a_template_that_changes_is_as_a_model_that_changes() {
    let env = edited();
    let folder = env.home().join("config/svcgen/templates/mediawiki-vagrant");
    std::fs::create_dir_all(&folder).unwrap();
    let own = include_str!("../../templates/mediawiki-vagrant/module.pp.tera");
    let class = |text: &str| std::fs::write(folder.join("module.pp.tera"), text).unwrap();
    class(&own.replace("# === Parameters", "# Tea is served.\n#\n# === Parameters"));
    apply(&env, "vagrant", MODEL, &["--commit"]);
    let text = env.read(CLASS);
    assert!(
        text.contains("# Tea is served.\n") && text.contains("$age       = 70,"),
        "{text}"
    );
    let again = apply(&env, "vagrant", MODEL, &[]);
    assert!(again.stderr.contains("nothing to do"), "{}", again.show());
    // Without the template everything is as it was; the edit stays.
    std::fs::remove_file(folder.join("module.pp.tera")).unwrap();
    apply(&env, "vagrant", MODEL, &["--commit"]);
    assert_eq!(env.read(CLASS), text.replace("# Tea is served.\n#\n", ""));
    assert_eq!(
        git(&env.work().join("tree"), &["rev-list", "--count", "HEAD"]),
        "2\n"
    );
}
