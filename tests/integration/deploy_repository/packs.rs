//! What is sent to a target that lacks it.

use std::path::Path;
use std::process::{Command, Stdio};

use camino::Utf8Path;
use svcgen::deploy::repository::{DeployRepository, Gitlink, RepositoryError, TreeSize, pack};
use svcgen::model::Revision;

use super::{Tea, utf8};

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
    insta::assert_snapshot!(shown.replace(tea.head().short(), "HEAD"), @"
    `WORK/deploy/.git` lacks the object BLOB, which HEAD needs
      hint: git -C WORK/deploy/.git fsck
    ");
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
        shallow.commits(&other, &head, 10).err().unwrap(),
        pack_of(&partial).err().unwrap(),
        partial.tree_size(&head).err().unwrap(),
    ];
    insta::assert_snapshot!(errors.map(|error| tea.shown(&error)).join("\n"), @"
    `WORK/shallow/.git` does not have the whole history: it is a shallow clone
      hint: git -C WORK/shallow/.git fetch --unshallow
    `WORK/shallow` does not have the whole history: it is a shallow clone
      hint: git -C WORK/shallow fetch --unshallow
    `WORK/partial/.git` does not have all objects: it is a partial clone
      hint: git -C WORK/partial/.git fetch --refetch --no-filter
    `WORK/partial/.git` does not have all objects: it is a partial clone
      hint: git -C WORK/partial/.git fetch --refetch --no-filter
    ");
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
    insta::assert_snapshot!(tea.shown(&error.unwrap()), @"
    `WORK/partial` is a partial clone in an old format, and cannot be read
      hint: git -C WORK/partial fetch --refetch --no-filter && git -C WORK/partial config --unset extensions.partialClone
    ");
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
