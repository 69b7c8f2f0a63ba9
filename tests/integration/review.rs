//! The way of a change from a work tree into review.

mod fetched;
mod in_the_way;
mod out_of_sight;
mod sending;

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
            later: None,
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
    assert_eq!(change["id"], change_id.to_string());
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
fn what_somebody_put_into_the_commit_is_kept_where_it_goes() {
    let it = Fixture::new();
    it.change("one\n");
    let kept = |committed: &Committed| match committed {
        Committed::Amended { kept, .. } => kept.clone(),
        other => panic!("{other:?}"),
    };
    it.write("own.pp", "one\nmine\n");
    it.git(&["commit", "--quiet", "--all", "--amend", "--no-edit"]);
    // As long as it is in the commit, nothing has to be kept, however often that is written.
    for text in ["two\nmine\n", "three\nmine\n"] {
        it.write("own.pp", text);
        assert_eq!(kept(&it.commit(&["own.pp"]).unwrap()), None, "{text}");
    }
    let before = it.head();
    it.write("own.pp", "four\n");
    let name = kept(&it.commit(&["own.pp"]).unwrap()).unwrap();
    assert_eq!(name, format!("kept-{}", &before[..10]));
    assert_eq!(it.git(&["show", &format!("{name}:own.pp")]), "three\nmine");
    it.write("own.pp", "five\n");
    assert_eq!(kept(&it.commit(&["own.pp"]).unwrap()), None);
    assert_eq!(it.git(&["branch", "--list", "kept-*"]).lines().count(), 1);
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
        (ErrorKind::Usage, "git does not know who is committing")
    );
    assert_eq!(
        error.hints()[0],
        "git config --global user.name 'Your Name'"
    );
    let user = User {
        name: Some("Grace H".into()),
        email: svcgen::model::MailAddress::parse("not-taken@example.org").ok(),
        gerrit: None,
    };
    let text = CommitText {
        subject: "add it".into(),
        body: String::new(),
        later: None,
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
