mod lock;

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

pub use self::lock::DraftLock;
use self::lock::Taken;
use crate::edit;
use crate::folders;

/// An interview that has not come to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    pub version: u32,
    /// The model that it is for.
    pub model: Utf8PathBuf,
    /// The id of the question that was open; none where the review was.
    #[serde(default)]
    pub at: Option<String>,
    /// The thing of a list that was open, where that was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Within>,
    /// What was being typed, or was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unfinished: Option<Unfinished>,
    /// The sections that are left for later.
    #[serde(default)]
    pub later: BTreeSet<String>,
    /// The sections of which every question is asked.
    #[serde(default)]
    pub whole: BTreeSet<String>,
    /// What the model said when the interview began; nothing where it was not there.
    #[serde(default = "nothing")]
    pub base: Value,
    /// The answers so far, as a part of the model.
    pub answers: Value,
}

fn nothing() -> Value {
    Value::Object(serde_json::Map::new())
}

/// A thing of a list that is being asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Within {
    /// The id of the question that asks for the list.
    pub list: String,
    /// The place in it, from 0.
    pub index: usize,
    /// Whether it comes to the others, and is no change of one.
    pub is_new: bool,
    /// The id of the field that was asked.
    pub field: String,
}

/// An answer that was not ended, or that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unfinished {
    /// What it answers: the id of a question, or that of a list with the place and the field of a thing in it.
    pub of: String,
    pub text: String,
}

/// A draft that cannot be used.
#[derive(Debug, Error)]
pub enum DraftError {
    #[error("`{path}` cannot be read or written")]
    Io {
        path: Utf8PathBuf,
        source: std::io::Error,
    },
    #[error("`{path}` cannot be read: {reason}")]
    Wrong { path: Utf8PathBuf, reason: String },
    #[error("another interview for `{model}` is in progress")]
    Held {
        model: Utf8PathBuf,
        /// The process that holds it.
        by: Option<u32>,
    },
}

/// Where the draft of a model is kept.
#[derive(Debug, Clone)]
pub struct Drafts {
    folder: Utf8PathBuf,
}

/// The version of the format.
const VERSION: u32 = 1;

impl Draft {
    /// Begins a draft of a model.
    pub fn new(model: &Utf8Path, answers: Value) -> Self {
        Self {
            version: VERSION,
            model: model.to_owned(),
            at: None,
            within: None,
            unfinished: None,
            later: BTreeSet::new(),
            whole: BTreeSet::new(),
            base: nothing(),
            answers,
        }
    }
}

impl Drafts {
    /// `$XDG_STATE_HOME/svcgen/drafts`, or `~/.local/state/svcgen/drafts`.
    pub fn of_user() -> Option<Self> {
        let folder = folders::state()?.join("drafts");
        Some(Self { folder })
    }

    /// The file of a model's draft: its path in one name, which different paths do not share.
    pub fn path(&self, model: &Utf8Path) -> Utf8PathBuf {
        let mut name = String::new();
        for c in model.as_str().trim_start_matches('/').chars() {
            match c {
                '/' => name.push('-'),
                '-' | '%' => name.push_str(if c == '-' { "%2D" } else { "%25" }),
                c => name.push(c),
            }
        }
        // File names end at 255 bytes; the end of a path says more than its beginning.
        let start = name.ceil_char_boundary(name.len().saturating_sub(200));
        self.folder.join(&name[start..])
    }

    /// Locks the draft of a model; nothing where that cannot be done in this folder, so that nobody is kept away.
    ///
    /// # Errors
    /// Where another interview has it.
    pub fn lock(&self, model: &Utf8Path) -> Result<Option<DraftLock>, DraftError> {
        let path = Utf8PathBuf::from(format!("{}.lock", self.path(model)));
        let taken = fs_err::create_dir_all(&self.folder).and_then(|()| DraftLock::take(path));
        match taken {
            Ok(Taken::Ours(lock)) => {
                edit::sweep(&self.folder);
                Ok(Some(lock))
            }
            Ok(Taken::Held(by)) => Err(DraftError::Held {
                model: model.to_owned(),
                by,
            }),
            Err(_) => Ok(None),
        }
    }

    /// Reads the draft of a model, where there is one.
    ///
    /// # Errors
    /// Where it cannot be read, or is not understood.
    pub fn read(&self, model: &Utf8Path) -> Result<Option<Draft>, DraftError> {
        let path = self.path(model);
        let text = match fs_err::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(DraftError::Io { path, source }),
        };
        let wrong = |reason| DraftError::Wrong {
            path: path.clone(),
            reason,
        };
        let draft = serde_yaml::from_str::<Draft>(&text);
        let draft =
            draft.map_err(|_| wrong("it does not have the form that svcgen writes".into()))?;
        if draft.version != VERSION {
            return Err(wrong(format!("version {} is not known", draft.version)));
        }
        Ok((draft.model == model).then_some(draft))
    }

    /// Writes a draft: the old one stays until the new one is whole.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, draft: &Draft) -> Result<(), DraftError> {
        let path = self.path(&draft.model);
        let failed = |source| DraftError::Io {
            path: path.clone(),
            source,
        };
        let text = serde_yaml::to_string(draft).map_err(|error| DraftError::Wrong {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        fs_err::create_dir_all(&self.folder).map_err(failed)?;
        edit::replace(&path, text.as_bytes()).map_err(failed)
    }

    /// Takes a draft away that came to its end; one that another interview has written since stays.
    ///
    /// # Errors
    /// Where it cannot be taken away.
    pub fn finish(&self, draft: &Draft) -> Result<(), DraftError> {
        match self.read(&draft.model) {
            Ok(Some(found)) if found != *draft => Ok(()),
            _ => self.remove(&draft.model),
        }
    }

    /// Takes a draft away, where there is one.
    ///
    /// # Errors
    /// Where it cannot be taken away.
    pub fn remove(&self, model: &Utf8Path) -> Result<(), DraftError> {
        let path = self.path(model);
        match fs_err::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(DraftError::Io { path, source })
            }
            _ => Ok(()),
        }
    }

    /// Puts a draft aside under another name, so that a new one can begin; returns where it is now.
    ///
    /// # Errors
    /// Where it cannot be renamed.
    pub fn set_aside(&self, model: &Utf8Path) -> Result<Utf8PathBuf, DraftError> {
        let path = self.path(model);
        let aside = (1..u32::MAX).map(|n| Utf8PathBuf::from(format!("{path}.{n}")));
        let free = aside.into_iter().find(|aside| !aside.exists());
        let free = free.unwrap_or_else(|| path.clone());
        match fs_err::rename(&path, &free) {
            Ok(()) => Ok(free),
            Err(source) => Err(DraftError::Io { path, source }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_draft_comes_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8PathBuf::from_path_buf(folder.path().join("drafts")).unwrap();
        let drafts = Drafts { folder };
        let model = Utf8Path::new("/home/ada/trending-edits/svcgen.yaml");
        assert!(drafts.read(model).unwrap().is_none());
        let answers = json!({"description": "# %{} <% {{ $x \\ \"'\n\nné: 1", "port": 6000, "a": [1.5, true]});
        let mut draft = Draft::new(model, answers);
        draft.at = Some("port".into());
        draft.later.insert("deploy".into());
        drafts.write(&draft).unwrap();
        assert_eq!(drafts.read(model).unwrap(), Some(draft.clone()));
        let ours = Draft::new(model, json!({}));
        drafts.finish(&ours).unwrap();
        assert!(drafts.read(model).unwrap().is_some(), "it is another's");
        let aside = drafts.set_aside(model).unwrap();
        assert!(aside.is_file() && drafts.read(model).unwrap().is_none());
        drafts.remove(model).unwrap();
    }

    #[test]
    fn paths_do_not_share_a_file() {
        let drafts = Drafts {
            folder: "/s".into(),
        };
        let path = |model: &str| drafts.path(Utf8Path::new(model));
        assert_eq!(path("/a/b/svcgen.yaml"), "/s/a-b-svcgen.yaml");
        assert_ne!(path("/a-b/svcgen.yaml"), path("/a/b/svcgen.yaml"));
        let long = format!("/{}/svcgen.yaml", "ü".repeat(300));
        assert!(path(&long).file_name().unwrap().len() <= 200);
    }
}
