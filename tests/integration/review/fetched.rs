//! Changes that somebody fetched, in a clone where nothing is remembered of them.

use camino::Utf8PathBuf;
use svcgen::generate::{CommitText, LaterText};
use svcgen::review::{Committed, Outcome, ReviewError, Switched};

use super::{Fixture, NAME};

const BRANCH: &str = "svcgen/trending-edits";

/// A clone of the repository into which the change of another clone was fetched.
fn fetched(how: &[&[&str]]) -> Fixture {
    let it = Fixture::new();
    it.change("one\n");
    it.push().unwrap();
    it.git(&["push", "--quiet", "origin", BRANCH]);
    let clone = it.gerrit.path("fresh");
    let bare = it.gerrit.path("git").join(NAME);
    it.gerrit.git(
        "/".into(),
        &["clone", "--quiet", bare.as_str(), clone.as_str()],
    );
    it.gerrit.configure(&clone);
    for arguments in how {
        it.gerrit.git(&clone, arguments);
    }
    let Fixture { gerrit, .. } = it;
    Fixture { gerrit, clone }
}

#[test]
fn a_change_that_was_fetched_is_amended() {
    let change = ["fetch", "--quiet", "origin", "refs/changes/01/1/1"];
    let branch = ["switch", "--quiet", "--create", BRANCH, "FETCH_HEAD"];
    let back = ["switch", "--quiet", "master"];
    for (how, switched) in [
        (&[&["switch", "--quiet", BRANCH][..]][..], Switched::Stayed),
        (&[&change, &branch], Switched::Stayed),
        (&[&change, &branch, &back], Switched::Found),
    ] {
        let it = fetched(how);
        let first = it.git(&["rev-parse", BRANCH]);
        assert_eq!(it.topic().switch().unwrap(), switched, "{how:?}");
        assert_eq!(it.head(), first, "{how:?}");
        let id = it.change_id();
        it.write("own.pp", "two\n");
        let committed = it.commit(&["own.pp"]).unwrap();
        assert!(
            matches!(&committed, Committed::Amended { change_id, .. } if change_id.to_string() == id),
            "{committed:?}"
        );
        assert_eq!(it.git(&["rev-list", "--count", "origin/master..HEAD"]), "1");
        assert_eq!(it.push().unwrap().outcome, Outcome::Updated);
        // From now on it is remembered: its words follow the model.
        it.write("own.pp", "three\n");
        it.commit_as("add it well", &[], &["own.pp"]).unwrap();
        assert!(it.message().starts_with("add it well\n"), "{how:?}");
        assert_eq!(it.change_id(), id);
    }
}

#[test]
fn a_later_change_is_known_by_what_it_changes() {
    let it = Fixture::new();
    let text = CommitText {
        subject: "add it".into(),
        body: String::new(),
        later: Some(LaterText {
            brought: "run".into(),
            line: None,
            what: None,
            before: "Update ".into(),
            behind: " of it".into(),
            service: "it".into(),
        }),
    };
    let paths = [Utf8PathBuf::from("own.pp")];
    let commit = || it.topic().commit(&paths, &text, &[], &it.rendered());
    it.topic().switch().unwrap();
    it.write("own.pp", "one\n");
    assert!(matches!(commit().unwrap(), Committed::Created { .. }));
    assert!(it.message().starts_with("Update "), "{}", it.message());
    fs_err::remove_dir_all(it.clone.join(".git/svcgen")).unwrap();
    it.write("own.pp", "two\n");
    assert!(matches!(commit().unwrap(), Committed::Amended { .. }));
}

#[test]
fn a_commit_of_somebody_else_is_not_taken_for_the_change_where_nothing_is_remembered() {
    let it = fetched(&[&["switch", "--quiet", BRANCH]]);
    let mine = format!("mine\n\nChange-Id: I{}", "b".repeat(40));
    it.git(&["commit", "--quiet", "--allow-empty", "--message", &mine]);
    it.write("own.pp", "two\n");
    let error = it.commit(&["own.pp"]).unwrap_err();
    assert!(
        matches!(&error, ReviewError::OnTop { subject, depth: 1, .. } if subject == "mine"),
        "{error:?}"
    );
    // Nor is one that is alone.
    let it = Fixture::new();
    it.git(&["switch", "--quiet", "--create", BRANCH]);
    it.git(&["commit", "--quiet", "--allow-empty", "--message", &mine]);
    it.write("own.pp", "one\n");
    assert!(matches!(
        it.commit(&["own.pp"]).unwrap(),
        Committed::Created { .. }
    ));
    assert_eq!(it.git(&["log", "-1", "--format=%s", "HEAD~1"]), "mine");
}

#[test]
fn commits_that_the_branch_was_made_at_are_not_the_change() {
    let it = Fixture::new();
    let mine = format!("add it\n\nChange-Id: I{}", "b".repeat(40));
    it.git(&["commit", "--quiet", "--allow-empty", "--message", &mine]);
    it.git(&["switch", "--quiet", "--create", BRANCH]);
    it.write("own.pp", "one\n");
    assert!(matches!(
        it.commit(&["own.pp"]).unwrap(),
        Committed::Created { .. }
    ));
}

#[test]
fn a_change_whose_parent_a_shallow_clone_lacks_is_left() {
    let it = fetched(&[]);
    let clone = it.gerrit.path("shallow");
    let url = format!("file://{}", it.gerrit.path("git").join(NAME));
    let words = ["clone", "--quiet", "--depth", "1", "--branch", BRANCH, &url];
    it.gerrit
        .git("/".into(), &[&words[..], &[clone.as_str()]].concat());
    it.gerrit.configure(&clone);
    let Fixture { gerrit, .. } = it;
    let it = Fixture { gerrit, clone };
    let tip = it.head();
    it.write("own.pp", "two\n");
    let error = it.commit(&["own.pp"]).unwrap_err();
    assert!(matches!(error, ReviewError::CutOff { .. }), "{error:?}");
    assert_eq!(it.head(), tip);
}
