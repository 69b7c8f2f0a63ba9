use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use git2::Oid;
use serde_json::Value;

use super::error::BuildError;
use super::source::Source;
use super::stanza::Stanza;
use crate::edit::{EntryError, json};
use crate::model::{LoadError, Problem, Read as _};

/// The file that npm reads.
pub(super) const PACKAGE: &str = "package.json";

/// Lock files, the one first that npm prefers.
const LOCKS: [&str; 2] = ["npm-shrinkwrap.json", "package-lock.json"];

/// What a commit of the source says about its modules.
#[derive(Debug, Clone)]
pub(super) struct Manifest {
    /// The whole of `package.json`.
    pub(super) package: Value,
    /// The stanza `deploy`, where there is one.
    pub(super) stanza: Option<Stanza>,
    /// Keys of the stanza that nobody reads.
    pub(super) strays: Vec<(String, Option<&'static str>)>,
    pub(super) lock: Option<Lock>,
}

/// A lock file.
#[derive(Debug, Clone)]
pub(super) struct Lock {
    pub(super) name: &'static str,
    /// The object that git keeps it as.
    pub(super) blob: Oid,
    pub(super) content: Value,
}

impl Manifest {
    /// Reads it from a commit.
    ///
    /// # Errors
    /// Where there is no `package.json`, or it or the lock file is wrong.
    pub(super) fn read(source: &Source, commit: Oid) -> Result<Self, BuildError> {
        let Some(text) = source.text(commit, PACKAGE)? else {
            return Err(BuildError::NoPackage {
                url: source.url().to_owned(),
                commit: source.short(commit),
            });
        };
        let path = |name: &str| Utf8PathBuf::from(format!("{}:{name}", source.short(commit)));
        let package = parse(path(PACKAGE), &text)?;
        let (stanza, strays) = match stanza(&text) {
            Ok(read) => read,
            Err(problems) => {
                return Err(BuildError::Package(LoadError::Wrong {
                    path: path(PACKAGE),
                    text,
                    problems,
                }));
            }
        };
        let mut lock = None;
        for name in LOCKS {
            if let (None, Some(text)) = (&lock, source.text(commit, name)?) {
                lock = Some(Lock {
                    name,
                    blob: source.entry(commit, name).unwrap_or(Oid::ZERO_SHA1),
                    content: parse(path(name), &text)?,
                });
            }
        }
        Ok(Self {
            package,
            stanza,
            strays,
            lock,
        })
    }

    /// The name of the package, without its scope.
    pub(super) fn name(&self) -> Option<&str> {
        let name = self.package.get("name")?.as_str()?;
        name.rsplit('/').next()
    }

    /// A member of `package.json` whose values are texts.
    pub(super) fn texts(&self, member: &str) -> BTreeMap<&str, &str> {
        let members = self.package.get(member).and_then(Value::as_object);
        let members = members.into_iter().flatten();
        members
            .filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
            .collect()
    }
}

/// Parses JSON; a mistake is shown in its line.
fn parse(path: Utf8PathBuf, text: &str) -> Result<Value, BuildError> {
    json::parse(text).map_err(|error| {
        let (line, reason) = match error {
            EntryError::Unreadable { line, reason } => (line, reason),
            EntryError::Conflict { places } => {
                let (line, reason) = places.into_iter().next().unwrap_or_default();
                (line.unwrap_or(1), reason)
            }
        };
        let start: usize = text
            .split_inclusive('\n')
            .take(line - 1)
            .map(str::len)
            .sum();
        let length = text[start..].lines().next().map_or(0, str::len);
        let rule = "npm reads strict JSON: no comments, no comma before a closing bracket";
        BuildError::Package(LoadError::Wrong {
            path,
            text: text.to_owned(),
            problems: vec![Problem::new(start..start + length, reason).rule(rule)],
        })
    })
}

type Found = (Option<Stanza>, Vec<(String, Option<&'static str>)>);

/// Reads the stanza of a text that is known to be JSON, with the places of what is wrong in it.
fn stanza(text: &str) -> Result<Found, Vec<Problem>> {
    let Some(span) = json::place(text, &["deploy"]) else {
        return Ok((None, Vec::new()));
    };
    // JSON is YAML, but for tabs; inside of texts it has none.
    let part = text[span.clone()].replace('\t', " ");
    let moved = |problem: Problem| Problem {
        span: problem.span.start + span.start..problem.span.end + span.start,
        ..problem
    };
    let node = crate::yaml::parse(&part).map_err(|error| {
        let at = error.at + span.start;
        vec![Problem::new(at..at, error.message)]
    })?;
    let mut problems = Vec::new();
    match Stanza::read(&node, &mut problems) {
        Some(stanza) if problems.is_empty() => Ok((Some(stanza), Stanza::strays(&node))),
        _ => Err(problems.into_iter().map(moved).collect()),
    }
}
