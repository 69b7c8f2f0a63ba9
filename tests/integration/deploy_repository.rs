//! The checkout of a deploy repository, read as it is: real git, real submodules, real packs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use svcgen::deploy::repository::{
    Commits, DeployRepository, Gitlink, Relation, RepositoryError, TreeSize, pack,
};
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

    /// An error with its hint, without the names of this run.
    fn shown(&self, error: &RepositoryError) -> String {
        let hint = error
            .hint()
            .map_or(String::new(), |hint| format!("\n  hint: {hint}"));
        let mut cause = String::new();
        if let Some(source) = std::error::Error::source(error) {
            cause = format!("\n  cause: {source}");
        }
        let home = self.env.work().canonicalize().unwrap();
        format!("{error}{cause}{hint}").replace(home.to_str().unwrap(), "WORK")
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
    let shown = shown.replace(&tea.head().as_str()[7..], "REST");
    insta::assert_snapshot!(shown, @r#"
`` is no revision: a branch, a tag or a commit
`--upload-pack=x` is no revision: it begins with `-`
`a\nb` is no revision: it holds characters that cannot be seen
`HEAD~1..HEAD` is no revision: a range is no single commit
there is no revision `relaese-1` in `WORK/deploy`; did you mean `release-1`?
  hint: git -C WORK/deploy fetch --tags
there is no revision `origin/mastre` in `WORK/deploy`; did you mean `origin/master`?
  hint: git -C WORK/deploy fetch --tags
there is no revision `zebra` in `WORK/deploy`
  hint: git -C WORK/deploy fetch --tags
there is no revision `HEAD~99` in `WORK/deploy`
  hint: git -C WORK/deploy fetch --tags
there is no revision `0123456789012345678901234567890123456789` in `WORK/deploy`
  hint: git -C WORK/deploy fetch --tags
`both` could be `refs/tags/both` or `refs/heads/both`
  hint: git -C WORK/deploy show --no-patch refs/tags/both
`both~0` could be `refs/tags/both` or `refs/heads/both`
  hint: git -C WORK/deploy show --no-patch refs/tags/both
`HEAD:scap` is a folder, and a commit is deployed
`HEAD:README` is a file, and a commit is deployed
`HEAD^{tree}` is a folder, and a commit is deployed
`HEAD^{x` is no revision: git does not read it as one
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
    insta::assert_snapshot!(shown(root.join("scap")), @r#"
`WORK/deploy/scap` is not the root of a git checkout
  hint: git -C WORK/deploy/scap rev-parse --show-toplevel
"#);
    insta::assert_snapshot!(shown(root.join("nowhere")), @r#"
`WORK/deploy/nowhere` is not the root of a git checkout
  hint: git -C WORK/deploy/nowhere rev-parse --show-toplevel
"#);
}

#[test]
fn every_submodule_has_its_commit_and_its_place() {
    let tea = Tea::new();
    let repository = tea.open();
    let found = repository.submodules(&tea.head()).unwrap();
    let root = repository.root();
    let shown: Vec<_> = found
        .iter()
        .map(|link| {
            let git_dir = link.git_dir.strip_prefix(root).unwrap().as_str();
            (
                link.name.as_str(),
                link.path.as_str(),
                link.module.as_str(),
                git_dir,
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("src", "src", "modules/src", ".git/modules/src"),
            (
                "lib/leaf",
                "src/lib/leaf",
                "modules/src/modules/lib/leaf",
                ".git/modules/src/modules/lib/leaf"
            ),
        ]
    );
    assert_eq!(
        found[0].commit.as_str(),
        tea.git("server/source", &["rev-parse", "HEAD"])
    );
    assert_eq!(
        found[1].commit.as_str(),
        tea.git("server/leaf", &["rev-parse", "HEAD"])
    );
    // The first commit had none.
    let first = repository.resolve("HEAD~1").unwrap();
    assert_eq!(repository.submodules(&first).unwrap(), []);
}

#[test]
fn a_submodule_of_an_old_clone_has_its_own_git_folder() {
    let tea = Tea::new();
    let modules = tea.root.join(".git/modules/src");
    std::fs::remove_file(tea.root.join("src/.git")).unwrap();
    std::fs::rename(modules, tea.root.join("src/.git")).unwrap();
    let config = [
        "config",
        "--file",
        "src/.git/config",
        "--unset",
        "core.worktree",
    ];
    tea.git("deploy", &config);
    let found = tea.open().submodules(&tea.head()).unwrap();
    let places: Vec<&str> = found
        .iter()
        .map(|link| {
            link.git_dir
                .strip_prefix(tea.open().root())
                .unwrap()
                .as_str()
        })
        .collect();
    assert_eq!(places, ["src/.git", "src/.git/modules/lib/leaf"]);
}

#[test]
fn a_submodule_need_not_be_checked_out() {
    let tea = Tea::new();
    let head = tea.head();
    tea.git("deploy", &["checkout", "-q", "HEAD~1"]);
    std::fs::remove_dir_all(tea.root.join("src")).unwrap();
    assert_eq!(tea.open().submodules(&head).unwrap().len(), 2);
    assert_eq!(tea.open().tree_size(&head).unwrap().files, 8);
}

#[test]
fn a_linked_checkout_finds_the_submodules_of_the_main_one() {
    let tea = Tea::new();
    tea.git("deploy", &["worktree", "add", "-q", "../linked", "HEAD"]);
    let linked = DeployRepository::open(utf8(&tea.env.work().join("linked"))).unwrap();
    let found = linked.submodules(&tea.head()).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found, tea.open().submodules(&tea.head()).unwrap());
    assert_eq!(linked.git_dir().unwrap(), tea.open().git_dir().unwrap());
}

#[test]
fn a_submodule_that_cannot_be_deployed_is_said_with_what_helps() {
    let tea = Tea::new();
    let repository = tea.open();
    let commit = tea.git("server/source", &["rev-parse", "HEAD"]);
    let modules = |text: &str| {
        tea.env.write("modules", text);
        tea.git("deploy", &["hash-object", "-w", "../modules"])
    };
    let listed = |name: &str, path: &str| {
        modules(&format!(
            "[submodule \"{name}\"]\n\tpath = {path}\n\turl = ../source\n"
        ))
    };
    let link = |path: &str| format!("160000 commit {commit}\t{path}\n");
    let forge = |gitmodules: String, rest: String| {
        tea.forge(&format!("100644 blob {gitmodules}\t.gitmodules\n{rest}"))
    };
    let mut cases = vec![
        ("unlisted", tea.forge(&link("other"))),
        (
            "listed as another",
            forge(listed("src", "src"), link("other")),
        ),
        ("name", forge(listed("../../hooks", "src"), link("src"))),
        (
            "no url",
            forge(modules("[submodule \"src\"]\n\tpath = src\n"), link("src")),
        ),
        ("option", forge(listed("src", "-src"), link("-src"))),
        (
            "commit",
            forge(
                listed("src", "src"),
                link("src").replace(&commit, "0123456789012345678901234567890123456789"),
            ),
        ),
        ("never fetched", forge(listed("new", "new"), link("new"))),
    ];
    // A tree inside of a tree, so that its path has a folder that git itself refuses to check out.
    for folder in [".git", ".."] {
        let inner = tea.forge(&link("hooks"));
        let tree = tea.git("deploy", &["rev-parse", &format!("{inner}^{{tree}}")]);
        let rest = format!("040000 tree {tree}\t{folder}\n");
        cases.push((
            "folder",
            forge(listed("x", &format!("{folder}/hooks")), rest),
        ));
    }
    let mut shown = String::new();
    for (name, revision) in &cases {
        let error = repository.submodules(revision).unwrap_err();
        let text = tea.shown(&error).replace(revision.short(), "REVISION");
        shown.push_str(&format!("{name}: {text}\n"));
    }
    tea.git("deploy", &["update-ref", "HEAD", cases[5].1.as_str()]);
    let error = repository.submodules(&cases[5].1).unwrap_err();
    shown.push_str(&format!("checked out: {}\n", tea.shown(&error)));
    tea.git("deploy", &["update-ref", "HEAD", "origin/master"]);
    std::fs::remove_dir_all(tea.root.join(".git/modules/src/modules")).unwrap();
    std::fs::remove_dir_all(tea.root.join("src/lib/leaf")).unwrap();
    let error = repository.submodules(&tea.head()).unwrap_err();
    shown.push_str(&format!("not initialised: {}\n", tea.shown(&error)));
    insta::assert_snapshot!(shown.replace(&commit[..8], "COMMIT"), @r#"
unlisted: `other` of REVISION is a submodule, and `.gitmodules` does not say which
  hint: git submodule add --force ADDRESS other
listed as another: `other` of REVISION is a submodule, and `.gitmodules` does not say which
  hint: git submodule add --force ADDRESS other
name: the submodule `src` of REVISION cannot be named `../../hooks`: it would lead out of `.git/modules`
no url: the submodules of REVISION cannot be read
  cause: .gitmodules:1: the submodule `src` lacks `path` or `url`
option: `-src` of REVISION is no place for a submodule: it begins with `-`
commit: the submodule `src` lacks the commit 0123456
  hint: git --git-dir=WORK/deploy/.git/modules/src fetch --tags
never fetched: the submodule `new` is not in `WORK/deploy`
  hint: git -C WORK/deploy submodule update --init --recursive
folder: `.git/hooks` of REVISION is no place for a submodule: it is among git's own files
folder: `../hooks` of REVISION is no place for a submodule: it leads out of the repository
checked out: the submodule `src` lacks the commit 0123456
  hint: git -C WORK/deploy submodule update --init --recursive
not initialised: the submodule `src/lib/leaf` is not in `WORK/deploy`
  hint: git -C WORK/deploy submodule update --init --recursive
"#);
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
fn commits_are_listed_without_merges_and_to_a_bound() {
    let tea = Tea::new();
    let begin = tea.head();
    for number in 1..=3 {
        tea.commit("deploy", &format!("Change {number}"));
    }
    tea.git("deploy", &["switch", "-q", "-c", "side", begin.as_str()]);
    let side = tea.commit("deploy", "Aside");
    tea.git("deploy", &["switch", "-q", "master"]);
    tea.git(
        "deploy",
        &["merge", "-q", "--no-ff", "-m", "Merge it", "side"],
    );
    let (repository, head) = (tea.open(), tea.head());
    let subjects = |from: &Revision, to: &Revision, most| {
        let commits = repository.commits(from, to, most).unwrap();
        let listed = commits.listed.into_iter().map(|commit| commit.subject);
        (listed.collect::<Vec<_>>(), commits.more)
    };
    let (mut all, more) = subjects(&begin, &head, 10);
    assert_eq!(more, 0);
    let order: Vec<_> = all
        .iter()
        .filter(|s| s.starts_with("Change"))
        .cloned()
        .collect();
    assert_eq!(order, ["Change 3", "Change 2", "Change 1"]);
    all.sort();
    assert_eq!(all, ["Aside", "Change 1", "Change 2", "Change 3"]);
    assert_eq!(subjects(&begin, &head, 1).1, 3);
    assert_eq!(subjects(&head, &begin, 10), (Vec::new(), 0));
    let relation = |from: &Revision, to: &Revision| repository.relation(from, to).unwrap();
    assert_eq!(relation(&head, &head), Relation::Same);
    assert_eq!(relation(&begin, &head), Relation::Ahead);
    assert_eq!(relation(&head, &begin), Relation::Behind);
    let other = tea.open().resolve("HEAD~1").unwrap();
    assert_eq!(relation(&side, &other), Relation::Diverged);
    let alone = tea.forge("");
    assert_eq!(relation(&alone, &head), Relation::Unrelated);
    let unknown = Revision::parse(&"0".repeat(40)).unwrap();
    assert_eq!(relation(&unknown, &head), Relation::Unknown);
    assert!(matches!(
        repository.relation(&head, &unknown),
        Err(RepositoryError::NotHere { .. })
    ));
}

#[test]
fn what_lies_between_has_the_commits_of_submodules() {
    let tea = Tea::new();
    let old = tea.head();
    let source = tea.commit("deploy/src", "Pour it <slowly>");
    tea.git("deploy", &["add", "src"]);
    let new = tea.commit("deploy", "Take the new source");
    let repository = tea.open();
    let forward = repository.between(&old, &new, 10).unwrap();
    let subjects = |commits: &Commits| -> Vec<String> {
        let listed = commits.listed.iter();
        listed.map(|commit| commit.subject.clone()).collect()
    };
    assert_eq!(subjects(&forward.added), ["Take the new source"]);
    assert!(forward.removed.listed.is_empty());
    let [module] = &forward.modules[..] else {
        panic!("{:?}", forward.modules);
    };
    assert_eq!(
        (module.path.as_str(), module.to.as_ref()),
        ("src", Some(&source))
    );
    let (added, removed) = module.commits.clone().unwrap();
    assert_eq!(subjects(&added), ["Pour it <slowly>"]);
    assert!(removed.listed.is_empty());

    let back = repository.between(&new, &old, 10).unwrap();
    assert_eq!(subjects(&back.removed), ["Take the new source"]);
    let (added, removed) = back.modules[0].commits.clone().unwrap();
    assert_eq!((subjects(&removed).len(), added.listed.len()), (1, 0));
    assert!(
        repository
            .between(&new, &new, 10)
            .unwrap()
            .modules
            .is_empty()
    );
}

#[test]
fn what_the_upstream_has_more_is_known_as_it_was_fetched() {
    let tea = Tea::new();
    let behind = |of: &Revision| {
        let behind = tea.open().is_behind(of, 10).unwrap()?;
        let subjects = behind
            .commits
            .listed
            .into_iter()
            .map(|commit| commit.subject);
        Some((behind.upstream, subjects.collect::<Vec<_>>()))
    };
    let old = tea.head();
    assert_eq!(behind(&old), None);
    tea.commit("server/deploy", "One more");
    assert_eq!(behind(&old), None, "it was not fetched yet");
    tea.git("deploy", &["fetch", "-q", "--no-recurse-submodules"]);
    let expected = Some(("origin/master".to_owned(), vec!["One more".to_owned()]));
    assert_eq!(behind(&old), expected);
    // An older revision lacks more; another branch follows nothing; without a branch that of the remote counts.
    let first = tea.open().resolve("HEAD~1").unwrap();
    assert_eq!(behind(&first).unwrap().1, ["One more", "Take src in"]);
    tea.git("deploy", &["switch", "-q", "--detach"]);
    assert_eq!(behind(&old), expected);
    tea.git("deploy", &["switch", "-q", "-c", "mine"]);
    assert_eq!(behind(&old), None);
    tea.git("deploy", &["switch", "-q", "master"]);
    tea.git("deploy", &["merge", "-q", "origin/master"]);
    assert_eq!(behind(&tea.head()), None);
    // What is ahead of its upstream is not behind it.
    assert_eq!(behind(&tea.commit("deploy", "Not pushed")), None);
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

#[test]
fn the_size_counts_submodules_and_finds_what_is_missing() {
    let tea = Tea::new();
    let count = |folder: &str| {
        let files = tea.git(folder, &["ls-files", "-s", "--recurse-submodules"]);
        let mut size = TreeSize::default();
        for line in files.lines() {
            size.files += 1;
            let path = tea.root.join(line.split('\t').nth(1).unwrap());
            size.bytes += std::fs::metadata(path).unwrap().len();
        }
        size
    };
    let size = tea.open().tree_size(&tea.head()).unwrap();
    assert_eq!(size, count("deploy"));
    assert_eq!(size.files, 8);
    let blob = tea.git("deploy", &["rev-parse", "HEAD:README"]);
    let object = format!(".git/objects/{}/{}", &blob[..2], &blob[2..]);
    std::fs::remove_file(tea.root.join(object)).unwrap();
    let error = tea.open().tree_size(&tea.head()).unwrap_err();
    let shown = tea.shown(&error).replace(&blob, "BLOB");
    insta::assert_snapshot!(shown.replace(tea.head().short(), "HEAD"), @r#"
`WORK/deploy/.git` lacks the object BLOB, which HEAD needs
  hint: git -C WORK/deploy/.git fsck
"#);
}

/// Sends a pack into a repository, and returns how many objects it brought.
fn send(from: &Utf8Path, to: &Path, want: &Revision, have: &[Revision]) -> u32 {
    let mut child = pack(from, want, have).unwrap().spawn().unwrap();
    let index = Command::new("git")
        .args(["index-pack", "--fix-thin", "--stdin", "--strict"])
        .current_dir(to)
        .stdin(Stdio::from(child.stdout.take().unwrap()))
        .output()
        .unwrap();
    let said = child.wait_with_output().unwrap();
    assert!(said.status.success() && said.stderr.is_empty(), "{said:?}");
    assert!(index.status.success(), "{index:?}");
    // The number of objects stands in the header.
    let output = pack(from, want, have).unwrap().output().unwrap();
    u32::from_be_bytes(output.stdout[8..12].try_into().unwrap())
}

#[test]
fn a_pack_brings_what_a_target_lacks_and_no_more() {
    let tea = Tea::new();
    let long: String = (0..2000).map(|n| format!("line {n}\n")).collect();
    tea.env.write("deploy/long", &long);
    let old = tea.commit("deploy", "Add a long file");
    tea.env.write("deploy/long", &format!("{long}one more\n"));
    let new = tea.commit("deploy", "Make it longer");
    let repository = tea.open();
    let from = repository.git_dir().unwrap();
    let to = tea.env.work().join("target.git");
    tea.git("", &["init", "-q", "--bare", "target.git"]);
    let unknown = Revision::parse(&"1".repeat(40)).unwrap();
    let is_whole = |revision: &Revision| {
        tea.git("target.git", &["fsck", "--strict", "--connectivity-only"]);
        tea.git("target.git", &["rev-list", "--objects", revision.as_str()])
            .lines()
            .count()
    };
    // All of it; a host that has something unknown gets the same.
    let all = send(&from, &to, &old, std::slice::from_ref(&unknown)) as usize;
    assert_eq!(all, is_whole(&old));
    // A commit, its folder and its file; as a delta of what is there.
    let thin = pack(&from, &new, std::slice::from_ref(&old))
        .unwrap()
        .output()
        .unwrap();
    assert!(thin.stdout.len() < 1000, "{} bytes", thin.stdout.len());
    assert_eq!(send(&from, &to, &new, &[unknown, old.clone()]), 3);
    is_whole(&new);
    // Nothing new, also on the way back.
    assert_eq!(send(&from, &to, &new, std::slice::from_ref(&new)), 0);
    assert_eq!(send(&from, &to, &old, std::slice::from_ref(&new)), 0);
    for link in repository.submodules(&new).unwrap() {
        let to = format!("target.git/{}", link.module);
        tea.git("", &["init", "-q", "--bare", &to]);
        assert!(send(&link.git_dir, &tea.env.work().join(&to), &link.commit, &[]) > 2);
        tea.git(&to, &["rev-list", "--objects", link.commit.as_str()]);
    }
}

#[test]
fn a_clone_that_has_not_everything_is_not_sent_from() {
    let tea = Tea::new();
    tea.commit("server/leaf", "Grow");
    tea.env.write("server/leaf/big", "big");
    let head = tea.commit("server/leaf", "Grow more");
    tea.git("server/leaf", &["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", tea.env.work().join("server/leaf").display());
    let clone = |name: &str, option: &str| {
        let arguments = ["clone", "-q", "--no-checkout", option, &url, name];
        tea.git("", &arguments);
        DeployRepository::open(utf8(&tea.env.work().join(name))).unwrap()
    };
    let shallow = clone("shallow", "--depth=2");
    let pack_of = |repository: &DeployRepository| pack(&repository.git_dir().unwrap(), &head, &[]);
    let old = shallow.resolve("HEAD~1").unwrap();
    // What is inside of the cut is known, what is behind it is not.
    assert_eq!(shallow.relation(&old, &head).unwrap(), Relation::Ahead);
    assert_eq!(shallow.commits(&old, &head, 10).unwrap().listed.len(), 1);
    assert_eq!(shallow.tree_size(&head).unwrap().files, 3);
    let other = Revision::parse(&tea.git(
        "shallow",
        &["commit-tree", "-m", "Other", &format!("{head}^{{tree}}")],
    ));
    let other = other.unwrap();
    let partial = clone("partial", "--filter=blob:none");
    let errors = [
        pack_of(&shallow).err().unwrap(),
        shallow.relation(&other, &head).err().unwrap(),
        shallow.commits(&other, &head, 10).err().unwrap(),
        pack_of(&partial).err().unwrap(),
        partial.tree_size(&head).err().unwrap(),
    ];
    insta::assert_snapshot!(errors.map(|error| tea.shown(&error)).join("\n"), @r#"
`WORK/shallow/.git` has not the whole history: it is a shallow clone
  hint: git -C WORK/shallow/.git fetch --unshallow
`WORK/shallow` has not the whole history: it is a shallow clone
  hint: git -C WORK/shallow fetch --unshallow
`WORK/shallow` has not the whole history: it is a shallow clone
  hint: git -C WORK/shallow fetch --unshallow
`WORK/partial/.git` has not all objects: it is a partial clone
  hint: git -C WORK/partial/.git fetch --refetch --no-filter
`WORK/partial/.git` has not all objects: it is a partial clone
  hint: git -C WORK/partial/.git fetch --refetch --no-filter
"#);
    // What the hints say helps.
    tea.git("shallow", &["fetch", "-q", "--unshallow"]);
    tea.git("partial", &["fetch", "-q", "--refetch", "--no-filter"]);
    for name in ["shallow", "partial"] {
        let repository = DeployRepository::open(utf8(&tea.env.work().join(name))).unwrap();
        tea.git("", &["init", "-q", "--bare", &format!("{name}.git")]);
        let to = tea.env.work().join(format!("{name}.git"));
        assert!(send(&repository.git_dir().unwrap(), &to, &head, &[]) > 5);
    }
    // The format that git wrote until 2.45.
    tea.git("partial", &["config", "core.repositoryFormatVersion", "1"]);
    tea.git("partial", &["config", "extensions.partialClone", "origin"]);
    let error = DeployRepository::open(utf8(&tea.env.work().join("partial"))).err();
    insta::assert_snapshot!(tea.shown(&error.unwrap()), @r#"
`WORK/partial` is a partial clone in an old format, and cannot be read
  hint: git -C WORK/partial fetch --refetch --no-filter && git -C WORK/partial config --unset extensions.partialClone
"#);
    tea.git("partial", &["config", "--unset", "extensions.partialClone"]);
    assert!(DeployRepository::open(utf8(&tea.env.work().join("partial"))).is_ok());
}

#[test]
fn a_commit_that_a_pack_cannot_have_is_refused() {
    let tea = Tea::new();
    let unknown = Revision::parse(&"2".repeat(40)).unwrap();
    let from = tea.open().git_dir().unwrap();
    let error = pack(&from, &unknown, &[]).err().unwrap();
    assert!(
        matches!(error, RepositoryError::NotHere { .. }),
        "{error:?}"
    );
    let error = pack(&from.join("nowhere"), &unknown, &[]).err().unwrap();
    assert!(
        matches!(error, RepositoryError::NotHere { .. }),
        "{error:?}"
    );
    let links: Vec<Gitlink> = tea.open().submodules(&tea.head()).unwrap();
    assert!(links.iter().all(|link| link.git_dir != from));
}
