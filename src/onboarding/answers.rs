mod judged;
mod twice;
mod value;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use thiserror::Error;

pub(super) use self::judged::REQUIRED;
use self::twice::Given;
use self::value::{coerced, follow, is_quoted, node, placed, shifted, split};
use super::follow::Followed;
use super::merge::{Present, insert, is_blocked};
use super::near_group::near_group;
use super::shape::Shape;
use crate::model::{LoadError, Problem, SiteError, SiteName, model_schema};
use crate::visible::visible;
use crate::yaml::{Key, Kind, Node, parse_strict};

/// The answers that are given so far, each with the place it came from.
///
/// All sources lie one after the other in one space of places, so that the values of several make one tree.
#[derive(Debug, Clone)]
pub struct Answers {
    sources: Vec<Source>,
    root: Node,
    schema: Value,
}

/// A text that answers came from.
#[derive(Debug, Clone)]
struct Source {
    /// The file, or the flag.
    name: Utf8PathBuf,
    text: String,
    /// Where it begins in the space of all sources.
    base: usize,
}

/// Answers that do not make a model.
#[derive(Debug, Error)]
pub enum AnswersError {
    #[error("`--set {flag}` cannot be read: {reason}")]
    Flag { flag: String, reason: &'static str },
    /// A path that would make a new group, and likely means another.
    #[error("there is no group `{name}`: `{source_of}` would make it")]
    Group {
        /// The flag, or the file.
        source_of: Utf8PathBuf,
        name: String,
        /// What makes that group all the same.
        anew: String,
        /// The path that is likely meant.
        near: String,
    },
    #[error("the answers do not make a model")]
    Wrong {
        /// The mistakes of each source.
        wrong: Vec<LoadError>,
        /// Paths that have to be answered.
        missing: Vec<&'static str>,
    },
    #[error(transparent)]
    Site(#[from] SiteError),
}

impl Default for Answers {
    fn default() -> Self {
        let root = Node {
            span: 0..0,
            kind: Kind::Mapping(Vec::new()),
            flow: false,
        };
        Self {
            sources: Vec::new(),
            root,
            schema: model_schema(),
        }
    }
}

impl Answers {
    /// Takes the answers of a file: a part of the model, lines `path: value`, or both.
    ///
    /// # Errors
    /// Where it is not YAML, or answers something twice.
    pub fn take_file(&mut self, path: &Utf8Path, text: &str) -> Result<(), AnswersError> {
        let base = self.add_source(path, text);
        let wrong = |problem| SiteError::from(wrong(path, text, vec![problem]));
        let node = parse_strict(text).map_err(|e| wrong(Problem::new(e.at..e.at, e.message)))?;
        if !matches!(node.kind, Kind::Mapping(_) | Kind::Null) {
            let message = format!("expected a mapping, found {}", node.describe());
            return Err(wrong(
                Problem::new(node.span.clone(), message).rule("lines such as `name: my-service`"),
            )
            .into());
        }
        let path_of_file = path.to_owned();
        let mut given = Given::default();
        for (key, value) in node.entries() {
            let Some(path) = split(&key.text, shifted(&key.span, base)) else {
                let problem = Problem::new(
                    key.span.clone(),
                    format!("`{}` is not a path", visible(&key.text)),
                );
                return Err(wrong(
                    problem.rule("names separated by single dots, such as `owner.name`"),
                )
                .into());
            };
            if let Some(twice) = given.take(&path, value, Shape::root(&self.schema)) {
                let message = format!("`{}` is answered here twice", visible(&twice));
                let problem = Problem::new(key.span.clone(), message);
                return Err(wrong(problem.rule("leave out one of the two")).into());
            }
            self.check_group(&path_of_file, &path)?;
            let shape = follow(Shape::root(&self.schema), &path);
            let value = placed(coerced(value.clone(), shape, text), base);
            if is_blocked(&self.root, &path) {
                continue;
            }
            insert(
                &mut self.root,
                &path,
                value,
                Shape::root(&self.schema),
                Present::Kept,
            );
        }
        Ok(())
    }

    /// Takes the answer of a flag, `PATH=VALUE`; the value is YAML, or the text itself where a text is wanted.
    ///
    /// # Errors
    /// Where it is not of that form, or the value is not YAML.
    pub fn set(&mut self, flag: &str) -> Result<(), AnswersError> {
        let wrong_flag = |reason| AnswersError::Flag {
            flag: flag.to_owned(),
            reason,
        };
        let (path, value) = flag
            .split_once('=')
            .ok_or_else(|| wrong_flag("write it as `PATH=VALUE`"))?;
        let source = Utf8PathBuf::from(format!("--set {}", path.trim()));
        let base = self.add_source(&source, flag);
        let path_span = base..base + path.len();
        let path = split(path, path_span)
            .ok_or_else(|| wrong_flag("a path is names separated by single dots"))?;
        self.check_group(&source, &path)?;
        let shape = follow(Shape::root(&self.schema), &path);
        let at = flag.len() - value.len();
        let parsed = parse_strict(value);
        let node = match parsed {
            Ok(node) if !shape.wants_text() => coerced(node, shape, value),
            Ok(node)
                if is_quoted(&node, value) || (shape.allows_null() && node.kind == Kind::Null) =>
            {
                node
            }
            _ if shape.wants_text() => Node {
                span: 0..value.len(),
                kind: Kind::String(value.to_owned()),
                flow: true,
            },
            Ok(node) => node,
            Err(error) => {
                let place = at + error.at;
                let problem = Problem::new(place..place, error.message);
                return Err(SiteError::from(wrong(&source, flag, vec![problem])).into());
            }
        };
        let node = placed(node, base + at);
        if is_blocked(&self.root, &path) {
            return Ok(());
        }
        insert(
            &mut self.root,
            &path,
            node,
            Shape::root(&self.schema),
            Present::Replaced,
        );
        Ok(())
    }

    /// Refuses a path whose group is a slip of another's: it would be made silently.
    fn check_group(&self, source: &Utf8Path, path: &[Key]) -> Result<(), AnswersError> {
        let Some(near) = near_group(&self.root, path) else {
            return Ok(());
        };
        let above = path.split_last().map_or(path, |(_, above)| above);
        let words: Vec<&str> = above.iter().map(|key| key.text.as_str()).collect();
        let name = words.last().copied().unwrap_or_default().to_owned();
        Err(AnswersError::Group {
            source_of: source.to_owned(),
            anew: format!("{}.name={name}", words.join(".")),
            name,
            near,
        })
    }

    /// Names the site, instead of the one that the answers name.
    pub fn set_site(&mut self, site: &SiteName) {
        self.put(
            "site",
            Utf8Path::new("--site"),
            site.as_str(),
            Kind::String(site.to_string()),
        );
    }

    /// Whether there is an answer for a path.
    pub fn is_answered(&self, path: &str) -> bool {
        let found = self.root.find_path(path.split('.'));
        let parent = path
            .rsplit_once('.')
            .and_then(|(parent, _)| self.root.find(parent));
        // An answer of another kind above is wrong, but not missing.
        let above = parent.is_some_and(|node| !matches!(node.kind, Kind::Mapping(_) | Kind::Null));
        above || found.is_some_and(|node| node.kind != Kind::Null)
    }

    /// Begins with answers that are a part of the model already.
    pub fn start_with(&mut self, answers: &Value) {
        self.put_value("", answers);
    }

    /// Takes what follows from other answers.
    pub fn follow(&mut self, followed: &[Followed]) {
        for Followed { id, value, .. } in followed {
            self.put_value(id, value.as_ref().unwrap_or(&Value::Null));
        }
    }

    /// Takes a value for a path, or for the whole where the path is empty; the path is its source.
    pub(super) fn put_value(&mut self, path: &str, value: &Value) {
        let base = self.add_source(Utf8Path::new(path), " ");
        let span = base..base + 1;
        let keys = match path {
            "" => Vec::new(),
            path => split(path, span.clone()).unwrap_or_default(),
        };
        let shape = Shape::root(&self.schema);
        insert(
            &mut self.root,
            &keys,
            node(value, &span),
            shape,
            Present::Replaced,
        );
    }

    /// The answers as a part of the model.
    pub fn to_value(&self) -> Value {
        self.root.to_value()
    }

    fn put(&mut self, path: &str, source: &Utf8Path, text: &str, kind: Kind) {
        let base = self.add_source(source, text);
        let span = base..base + text.len();
        let path = split(path, span.clone()).unwrap_or_default();
        insert(
            &mut self.root,
            &path,
            Node {
                span,
                kind,
                flow: false,
            },
            Shape::root(&self.schema),
            Present::Replaced,
        );
    }

    fn add_source(&mut self, name: &Utf8Path, text: &str) -> usize {
        let base = self
            .sources
            .last()
            .map_or(1, |last| last.base + last.text.len() + 1);
        self.sources.push(Source {
            name: name.to_owned(),
            text: text.to_owned(),
            base,
        });
        base
    }
}

fn wrong(path: &Utf8Path, text: &str, problems: Vec<Problem>) -> LoadError {
    LoadError::Wrong {
        path: path.to_owned(),
        text: text.to_owned(),
        problems,
    }
}
