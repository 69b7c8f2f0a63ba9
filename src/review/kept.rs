//! Keeps what somebody put into svcgen's commits: where svcgen writes them anew without it, a branch holds what was there.

mod others;

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use git2::{Oid, Tree};

use self::others::{Others, words};
use super::error::ReviewError;
use super::later::between;
use super::topic::Topic;
use crate::edit::Rendered;
use crate::git::GitError;

/// Where the commit that svcgen last made is remembered: its name, and behind it a line for each line in it that is
/// somebody's.
pub(super) const COMMIT: &str = "COMMIT";

/// What svcgen last made of a branch.
#[derive(Debug, Default)]
struct Made {
    commit: Option<Oid>,
    /// Lines of somebody's, without blanks at their ends.
    others: BTreeSet<String>,
}

impl Made {
    /// What was made of a branch that is at this commit, as far as that is remembered of it.
    fn read(store: &Rendered, commit: Oid) -> Self {
        let notes = store.notes(COMMIT);
        let mut all: Vec<Self> = notes.iter().map(|text| Self::parse(text)).collect();
        let exact = all.iter().position(|made| made.commit == Some(commit));
        match all.is_empty() {
            true => Self::default(),
            false => all.swap_remove(exact.unwrap_or_default()),
        }
    }

    fn parse(text: &str) -> Self {
        let mut lines = text.lines();
        Self {
            commit: lines.next().and_then(|name| Oid::from_str(name).ok()),
            others: lines.map(str::to_owned).collect(),
        }
    }
}

/// How the names of branches begin that keep a commit.
pub(super) const KEPT: &str = "kept-";

/// The name of the branch that keeps a commit.
pub(super) fn kept_name(commit: Oid) -> String {
    format!("{KEPT}{}", &commit.to_string()[..10])
}

impl Topic {
    /// Looks at what a branch held, and holds from now on: where a line of somebody's is not in it any more, a branch
    /// of its own keeps what was there, of which this is the name. The first store remembers the commit.
    ///
    /// # Errors
    /// Where git cannot read the commits or make the branch, or nothing can be remembered.
    pub(super) fn keep(
        &self,
        old: Option<Oid>,
        new: Oid,
        stores: &[&Rendered],
    ) -> Result<Option<String>, ReviewError> {
        let Some(store) = stores.first() else {
            return Ok(None);
        };
        let unreadable = |source| self.checkout.unreadable("the commit", source);
        let others = match old {
            Some(old) => {
                let others = self.others(old, self.fork(old, new)?, stores);
                others.map_err(unreadable)?
            }
            None => Others::default(),
        };
        let all = match old.filter(|_| !others.lines.is_empty()) {
            None => Ok(Default::default()),
            Some(old) => {
                let fork = self.fork(old, new)?;
                let both = self.lines_of(new, old, fork);
                both.and_then(|now| Ok((now, self.lines_of(old, new, fork)?)))
            }
        };
        let (now, before) = all.map_err(unreadable)?;
        let (mut stay, go) = others.sorted(&now, &before);
        stay.extend(self.mixed_into(new, store).map_err(unreadable)?);
        let kept = old.filter(|_| !go.is_empty());
        let kept = kept.map(|old| self.put_on_branch(old)).transpose()?;
        let lines = [new.to_string()].into_iter().chain(stay);
        let text: String = lines.map(|line| line + "\n").collect();
        let path = store.place(COMMIT.into());
        let failed = |source| GitError::Write { path, source };
        store.write(COMMIT.into(), &text).map_err(failed)?;
        Ok(kept)
    }

    /// Whether a commit is, with all below it, as svcgen made it, and nothing in it is somebody's.
    pub(super) fn is_own(commit: Oid, store: &Rendered) -> bool {
        let made = Made::read(store, commit);
        made.commit == Some(commit) && made.others.is_empty()
    }

    /// The same for a change that was merged, whoever wrote what is not in it: as it was merged, for what became of its
    /// lines since then is known to have been there.
    ///
    /// # Errors
    /// Where git cannot read the commits or make the branch.
    pub(super) fn keep_merged(&self, old: Oid, new: Oid) -> Result<Option<String>, ReviewError> {
        let merged = self.as_merged(old, new)?;
        let is_missing = || -> Result<bool, git2::Error> {
            let repository = self.checkout.repository();
            let before = repository.merge_base(old, new)?;
            let tree = |commit: Oid| repository.find_commit(commit)?.tree();
            let trees = [new, before].into_iter().chain(merged).map(tree);
            let trees = trees.collect::<Result<Vec<Tree<'_>>, _>>()?;
            let files = self.changed_by(old, Some(before))?;
            Ok(files.into_iter().any(|(path, lines)| {
                let known = trees.iter().flat_map(|tree| self.lines(tree, &path));
                !lines.is_subset(&known.collect())
            }))
        };
        let is_missing =
            is_missing().map_err(|source| self.checkout.unreadable("the commit", source))?;
        is_missing.then(|| self.put_on_branch(old)).transpose()
    }

    /// The commits of one history that the changes of another were merged as.
    fn as_merged(&self, old: Oid, new: Oid) -> Result<Vec<Oid>, ReviewError> {
        let base = self.checkout.merge_base(old, new);
        let mut own = Vec::new();
        for commit in self.checkout.commits(old, base)? {
            own.extend(self.change_id(commit)?);
        }
        let mut merged = Vec::new();
        for commit in self.checkout.commits(new, base)? {
            if self.change_id(commit)?.is_some_and(|id| own.contains(&id)) {
                merged.push(commit);
            }
        }
        Ok(merged)
    }

    /// Puts a commit on a branch that is named for it.
    pub(super) fn put_on_branch(&self, commit: Oid) -> Result<String, ReviewError> {
        let name = kept_name(commit);
        let branch = format!("refs/heads/{name}");
        let git = self.checkout.git();
        git.run(&["update-ref", &branch, &commit.to_string()])?;
        Ok(name)
    }

    /// Where the change of two versions of a branch begins: the commits of it that both have are part of it.
    fn fork(&self, old: Oid, new: Oid) -> Result<Option<Oid>, ReviewError> {
        let Some(shared) = self.checkout.merge_base(old, new) else {
            return Ok(None);
        };
        let own = self.own_commits(shared, self.upstream().as_ref())?;
        match own.last() {
            Some(first) => self.before(*first),
            None => Ok(Some(shared)),
        }
    }

    /// The lines of somebody's in the files that a commit changes, since its change began.
    fn others(
        &self,
        old: Oid,
        fork: Option<Oid>,
        stores: &[&Rendered],
    ) -> Result<Others, git2::Error> {
        let made = stores.first().map(|store| Made::read(store, old));
        let made = made.unwrap_or_default();
        let repository = self.checkout.repository();
        let files = self.changed_by(old, fork)?;
        let before = fork.map(|fork| repository.find_commit(fork)?.tree());
        let before = before.transpose()?;
        // One that was made long ago may have been collected as garbage.
        let own = made
            .commit
            .and_then(|made| repository.find_commit(made).ok());
        let own = own.and_then(|commit| commit.tree().ok());
        let mut others = Others::default();
        for (path, lines) in files {
            let ours = match &own {
                Some(tree) => self.lines(tree, &path),
                None => {
                    // It may have been found out of an older version of the model, which has made room for the new one.
                    let past = stores.iter().flat_map(|store| store.past_texts(&path));
                    let last = stores.iter().filter_map(|store| store.read(&path));
                    let records: Vec<String> = last.chain(past).collect();
                    records.iter().flat_map(|record| lines_in(record)).collect()
                }
            };
            let ours = ours.into_iter().filter(|line| !made.others.contains(line));
            let ours: BTreeSet<String> = ours.collect();
            let before = before.as_ref().map(|tree| self.lines(tree, &path));
            let is_before = |line: &String| before.iter().any(|lines| lines.contains(line));
            let own_words: BTreeSet<&str> = ours.iter().flat_map(|line| words(line)).collect();
            // What is remembered of entries are their values: in the file they may be written in another way.
            let is_ours = |line: &String| match own {
                Some(_) => ours.contains(line),
                None => words(line).all(|word| own_words.contains(word)),
            };
            // What the model says of the file by now is no longer somebody's.
            let recorded: Vec<String> = stores.iter().filter_map(|it| it.read(&path)).collect();
            let recorded: BTreeSet<String> =
                recorded.iter().flat_map(|text| lines_in(text)).collect();
            let is_others = |line: &String| {
                let is_foreign = made.commit != Some(old) && !is_before(line) && !is_ours(line);
                !recorded.contains(line) && (made.others.contains(line) || is_foreign)
            };
            others.lines.extend(lines.into_iter().filter(is_others));
            others.ours.extend(own_words.into_iter().map(str::to_owned));
        }
        Ok(others)
    }

    /// The lines that nobody had committed, and that came into a commit with svcgen's.
    fn mixed_into(&self, commit: Oid, store: &Rendered) -> Result<BTreeSet<String>, git2::Error> {
        let commit = self.checkout.repository().find_commit(commit)?;
        let (tree, parent) = (commit.tree()?, commit.parent(0).ok());
        let before = parent.map(|parent| parent.tree()).transpose()?;
        let mut mixed = BTreeSet::new();
        for path in store.mixed() {
            let record = store.read(path).unwrap_or_default();
            let own: BTreeSet<&str> = words(&record).collect();
            let before = before.as_ref().map(|tree| self.lines(tree, path));
            let before = before.unwrap_or_default();
            let is_own = |line: &String| words(line).all(|word| own.contains(word));
            let lines = self.lines(&tree, path).into_iter();
            mixed.extend(lines.filter(|line| !before.contains(line) && !is_own(line)));
        }
        Ok(mixed)
    }

    /// The files that a commit changes since an earlier one, or since there was nothing, with their lines.
    fn changed_by(
        &self,
        commit: Oid,
        since: Option<Oid>,
    ) -> Result<BTreeMap<Utf8PathBuf, BTreeSet<String>>, git2::Error> {
        let repository = self.checkout.repository();
        let tree = repository.find_commit(commit)?.tree()?;
        let before = match since {
            Some(since) => repository.find_commit(since)?.tree()?,
            None => repository.find_tree(repository.treebuilder(None)?.write()?)?,
        };
        let files = between(repository, &before, &tree)?.into_iter();
        Ok(files
            .map(|path| {
                let lines = self.lines(&tree, &path);
                (path, lines)
            })
            .collect())
    }

    /// All lines of a commit in the files that it or an older one changes.
    fn lines_of(
        &self,
        commit: Oid,
        old: Oid,
        fork: Option<Oid>,
    ) -> Result<BTreeSet<String>, git2::Error> {
        let tree = self.checkout.repository().find_commit(commit)?.tree()?;
        let paths = self.changed_by(old, fork)?.into_keys();
        let paths = paths.chain(self.changed_by(commit, fork)?.into_keys());
        Ok(paths.flat_map(|path| self.lines(&tree, &path)).collect())
    }

    fn lines(&self, tree: &Tree<'_>, path: &Utf8PathBuf) -> BTreeSet<String> {
        let entry = tree.get_path(path.as_std_path()).ok();
        let blob = entry.and_then(|entry| self.checkout.repository().find_blob(entry.id()).ok());
        let text = blob.map(|blob| String::from_utf8_lossy(blob.content()).into_owned());
        lines_in(&text.unwrap_or_default()).collect()
    }
}

/// The lines of a text, without blanks around them.
fn lines_in(text: &str) -> impl Iterator<Item = String> + '_ {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned)
}
