//! Patches that are merged: under their Change-Ids, or by commits that have none, as those of a pull request are.

use camino::Utf8PathBuf;
use git2::Oid;
use similar::{ChangeTag, TextDiff};

use super::{Chain, Link, Texts};
use crate::review::error::ReviewError;
use crate::review::upstream::Upstream;

/// What a commit makes of a file; nothing of one that is not there.
struct Change {
    path: Utf8PathBuf,
    before: Option<String>,
    after: Option<String>,
}

impl Chain<'_> {
    /// Forgets the patches that are in the remote's branch, where the others can go upon it.
    pub(super) fn drop_merged(&mut self, upstream: &Upstream) -> Result<(), ReviewError> {
        let ids = self.topic.merged_ids(self.tip, upstream)?;
        let is_named = |link: &Link| link.id.as_ref().is_some_and(|id| ids.contains(id));
        let first = self.links.iter().flatten().next();
        let start = self.topic.checkout.merge_base(self.tip, upstream.tip);
        let has_others = self.other.is_some() || first.is_some() && start != Some(self.base);
        let (Some(start), false) = (start, has_others) else {
            return Ok(());
        };
        let mut merged = Vec::new();
        let mut is_by_lines = false;
        let is_unnamed = self.topic.has_unnamed(upstream.tip, start)?;
        for link in &self.links {
            merged.push(match link {
                Some(link) if is_named(link) => true,
                Some(link) if is_unnamed && self.is_brought(link, (start, upstream.tip))? => {
                    is_by_lines = true;
                    true
                }
                Some(_) | None => false,
            });
        }
        if !merged.contains(&true) || is_by_lines && !self.can_follow(&merged, upstream.tip)? {
            return Ok(());
        }
        for (link, is_merged) in self.links.iter_mut().zip(merged) {
            if is_merged {
                *link = None;
            }
        }
        self.base = upstream.tip;
        self.has_followed = true;
        Ok(())
    }

    /// Whether the patches that are not merged can go upon a commit as they are.
    fn can_follow(&self, merged: &[bool], upon: Oid) -> Result<bool, ReviewError> {
        let mut tree = self.tree(upon)?;
        for (patch, _) in merged.iter().enumerate().filter(|(_, is_it)| !**is_it) {
            tree = match self.with_commit(patch, tree) {
                Ok(tree) => tree,
                Err(ReviewError::Diverged { .. }) => return Ok(false),
                Err(error) => return Err(error),
            };
        }
        Ok(true)
    }

    /// Whether all that a commit changes was brought between two others.
    fn is_brought(&self, link: &Link, (from, to): (Oid, Oid)) -> Result<bool, ReviewError> {
        let Some(changes) = self.changes(link)? else {
            return Ok(false);
        };
        let paths: Vec<Utf8PathBuf> = changes.iter().map(|it| it.path.clone()).collect();
        let (from, to) = (self.tree(from)?, self.tree(to)?);
        let (before, there) = (self.texts_of(from, &paths)?, self.texts_of(to, &paths)?);
        let is_there = |change: &Change| {
            let there = text_of(&there, &change.path);
            there.is_some_and(|there| change.is_in(there.as_deref()))
        };
        Ok(before != there && changes.iter().all(is_there))
    }

    /// What a commit changes; nothing where it changes what is no text.
    fn changes(&self, link: &Link) -> Result<Option<Vec<Change>>, ReviewError> {
        let before = self.tree(self.parent(link.commit)?)?;
        let after = self.tree(link.commit)?;
        let paths = self.between(before, after)?;
        let (before, after) = (
            self.texts_of(before, &paths)?,
            self.texts_of(after, &paths)?,
        );
        let change = |path: Utf8PathBuf| {
            Some(Change {
                before: text_of(&before, &path)?,
                after: text_of(&after, &path)?,
                path,
            })
        };
        Ok(paths.into_iter().map(change).collect())
    }

    /// The lines that the commit of a patch brings.
    ///
    /// # Errors
    /// Where git cannot read it.
    pub fn lines(&self, patch: usize) -> Result<Vec<String>, ReviewError> {
        let Some(link) = self.links.get(patch).and_then(Option::as_ref) else {
            return Ok(Vec::new());
        };
        let changes = self.changes(link)?.unwrap_or_default();
        Ok(changes.iter().flat_map(Change::added).collect())
    }
}

impl Change {
    /// The lines that come.
    fn added(&self) -> Vec<String> {
        self.lines(ChangeTag::Insert)
    }

    fn lines(&self, tag: ChangeTag) -> Vec<String> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let (before, after) = (text(&self.before), text(&self.after));
        let diff = TextDiff::from_lines(&before, &after);
        let changes = diff.iter_all_changes().filter(|it| it.tag() == tag);
        let lines = changes.map(|it| it.value().trim_end().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    }

    /// Whether a file has what comes, and no more of what goes.
    fn is_in(&self, text: Option<&str>) -> bool {
        let Some(text) = text else {
            return self.after.is_none();
        };
        let times = |text: &str, line: &str| {
            let lines = text.lines().filter(|it| it.trim_end() == line);
            lines.count()
        };
        let after = self.after.as_deref().unwrap_or_default();
        let has = |line: &String| times(text, line) >= times(after, line);
        let lacks = |line: &String| times(text, line) <= times(after, line);
        self.after.is_some()
            && self.added().iter().all(has)
            && self.lines(ChangeTag::Delete).iter().all(lacks)
    }
}

/// What a file is among texts; nothing where it is no text.
fn text_of(texts: &Texts, path: &Utf8PathBuf) -> Option<Option<String>> {
    let found = texts.iter().find(|(other, _)| other == path);
    found.map(|(_, text)| text.clone())
}
