//! What lies between two revisions.

use svcgen::deploy::repository::{Commits, RepositoryError};
use svcgen::model::Revision;

use super::Tea;

#[test]
fn commits_are_listed_without_merges_and_to_a_bound() {
    let tea = Tea::new();
    let begin = tea.head();
    for number in 1..=3 {
        tea.commit("deploy", &format!("Change {number}"));
    }
    tea.git("deploy", &["switch", "-q", "-c", "side", begin.as_str()]);
    tea.commit("deploy", "Aside");
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
    let unknown = Revision::parse(&"0".repeat(40)).unwrap();
    assert!(matches!(
        repository.commits(&head, &unknown, 1),
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
