//! What was merged, and reverted since.

use super::{Farm, TREES};

#[test]
fn what_is_reverted_upstream_is_told_and_comes_back_by_the_command_that_is_named() {
    let farm = Farm::new();
    farm.run(&["--review"]);
    for (tree, _) in TREES {
        farm.gerrit.merge(tree, 1);
    }
    let said = farm.run(&["--review"]);
    assert!(!said.contains("something else"), "{said}");
    let bare = format!("file://{}", farm.gerrit.path("git").join("vagrant"));
    let env = &farm.env;
    env.git(".", &["clone", "--quiet", &bare, "other"]);
    env.git("other", &["switch", "--quiet", "main"]);
    env.git("other", &["revert", "--no-edit", "HEAD"]);
    env.git("other", &["push", "--quiet", "origin", "main"]);

    let said = farm.run(&["--review"]);
    let told = "warning: the remote's branch now has something else: `git -C HOME/work/vagrant merge --ff-only origin/main` \
                brings that here, and the next run writes it again\n";
    assert_eq!(said.matches("something else").count(), 1, "{said}");
    assert!(said.contains(told), "{said}");
    let status = env.svcgen(&["status", "--vagrant-repo", "vagrant"]);
    let next = "git -C HOME/work/vagrant merge --ff-only origin/main && svcgen vagrant";
    assert!(status.stdout.contains(next), "{}", status.show());

    env.git("vagrant", &["merge", "--quiet", "--ff-only", "origin/main"]);
    let said = farm.run(&["--review"]);
    assert!(
        said.contains("the file was deleted, and is written again"),
        "{said}"
    );
    assert!(said.contains("vagrant: sent for review"), "{said}");
    assert!(!said.contains("something else"), "{said}");
}
