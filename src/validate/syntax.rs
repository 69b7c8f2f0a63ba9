use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::scratch::Scratch;
use super::tools::{INSTALL, Puppet, Tools};
use super::{Finding, Judgement, Outcome, PuppetRequest, message};
use crate::child::{self, DEADLINE};
use crate::place::line_of;
use crate::yaml::{Kind, Node, parse};

const MANIFESTS: &str = "puppet parser validate";
const TEMPLATES: &str = "templates";
const DATA: &str = "data";

/// Parses the generated manifests by Puppet's own parser.
///
/// What others write too is no failure of the plan's where it does not parse without the plan either.
pub(super) fn manifests(
    request: &PuppetRequest<'_>,
    scratch: &Scratch<'_>,
    tools: &Tools,
) -> Judgement {
    let mut files = scratch.generated("pp");
    let is_manifest = |path: &&Utf8PathBuf| path.extension() == Some("pp");
    let shared = request.shared.iter().filter(is_manifest);
    let shared = shared
        .map(|path| path.as_path())
        .filter(|path| !files.contains(path));
    let (judged, broken): (Vec<_>, Vec<_>) = shared.partition(|path| {
        tools
            .puppet
            .as_ref()
            .is_none_or(|puppet| parses(scratch, puppet, path))
    });
    files.extend(judged);
    if let (true, [first, ..]) = (files.is_empty(), broken.as_slice()) {
        let reason = format!("`{first}` does not parse without the change either");
        return Judgement::not_judged(MANIFESTS, reason);
    }
    if files.is_empty() {
        return Judgement::new(MANIFESTS, Outcome::Passed);
    }
    let Some(puppet) = &tools.puppet else {
        return Judgement::new(
            MANIFESTS,
            Outcome::Skipped {
                tool: "puppet",
                install: INSTALL,
            },
        );
    };
    let files: Vec<Utf8PathBuf> = files.iter().map(|path| scratch.tree().join(path)).collect();
    let mut command = validation(scratch, puppet, &files);
    let output = match child::run(&mut command, DEADLINE) {
        Ok(output) => output,
        Err(error) => {
            return Judgement::not_judged(MANIFESTS, format!("`puppet` could not be run: {error}"));
        }
    };
    let errors = message::errors(&output.stderr);
    match (output.success, errors.is_empty()) {
        (true, _) => Judgement::new(MANIFESTS, Outcome::Passed),
        (false, true) => Judgement::not_judged(MANIFESTS, child::last_words("puppet", &output)),
        (false, false) => Judgement::from_findings(
            MANIFESTS,
            errors
                .iter()
                .map(|error| scratch.finding_of(error))
                .collect(),
        ),
    }
}

/// The command that parses files.
fn validation(scratch: &Scratch<'_>, puppet: &Puppet, files: &[Utf8PathBuf]) -> Command {
    let mut command = puppet.command(&[]);
    let home = scratch.path().join("validate");
    command.args(["parser", "validate", "--color=false"]);
    command.args([
        "--confdir",
        home.as_str(),
        "--vardir",
        home.join("var").as_str(),
    ]);
    command.args(files);
    scratch.enclose(&mut command);
    command
}

/// Whether a file of the tree parses as it is without the plan; one that is not there does.
fn parses(scratch: &Scratch<'_>, puppet: &Puppet, path: &Utf8Path) -> bool {
    let file = scratch.root().join(path);
    if !file.is_file() {
        return true;
    }
    let output = child::run(&mut validation(scratch, puppet, &[file]), DEADLINE);
    output.is_ok_and(|output| output.success)
}

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
    let mut files = Vec::new();
    let mut unreadable = Vec::new();
    for (path, text) in request
        .generated
        .iter()
        .filter(|(path, _)| path.extension() == Some("erb"))
    {
        files.push(File::Erb {
            path: path.as_str(),
            text,
        });
    }
    for (path, before, after) in data_files(request) {
        match (parse(before), parse(after)) {
            (Ok(old), Ok(new)) => {
                let (mut changes, mut removed) = (Vec::new(), Vec::new());
                compare(
                    &old.to_value(),
                    &new.to_value(),
                    &mut Vec::new(),
                    &mut changes,
                    &mut removed,
                );
                files.push(File::Yaml {
                    path: path.as_str(),
                    before,
                    after,
                    changes,
                    removed,
                });
            }
            // Ruby reads what svcgen's reader refuses: a key that the tree itself has twice, say.
            (Err(_), _) => {
                let (changes, removed) = (Vec::new(), Vec::new());
                files.push(File::Yaml {
                    path: path.as_str(),
                    before: after,
                    after,
                    changes,
                    removed,
                });
            }
            (Ok(_), Err(error)) => {
                let line = line_of(after, error.at);
                unreadable.push(scratch.finding(Some(path.clone()), Some(line), &error.message));
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
    fs_err::write(&request, text).map_err(|error| not_judged(error.to_string()))?;
    let mut command = Command::new(ruby);
    command.arg(scratch.path().join("check.rb")).arg(&request);
    scratch.enclose(&mut command);
    let output = child::run(&mut command, DEADLINE)
        .map_err(|error| not_judged(format!("`ruby` could not be run: {error}")))?;
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
