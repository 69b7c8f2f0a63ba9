//! The checkout of a deploy repository, read as it is: real git, real submodules, real packs.

mod history;
mod packs;
mod submodules;

use std::path::{Path, PathBuf};
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use svcgen::deploy::repository::{DeployRepository, RepositoryError};
use svcgen::model::Revision;
use svcgen::scap::Files as _;
use svcgen::worktree::WorktreeError;

use super::support::Env;

/// A deploy repository `tea/deploy` with the source as its submodule, which has one itself, cloned from a server.
struct Tea {
    env: Env,
    root: PathBuf,
}

impl Tea {
    fn new() -> Self {
        let env = Env::new();
        let tea = Self {
            root: env.work().join("deploy"),
            env,
        };
        tea.create("leaf", &[("leaf.txt", "green\n")]);
        tea.create("source", &[("package.json", "{}\n")]);
        tea.submodule("server/source", "../leaf", "lib/leaf");
        tea.create(
            "deploy",
            &[("scap/scap.cfg", "[global]\ngit_repo: tea/deploy\n")],
        );
        tea.submodule("server/deploy", "../source", "src");
        tea.git(
            "",
            &[
                "-c",
                "protocol.file.allow=always",
                "clone",
                "-q",
                "--recurse-submodules",
                "server/deploy",
                "deploy",
            ],
        );
        tea
    }

    /// A repository on the server.
    fn create(&self, name: &str, files: &[(&str, &str)]) {
        let folder = format!("server/{name}");
        self.env.write(&format!("{folder}/README"), name);
        self.git(&folder, &["init", "-q", "-b", "master"]);
        for (path, text) in files {
            self.env.write(&format!("{folder}/{path}"), text);
        }
        self.commit(&folder, "Begin");
    }

    fn submodule(&self, folder: &str, from: &str, path: &str) {
        let from = self.env.work().join(folder).join(from);
        let add = ["-c", "protocol.file.allow=always", "submodule", "--quiet"];
        self.git(
            folder,
            &[&add[..], &["add", from.to_str().unwrap(), path]].concat(),
        );
        self.commit(folder, &format!("Take {path} in"));
    }

    fn git(&self, folder: &str, arguments: &[&str]) -> String {
        self.env.git_in(&self.env.work().join(folder), arguments)
    }

    /// Commits everything, and returns what it became.
    fn commit(&self, folder: &str, subject: &str) -> Revision {
        self.git(folder, &["add", "--all"]);
        self.git(folder, &["commit", "-q", "--allow-empty", "-m", subject]);
        Revision::parse(&self.git(folder, &["rev-parse", "HEAD"])).unwrap()
    }

    /// Commits a tree that no git would make by itself.
    fn forge(&self, tree: &str) -> Revision {
        self.env.write("tree", tree);
        let folder = self.root.clone();
        let input = std::fs::File::open(self.env.work().join("tree")).unwrap();
        let made = Command::new("git")
            .args(["mktree", "--missing"])
            .current_dir(folder)
            .stdin(input)
            .output()
            .unwrap();
        assert!(made.status.success());
        let tree = String::from_utf8(made.stdout).unwrap();
        let commit = self.git("deploy", &["commit-tree", "-m", "Forged", tree.trim()]);
        Revision::parse(&commit).unwrap()
    }

    fn open(&self) -> DeployRepository {
        DeployRepository::open(utf8(&self.root)).unwrap()
    }

    fn head(&self) -> Revision {
        self.open().resolve("HEAD").unwrap()
    }

    /// An error with its hints, without the names of this run.
    fn shown(&self, error: &RepositoryError) -> String {
        let hints = error.hints().into_iter();
        let hints: String = hints.map(|hint| format!("\n  hint: {hint}")).collect();
        let mut cause = String::new();
        if let Some(source) = std::error::Error::source(error) {
            cause = format!("\n  cause: {source}");
        }
        let home = self.env.work().canonicalize().unwrap();
        format!("{error}{cause}{hints}").replace(home.to_str().unwrap(), "WORK")
    }
}

fn utf8(path: &Path) -> &Utf8Path {
    Utf8Path::from_path(path).unwrap()
}

#[test]
fn a_revision_is_what_git_makes_of_its_name() {
    let tea = Tea::new();
    let first = tea.open().resolve("HEAD~1").unwrap();
    let head = tea.head();
    tea.git("deploy", &["tag", "light", "HEAD~1"]);
    tea.git("deploy", &["tag", "-a", "-m", "One", "v1"]);
    tea.git("deploy", &["branch", "feature/x"]);
    let repository = tea.open();
    for (text, expected) in [
        ("HEAD", &head),
        ("@", &head),
        ("master", &head),
        ("refs/heads/master", &head),
        ("origin/master", &head),
        ("feature/x", &head),
        ("v1", &head),
        ("v1^{}", &head),
        ("light", &first),
        ("v1~1", &first),
        ("HEAD^", &first),
        (first.as_str(), &first),
        (&first.as_str()[..7], &first),
        (&first.as_str().to_uppercase(), &first),
    ] {
        assert_eq!(&repository.resolve(text).unwrap(), expected, "{text}");
    }
}

#[test]
fn what_is_no_revision_is_said_with_what_helps() {
    let tea = Tea::new();
    tea.git("deploy", &["branch", "both", "HEAD~1"]);
    tea.git("deploy", &["tag", "both"]);
    tea.git("deploy", &["branch", "release-1"]);
    let short = tea.head().as_str()[..7].to_owned();
    // Two names of objects that begin alike are found among so many.
    let mut known = std::collections::HashSet::new();
    let objects = git2::Repository::open(&tea.root).unwrap();
    let blob = |n: u32| objects.blob(&n.to_be_bytes()).unwrap().to_string();
    let beginning = (0..)
        .map(|n| blob(n)[..4].to_owned())
        .find(|beginning| !known.insert(beginning.clone()))
        .unwrap();
    tea.git("deploy", &["branch", &short, "HEAD~1"]);
    let repository = tea.open();
    let texts = [
        "",
        "--upload-pack=x",
        "a\nb",
        "HEAD~1..HEAD",
        "relaese-1",
        "origin/mastre",
        "zebra",
        "01",
        "HEAD~99",
        "0123456789012345678901234567890123456789",
        "both",
        "both~0",
        "HEAD:scap",
        "HEAD:README",
        "HEAD^{tree}",
        "HEAD^{x",
        &short,
        &beginning,
    ];
    let shown = texts.map(|text| tea.shown(&repository.resolve(text).unwrap_err()));
    let shown = shown.join("\n").replace(&short, "SHORT");
    let shown = shown.replace(&beginning, "ABCD");
    // Names are listed in their order, and that one is another each time.
    let shown = shown.replace("both, SHORT", "SHORT, both");
    let shown = shown.replace(&tea.head().as_str()[7..], "REST");
    insta::assert_snapshot!(shown, @r#"
    `` is not a revision: a branch, a tag or a commit
      hint: it is a branch, a tag or a commit; `git log --oneline` lists commits
    `--upload-pack=x` is not a revision: it begins with `-`
      hint: it is a branch, a tag or a commit; `git log --oneline` lists commits
    `a\nb` is not a revision: it contains invisible characters
      hint: it is a branch, a tag or a commit; `git log --oneline` lists commits
    `HEAD~1..HEAD` is not a revision: a range is not a single commit
      hint: it is a branch, a tag or a commit; `git log --oneline` lists commits
    there is no revision `relaese-1` in `WORK/deploy`
      hint: did you mean `release-1`?
      hint: git -C WORK/deploy fetch --tags
    there is no revision `origin/mastre` in `WORK/deploy`
      hint: did you mean `origin/master`?
      hint: git -C WORK/deploy fetch --tags
    there is no revision `zebra` in `WORK/deploy`
      hint: known: SHORT, both, master, origin/master, release-1
      hint: git -C WORK/deploy fetch --tags
    `01` is not a revision: a commit is named by four digits or more
      hint: it is a branch, a tag or a commit; `git log --oneline` lists commits
    there is no revision `HEAD~99` in `WORK/deploy`
      hint: git -C WORK/deploy fetch --tags
    there is no revision `0123456789012345678901234567890123456789` in `WORK/deploy`
      hint: git -C WORK/deploy fetch --tags
    `both` could be `refs/tags/both` or `refs/heads/both`
      hint: git -C WORK/deploy show --no-patch refs/tags/both
    `both~0` could be `refs/tags/both` or `refs/heads/both`
      hint: git -C WORK/deploy show --no-patch refs/tags/both
    `HEAD:scap` is a folder, but only a commit can be deployed
      hint: it is a branch, a tag or a commit; `git log --oneline` lists commits
    `HEAD:README` is a file, but only a commit can be deployed
      hint: it is a branch, a tag or a commit; `git log --oneline` lists commits
    `HEAD^{tree}` is a folder, but only a commit can be deployed
      hint: it is a branch, a tag or a commit; `git log --oneline` lists commits
    `HEAD^{x` is not a revision: git does not read it as one
      hint: it is a branch, a tag or a commit; `git log --oneline` lists commits
    `SHORT` could be `refs/heads/SHORT` or `SHORTREST`
      hint: git -C WORK/deploy show --no-patch refs/heads/SHORT
    `ABCD` could be more than one object
      hint: git -C WORK/deploy rev-parse --disambiguate=ABCD
    "#);
}

#[test]
fn a_deploy_repository_is_found_from_below() {
    let tea = Tea::new();
    let root = utf8(&tea.root);
    assert_eq!(
        DeployRepository::above(&root.join("src/lib/leaf")).as_deref(),
        Some(root)
    );
    assert_eq!(DeployRepository::above(utf8(&tea.env.work())), None);
    let shown = |path: Utf8PathBuf| tea.shown(&DeployRepository::open(&path).err().unwrap());
    insta::assert_snapshot!(shown(root.join("scap")), @"
    `WORK/deploy/scap` is not the root of a git checkout
      hint: git -C WORK/deploy/scap rev-parse --show-toplevel
    ");
    insta::assert_snapshot!(shown(root.join("nowhere")), @"
    `WORK/deploy/nowhere` is not the root of a git checkout
      hint: name an existing folder
    ");
    insta::assert_snapshot!(shown(utf8(&tea.env.work()).to_owned()), @"
    `WORK` is not the root of a git checkout
      hint: name the root of a checkout: `WORK` is not in one
    ");
}

#[test]
fn files_are_those_of_the_revision_and_stay_in_it() {
    let tea = Tea::new();
    let link = |path: &str, target: &str| {
        std::os::unix::fs::symlink(target, tea.root.join(path)).unwrap();
    };
    tea.env
        .write("deploy/scap/environments/beta/vars.yaml", "a: 1\n");
    tea.env.write("deploy/binary", "x");
    std::fs::write(tea.root.join("binary"), [0xff, 0xfe]).unwrap();
    link("scap/vars.yaml", "environments/beta/vars.yaml");
    link("scap/environments/gamma", "beta");
    link("scap/environments/beta/up", "../../../README");
    link("out", "../secret");
    link("absolute", "/etc/passwd");
    link("dangling", "nothing");
    link("loop", "loop");
    link("into", "src/package.json");
    tea.env.write("secret", "no");
    let revision = tea.commit("deploy", "Add files");
    tea.env.write("deploy/README", "not committed");
    std::fs::remove_file(tea.root.join("scap/scap.cfg")).unwrap();
    let repository = tea.open();
    let files = repository.files(&revision).unwrap();
    let read = |path: &str| files.read(path.into());
    for (path, text) in [
        ("README", Some("deploy")),
        ("scap/scap.cfg", Some("[global]\ngit_repo: tea/deploy\n")),
        ("./scap/../README", Some("deploy")),
        ("scap/vars.yaml", Some("a: 1\n")),
        ("scap/environments/gamma/vars.yaml", Some("a: 1\n")),
        ("scap/environments/gamma/up", Some("deploy")),
        ("scap/none", None),
        ("README/none", None),
        ("src/package.json", None),
    ] {
        assert_eq!(read(path).unwrap().as_deref(), text, "{path}");
    }
    assert!(files.has_folder("scap".into()) && files.has_folder("scap/environments/gamma".into()));
    assert!(!files.has_folder("README".into()) && !files.has_folder("none".into()));
    for path in [
        "out",
        "absolute",
        "/etc/passwd",
        "../secret",
        "scap/../../secret",
    ] {
        let error = read(path).unwrap_err();
        assert!(
            matches!(error, WorktreeError::Outside { .. }),
            "{path}: {error:?}"
        );
    }
    for path in ["dangling", "loop"] {
        let error = read(path).unwrap_err();
        assert!(
            matches!(error, WorktreeError::Dangling { .. }),
            "{path}: {error:?}"
        );
    }
    let error = |path: &str| read(path).unwrap_err().to_string();
    assert_eq!(error("binary"), "`binary` is not UTF-8 text");
    assert_eq!(
        error("scap"),
        "`scap` is a folder, where a file is expected"
    );
    assert_eq!(
        error("src"),
        "`src` is a submodule, where a file is expected"
    );
    assert_eq!(
        error("out"),
        format!("`out` leads out of `revision {}`", revision.short())
    );
}

#[test]
fn what_is_not_committed_is_known() {
    let tea = Tea::new();
    let changed = || tea.open().uncommitted().unwrap();
    assert_eq!(changed(), Vec::<Utf8PathBuf>::new());
    tea.env.write("deploy/README", "changed");
    tea.env.write("deploy/notes", "nobody's business");
    tea.env
        .write("deploy/scap/environments/beta/targets", "a\n");
    tea.env.write("deploy/scap/scap.cfg", "[global]\n");
    tea.git("deploy", &["add", "scap/scap.cfg"]);
    tea.git("deploy/src", &["checkout", "-q", "HEAD~1"]);
    assert_eq!(
        changed(),
        [
            "README",
            "scap/environments/beta/targets",
            "scap/scap.cfg",
            "src"
        ]
    );
}
