use std::process::Command;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::scratch::Scratch;
use super::tools::{INSTALL, Tools};
use super::{Finding, Judgement, Outcome, PuppetRequest};
use crate::child::{self, DEADLINE};
use crate::place::line_of;
use crate::yaml::{Kind, Node, parse};

const TEMPLATES: &str = "templates";
const DATA: &str = "data";

/// A file as `check.rb` takes it.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum File<'a> {
    Erb {
        path: &'a str,
        text: &'a str,
    },
    Yaml {
        path: &'a str,
        before: &'a str,
        after: &'a str,
        changes: Vec<(Vec<String>, Value)>,
        removed: Vec<Vec<String>>,
    },
}

impl<'a> File<'a> {
    /// Data with what the plan changes in it; the line and what is wrong there, where svcgen's reader refuses the new text.
    fn data(
        path: &'a Utf8PathBuf,
        before: &'a str,
        after: &'a str,
    ) -> Result<Self, (usize, String)> {
        let (mut changes, mut removed) = (Vec::new(), Vec::new());
        let before = match (parse(before), parse(after)) {
            (Ok(old), Ok(new)) => {
                let (old, new) = (old.to_value(), new.to_value());
                compare(&old, &new, &mut Vec::new(), &mut changes, &mut removed);
                before
            }
            // Ruby reads what svcgen's reader refuses: a key that the tree itself has twice, say.
            (Err(_), _) => after,
            (Ok(_), Err(error)) => return Err((line_of(after, error.at), error.message)),
        };
        Ok(Self::Yaml {
            path: path.as_str(),
            before,
            after,
            changes,
            removed,
        })
    }
}

/// A finding as `check.rb` gives it.
#[derive(Debug, Deserialize)]
struct Found {
    path: Utf8PathBuf,
    line: Option<usize>,
    keys: Option<Vec<String>>,
    message: String,
}

/// Reads the generated templates as ERB, and the changed data by svcgen's reader and by Ruby's.
pub(super) fn templates_and_data(
    request: &PuppetRequest<'_>,
    scratch: &Scratch<'_>,
    tools: &Tools,
) -> Vec<Judgement> {
    let generated = request.generated.iter();
    let templates = generated.filter(|(path, _)| path.extension() == Some("erb"));
    let mut files: Vec<File<'_>> = templates
        .map(|(path, text)| File::Erb {
            path: path.as_str(),
            text,
        })
        .collect();
    let mut unreadable = Vec::new();
    for (path, before, after) in data_files(request) {
        match File::data(path, before, after) {
            Ok(file) => files.push(file),
            Err((line, message)) => {
                unreadable.push(scratch.finding(Some(path.clone()), Some(line), &message));
            }
        }
    }
    let answer = if files.is_empty() {
        Ok(Vec::new())
    } else {
        ask(&files, scratch, tools)
    };
    match answer {
        Ok(found) => {
            let (templates, mut data): (Vec<_>, Vec<_>) = found
                .into_iter()
                .map(|found| {
                    (
                        found.path.extension() == Some("erb"),
                        finding(found, request, scratch),
                    )
                })
                .partition(|(is_template, _)| *is_template);
            data.extend(unreadable.into_iter().map(|finding| (false, finding)));
            let plain = |found: Vec<(bool, Finding)>| {
                found.into_iter().map(|(_, finding)| finding).collect()
            };
            vec![
                Judgement::from_findings(TEMPLATES, plain(templates)),
                Judgement::from_findings(DATA, plain(data)),
            ]
        }
        Err(outcome) => {
            let data = if unreadable.is_empty() {
                outcome.clone()
            } else {
                Outcome::Failed(unreadable)
            };
            vec![
                Judgement::new(TEMPLATES, outcome),
                Judgement::new(DATA, data),
            ]
        }
    }
}

/// The YAML files with the text before and after the plan.
fn data_files<'a>(request: &PuppetRequest<'a>) -> Vec<(&'a Utf8PathBuf, &'a str, &'a str)> {
    let is_yaml = |path: &Utf8PathBuf| matches!(path.extension(), Some("yaml" | "yml"));
    let changed = request.edits.iter().filter(|edit| is_yaml(&edit.path));
    let mut files: Vec<_> = changed
        .filter_map(|edit| {
            let before = edit.before.as_deref().unwrap_or_default();
            Some((&edit.path, before, edit.after.as_deref()?))
        })
        .collect();
    for (path, text) in request.generated {
        if is_yaml(path) && !files.iter().any(|(known, ..)| *known == path) {
            files.push((path, "", text));
        }
    }
    files
}

/// Lists what differs between two documents; lists and scalars differ as a whole.
fn compare(
    old: &Value,
    new: &Value,
    at: &mut Vec<String>,
    changes: &mut Vec<(Vec<String>, Value)>,
    removed: &mut Vec<Vec<String>>,
) {
    let nothing = Value::Object(serde_json::Map::new());
    // A file that is new, or had only comments, gets keys as one that had others does.
    let old = if old.is_null() && new.is_object() {
        &nothing
    } else {
        old
    };
    match (old, new) {
        _ if old == new => {}
        (Value::Object(old), Value::Object(new)) => {
            for (key, value) in new {
                at.push(key.clone());
                match old.get(key) {
                    Some(before) => compare(before, value, at, changes, removed),
                    None => changes.push((at.clone(), value.clone())),
                }
                at.pop();
            }
            for key in old.keys().filter(|key| !new.contains_key(*key)) {
                removed.push(at.iter().chain([key]).cloned().collect());
            }
        }
        _ => changes.push((at.clone(), new.clone())),
    }
}

fn ask(files: &[File<'_>], scratch: &Scratch<'_>, tools: &Tools) -> Result<Vec<Found>, Outcome> {
    let Some(ruby) = &tools.ruby else {
        return Err(Outcome::Skipped {
            tool: "ruby",
            install: INSTALL,
        });
    };
    let not_judged = |reason: String| Outcome::NotJudged { reason };
    let request = scratch.path().join("check.json");
    let text = serde_json::to_vec(files).map_err(|error| not_judged(error.to_string()))?;
    fs_err::write(&request, text).map_err(|error| not_judged(crate::error::reworded(&error)))?;
    let mut command = Command::new(ruby);
    command.arg(scratch.path().join("check.rb")).arg(&request);
    scratch.enclose(&mut command);
    let output = child::run(&mut command, DEADLINE).map_err(|error| {
        not_judged(format!(
            "`ruby` could not be run: {}",
            crate::error::reworded(&error)
        ))
    })?;
    match serde_json::from_slice(&output.stdout) {
        Ok(found) if output.success => Ok(found),
        _ => Err(not_judged(child::last_words("ruby", &output))),
    }
}

fn finding(found: Found, request: &PuppetRequest<'_>, scratch: &Scratch<'_>) -> Finding {
    let Some(keys) = found.keys else {
        return scratch.finding(Some(found.path), found.line, &found.message);
    };
    let message = format!("`{}` {}", keys.join(": "), found.message);
    let text = data_files(request)
        .into_iter()
        .find(|(path, ..)| **path == found.path)
        .map_or("", |(.., after)| after);
    let line = parse(text)
        .ok()
        .and_then(|document| line_of_key(text, &document, &keys));
    scratch.finding(Some(found.path), line, &message)
}

fn line_of_key(text: &str, document: &Node, keys: &[String]) -> Option<usize> {
    let (last, way) = keys.split_last()?;
    let Kind::Mapping(entries) = &document.find_path(way.iter().map(String::as_str))?.kind else {
        return None;
    };
    let (key, _) = entries.iter().find(|(key, _)| key.text == *last)?;
    Some(line_of(text, key.span.start))
}
