//! What lies in the way of a commit: changes, branches and work of others.

use svcgen::error::ErrorKind;
use svcgen::review::{Committed, Outcome, ReviewError, Switched};

use super::{Fixture, NAME, causes};
use crate::support::gerrit::Gerrit;

#[test]
fn what_others_staged_and_changed_is_left_alone() {
    let it = Fixture::new();
    it.write("staged", "theirs\n");
    it.write("run", "#!/bin/sh\ntheirs\n");
    it.write(".gitignore", "own.pp\n");
    it.git(&["add", "staged"]);
    it.topic().switch().unwrap();
    it.write("own.pp", "ours\n");
    it.commit(&["own.pp"]).unwrap();
    assert_eq!(
        it.git(&["status", "--porcelain"]),
        " M run\nA  staged\n?? .gitignore"
    );
    assert_eq!(
        it.git(&["show", "--name-only", "--format=", "HEAD"]),
        "own.pp"
    );
}

#[test]
fn a_change_in_the_way_stays_and_git_says_so() {
    let it = Fixture::new();
    it.change("one\n");
    it.git(&["switch", "--quiet", "master"]);
    it.write("own.pp", "someone's\n");
    let error = it.topic().switch().unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (
            ErrorKind::Conflict,
            "git could not switch to `svcgen/trending-edits`"
        )
    );
    assert!(
        causes(&error).contains("untracked working tree files would be overwritten"),
        "{}",
        causes(&error)
    );
    assert_eq!(
        fs_err::read_to_string(it.clone.join("own.pp")).unwrap(),
        "someone's\n"
    );
}

#[test]
fn a_detached_head_keeps_its_place() {
    let it = Fixture::new();
    let old = it.head();
    it.git(&["commit", "--quiet", "--allow-empty", "--message", "newer"]);
    it.git(&["push", "--quiet", "origin", "HEAD:refs/heads/master"]);
    it.git(&["switch", "--quiet", "--detach", &old]);
    assert_eq!(it.topic().switch().unwrap(), Switched::Created);
    assert_eq!(
        (it.head(), it.git(&["branch", "--show-current"])),
        (old, "svcgen/trending-edits".into())
    );
    assert!(matches!(it.change("one\n"), Committed::Created { .. }));
}

#[test]
fn a_branch_of_the_users_own_is_not_taken_along() {
    let it = Fixture::new();
    let upstream = it.head();
    it.git(&["switch", "--quiet", "--create", "feature"]);
    let id = format!("Change-Id: I{}", "b".repeat(40));
    it.git(&[
        "commit",
        "--quiet",
        "--allow-empty",
        "--message",
        &format!("mine\n\n{id}"),
    ]);
    assert_eq!(it.topic().switch().unwrap(), Switched::Created);
    assert_eq!(it.head(), upstream);
    // Without a remote the change stands on what is there, and does not take it over.
    it.git(&["switch", "--quiet", "feature"]);
    it.git(&[
        "branch",
        "--quiet",
        "--delete",
        "--force",
        "svcgen/trending-edits",
    ]);
    it.git(&["remote", "remove", "origin"]);
    assert_eq!(it.topic().switch().unwrap(), Switched::Created);
    it.write("own.pp", "one\n");
    assert!(matches!(
        it.commit(&["own.pp"]).unwrap(),
        Committed::Created { .. }
    ));
    it.write("own.pp", "two\n");
    assert!(matches!(
        it.commit(&["own.pp"]).unwrap(),
        Committed::Amended { .. }
    ));
    assert_eq!(it.git(&["rev-list", "--count", "feature..HEAD"]), "1");
    let error = it.push().unwrap_err();
    assert!(matches!(error, ReviewError::NoRemote { .. }));
    assert_eq!(
        error.hints(),
        [format!(
            "git -C {} remote add gerrit ssh://USER@HOST:29418/REPOSITORY",
            it.clone
        )]
    );
}

#[test]
fn an_unborn_branch_gets_its_first_commit() {
    let gerrit = Gerrit::new();
    let clone = gerrit.path("empty");
    gerrit.git("/".into(), &["init", "--quiet", clone.as_str()]);
    gerrit.configure(&clone);
    let it = Fixture { gerrit, clone };
    assert_eq!(it.topic().switch().unwrap(), Switched::Created);
    assert_eq!(it.topic().switch().unwrap(), Switched::Stayed);
    it.write("staged", "theirs\n");
    it.git(&["add", "staged"]);
    it.write("own.pp", "one\n");
    assert!(matches!(
        it.commit(&["own.pp"]).unwrap(),
        Committed::Created { .. }
    ));
    it.write("own.pp", "two\n");
    assert!(matches!(
        it.commit(&["own.pp"]).unwrap(),
        Committed::Amended { .. }
    ));
    assert_eq!(it.git(&["rev-list", "--count", "HEAD"]), "1");
    assert_eq!(it.git(&["status", "--porcelain"]), "A  staged");
}

#[test]
fn nothing_is_done_in_the_middle_of_a_rebase() {
    let it = Fixture::new();
    it.change("one\n");
    it.git(&[
        "-c",
        "sequence.editor=echo break >",
        "rebase",
        "--quiet",
        "--interactive",
        "HEAD~1",
    ]);
    let error = it.topic().switch().unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("` is in the middle of a rebase"),
        "{error}"
    );
    let hints = error.hints();
    assert!(hints[0].starts_with("git -C /") && hints[0].ends_with(" rebase --continue"));
    assert!(hints[1].starts_with("git -C /") && hints[1].ends_with(" rebase --abort"));
    assert_eq!(error.kind(), ErrorKind::Conflict);
}

#[test]
fn a_commit_on_top_is_not_taken_for_svcgens() {
    let it = Fixture::new();
    it.change("one\n");
    let id = format!("Change-Id: I{}", "b".repeat(40));
    it.git(&[
        "commit",
        "--quiet",
        "--allow-empty",
        "--message",
        &format!("mine\n\n{id}"),
    ]);
    it.write("own.pp", "two\n");
    let error = it.commit(&["own.pp"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "on `svcgen/trending-edits` there is \"mine\" on top of the commit that svcgen would update"
    );
    let git = format!("git -C {}", it.clone);
    let hints = error.hints();
    assert_eq!(
        hints,
        [
            format!("{git} switch svcgen/trending-edits && {git} rebase -i --autostash HEAD~2"),
            "in the list that it opens, mark yours `fixup`, or move it up".into()
        ]
    );
    // It runs, whatever svcgen wrote and did not commit.
    let editor = "sequence.editor=sed -i 2s/^pick/fixup/";
    it.git(&["-c", editor, "rebase", "-i", "--autostash", "HEAD~2"]);
    assert!(matches!(
        it.commit(&["own.pp"]).unwrap(),
        Committed::Amended { .. }
    ));
    assert_eq!(it.git(&["rev-list", "--count", "origin/master..HEAD"]), "1");
}

#[test]
fn modes_links_and_submodules_stay_what_they_are() {
    let it = Fixture::new();
    let module = it.gerrit.with_clone("module", &[("file", "1\n")]);
    let url = it.gerrit.path("git/module");
    it.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        url.as_str(),
        "src",
    ]);
    fs_err::set_permissions(
        it.clone.join("run"),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    std::os::unix::fs::symlink("real", it.clone.join("link")).unwrap();
    it.write("real/file", "1\n");
    it.git(&["add", "--all"]);
    it.git(&["commit", "--quiet", "--message", "more"]);
    it.git(&["push", "--quiet", "origin", "HEAD:refs/heads/master"]);
    assert!(module.exists());

    it.topic().switch().unwrap();
    it.write("src/file", "theirs\n");
    it.write("run", "#!/bin/sh\nours\n");
    it.write("link/file", "2\n");
    it.write("own*.pp", "3\n");
    it.write("own-other.pp", "not ours\n");
    it.commit(&["run", "link/file", "own*.pp"]).unwrap();
    let shown = it.git(&["show", "--raw", "--no-abbrev", "--format=", "HEAD"]);
    let modes: Vec<String> = shown
        .lines()
        .map(|l| format!("{} {}", &l[1..14], l.rsplit('\t').next().unwrap()))
        .collect();
    assert_eq!(
        modes,
        [
            "000000 100644 own*.pp",
            "100644 100644 real/file",
            "100755 100755 run"
        ]
    );
    assert_eq!(
        it.git(&["status", "--porcelain"]),
        " M src\n?? own-other.pp"
    );
}

#[test]
fn odd_names_of_refs_lead_nowhere_else() {
    let it = Fixture::new();
    let upstream = it.head();
    it.git(&["commit", "--quiet", "--allow-empty", "--message", "local"]);
    for name in [
        "origin/master",
        "refs/heads/svcgen/trending-edits",
        "HEAD",
        "-x",
    ] {
        let path = it.clone.join(".git/refs/heads").join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, format!("{}\n", it.head())).unwrap();
    }
    it.git(&["tag", "svcgen/trending-edits"]);
    assert_eq!(it.topic().switch().unwrap(), Switched::Created);
    assert_eq!(it.head(), upstream);
    assert!(matches!(it.change("one\n"), Committed::Created { .. }));
    assert_eq!(it.push().unwrap().outcome, Outcome::New);
    assert_eq!(
        it.git(&["symbolic-ref", "HEAD"]),
        "refs/heads/svcgen/trending-edits"
    );
    assert_eq!(it.gerrit.changes(NAME)[0]["commit"], it.head().as_str());
}

#[test]
fn a_branch_that_takes_the_name_is_said() {
    let it = Fixture::new();
    it.git(&["branch", "svcgen"]);
    let text = causes(&it.topic().switch().unwrap_err());
    assert!(text.contains("refs/heads/svcgen"), "{text}");
}

#[test]
fn a_branch_that_began_earlier_does_not_take_the_topic_back_behind_what_is_merged() {
    let it = Fixture::new();
    it.change("one\n");
    it.push().unwrap();
    it.git(&["switch", "--quiet", "--create", "own"]);
    it.gerrit.merge(NAME, 1);
    it.topic().fetch().unwrap();
    assert_eq!(it.topic().switch().unwrap(), Switched::Restarted);
    let merged = it.git(&["rev-parse", "origin/master"]);
    it.git(&["switch", "--quiet", "own"]);
    it.topic().switch().unwrap();
    assert_eq!(it.head(), merged);
}
