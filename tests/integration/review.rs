//! The way of a change from a work tree into review.

use camino::{Utf8Path, Utf8PathBuf};
use svcgen::configuration::User;
use svcgen::edit::Rendered;
use svcgen::error::ErrorKind;
use svcgen::generate::CommitText;
use svcgen::model::{BranchName, ServiceName, TaskId};
use svcgen::review::{
    CommitMessage, Committed, Others, Outcome, Pushed, ReviewError, Switched, Topic, dirty,
};

use crate::support::gerrit::Gerrit;

const NAME: &str = "tree";
const BEGINNING: &[(&str, &str)] = &[
    ("shared.yaml", "---\na: 1\nz: 26\n"),
    ("run", "#!/bin/sh\n"),
];

struct Fixture {
    gerrit: Gerrit,
    clone: Utf8PathBuf,
}

impl Fixture {
    fn new() -> Self {
        let gerrit = Gerrit::new();
        let clone = gerrit.with_clone(NAME, BEGINNING);
        Self { gerrit, clone }
    }

    fn topic(&self) -> Topic {
        self.topic_of(User::default())
    }

    fn topic_of(&self, user: User) -> Topic {
        let branch = Topic::name_for(&service()).unwrap();
        Topic::open(
            &self.clone,
            branch,
            BranchName::parse("master").unwrap(),
            user,
        )
        .unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        fs_err::create_dir_all(self.clone.join(path).parent().unwrap()).unwrap();
        fs_err::write(self.clone.join(path), text).unwrap();
    }

    fn rendered(&self) -> Rendered {
        Rendered::of(&self.clone, &service())
    }

    fn commit(&self, paths: &[&str]) -> Result<Committed, ReviewError> {
        self.commit_as("add it", &[], paths)
    }

    fn commit_as(
        &self,
        subject: &str,
        bugs: &[TaskId],
        paths: &[&str],
    ) -> Result<Committed, ReviewError> {
        let paths: Vec<Utf8PathBuf> = paths.iter().map(Utf8PathBuf::from).collect();
        let text = CommitText {
            subject: subject.into(),
            body: "It is # needed.".into(),
        };
        self.topic().commit(&paths, &text, bugs, &self.rendered())
    }

    fn push(&self) -> Result<Pushed, ReviewError> {
        self.topic().push(Others::Refuse)
    }

    /// Switches, writes a file, and commits it.
    fn change(&self, text: &str) -> Committed {
        self.topic().switch().unwrap();
        self.write("own.pp", text);
        self.commit(&["own.pp"]).unwrap()
    }

    fn git(&self, args: &[&str]) -> String {
        self.gerrit.git(&self.clone, args)
    }

    fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    fn message(&self) -> String {
        self.git(&["log", "-1", "--format=%B"])
    }

    fn change_id(&self) -> String {
        CommitMessage::parse(&self.message())
            .change_id()
            .unwrap()
            .to_string()
    }
}

fn service() -> ServiceName {
    ServiceName::parse("trending-edits").unwrap()
}

fn causes(error: &ReviewError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!("\n{cause}"));
        source = cause.source();
    }
    text
}

#[test]
fn a_change_is_made_sent_updated_and_sent_again() {
    let it = Fixture::new();
    assert_eq!(it.topic().switch().unwrap(), Switched::Created);
    it.write("own.pp", "one\n");
    it.write("shared.yaml", "---\na: 1\nm: 13\nz: 26\n");
    let bugs = [TaskId::parse("T150043").unwrap()];
    let committed = it
        .commit_as("add it", &bugs, &["own.pp", "shared.yaml", "none"])
        .unwrap();
    let Committed::Created { change_id, .. } = committed else {
        panic!("{committed:?}")
    };
    assert_eq!(
        it.message(),
        format!("add it\n\nIt is # needed.\n\nBug: T150043\nChange-Id: {change_id}")
    );
    assert_eq!(
        it.git(&["show", "--stat", "--format=", "HEAD"])
            .lines()
            .count(),
        3
    );

    let pushed = it.push().unwrap();
    assert_eq!((pushed.outcome, pushed.behind), (Outcome::New, 0));
    assert_eq!(pushed.urls, ["https://gerrit.example.org/r/c/+/1"]);
    let change = &it.gerrit.changes(NAME)[0];
    assert_eq!(change["id"], change_id.as_str());
    assert_eq!(
        (&change["branch"], &change["options"]),
        (&"master".into(), &"topic=svcgen/trending-edits".into())
    );

    assert_eq!(it.topic().switch().unwrap(), Switched::Stayed);
    assert_eq!(
        it.commit_as("add it", &bugs, &["own.pp", "shared.yaml"])
            .unwrap(),
        Committed::Nothing
    );
    assert_eq!(it.push().unwrap().outcome, Outcome::Nothing);

    it.git(&["switch", "--quiet", "master"]);
    assert_eq!(it.topic().switch().unwrap(), Switched::Found);
    it.write("own.pp", "two\n");
    let committed = it.commit_as("add it well", &bugs, &["own.pp"]).unwrap();
    assert!(
        matches!(&committed, Committed::Amended { change_id: same, .. } if *same == change_id),
        "{committed:?}"
    );
    assert!(
        it.message().starts_with("add it well\n\n"),
        "the message follows the model"
    );
    assert_eq!(it.push().unwrap().outcome, Outcome::Updated);
    let changes = it.gerrit.changes(NAME);
    assert_eq!((changes.len(), &changes[0]["patch"]), (1, &2.into()));
    assert_eq!(it.git(&["rev-list", "--count", "origin/master..HEAD"]), "1");
}

#[test]
fn an_edited_message_is_kept_and_completed() {
    let it = Fixture::new();
    it.change("one\n");
    let id = it.change_id();
    let edited = format!("my words\n\n# kept\n\nHosts: auto\nChange-Id: {id}\n");
    it.git(&[
        "commit",
        "--quiet",
        "--amend",
        "--cleanup=verbatim",
        "--message",
        &edited,
    ]);
    it.write("own.pp", "two\n");
    let bugs = [TaskId::parse("T7").unwrap()];
    let committed = it.commit_as("other", &bugs, &["own.pp"]).unwrap();
    assert!(matches!(committed, Committed::Amended { .. }));
    assert_eq!(
        it.message(),
        format!("my words\n\n# kept\n\nBug: T7\nHosts: auto\nChange-Id: {id}")
    );
    it.write("own.pp", "three\n");
    it.commit_as("other still", &bugs, &["own.pp"]).unwrap();
    assert!(it.message().starts_with("my words\n"));
}

#[test]
fn a_dropped_change_id_comes_back() {
    let it = Fixture::new();
    it.change("one\n");
    let id = it.change_id();
    it.git(&["commit", "--quiet", "--amend", "--message", "my words"]);
    let committed = it.commit(&["own.pp"]).unwrap();
    assert!(matches!(committed, Committed::Amended { .. }));
    assert_eq!(it.message(), format!("my words\n\nChange-Id: {id}"));
}

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
        format!("`origin` is not a review server: it made `{reference}` of the change")
    );
    assert_eq!(
        error.hints(),
        [format!("git push origin --delete '{reference}'")]
    );
    it.git(&["push", "--quiet", "origin", "--delete", reference]);
}

#[test]
fn only_the_trailers_are_new_where_a_ticket_is() {
    let it = Fixture::new();
    it.change("one\n");
    let bugs = [TaskId::parse("T7").unwrap()];
    assert!(matches!(
        it.commit_as("add it", &bugs, &["own.pp"]).unwrap(),
        Committed::Amended { .. }
    ));
    assert!(it.message().contains("\nBug: T7\nChange-Id: I"));
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
    assert!(matches!(it.push().unwrap_err(), ReviewError::Merged { .. }));
    // The push has fetched; now svcgen knows.
    assert_eq!(it.topic().switch().unwrap(), Switched::Restarted);
    assert_eq!(it.head(), it.git(&["rev-parse", "origin/master"]));
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
    let text = it.push().unwrap_err().to_string();
    assert_eq!(
        text,
        "`origin` refused the change: change https://gerrit.example.org/r/c/+/1 closed"
    );
}

#[test]
fn a_missing_change_id_is_said_by_svcgen_or_by_the_server() {
    let it = Fixture::new();
    it.change("one\n");
    it.git(&["commit", "--quiet", "--amend", "--message", "without"]);
    assert!(matches!(
        it.push().unwrap_err(),
        ReviewError::NoChangeId { .. }
    ));
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
    assert_eq!(error.hints(), ["git rebase --onto origin/master HEAD~1"]);
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
        (1, Some("git rebase origin/master"))
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
            vec!["git rebase origin/master".to_owned()]
        )
    );
    assert_eq!(
        (it.head(), it.gerrit.changes(NAME)[0]["patch"].clone()),
        (ours, 1.into())
    );
}

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
    it.write("own.pp", "somebody's\n");
    let error = it.topic().switch().unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (
            ErrorKind::Conflict,
            "git does not switch to `svcgen/trending-edits`"
        )
    );
    assert!(
        causes(&error).contains("untracked working tree files would be overwritten"),
        "{}",
        causes(&error)
    );
    assert_eq!(
        fs_err::read_to_string(it.clone.join("own.pp")).unwrap(),
        "somebody's\n"
    );
}

#[test]
fn a_hook_that_fails_leaves_everything_as_it_was() {
    let it = Fixture::new();
    let hook = it.clone.join(".git/hooks/commit-msg");
    fs_err::create_dir_all(hook.parent().unwrap()).unwrap();
    fs_err::write(&hook, "#!/bin/sh\necho 'the message is bad' >&2\nexit 1\n").unwrap();
    fs_err::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    it.topic().switch().unwrap();
    let before = it.head();
    it.write("own.pp", "ours\n");
    it.write("shared.yaml", "---\n");
    let error = it.commit(&["own.pp", "shared.yaml"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(
        causes(&error).ends_with("\nthe message is bad"),
        "{}",
        causes(&error)
    );
    assert_eq!(it.head(), before);
    assert_eq!(
        it.git(&["status", "--porcelain"]),
        " M shared.yaml\n?? own.pp"
    );
    fs_err::remove_file(hook).unwrap();
    assert!(matches!(
        it.commit(&["own.pp", "shared.yaml"]).unwrap(),
        Committed::Created { .. }
    ));
}

#[test]
fn who_commits_has_to_be_known() {
    let it = Fixture::new();
    it.topic().switch().unwrap();
    it.write("own.pp", "ours\n");
    it.git(&["config", "user.name", ""]);
    let error = it.commit(&["own.pp"]).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (ErrorKind::Usage, "git does not know who commits")
    );
    assert_eq!(
        error.hints()[0],
        "git config --global user.name 'Your Name'"
    );
    let user = User {
        name: Some("Grace H".into()),
        email: Some("not-taken@example.org".into()),
        gerrit: None,
    };
    let text = CommitText {
        subject: "add it".into(),
        body: String::new(),
    };
    it.topic_of(user)
        .commit(&["own.pp".into()], &text, &[], &it.rendered())
        .unwrap();
    assert_eq!(
        it.git(&["log", "-1", "--format=%an <%ae>"]),
        "Grace H <ada@example.org>"
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
        ["git remote add gerrit ssh://USER@HOST:29418/REPOSITORY"]
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
    assert_eq!(
        error.hints(),
        ["git rebase --continue", "git rebase --abort"]
    );
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
    let hint = format!("{git} switch svcgen/trending-edits && {git} rebase -i HEAD~2");
    assert_eq!(error.hints(), [hint]);
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
        ["git remote add gerrit ssh://USER@h.example.org:29418/p/q"]
    );
}

#[test]
fn linked_worktrees_share_what_was_rendered() {
    let it = Fixture::new();
    let linked = it.gerrit.path("linked");
    it.git(&["worktree", "add", "--quiet", "--detach", linked.as_str()]);
    let main = it.rendered();
    let it = Fixture {
        clone: linked,
        gerrit: it.gerrit,
    };
    assert!(matches!(it.change("one\n"), Committed::Created { .. }));
    assert!(
        main.read(Utf8Path::new("COMMIT_MESSAGE"))
            .unwrap()
            .starts_with("add it\n")
    );
    it.write("own.pp", "two\n");
    assert!(matches!(
        it.commit(&["own.pp"]).unwrap(),
        Committed::Amended { .. }
    ));
    assert_eq!(it.push().unwrap().outcome, Outcome::New);
}

#[test]
fn uncommitted_changes_of_others_are_found_and_svcgens_are_not() {
    let it = Fixture::new();
    let rendered = it.rendered();
    let paths: Vec<Utf8PathBuf> = ["own.pp", "shared.yaml", "run"]
        .map(Utf8PathBuf::from)
        .into();
    let dirty = |it: &Fixture| -> Vec<String> {
        dirty(&it.clone, &paths, &[&rendered])
            .unwrap()
            .into_iter()
            .map(String::from)
            .collect()
    };
    assert_eq!(dirty(&it), [""; 0]);
    it.write("own.pp", "one\n");
    it.write("shared.yaml", "---\na: 1\nm: 13\nz: 26\n");
    it.write("other", "x\n");
    assert_eq!(dirty(&it), ["own.pp", "shared.yaml"]);
    rendered.write("own.pp".into(), "one\n").unwrap();
    rendered.write("shared.yaml".into(), "m: 13\n").unwrap();
    assert_eq!(dirty(&it), [""; 0]);
    it.git(&["add", "own.pp"]);
    assert_eq!(dirty(&it), [""; 0], "staged, and still svcgen's");
    it.write("shared.yaml", "---\na: 1\nm: 13\nz: 27\n");
    assert_eq!(dirty(&it), ["shared.yaml"]);
    fs_err::remove_file(it.clone.join("run")).unwrap();
    assert_eq!(dirty(&it), ["shared.yaml", "run"]);
    let nowhere = it.gerrit.path("home");
    assert_eq!(
        svcgen::review::dirty(&nowhere, &paths, &[&rendered]).unwrap(),
        [""; 0]
    );
}
