use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use git2::{Oid, Repository};

use super::OfBranch;
use crate::edit::record::{Commits, Committed, Form, Index};
use crate::edit::rendered::Rendered;
use crate::edit::units::{self, units};
use crate::git::{committed_text, committed_texts};

/// How many contents of a file are looked at that it had before.
const MOST_PAST: usize = 6;

impl Rendered {
    /// What commits were made of, where the branch has that rather than what was written last: somebody brought it there without
    /// the messages, as `git merge --squash` does, and what was made after them did not follow.
    pub(super) fn find_in_tree(&self) -> Option<OfBranch> {
        let root = self.branch.root.as_ref()?;
        let last = self.texts_of(&self.index().ok()?);
        let contents = last
            .keys()
            .map(|path| (path.clone(), committed_text(&root.join(path))));
        let mut contents: BTreeMap<_, _> = contents.collect();
        let is_whole = |(path, text): (&Utf8PathBuf, &Option<Text>)| {
            let Some((form, text)) = text else {
                return contents[path].is_none();
            };
            let content = contents[path].as_deref();
            content.is_some_and(|content| units(*form, text).is_subset(&units(*form, content)))
        };
        if last.iter().all(is_whole) {
            return None;
        }
        let mut best: Option<(String, Commits, Texts)> = None;
        for (name, commits, texts) in self.versions_made(&last) {
            for path in texts.keys().filter(|path| !last.contains_key(*path)) {
                let content = || committed_text(&root.join(path));
                contents.entry(path.clone()).or_insert_with(content);
            }
            let newer = best.as_ref().map_or(&last, |(_, _, texts)| texts);
            if is_rather(&texts, newer, &contents) {
                best = Some((name, commits, texts));
            }
        }
        let (name, commits, texts) = best?;
        let apart = texts
            .keys()
            .filter(|path| texts.get(*path) != last.get(*path));
        let apart: Vec<&Utf8PathBuf> = apart.collect();
        // Somebody took that back.
        if apart
            .iter()
            .any(|path| was_rather(&last, &texts, path, root))
        {
            return None;
        }
        Some(OfBranch {
            name,
            since: self.tips_with(&apart),
            commits,
        })
    }

    /// What commits were made of, each only once, the newest first; not what was written last.
    fn versions_made(&self, last: &Texts) -> impl Iterator<Item = (String, Commits, Texts)> {
        let mut tried = BTreeSet::from([last.clone()]);
        let folders = self.commits_by_age().into_iter().rev();
        let versions = folders.filter_map(|folder| {
            let name = folder.file_name()?.to_owned();
            let commits = self.made(&name)?;
            let texts = self.texts_in(&commits);
            Some((name, commits, texts))
        });
        versions.filter(move |(_, _, texts)| tried.insert(texts.clone()))
    }

    fn texts_of(&self, index: &Index) -> Texts {
        let files = index.files.iter();
        files
            .map(|(path, written)| {
                (
                    path.clone(),
                    self.read(path).map(|text| (written.form, text)),
                )
            })
            .collect()
    }

    fn texts_in(&self, commits: &Commits) -> Texts {
        let text = |(path, it): (&Utf8PathBuf, &Committed)| {
            let base = self
                .as_it_was(&it.written, false)
                .and_then(|known| known.base);
            (path.clone(), base.map(|base| (it.written.form, base)))
        };
        commits.files.iter().map(text).collect()
    }

    /// How many of the last tips of the branch have these files as they are now.
    fn tips_with(&self, paths: &[&Utf8PathBuf]) -> usize {
        let repository = self
            .branch
            .root
            .as_ref()
            .and_then(|root| Repository::open(root).ok());
        let names = |tip: &String| -> Option<Vec<Option<Oid>>> {
            let commit = repository.as_ref()?.find_commit(Oid::from_str(tip).ok()?);
            let tree = commit.ok()?.tree().ok()?;
            let name = |path: &&Utf8PathBuf| Some(tree.get_path(path.as_std_path()).ok()?.id());
            Some(paths.iter().map(name).collect())
        };
        let mut tips = self.branch.tips.iter().map(names);
        let now = tips.next();
        1 + tips.take_while(|names| Some(names) == now.as_ref()).count()
    }
}

/// What svcgen wrote into a file: its form, and the text or the entries.
type Text = (Form, String);

/// What svcgen wrote into each file; none where it wants nothing there any more.
type Texts = BTreeMap<Utf8PathBuf, Option<Text>>;

/// As of single files.
fn compare(text: Option<&Text>, than: Option<&Text>, content: Option<&str>) -> Ordering {
    let Some((form, _)) = text.or(than) else {
        return Ordering::Equal;
    };
    let texts = (text.map(|it| it.1.as_str()), than.map(|it| it.1.as_str()));
    units::compare(*form, texts, content)
}

/// Whether a file was once rather of one version than of another.
fn was_rather(texts: &Texts, than: &Texts, path: &Utf8Path, root: &Utf8Path) -> bool {
    let of = |texts: &Texts| texts.get(path).cloned().flatten();
    let (text, than) = (of(texts), of(than));
    let past = committed_texts(&root.join(path), MOST_PAST);
    let mut past = past.iter().map(|content| Some(content.as_str()));
    past.any(|content| compare(than.as_ref(), text.as_ref(), content) == Ordering::Less)
}

/// Whether contents are rather of one version than of another: no file is rather of the other one.
fn is_rather(
    texts: &Texts,
    than: &Texts,
    contents: &BTreeMap<Utf8PathBuf, Option<String>>,
) -> bool {
    let of = |texts: &Texts, path: &Utf8Path| texts.get(path).cloned().flatten();
    let compare = |(path, content): (&Utf8PathBuf, &Option<String>)| {
        let (text, than) = (of(texts, path), of(than, path));
        compare(text.as_ref(), than.as_ref(), content.as_deref())
    };
    let found: BTreeSet<Ordering> = contents.iter().map(compare).collect();
    found.contains(&Ordering::Greater) && !found.contains(&Ordering::Less)
}
