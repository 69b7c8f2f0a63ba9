//! A change that has nothing left to say: what it changed is as it was before.

use camino::Utf8PathBuf;
use git2::{Oid, Status};

use super::error::ReviewError;
use super::later::between;
use super::topic::Topic;
use crate::edit::Rendered;

impl Topic {
    /// Whether the last commit comes to nothing once these files are committed into it.
    pub(super) fn is_undone(
        &self,
        base: Oid,
        tip: Oid,
        changed: &[(Utf8PathBuf, Status)],
    ) -> Result<bool, ReviewError> {
        let look = || -> Result<bool, git2::Error> {
            let repository = self.checkout.repository();
            let tip = repository.find_commit(tip)?;
            if tip.parent_count() > 1 {
                return Ok(false);
            }
            let (before, after) = (repository.find_commit(base)?.tree()?, tip.tree()?);
            let mut files = between(repository, &before, &after)?;
            for (path, _) in changed {
                let there = before.get_path(path.as_std_path()).ok();
                let now = self.checkout.root().join(path);
                let is_there = now.symlink_metadata().is_ok();
                let now = repository.blob_path(now.as_std_path()).ok();
                if there.map(|entry| entry.id()) != now || is_there != now.is_some() {
                    return Ok(false);
                }
                files.remove(path);
            }
            Ok(files.is_empty())
        };
        let looked = look();
        Ok(looked.map_err(|source| self.checkout.unreadable("the change", source))?)
    }

    /// Puts files back to what the last commit has, and returns those that differed; a new one that is staged stays.
    ///
    /// # Errors
    /// Where git cannot do it.
    pub fn put_back(&self, paths: &[Utf8PathBuf]) -> Result<Vec<Utf8PathBuf>, ReviewError> {
        let places = paths.iter().map(|path| self.checkout.place(path));
        let places = places.collect::<Result<Vec<Utf8PathBuf>, _>>()?;
        let mut changed = self.checkout.status(&places)?;
        changed.retain(|(_, status)| !status.intersects(Status::INDEX_NEW));
        let (new, known): (Vec<_>, Vec<_>) = changed
            .iter()
            .partition(|(_, status)| status.intersects(Status::WT_NEW));
        let git = self.checkout.git();
        for (files, words) in [
            (known, &["checkout", "--quiet", "HEAD", "--"][..]),
            (new, &["clean", "--quiet", "--force", "-x", "--"]),
        ] {
            if files.is_empty() {
                continue;
            }
            let mut args = vec!["--literal-pathspecs"];
            args.extend(words);
            args.extend(files.iter().map(|(path, _)| path.as_str()));
            git.run(&args)?;
        }
        Ok(changed.into_iter().map(|(path, _)| path).collect())
    }

    /// Takes commits off the branch that stand upon svcgen's own and come to nothing together, such as an edit and what brought
    /// the file back; returns the branch that has them now.
    ///
    /// # Errors
    /// Where git cannot read the branch or move it.
    pub fn take_off_undone(&self, stores: &[&Rendered]) -> Result<Option<String>, ReviewError> {
        let own = self.patches(stores)?.first().copied();
        let (Some(tip), Some(own)) = (self.tip_here()?, own.filter(|own| Some(*own) != self.tip()))
        else {
            return Ok(None);
        };
        let tree = |commit| self.checkout.repository().find_commit(commit);
        let both = tree(own).and_then(|own| Ok(own.tree_id() == tree(tip)?.tree_id()));
        if !both.map_err(|source| self.checkout.unreadable("the change", source))? {
            return Ok(None);
        }
        let kept = self.put_on_branch(tip)?;
        self.take_off(own, &[])?;
        Ok(Some(kept))
    }

    /// Takes the last commit off the branch; the work tree, which is as before that commit, stays.
    pub(super) fn take_off(
        &self,
        base: Oid,
        changed: &[(Utf8PathBuf, Status)],
    ) -> Result<(), ReviewError> {
        let git = self.checkout.git();
        git.run(&["reset", "--quiet", "--soft", &base.to_string()])?;
        if changed.is_empty() {
            return Ok(());
        }
        // Only these: what others staged stays staged.
        let mut args = vec!["--literal-pathspecs", "reset", "--quiet", "--"];
        args.extend(changed.iter().map(|(path, _)| path.as_str()));
        git.run(&args)?;
        Ok(())
    }
}
