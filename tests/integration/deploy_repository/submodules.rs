//! Submodules of a deploy repository.

use svcgen::deploy::repository::DeployRepository;

use super::{Tea, utf8};

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
    insta::assert_snapshot!(shown.replace(&commit[..8], "COMMIT"), @"
    unlisted: `other` of REVISION is a submodule, and `.gitmodules` does not say which
      hint: git submodule add --force ADDRESS other
    listed as another: `other` of REVISION is a submodule, and `.gitmodules` does not say which
      hint: git submodule add --force ADDRESS other
    name: the submodule `src` of REVISION cannot be named `../../hooks`: it would lead out of `.git/modules`
      hint: correct `.gitmodules` and commit it, or deploy another one: `--rev REV`
    no url: the submodules of REVISION cannot be read
      cause: .gitmodules:1: the submodule `src` lacks `path` or `url`
      hint: correct `.gitmodules` and commit it, or deploy another one: `--rev REV`
    option: `-src` of REVISION is not a place for a submodule: it begins with `-`
      hint: correct `.gitmodules` and commit it, or deploy another one: `--rev REV`
    commit: the submodule `src` lacks the commit 0123456
      hint: git --git-dir=WORK/deploy/.git/modules/src fetch --tags
    never fetched: the submodule `new` is not in `WORK/deploy`
      hint: git -C WORK/deploy submodule update --init --recursive
    folder: `.git/hooks` of REVISION is not a place for a submodule: it is among git's own files
      hint: correct `.gitmodules` and commit it, or deploy another one: `--rev REV`
    folder: `../hooks` of REVISION is not a place for a submodule: it leads out of the repository
      hint: correct `.gitmodules` and commit it, or deploy another one: `--rev REV`
    checked out: the submodule `src` lacks the commit 0123456
      hint: git -C WORK/deploy submodule update --init --recursive
    not initialised: the submodule `src/lib/leaf` is not in `WORK/deploy`
      hint: git -C WORK/deploy submodule update --init --recursive
    ");
}
