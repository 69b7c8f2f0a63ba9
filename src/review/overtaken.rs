//! A change that was merged by other commits than the branch has: under no Change-Id, or where there is no remote to ask.

use camino::Utf8PathBuf;

use super::error::ReviewError;
use super::topic::Topic;

/// What the branch that a change is meant for has of it already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overtaken {
    /// That branch.
    pub base: String,
    /// Whether it is the remote's, which the one of this checkout has to follow first.
    pub is_remote: bool,
    /// The first of the files.
    pub path: Utf8PathBuf,
}

impl Topic {
    /// Looks whether the branch that the change is meant for has got one of these new files meanwhile, by commits that the
    /// topic branch has not.
    ///
    /// # Errors
    /// Where git cannot read the commits.
    pub fn overtaken(&self, paths: &[Utf8PathBuf]) -> Result<Option<Overtaken>, ReviewError> {
        let local = || {
            let reference = format!("refs/heads/{}", self.base);
            Some((
                self.checkout.resolve(&reference)?,
                self.base.to_string(),
                false,
            ))
        };
        let upstream = self.upstream().map(|it| (it.tip, it.name(), true));
        let (Some(tip), Some((base, name, is_remote))) = (self.tip(), upstream.or_else(local))
        else {
            return Ok(None);
        };
        let Some(before) = self.checkout.merge_base(tip, base) else {
            return Ok(None);
        };
        let repository = self.checkout.repository();
        let tree = |commit| repository.find_commit(commit)?.tree();
        let unreadable = |source| self.checkout.unreadable("the history", source);
        let (base, before) = (
            tree(base).map_err(unreadable)?,
            tree(before).map_err(unreadable)?,
        );
        for path in paths {
            let place = self.checkout.place(path)?;
            let is_in = |tree: &git2::Tree<'_>| tree.get_path(place.as_std_path()).is_ok();
            if is_in(&base) && !is_in(&before) {
                let path = path.clone();
                let base = name;
                return Ok(Some(Overtaken {
                    base,
                    is_remote,
                    path,
                }));
            }
        }
        Ok(None)
    }
}
