use camino::Utf8PathBuf;
use git2::Oid;

use super::{CHANGE_ID, Chain, Fate, Link, Made, Part};
use crate::edit::Rendered;
use crate::generate::CommitText;
use crate::git::{Git, GitError};
use crate::model::TaskId;
use crate::review::change_id::ChangeId;
use crate::review::commit::MESSAGE;
use crate::review::commit_message::CommitMessage;
use crate::review::dirty;
use crate::review::error::ReviewError;
use crate::review::identity::with_identity;
use crate::review::replace::{commit_tree, seeded};

impl Chain<'_> {
    /// Makes the commits of all patches that are not as they shall be, and puts the branch and its files there.
    ///
    /// The commits are made first; then index and files move as for `git switch`, and the branch last. Files that
    /// svcgen wrote and that are not committed make room, and other changes are in the way.
    ///
    /// # Errors
    /// Where the branch has moved since the patches were found, a commit of somebody else's stands upon one that would change, or
    /// git refuses.
    pub fn write(
        &mut self,
        parts: &[Part<'_>],
        bugs: &[TaskId],
    ) -> Result<Vec<Option<Made>>, ReviewError> {
        if self.topic.tip_here()? != Some(self.tip) {
            return Err(ReviewError::Moved {
                root: self.topic.checkout.root().to_owned(),
                branch: self.topic.branch.clone(),
                source: None,
            });
        }
        let git = with_identity(self.topic.checkout.git(), &self.topic.user)?;
        let mut parent = self.base;
        let mut made = Vec::new();
        let mut messages = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let link = self.links[index].clone();
            if part.tree == self.tree(parent)? {
                made.push(link.and_then(|link| {
                    Some(Made {
                        fate: Fate::Dropped,
                        commit: None,
                        change_id: link.id?,
                    })
                }));
                messages.push(None);
                continue;
            }
            let (message, change_id, is_ours) =
                self.message(part, link.as_ref(), parent, bugs, &git)?;
            let text = message.to_string();
            let fate = match &link {
                None => Fate::New,
                Some(link) => self.fate(index, link, part.tree, parent, &text)?,
            };
            let commit = match (&link, fate) {
                (Some(link), Fate::Unchanged) => link.commit,
                _ => {
                    self.refuse_others()?;
                    {
                        let author = link.as_ref().map(|link| link.commit);
                        let checkout = &self.topic.checkout;
                        commit_tree(checkout, &git, part.tree, Some(parent), &text, author)?
                    }
                }
            };
            parent = commit;
            messages.push(Some((text, is_ours)));
            made.push(Some(Made {
                fate,
                commit: Some(commit),
                change_id,
            }));
        }
        let is_dropped = made.iter().flatten().any(|made| made.fate == Fate::Dropped);
        if is_dropped || self.has_gone_since(parent)? {
            self.refuse_others()?;
        }
        for (part, made) in parts.iter().zip(&made) {
            if let Some(made) = made {
                self.remember(part.rendered, CHANGE_ID, &format!("{}\n", made.change_id))?;
            }
        }
        // Of a branch that stays as it is, others' commits are left alone.
        if self.other.is_none() && parent != self.tip {
            let before = self.tip;
            self.go_to(parent, parts, &git)?;
            let stores: Vec<&Rendered> = parts.iter().map(|part| part.rendered).collect();
            self.kept = self.topic.keep(Some(before), parent, &stores)?;
        }
        for (part, message) in parts.iter().zip(messages) {
            if let (Some((text, true)), Some(_)) = (message, part.text) {
                self.remember(part.rendered, MESSAGE, &text)?;
            }
        }
        Ok(made)
    }

    /// The branch that holds what was there before, where something of somebody's was in it and is no more.
    pub fn kept(&self) -> Option<&str> {
        self.kept.as_deref()
    }

    /// What becomes of a commit that is there.
    fn fate(
        &self,
        index: usize,
        link: &Link,
        tree: Oid,
        parent: Oid,
        message: &str,
    ) -> Result<Fate, ReviewError> {
        let has_text = message.trim_end() == link.message.trim_end();
        // Lines that were in the way of each other have been written anew.
        if !has_text || self.with_commit(index, self.tree(parent)?).ok() != Some(tree) {
            return Ok(Fate::Amended);
        }
        Ok(match self.parent(link.commit)? == parent {
            true => Fate::Unchanged,
            false => Fate::Rebased,
        })
    }

    fn remember(&self, store: &Rendered, name: &str, text: &str) -> Result<(), ReviewError> {
        let path = store.place(name.into());
        let failed = |source| GitError::Write { path, source };
        Ok(store.write(name.into(), text).map_err(failed)?)
    }

    fn refuse_others(&self) -> Result<(), ReviewError> {
        match &self.other {
            Some((subject, above)) => Err(ReviewError::OnTop {
                root: self.topic.checkout.root().to_owned(),
                branch: self.topic.branch.clone(),
                subject: subject.clone(),
                depth: above + 1,
                // The patches are made upon a tree.
                is_root: false,
            }),
            None => Ok(()),
        }
    }

    /// The message of a patch, its Change-Id, and whether the text is svcgen's.
    fn message(
        &self,
        part: &Part<'_>,
        link: Option<&Link>,
        parent: Oid,
        bugs: &[TaskId],
        git: &Git,
    ) -> Result<(CommitMessage, ChangeId, bool), ReviewError> {
        let written = part.rendered.notes(MESSAGE).into_iter();
        let mut written = written.map(|text| CommitMessage::parse(&text));
        let before = self.tree(parent)?;
        let text = part
            .text
            .map(|text| self.topic.told_of(text, before, part.tree));
        let text = text.transpose()?;
        match (link, &text) {
            (Some(link), None) => {
                let parsed = CommitMessage::parse(&link.message);
                let id = match &link.id {
                    Some(id) => id.clone(),
                    None => seeded(&self.topic.checkout, git, part.tree, Some(parent), &parsed)?,
                };
                Ok((parsed, id, false))
            }
            (Some(link), Some(text)) => {
                let parsed = CommitMessage::parse(&link.message);
                let is_ours = written.any(|written| written.text() == parsed.text());
                let parsed = match is_ours {
                    true => parsed.with_text_of(CommitMessage::new(text)),
                    false => parsed,
                };
                let id = match &link.id {
                    Some(id) => id.clone(),
                    None => seeded(&self.topic.checkout, git, part.tree, Some(parent), &parsed)?,
                };
                Ok((parsed.ensure(bugs, &id), id, is_ours))
            }
            (None, text) => {
                let fresh = CommitMessage::new(text.as_ref().unwrap_or(&CommitText::default()));
                let id = seeded(&self.topic.checkout, git, part.tree, Some(parent), &fresh)?;
                Ok((fresh.ensure(bugs, &id), id, true))
            }
        }
    }

    /// Refuses a disk that is too full for a commit's files, before the first of them changes.
    fn check_room(
        &self,
        commit: Oid,
        changed: &[Utf8PathBuf],
        stores: &[&Rendered],
    ) -> Result<(), ReviewError> {
        let texts = self.texts_of(self.tree(commit)?, changed)?;
        let lengths = texts.iter().flat_map(|(_, text)| text).map(String::len);
        let index = self.topic.checkout.repository().path().join("index");
        let index = std::fs::metadata(index).map_or(0, |index| index.len());
        let noted = stores.iter().flat_map(|store| store.room_of_commits());
        let sizes = lengths.chain(usize::try_from(index)).chain(noted);
        let room = stores
            .first()
            .map_or(Ok(()), |store| store.check_room(sizes));
        room.map_err(|source| {
            let path = self.topic.checkout.root().to_owned();
            GitError::Write { path, source }.into()
        })
    }

    /// Moves the branch, the index and the files to a commit.
    fn go_to(&mut self, commit: Oid, parts: &[Part<'_>], git: &Git) -> Result<(), ReviewError> {
        let changed = self.changed(self.tree(commit)?)?;
        let checkout = &self.topic.checkout;
        let stores: Vec<&Rendered> = parts.iter().map(|part| part.rendered).collect();
        self.check_room(commit, &changed, &stores)?;
        let foreign = dirty(checkout.root(), &changed, &stores)?;
        let here = checkout.status(&changed)?;
        let tip = self.tip.to_string();
        let failed = |source| ReviewError::Switch {
            root: checkout.root().to_owned(),
            branch: self.topic.branch.clone(),
            source: Box::new(source),
        };
        let mut foreign = self.differing(self.tree(commit)?, foreign)?;
        foreign.retain(|path| !self.gone.iter().flatten().any(|gone| gone == path));
        for (path, _) in here.iter().filter(|(path, _)| !foreign.contains(path)) {
            let is_known = self.read(|repository| {
                let tree = repository.find_commit(self.tip)?.tree()?;
                Ok(tree.get_path(path.as_std_path()).is_ok())
            })?;
            match is_known {
                true => git.run(&["checkout", "--quiet", &tip, "--", path.as_str()]),
                false => git
                    .run(&[
                        "rm",
                        "--quiet",
                        "--force",
                        "--cached",
                        "--ignore-unmatch",
                        "--",
                        path.as_str(),
                    ])
                    .and_then(|done| {
                        let file = checkout.root().join(path);
                        match fs_err::remove_file(&file) {
                            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                                Err(GitError::Write {
                                    path: file,
                                    source: error,
                                })
                            }
                            _ => Ok(done),
                        }
                    }),
            }
            .map_err(failed)?;
        }
        // As `git switch` does: what is staged elsewhere stays staged. It looks at times before it looks at contents.
        git.output(&["update-index", "-q", "--refresh"])?;
        let commit_name = commit.to_string();
        if let Err(source) = git.run(&["read-tree", "-m", "-u", &tip, &commit_name]) {
            // It stops at the first file that cannot be written, and leaves those before it.
            let differing = self.differing(self.tree(commit)?, changed.clone())?;
            let done = changed.into_iter().filter(|path| !differing.contains(path));
            // The first failure is the one to tell.
            let _put_back = self.topic.put_back(&Vec::from_iter(done));
            return Err(failed(source));
        }
        let branch = format!("refs/heads/{}", self.topic.branch);
        let why = "svcgen: the patches of the series";
        let moved = git.run(&["update-ref", "-m", why, &branch, &commit_name, &tip]);
        moved.map_err(|source| self.topic.not_moved(source))?;
        self.tip = commit;
        Ok(())
    }
}
