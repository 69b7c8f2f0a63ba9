//! What keeps a generator from writing.

use insta::assert_snapshot;

use super::{CLASS, DRY, HIERADATA, YES, env, said};
use crate::support::Pty;

#[test]
fn a_port_or_name_that_is_taken_has_an_owner() {
    let env = env();
    env.replace("svcgen.yaml", "port: 6699", "port: 6204");
    assert_snapshot!(said(&env, DRY), @"
    exit 11
    error: port 6204 is taken: puppet/hieradata/common.yaml:14 gives it to `pagefeed::port`
    hint: 6206 is free in this tree: write `port: 6206` in the model
    ");
    env.replace("svcgen.yaml", "port: 6204", "port: 6205");
    assert_snapshot!(said(&env, DRY), @"
    exit 11
    error: port 6205 is taken: puppet/modules/role/settings/pagefeed.yaml:3 gives it to the role `pagefeed`
    hint: 6206 is free in this tree: write `port: 6206` in the model
    ");
    env.replace(
        "svcgen.yaml",
        "port: 6205",
        "port: 6700\npuppet_name: glossary",
    );
    assert_snapshot!(said(&env, DRY), @"
    exit 11
    error: the class `glossary` already exists: puppet/modules/glossary/manifests/init.pp:19 has `class glossary`, and nothing here says that svcgen wrote it
    hint: if it is this service, generated elsewhere: `--conflicts svcgen` writes over it, `--conflicts yours` keeps it
    hint: if it is another one, write another `puppet_name` in the model
    ");
    env.replace("svcgen.yaml", "puppet_name: glossary", "puppet_name: git");
    assert_snapshot!(said(&env, DRY), @"
    exit 11
    error: the class `git` already exists: puppet/modules/git/manifests/init.pp:10 has `class git`, and nothing here says that svcgen wrote it
    hint: if it is this service, generated elsewhere: `--conflicts svcgen` writes over it, `--conflicts yours` keeps it
    hint: if it is another one, write another `puppet_name` in the model
    ");
}

#[test]
fn uncommitted_changes_of_others_are_not_written_over() {
    let env = env();
    env.replace(HIERADATA, "glossary::port: 6101", "glossary::port: 6102");
    assert_snapshot!(said(&env, YES), @"
    exit 11
    vagrant: HOME/work/vagrant: changes 4 files, 49 lines added, 0 removed
    error: `puppet/hieradata/common.yaml` has uncommitted changes that svcgen did not make
    hint: commit them, or put them away: `git -C HOME/work/vagrant stash push -u -- puppet/hieradata/common.yaml`
    hint: `--force` changes the file anyway
    ");
    assert_eq!(env.status("vagrant"), " M puppet/hieradata/common.yaml\n");
    assert_snapshot!(said(&env, &[YES, &["--force"]].concat()), @"
    exit 0
    vagrant: HOME/work/vagrant: changes 4 files, 49 lines added, 0 removed
    vagrant: written
    next: svcgen vagrant --repo vagrant --commit
    ");
    assert!(env.read(HIERADATA).contains("glossary::port: 6102\n"));
    assert!(env.read(HIERADATA).contains("trendingedits::port: 6699\n"));
}

/// What `--force` let through once is as much somebody else's the next time.
#[test]
fn uncommitted_changes_of_others_stay_theirs_after_a_force() {
    let env = env();
    let mine = format!("{}# mine\n", env.read(HIERADATA));
    env.write(
        HIERADATA,
        &mine.replace("glossary::port: 6101", "glossary::port: 6102"),
    );
    assert_eq!(env.svcgen(&[YES, &["--force"]].concat()).code, 0);
    let commit = [YES, &["--commit"]].concat();
    assert_snapshot!(said(&env, &commit), @"
    exit 11
    vagrant: HOME/work/vagrant: nothing to write
    error: `puppet/hieradata/common.yaml` has uncommitted changes that svcgen did not make
    hint: commit them, or put them away: `git -C HOME/work/vagrant stash push -u -- puppet/hieradata/common.yaml`
    hint: `--force` commits them with svcgen's
    ");
    assert_eq!(env.git("vagrant", &["branch", "--show-current"]), "main\n");
    // A model that goes back writes what stood there before, and that was theirs too.
    for port in ["6700", "6699"] {
        env.replace("svcgen.yaml", "port: 6", &format!("port: {port} # 6"));
        assert_eq!(env.svcgen(YES).code, 11);
        assert_eq!(env.svcgen(&[YES, &["--force"]].concat()).code, 0);
        assert_eq!(env.svcgen(&commit).code, 11);
    }
    assert_eq!(env.svcgen(&[YES, &["--force"]].concat()).code, 0);
    assert_eq!(env.svcgen(&commit).code, 11);
    // Whoever says so commits them along; without them there is nothing in the way.
    env.git("vagrant", &["stash", "--quiet"]);
    assert_eq!(env.svcgen(&commit).code, 0);
    let committed = env.git("vagrant", &["show", "HEAD:puppet/hieradata/common.yaml"]);
    assert!(!committed.contains("# mine"), "{committed}");
    assert!(committed.contains("glossary::port: 6101\n"), "{committed}");
    env.write(HIERADATA, &format!("{committed}# mine\n"));
    assert_eq!(env.svcgen(&[&commit[..], &["--force"]].concat()).code, 0);
    assert_eq!(env.status("vagrant"), "");
}

#[test]
fn nothing_is_written_through_a_link_that_leads_out() {
    let env = env();
    env.write("outside/x", "");
    std::os::unix::fs::symlink(
        "../../../outside",
        env.work().join("vagrant/puppet/modules/trendingedits"),
    )
    .unwrap();
    assert_snapshot!(said(&env, YES), @"
    exit 11
    error: `puppet/modules/trendingedits/manifests/init.pp` leads out of `HOME/work/vagrant`
    hint: put a real folder there: svcgen does not write through a symlink that leads out
    ");
    assert!(!env.has("outside/manifests"));
}

#[test]
fn a_tree_that_is_something_else_is_told() {
    let env = env();
    env.repository("deploy");
    assert_snapshot!(said(&env, &["vagrant", "--repo", "deploy", "--dry-run"]), @"
    exit 2
    error: `HOME/work/deploy` is not recognised as a MediaWiki-Vagrant tree
    cause: looked for puppet/modules/service/manifests/node.pp with `define service::node`
    cause: looked for puppet/hieradata/common.yaml
    cause: looked for puppet/modules/role/manifests/
    hint: name the root of its checkout: by an option, or in the configuration
    ");
    assert_snapshot!(said(&env, &["vagrant", "--repo", "nowhere", "--dry-run"]), @"
    exit 2
    error: `nowhere` is not a folder
    hint: name an existing folder
    ");
    assert_snapshot!(said(&env, &["vagrant", "--repo", "svcgen.yaml", "--dry-run"]), @"
    exit 2
    error: `svcgen.yaml` is not a folder
    hint: name an existing folder
    ");
    assert_snapshot!(said(&env, &["vagrant", "--dry-run"]), @"
    exit 2
    error: no checkout of MediaWiki-Vagrant is named
    hint: add `--repo CHECKOUT`, or write `checkouts: {vagrant: PATH}` into `HOME/config/svcgen/config.yaml`
    hint: `git clone https://review.farm.example/p/wiki/vagrant` makes one
    ");
    env.write("vagrant/puppet/hieradata/common.yaml", "---\na: [1\n");
    assert_snapshot!(said(&env, DRY), @"
    exit 2
    error: puppet/hieradata/common.yaml:2: the bracket `[` is not closed
    hint: correct that line, and run this again
    ");
    std::fs::write(env.work().join(HIERADATA), b"a: \xff\n").unwrap();
    assert_snapshot!(said(&env, DRY), @"
    exit 2
    error: `puppet/hieradata/common.yaml` is not UTF-8 text
    hint: save it as UTF-8; `file` shows what it is
    ");
    std::fs::remove_file(env.work().join(HIERADATA)).unwrap();
    std::fs::create_dir(env.work().join(HIERADATA)).unwrap();
    assert_snapshot!(said(&env, DRY), @"
    exit 11
    error: `puppet/hieradata/common.yaml` is a folder, where a file is expected
    hint: move what is there elsewhere, and run this again
    ");
    std::fs::remove_dir(env.work().join(HIERADATA)).unwrap();
    std::os::unix::fs::symlink("common.yaml", env.work().join(HIERADATA)).unwrap();
    assert_snapshot!(said(&env, DRY), @"
    exit 11
    error: `puppet/hieradata/common.yaml` is a symlink that leads nowhere
    hint: `ls -l puppet/hieradata/common.yaml` shows where it leads; remove it
    ");
}

#[test]
fn a_file_that_cannot_be_edited_is_named() {
    let env = env();
    env.write(HIERADATA, "--- {a: 1}\n");
    assert_snapshot!(said(&env, DRY), @"
    exit 2
    error: `puppet/hieradata/common.yaml` cannot be edited: line 1: `trendingedits::port` belongs in a mapping that is written on one line
    hint: change that line by hand, and run this again
    ");
}

#[test]
fn the_topic_has_to_be_a_branch() {
    let env = env();
    for topic in ["a..b", "-x", "", "x y", "refs/heads/.x", "main.lock"] {
        let run = env.svcgen(&[YES, &["--commit", &format!("--topic={topic}")]].concat());
        assert_eq!(run.code, 2, "{topic}: {}", run.show());
        assert!(run.stderr.contains("topic"), "{topic}: {}", run.show());
    }
    assert_snapshot!(said(&env, &[YES, &["--commit", "--topic", "a..b"]].concat()), @"
    exit 2
    error: --topic: `a..b` is not a branch name: letters, digits, `.`, `_`, `-` and `/` as git allows them
    hint: such as `--topic svcgen/tea`
    ");
    assert_eq!(
        env.git(
            "vagrant",
            &["branch", "--list", "--format=%(refname:short)"]
        ),
        "main\n"
    );
    assert_snapshot!(said(&env, &[YES, &["--commit", "--topic", "new/thing"]].concat()), @"
    exit 0
    vagrant: HOME/work/vagrant: changes 4 files, 49 lines added, 0 removed
    vagrant: written
    vagrant: committed 2ec22e667f on new/thing
    ");
}

#[test]
fn a_define_that_does_not_end_is_named_with_its_line() {
    let env = env();
    let path = "vagrant/puppet/modules/service/manifests/node.pp";
    let code = env.read(path);
    let (before, _) = code.split_once("define service::node").unwrap();
    env.write(
        path,
        &format!("{before}define service::node(\n    $port,\n"),
    );
    let line = before.lines().count() + 1;
    let said = said(&env, DRY);
    assert!(said.starts_with("exit 2\n"), "{said}");
    let words =
        format!("node.pp:{line}: the parameter list of `define service::node` is not closed");
    assert!(said.contains(&words), "{said}");
}

#[test]
fn what_is_typed_before_the_question_is_no_answer() {
    let env = env();
    let mut terminal = Pty::start(&env, &["vagrant", "--repo", "vagrant", "--no-verify"], None);
    terminal.keys("\r");
    terminal.expect("write this change");
    terminal.expect("[Y/n]");
    terminal.keys("n");
    terminal.expect("nothing was changed");
    assert_eq!(terminal.end(), 3, "{}", terminal.shown);
    assert!(!env.read(HIERADATA).contains("trendingedits"));
}

#[test]
fn an_edit_that_force_committed_is_kept_where_it_goes() {
    let env = env();
    let commit = [YES, &["--commit"]].concat();
    assert_eq!(env.svcgen(YES).code, 0);
    env.replace(CLASS, "# == Class", "# Ask Eve.\n# == Class");
    assert_eq!(env.svcgen(&commit).code, 11);
    let forced = env.svcgen(&[&commit[..], &["--force"]].concat());
    assert_eq!(forced.code, 0, "{}", forced.show());
    let kept = format!("kept-{}", &env.git("vagrant", &["rev-parse", "HEAD"])[..10]);
    std::fs::remove_file(env.work().join(CLASS)).unwrap();
    let run = env.svcgen(&commit);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stderr.contains(&format!("`{kept}` has it")),
        "{}",
        run.show()
    );
    assert!(
        env.git("vagrant", &["grep", "Ask Eve", &kept])
            .contains("Ask Eve.")
    );
}
