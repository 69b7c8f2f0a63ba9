//! Files that somebody took out of the work tree, so that svcgen writes them anew: an edit in them that is committed goes.

use camino::Utf8PathBuf;
use git2::build::TreeUpdateBuilder;
use git2::{Oid, Status};

use super::Chain;
use crate::edit::Rendered;
use crate::generate::CommitText;
use crate::git::Head;
use crate::review::error::ReviewError;
use crate::review::later::between;
use crate::review::topic::Topic;

impl Topic {
    /// Of each store, the whole files of svcgen's that the last commit has and the work tree lacks.
    pub(super) fn taken_away(
        &self,
        stores: &[&Rendered],
    ) -> Result<Vec<Vec<Utf8PathBuf>>, ReviewError> {
        let worktree = self.checkout.worktree();
        let of = |store: &&Rendered| -> Result<Vec<Utf8PathBuf>, ReviewError> {
            // Of a file that others write too there is no more than entries to write anew.
            let is_whole = |path: &Utf8PathBuf| store.has_written(path, "", worktree);
            let paths = store.paths().into_iter().filter(is_whole);
            let places = paths.map(|path| self.checkout.place(&path));
            let places = places.collect::<Result<Vec<Utf8PathBuf>, _>>()?;
            let deleted = Status::WT_DELETED | Status::INDEX_DELETED;
            let status = self.checkout.status(&places)?.into_iter();
            let gone = status.filter(|(_, status)| status.intersects(deleted));
            let gone = gone.map(|(path, _)| path);
            Ok(gone
                .filter(|path| !self.checkout.root().join(path).exists())
                .collect())
        };
        stores.iter().map(of).collect()
    }

    /// The files that commits upon the patches changed.
    ///
    /// # Errors
    /// Where git cannot read the branch.
    pub fn upon_patches(&self, stores: &[&Rendered]) -> Result<Vec<Utf8PathBuf>, ReviewError> {
        let (Some(tip), Some(patch)) = (self.tip(), self.patches(stores)?.first().copied()) else {
            return Ok(Vec::new());
        };
        self.changed_since(patch, tip)
    }

    /// The files that commits upon svcgen's own commit changed; none where it is the last one, or is not known here: neither
    /// remembered, nor called like this.
    ///
    /// # Errors
    /// Where git cannot read the branch.
    pub fn upon_own(
        &self,
        rendered: &Rendered,
        text: Option<&CommitText>,
    ) -> Result<Vec<Utf8PathBuf>, ReviewError> {
        let Some(tip) = self.tip() else {
            return Ok(Vec::new());
        };
        let commits = self.own_commits(tip, self.upstream().as_ref())?;
        let id = match (self.remembered_id(rendered)?, text) {
            (None, Some(text)) => self.called(&commits, text)?,
            (remembered, _) => remembered,
        };
        let Some(id) = id else {
            return Ok(Vec::new());
        };
        for commit in commits {
            if self.change_id(commit)?.as_ref() == Some(&id) {
                return self.changed_since(commit, tip);
            }
        }
        Ok(Vec::new())
    }

    /// Those of some files that commits of the branch changed which is checked out, where the remote's branch does not have
    /// them and the topic branch has yet to begin, or to begin anew: it would be without them.
    ///
    /// # Errors
    /// Where git cannot read the checkout.
    pub fn unsent(&self, paths: &[Utf8PathBuf]) -> Result<Vec<Utf8PathBuf>, ReviewError> {
        let Some(upstream) = self.upstream() else {
            return Ok(Vec::new());
        };
        let own = self.tip().map(|tip| self.own_commits(tip, Some(&upstream)));
        if own.transpose()?.is_some_and(|own| !own.is_empty()) {
            return Ok(Vec::new());
        }
        let Head::Branch { tip, .. } = self.checkout.head()? else {
            return Ok(Vec::new());
        };
        let Some(base) = self.checkout.merge_base(tip, upstream.tip) else {
            return Ok(Vec::new());
        };
        let changed = self.changed_since(base, tip)?;
        let mut unsent = Vec::new();
        for path in paths {
            if changed.contains(&self.checkout.place(path)?) {
                unsent.push(path.clone());
            }
        }
        Ok(unsent)
    }

    fn changed_since(&self, commit: Oid, tip: Oid) -> Result<Vec<Utf8PathBuf>, ReviewError> {
        let read = || {
            let repository = self.checkout.repository();
            let tree = |commit| repository.find_commit(commit)?.tree();
            between(repository, &tree(commit)?, &tree(tip)?)
        };
        let files = read().map_err(|source| self.checkout.unreadable("the patches", source))?;
        Ok(files.into_iter().collect())
    }
}

impl Chain<'_> {
    /// The files of a patch that are written anew.
    pub fn gone(&self, patch: usize) -> &[Utf8PathBuf] {
        self.gone.get(patch).map_or(&[], Vec::as_slice)
    }

    /// A tree without the files of a patch that are written anew.
    pub(super) fn without_gone(&self, patch: usize, tree: Oid) -> Result<Oid, ReviewError> {
        let gone = self.gone(patch);
        if gone.is_empty() {
            return Ok(tree);
        }
        self.read(|repository| {
            let baseline = repository.find_tree(tree)?;
            let mut update = TreeUpdateBuilder::new();
            let is_there = |path: &&Utf8PathBuf| baseline.get_path(path.as_std_path()).is_ok();
            for path in gone.iter().filter(is_there) {
                update.remove(path.as_str());
            }
            update.create_updated(repository, &baseline)
        })
    }

    /// A tree in which files of earlier patches that are written anew are as in another one: what somebody put into them in the
    /// commit of a later patch goes, too.
    ///
    /// # Errors
    /// Where git cannot read or make it.
    pub fn without_edits(&self, patch: usize, tree: Oid, before: Oid) -> Result<Oid, ReviewError> {
        let earlier = self.gone.iter().take(patch).flatten();
        let earlier: Vec<Utf8PathBuf> = earlier.cloned().collect();
        let texts = self.texts_of(before, &earlier)?;
        let texts = texts.iter().map(|(path, text)| (path, text.as_deref()));
        self.with_texts(tree, texts)
    }

    /// Whether a file that is written anew is another in a commit than in what is checked out.
    pub(super) fn has_gone_since(&self, commit: Oid) -> Result<bool, ReviewError> {
        let changed = self.changed(self.tree(commit)?)?;
        let mut gone = self.gone.iter().flatten();
        Ok(gone.any(|path| changed.contains(path)))
    }
}
