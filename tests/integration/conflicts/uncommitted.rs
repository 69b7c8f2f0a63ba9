//! What somebody has not committed.

use insta::assert_snapshot;

use super::{CLASS, HIERADATA, MODEL, edited, newer, said};
use crate::support::sample::{apply, checkout, git, run};

#[test]
fn an_uncommitted_edit_is_not_marked() {
    let env = checkout("vagrant");
    apply(&env, "vagrant", MODEL, &["--commit"]);
    env.replace(CLASS, "$age       = 60", "$age       = 70");
    let text = env.read(CLASS);
    let refused = run(&env, "vagrant", &newer(), &[]);
    assert_eq!((refused.code, env.read(CLASS)), (11, text));
    assert_snapshot!(said(&refused), @"
    exit 11
    vagrant: HOME/work/tree: changes 3 files, 7 lines added, 3 removed, 1 conflict
    error: `puppet/modules/myservice/manifests/init.pp` has uncommitted changes that svcgen did not make
    hint: commit them, or put them away: `git -C HOME/work/tree stash push -u -- puppet/modules/myservice/manifests/init.pp`
    hint: `--force` marks the conflicts among them
    ");
    // What looks only says the same, and that is true.
    let dry = run(&env, "vagrant", &newer(), &["--dry-run"]);
    let hint = "hint: `svcgen vagrant --repo HOME/work/tree --force` marks them in the file, as git does\n";
    assert!(dry.stderr.contains(hint), "{}", dry.show());
    let check = env.svcgen(&["check", "--vagrant-repo", "tree"]);
    let command = "    both were changed: both changed the same lines\n    $ svcgen vagrant --repo tree --force\n";
    assert!(check.stdout.contains(command), "{}", check.show());
    let marked = env.svcgen(&[
        "vagrant",
        "--repo",
        "tree",
        "--force",
        "--yes",
        "--no-verify",
    ]);
    assert_eq!(marked.code, 11, "{}", marked.show());
    assert!(
        env.read(CLASS).contains("<<<<<<< yours\n"),
        "{}",
        env.read(CLASS)
    );
}

#[test]
fn what_is_uncommitted_of_another_service_is_named() {
    let env = checkout("vagrant");
    apply(&env, "vagrant", MODEL, &[]);
    let other = MODEL
        .replace("my-service", "our-service")
        .replace("6789", "6791");
    env.write("ours/svcgen.yaml", &other);
    let generate = ["vagrant", "--repo", "tree", "--yes", "--no-verify"];
    let ours = [&generate[..], &["--service", "ours/svcgen.yaml"]].concat();
    let refused = env.svcgen(&ours);
    assert_snapshot!(said(&refused), @"
    exit 11
    vagrant: HOME/work/tree: changes 4 files, 43 lines added, 0 removed
    error: `puppet/hieradata/common.yaml` has uncommitted changes that svcgen made for the service `my-service`
    hint: `svcgen vagrant --service HOME/work/svcgen.yaml --repo HOME/work/tree --commit` commits them
    hint: `--force` changes the file anyway
    ");
    let committed = env.svcgen(&[&generate[..], &["--commit"]].concat());
    assert_eq!(committed.code, 0, "{}", committed.show());
    assert_eq!(env.svcgen(&ours).code, 0);
    // What somebody else wrote besides is not that service's.
    env.replace(HIERADATA, "glossary::port: 6101", "glossary::port: 6102");
    env.write("svcgen.yaml", &MODEL.replace("6789", "6790"));
    let refused = env.svcgen(&generate);
    assert!(
        refused.stderr.contains("that svcgen did not make"),
        "{}",
        refused.show()
    );
}

#[test]
fn what_is_written_beside_the_branch_of_the_change_is_warned_about() {
    let env = edited();
    let tree = env.work().join("tree");
    git(&tree, &["checkout", "--quiet", "master"]);
    let planned = run(&env, "vagrant", MODEL, &["--dry-run"]);
    let way = "another branch is checked out: `git -C HOME/work/tree switch svcgen/my-service` goes there\n";
    assert!(planned.stderr.contains(way), "{}", planned.show());
    let written = run(&env, "vagrant", MODEL, &[]);
    assert_eq!(written.code, 0, "{}", written.show());
    let warning = "warning: the change is on `svcgen/my-service`, and another branch is checked out: what is written here is in \
                   the way of `--commit`, until `git -C HOME/work/tree stash push -u -- ";
    assert!(written.stderr.contains(warning), "{}", written.show());
    assert!(!written.stderr.contains("next: "), "{}", written.show());
    let refused = run(&env, "vagrant", &newer(), &["--commit"]);
    assert_snapshot!(said(&refused), @"
    exit 11
    error: git could not switch to `svcgen/my-service`
    cause: `git switch --quiet svcgen/my-service` failed
    cause: error: Your local changes to the following files would be overwritten by checkout:
            puppet/hieradata/common.yaml
           Please commit your changes or stash them before you switch branches.
           error: The following untracked working tree files would be overwritten by checkout:
            puppet/modules/myservice/manifests/init.pp
            puppet/modules/role/manifests/myservice.pp
            puppet/modules/role/settings/myservice.yaml
           Please move or remove them before you switch branches.
           Aborting
    hint: git -C HOME/work/tree status
    hint: git -C HOME/work/tree stash -u    sets aside what is not committed, including new files
    ");
    git(&tree, &["stash", "--quiet", "-u"]);
    let conflict = run(
        &env,
        "vagrant",
        &newer(),
        &["--commit", "--conflicts", "yours"],
    );
    assert_eq!(conflict.code, 0, "{}", conflict.show());
}

/// What nobody sees in a diff of lines is a change all the same.
#[test]
fn modes_blanks_and_line_ends_are_changes() {
    use std::os::unix::fs::PermissionsExt as _;
    let env = checkout("vagrant");
    apply(&env, "vagrant", MODEL, &["--commit"]);
    let tree = env.work().join("tree");
    let clean = || drop(git(&tree, &["checkout", "-q", "-f", "HEAD", "--", "."]));
    let path = env.work().join(CLASS);
    let edits: [(&str, &dyn Fn()); 5] = [
        ("mode", &|| {
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(&path, mode).unwrap();
        }),
        ("blanks", &|| {
            env.replace(CLASS, "$age       = 60", "$age       = 60  ")
        }),
        ("line ends", &|| {
            env.write(CLASS, &env.read(CLASS).replace('\n', "\r\n"))
        }),
        ("the index alone", &|| {
            let text = env.read(CLASS);
            env.write(CLASS, &format!("{text}# more\n"));
            git(&tree, &["add", "--all"]);
            env.write(CLASS, &text);
        }),
        ("blanks of a shared file", &|| {
            env.replace(HIERADATA, "glossary::port: 6101", "glossary::port: 6101 ");
        }),
    ];
    for (what, edit) in edits {
        let head = git(&tree, &["rev-parse", "HEAD"]);
        edit();
        let refused = run(&env, "vagrant", MODEL, &["--commit"]);
        assert_eq!(refused.code, 11, "{what}: {}", refused.show());
        let word = "has uncommitted changes that svcgen did not make";
        assert!(refused.stderr.contains(word), "{what}: {}", refused.show());
        assert_eq!(git(&tree, &["rev-parse", "HEAD"]), head, "{what}");
        // A check says the same, and how nothing of it is lost.
        let check = env.svcgen(&["check", "--vagrant-repo", "tree"]);
        assert_eq!(check.code, 3, "{what}: {}", check.show());
        let command = "$ git -C HOME/work/tree stash push -u -- puppet/";
        assert!(check.stdout.contains(command), "{what}: {}", check.show());
        clean();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0, "{what}");
    }
    let run = run(&env, "vagrant", MODEL, &["--commit"]);
    assert_eq!(run.code, 0, "{}", run.show());
}

#[test]
fn what_has_to_be_committed_before_a_side_is_taken_is_said_first() {
    let env = checkout("vagrant");
    apply(&env, "vagrant", MODEL, &["--commit"]);
    env.replace(HIERADATA, "myservice::port: 6789", "myservice::port: 6788");
    let refused = run(&env, "vagrant", &newer(), &["--commit"]);
    assert_snapshot!(said(&refused), @"
    exit 11
    vagrant: HOME/work/tree: would change 2 files, 3 lines added, 3 removed, 1 conflict
    error: puppet/hieradata/common.yaml:14: `myservice::port` is `6788` already, not `6790`
    hint: correct the file by hand so that it says what svcgen would write, or change the model
    hint: commit or stash what is uncommitted in `puppet/hieradata/common.yaml`, then `svcgen vagrant --repo HOME/work/tree --commit --conflicts yours` keeps what is there, `--conflicts svcgen` takes what svcgen wants
    ");
}
