//! Repositories that have no commit yet.

use crate::support::Env;

/// A source repository as a newcomer has it: a package, and nothing committed.
fn unborn() -> Env {
    let env = Env::with_model();
    env.write("tree/package.json", "{\"name\": \"trending-edits\"}\n");
    env.git_in(&env.work().join("tree"), &["init", "-q", "-b", "main"]);
    let run = env.svcgen(&[
        "source",
        "--repo",
        "tree",
        "--force",
        "--yes",
        "--no-verify",
    ]);
    assert_eq!(run.code, 0, "{}", run.show());
    env
}

#[test]
fn what_no_commit_has_is_told_with_the_command_that_commits_it() {
    let env = unborn();
    let add = "git -C HOME/work/tree add -- package.json && git -C HOME/work/tree commit -m 'Add package.json' -- package.json";
    let status = env.svcgen(&["status", "--source-repo", "tree"]);
    let shown = status
        .stdout
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let found = format!(
        "generated; `package.json` is in no commit yet, with more than svcgen wrote $ {add}"
    );
    assert!(shown.contains(&found), "{}", status.show());
    let check = env.svcgen(&["check", "--source-repo", "tree"]);
    assert_eq!(check.code, 3, "{}", check.show());
    assert!(!check.stdout.contains("stash"), "{}", check.show());
    assert!(
        check.stdout.contains(&format!("    $ {add}\n")),
        "{}",
        check.show()
    );
    env.typed(add);
    let check = env.svcgen(&["check", "--source-repo", "tree"]);
    assert_eq!(check.code, 0, "{}", check.show());
}

#[test]
fn what_was_edited_before_the_first_commit_is_put_away_without_git() {
    let env = Env::with_model();
    let tree = env.checkout("vagrant");
    std::fs::remove_dir_all(tree.join(".git")).unwrap();
    env.git_in(&tree, &["init", "-q", "-b", "main"]);
    let run = env.svcgen(&[
        "vagrant",
        "--repo",
        "vagrant",
        "--force",
        "--yes",
        "--no-verify",
    ]);
    assert_eq!(run.code, 0, "{}", run.show());
    let class = "vagrant/puppet/modules/trendingedits/manifests/init.pp";
    let edited = env.read(class).replace("Computes", "Counts");
    env.write(class, &edited);
    let check = env.svcgen(&["check", "--vagrant-repo", "vagrant"]);
    let mut lines = check.stdout.lines().map(str::trim);
    let command = lines.find_map(|line| line.strip_prefix("$ mv "));
    let command = command.unwrap_or_else(|| panic!("{}", check.show()));
    assert!(!check.stdout.contains("stash"), "{}", check.show());
    let put_away = command.split(" && ").next().unwrap();
    env.typed(&format!("mv {put_away}"));
    assert_eq!(env.read(&format!("{class}.orig")), edited);
}
