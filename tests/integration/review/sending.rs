//! What the review server says of a change, and what it is told.

use svcgen::configuration::User;
use svcgen::error::ErrorKind;
use svcgen::git::Words;
use svcgen::model::BranchName;
use svcgen::review::{Committed, Others, Outcome, ReviewError, Switched, Topic};

use super::{Fixture, NAME, causes, service};

#[test]
fn a_server_that_is_no_gerrit_is_not_taken_for_one() {
    let it = Fixture::new();
    let bare = it.gerrit.path("git").join(NAME);
    it.gerrit
        .git(&bare, &["config", "--unset-all", "receive.procReceiveRefs"]);
    it.change("one\n");
    let error = it.push().unwrap_err();
    let reference = "refs/for/master%topic=svcgen/trending-edits";
    assert_eq!(
        error.to_string(),
        format!(
            "`origin` is not a review server: it took the change as the reference `{reference}`"
        )
    );
    assert_eq!(
        error.hints(),
        [format!(
            "git -C {} push origin --delete '{reference}'",
            it.clone
        )]
    );
    it.git(&["push", "--quiet", "origin", "--delete", reference]);
}

#[test]
fn a_merged_change_is_followed_by_a_new_one() {
    let it = Fixture::new();
    it.change("one\n");
    let first = it.change_id();
    it.push().unwrap();
    it.gerrit.merge(NAME, 1);
    it.write("own.pp", "not sent\n");
    it.commit(&["own.pp"]).unwrap();
    let error = it.push().unwrap_err();
    assert!(matches!(error, ReviewError::Merged { .. }));
    let aside = format!(
        "git -C {} branch -m svcgen/trending-edits svcgen/trending-edits-merged",
        it.clone
    );
    assert_eq!(error.hints(), [aside.as_str()]);
    // It stands there from an earlier time.
    it.git(&["branch", "svcgen/trending-edits-merged"]);
    assert_eq!(it.push().unwrap_err().hints(), [format!("{aside}-2")]);
    // The push has fetched; now svcgen knows. What was not sent is in no other commit.
    let unsent = it.head();
    let visit = it.topic().visit().unwrap();
    assert_eq!(it.head(), it.git(&["rev-parse", "origin/master"]));
    assert_eq!(
        visit.kept(),
        Some(format!("kept-{}", &unsent[..10]).as_str())
    );
    assert_eq!(it.git(&["rev-parse", visit.kept().unwrap()]), unsent);
    assert_eq!(
        it.commit(&["own.pp"]).unwrap(),
        Committed::Nothing,
        "the upstream commit is not svcgen's to amend"
    );
    it.write("own.pp", "two\n");
    assert!(matches!(
        it.commit(&["own.pp"]).unwrap(),
        Committed::Created { .. }
    ));
    assert_ne!(it.change_id(), first);
    assert_eq!(it.push().unwrap().outcome, Outcome::New);
    assert_eq!(it.gerrit.changes(NAME).len(), 2);

    // Fast-forwarded: the very commit is upstream.
    it.gerrit.set(NAME, "direct", true);
    it.git(&["push", "--quiet", "origin", "HEAD:refs/heads/master"]);
    it.git(&["fetch", "--quiet"]);
    assert_eq!(it.topic().switch().unwrap(), Switched::Restarted);
    it.write("own.pp", "three\n");
    assert!(matches!(
        it.commit(&["own.pp"]).unwrap(),
        Committed::Created { .. }
    ));
    assert_eq!(it.git(&["rev-list", "--count", "origin/master..HEAD"]), "1");
}

#[test]
fn a_refusal_has_the_servers_words() {
    let it = Fixture::new();
    it.change("one\n");
    it.gerrit.set(
        NAME,
        "refuse",
        "not permitted: create change on refs/heads/master",
    );
    let error = it.push().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let text = causes(&error);
    assert!(
        text.starts_with(
            "`origin` refused the change: prohibited by Gerrit: not permitted: create change on refs/heads/master\n"
        ),
        "{text}"
    );
    it.gerrit.set(NAME, "refuse", serde_json::Value::Null);
    it.push().unwrap();
    let mut changes = it.gerrit.changes(NAME);
    changes[0]["closed"] = true.into();
    it.gerrit.set(NAME, "changes", changes);
    it.write("own.pp", "two\n");
    it.commit(&["own.pp"]).unwrap();
    let error = it.push().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`origin` refused the change: change https://gerrit.example.org/r/c/+/1 closed"
    );
    let hints = error.hints().join("\n");
    assert!(
        hints.contains("`--topic NAME` begins another change"),
        "{hints}"
    );
}

#[test]
fn a_missing_change_id_is_said_by_svcgen_or_by_the_server() {
    let it = Fixture::new();
    it.change("one\n");
    it.git(&["commit", "--quiet", "--amend", "--message", "without"]);
    let error = it.push().unwrap_err();
    assert!(matches!(error, ReviewError::NoChangeId { .. }));
    let [hint] = error.hints().try_into().unwrap();
    let typed = std::process::Command::new("sh")
        .args(["-ec", &hint])
        .status();
    assert!(typed.unwrap().success(), "{hint}");
    assert_eq!(it.push().unwrap().outcome, Outcome::New);
    it.git(&["reset", "--quiet", "--hard", "origin/master"]);
    it.git(&[
        "commit",
        "--quiet",
        "--allow-empty",
        "--message",
        "mine, without",
    ]);
    let committed = it.change("one\n");
    assert!(matches!(committed, Committed::Created { .. }));
    let error = it.push().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`svcgen/trending-edits` carries other commits that are not in `origin/master`: `mine, without`"
    );
    assert_eq!(
        error.hints(),
        [format!(
            "git -C {0} branch svcgen/trending-edits-others && git -C {0} rebase --onto origin/master HEAD~1",
            it.clone
        )]
    );
    let error = it.topic().push(Others::Send).unwrap_err();
    let text = causes(&error);
    assert!(
        text.contains("missing Change-Id in message footer\n"),
        "{text}"
    );
    assert!(text.contains("remote: ERROR: commit "), "{text}");
    it.git(&["rebase", "--quiet", "--onto", "origin/master", "HEAD~1"]);
    assert_eq!(it.push().unwrap().outcome, Outcome::New);
}

#[test]
fn a_change_that_was_sent_for_another_branch_is_not_taken_for_this_one() {
    let it = Fixture::new();
    it.change("one\n");
    it.push().unwrap();
    it.git(&["push", "--quiet", "origin", "origin/master:refs/heads/prod"]);
    it.git(&["fetch", "--quiet"]);
    let branch = Topic::name_for(&service()).unwrap();
    let base = BranchName::parse("prod").unwrap();
    let topic = Topic::open(&it.clone, branch, base, User::default()).unwrap();
    // Whatever is forced, nobody was told of this.
    let error = topic.push(Others::Send).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (
            ErrorKind::Conflict,
            "the change of `svcgen/trending-edits` was sent for `master`, and is meant for `prod` now"
        )
    );
    assert_eq!(
        error.hints(),
        [
            "`--topic NAME` begins another for `prod`, once this one is abandoned",
            "`--force` goes on with it, once the review server has moved it to `prod`"
        ]
    );
    assert_eq!(it.push().unwrap().outcome, Outcome::Nothing);
    // Once that is done, nobody asks again.
    topic.push(Others::Send).unwrap();
    assert!(topic.push(Others::Refuse).is_ok());
    assert!(it.push().is_err());
}

#[test]
fn a_name_that_is_taken_is_not_told_for_what_is_put_aside() {
    let it = Fixture::new();
    it.topic().switch().unwrap();
    it.git(&["commit", "--quiet", "--allow-empty", "--message", "mine"]);
    it.change("one\n");
    it.git(&["branch", "svcgen/trending-edits-others"]);
    let hint = it.push().unwrap_err().hints().remove(0);
    let aside = format!(
        "git -C {} branch svcgen/trending-edits-others-2 && ",
        it.clone
    );
    assert!(hint.starts_with(&aside), "{hint}");
}

#[test]
fn an_address_that_wants_a_password_is_replaced_by_the_command_that_is_told() {
    let it = Fixture::new();
    it.change("one\n");
    let source = Words::new(b"fatal: could not read Username for 'https://example.org'");
    let error = ReviewError::Rejected {
        root: it.clone.clone(),
        remote: it.topic().remote().unwrap().to_owned(),
        reason: "no answer".into(),
        source,
    };
    let command = format!(
        "git -C {} remote set-url origin ssh://USER@HOST:29418/REPOSITORY",
        it.clone
    );
    assert_eq!(error.hints(), [command]);
}

#[test]
fn a_branch_that_is_behind_is_sent_and_one_that_has_diverged_is_not() {
    let it = Fixture::new();
    it.topic().switch().unwrap();
    it.write("shared.yaml", "---\na: 2\nz: 26\n");
    it.commit(&["shared.yaml"]).unwrap();
    let ours = it.head();
    let upstream = |text: &str| {
        it.git(&["switch", "--quiet", "--detach", "origin/master"]);
        it.write("shared.yaml", text);
        it.git(&["commit", "--quiet", "--all", "--message", "theirs"]);
        it.git(&["push", "--quiet", "origin", "HEAD:refs/heads/master"]);
        it.git(&["switch", "--quiet", "svcgen/trending-edits"]);
    };
    upstream("---\na: 1\nz: 26\n# end\n");
    let pushed = it.push().unwrap();
    assert_eq!(
        (pushed.behind, pushed.hint.as_deref()),
        (
            1,
            Some(
                format!(
                    "git -C {} rebase origin/master svcgen/trending-edits",
                    it.clone
                )
                .as_str()
            )
        )
    );
    upstream("---\na: 3\nz: 26\n# end\n");
    let error = it.push().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`svcgen/trending-edits` and `origin/master` have diverged, and both changed `shared.yaml`"
    );
    assert_eq!(
        (error.kind(), error.hints()),
        (
            ErrorKind::Conflict,
            vec![format!(
                "git -C {} rebase --autostash origin/master svcgen/trending-edits",
                it.clone
            )]
        )
    );
    assert_eq!(
        (it.head(), it.gerrit.changes(NAME)[0]["patch"].clone()),
        (ours, 1.into())
    );
}

#[test]
fn the_remote_is_the_one_that_the_tree_names() {
    let it = Fixture::new();
    assert_eq!(it.topic().remote(), Some("origin"));
    it.git(&["remote", "add", "gerrit", "https://example.org/x"]);
    assert_eq!(it.topic().remote(), Some("gerrit"));
    it.git(&["remote", "add", "review", "https://example.org/y"]);
    it.write(
        ".gitreview",
        "[gerrit]\nhost=h.example.org\nproject=p/q.git\ndefaultremote=review\n",
    );
    assert_eq!(it.topic().remote(), Some("review"));
    it.write(
        ".gitreview",
        "[gerrit]\nhost=h.example.org\nproject=p/q.git\ndefaultremote=none\n",
    );
    assert_eq!(it.topic().remote(), Some("gerrit"));
    for remote in ["gerrit", "review", "origin"] {
        it.git(&["remote", "remove", remote]);
    }
    it.change("one\n");
    let hints = it.push().unwrap_err().hints();
    assert_eq!(
        hints,
        [format!(
            "git -C {} remote add gerrit ssh://USER@h.example.org:29418/p/q",
            it.clone
        )]
    );
}
