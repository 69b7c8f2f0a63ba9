//! A write that was undone is known by what stood there before: git takes files back without telling anybody.

use std::cmp::Ordering;

use camino::{Utf8Path, Utf8PathBuf};

use super::record::{Earlier, Form, Index, Past, Written, content_name};
use super::rendered::{Rendered, replace};
use super::{units, yaml};

/// How many contents are remembered that svcgen replaced in one file.
const MOST_EARLIER: usize = 5;

/// What is remembered of a file, for the content that it has now.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    pub(crate) written: Option<Written>,
    /// The text that svcgen wrote last, or its entries.
    pub(crate) base: Option<String>,
    /// Whether the file is again what svcgen found when it wrote, or left in a commit: what it wrote since was undone.
    pub(crate) is_undone: bool,
}

impl Known {
    /// Whether a file has all entries as svcgen wrote them.
    fn is_all_there(&self, content: &str) -> bool {
        let (Some(written), Some(base)) = (&self.written, &self.base) else {
            return false;
        };
        yaml::has_all(content, &written.keys, base)
    }
}

impl Rendered {
    /// What is remembered of a file that has this content.
    ///
    /// Where it has one that svcgen replaced, what was written since was undone: what was remembered then holds.
    pub(crate) fn known(&self, index: &Index, path: &Utf8Path, content: Option<&str>) -> Known {
        let now = index.files.get(path);
        let undone = self.undone(now, content);
        undone
            .or_else(|| self.known_in_commits(now, path, content))
            .or_else(|| self.known_in_history(now?, path, content?))
            .unwrap_or_else(|| Known {
                written: now.cloned(),
                base: self.read(path),
                is_undone: false,
            })
    }

    fn undone(&self, now: Option<&Written>, content: Option<&str>) -> Option<Known> {
        let (now, name) = (now?, content_name(content?)?);
        if now.left.as_ref() == Some(&name) {
            return None;
        }
        let Some(earlier) = now.earlier.iter().rfind(|it| it.content == name) else {
            return self.restored(now, content?);
        };
        match &earlier.written {
            Some(past) => self.as_it_was(past, true),
            None => Some(Known {
                is_undone: true,
                ..Known::default()
            }),
        }
    }

    /// What was remembered of the last content that svcgen left in a commit of the branch, where that is before what was written
    /// last: another branch has that, and the file has nothing of it.
    fn known_in_history(&self, now: &Written, path: &Utf8Path, content: &str) -> Option<Known> {
        let left = now.left.as_ref()?;
        if now.earlier.is_empty() || content_name(content).as_ref() == Some(left) {
            return None;
        }
        let past = self.past_contents(path);
        if past.contains(left) {
            return None;
        }
        let mut found = past.iter().filter_map(|name| {
            let mut earlier = now.earlier.iter().rev();
            earlier.find(|it| it.content == *name)?.written.as_ref()
        });
        let past = found.next()?;
        let known = self.as_it_was(past, false)?;
        let last = self.read(path);
        let texts = (known.base.as_deref(), last.as_deref());
        let is_older = units::compare(past.form, texts, Some(content)) == Ordering::Greater;
        is_older.then_some(known)
    }

    /// What was taken away and stands there again, beside what somebody else changed.
    fn restored(&self, now: &Written, content: &str) -> Option<Known> {
        if now.form != Form::Yaml || !now.keys.is_empty() {
            return None;
        }
        let past = now.earlier.iter().rev().flat_map(|it| &it.written);
        past.filter(|past| past.form == Form::Yaml && !past.keys.is_empty())
            .filter_map(|past| self.as_it_was(past, false))
            .find(|known| known.is_all_there(content))
    }

    /// What was remembered of a file once; none where its text is lost.
    pub(super) fn as_it_was(&self, past: &Past, is_undone: bool) -> Option<Known> {
        let base = match &past.text {
            Some(text) => Some(fs_err::read_to_string(self.past()?.join(text)).ok()?),
            None => None,
        };
        Some(Known {
            written: Some(Written {
                form: past.form,
                keys: past.keys.clone(),
                is_made: past.is_made,
                made: past.made.clone(),
                left: None,
                is_marked: false,
                at: None,
                earlier: Vec::new(),
            }),
            base,
            is_undone,
        })
    }

    /// The texts that were remembered of a file before the last one, as far as they are kept.
    pub(crate) fn past_texts(&self, path: &Utf8Path) -> Vec<String> {
        let index = self.index().unwrap_or_default();
        let earlier = index
            .files
            .get(path)
            .map(|written| written.earlier.as_slice());
        let past = earlier
            .unwrap_or_default()
            .iter()
            .flat_map(|it| &it.written);
        past.filter_map(|past| self.as_it_was(past, false)?.base)
            .collect()
    }

    /// The text that svcgen wrote last into a file that has this content.
    pub(crate) fn base(&self, path: &Utf8Path, content: Option<&str>) -> Option<String> {
        let index = self.index().unwrap_or_default();
        self.known(&index, path, content).base
    }

    /// Keeps what was remembered of a file beside the content that it was remembered for.
    pub(super) fn keep_past(
        &self,
        index: &Index,
        path: &Utf8Path,
        before: &str,
    ) -> std::io::Result<Vec<Earlier>> {
        let now = index.files.get(path);
        let mut earlier = now.map_or_else(Vec::new, |written| written.earlier.clone());
        let Some(content) = content_name(before).filter(|_| self.folder.is_some()) else {
            return Ok(earlier);
        };
        let known = self.known(index, path, Some(before));
        let written = match known.written {
            Some(written) => Some(self.past_of(written, known.base.as_deref())?),
            None => None,
        };
        earlier.retain(|it| it.content != content);
        earlier.push(Earlier { content, written });
        let surplus = earlier.len().saturating_sub(MOST_EARLIER);
        earlier.drain(..surplus);
        Ok(earlier)
    }

    /// What is remembered of a file, with its text kept by git's name for it.
    pub(super) fn past_of(&self, written: Written, base: Option<&str>) -> std::io::Result<Past> {
        let text = base.and_then(|base| Some((content_name(base)?, base)));
        if let (Some((name, base)), Some(folder)) = (&text, self.past())
            && fs_err::read_to_string(folder.join(name)).ok().as_deref() != Some(*base)
        {
            replace(&folder.join(name), base)?;
        }
        Ok(Past {
            form: written.form,
            keys: written.keys,
            is_made: written.is_made,
            made: written.made,
            text: text.map(|(name, _)| name),
        })
    }

    /// Where texts are kept that were remembered once, each under git's name for it.
    fn past(&self) -> Option<Utf8PathBuf> {
        let folder = self.folder.as_ref()?;
        Some(folder.with_extension("earlier"))
    }
}
