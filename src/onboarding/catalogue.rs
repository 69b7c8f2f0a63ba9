use camino::{Utf8Path, Utf8PathBuf};
use include_dir::{Dir, include_dir};
use serde_json::Value;
use thiserror::Error;

use super::question::{Question, Section};
use super::shape::Shape;
use crate::model::{SUPPORTED_VERSION, model_schema};

/// The questions that come with svcgen.
static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/onboarding");

/// Questions that cannot be used.
#[derive(Debug, Error)]
pub enum QuestionsError {
    #[error("`{path}` cannot be read")]
    Unreadable {
        path: Utf8PathBuf,
        source: std::io::Error,
    },
    #[error("`{path}` is wrong: {reason}")]
    Wrong { path: Utf8PathBuf, reason: String },
}

/// Reads the questions that come with svcgen, and those of a folder of the organisation's.
///
/// A file there adds a section, or where svcgen has one of that name, adds questions to it; a question whose id is
/// there already is changed by the fields that are given.
///
/// # Errors
/// Where a file cannot be read, is not understood, or asks for what is not in the model.
pub fn load_sections(folder: Option<&Utf8Path>) -> Result<Vec<Section>, QuestionsError> {
    let mut files: Vec<(Utf8PathBuf, Value)> = Vec::new();
    for file in BUILT_IN.files() {
        let (Some(path), Some(text)) = (Utf8Path::from_path(file.path()), file.contents_utf8())
        else {
            continue;
        };
        if path.extension() == Some("yaml") {
            files.push((path.to_owned(), parse(path, text)?));
        }
    }
    for (path, text) in own_files(folder)? {
        let own = parse(&path, &text)?;
        let same = files
            .iter_mut()
            .find(|(other, _)| other.file_stem() == path.file_stem());
        match same {
            Some((name, present)) => {
                *name = path;
                merge(present, own);
            }
            None => files.push((path, own)),
        }
    }
    let schema = model_schema();
    let mut sections = Vec::new();
    for (path, value) in files {
        let wrong = |reason: String| QuestionsError::Wrong {
            path: path.clone(),
            reason,
        };
        let mut section: Section =
            serde_json::from_value(value).map_err(|error| wrong(error.to_string()))?;
        if section.version != SUPPORTED_VERSION {
            let version = section.version;
            return Err(wrong(format!(
                "version {version} is not known; this svcgen reads version {SUPPORTED_VERSION}"
            )));
        }
        for question in &section.questions {
            check(question, &schema).map_err(wrong)?;
        }
        section.name = path.file_stem().unwrap_or_default().to_owned();
        sections.push(section);
    }
    sections.sort_by(|a, b| (a.order, &a.name).cmp(&(b.order, &b.name)));
    Ok(sections)
}

fn own_files(folder: Option<&Utf8Path>) -> Result<Vec<(Utf8PathBuf, String)>, QuestionsError> {
    let Some(folder) = folder.filter(|folder| folder.is_dir()) else {
        return Ok(Vec::new());
    };
    let unreadable = |path: &Utf8Path, source| QuestionsError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in folder.read_dir_utf8().map_err(|e| unreadable(folder, e))? {
        let path = entry.map_err(|e| unreadable(folder, e))?.into_path();
        if path.extension() == Some("yaml") {
            paths.push(path);
        }
    }
    paths.sort();
    let read = |path: Utf8PathBuf| match fs_err::read_to_string(&path) {
        Ok(text) => Ok((path, text)),
        Err(error) => Err(unreadable(&path, error)),
    };
    paths.into_iter().map(read).collect()
}

fn parse(path: &Utf8Path, text: &str) -> Result<Value, QuestionsError> {
    let wrong = |reason| QuestionsError::Wrong {
        path: path.to_owned(),
        reason,
    };
    let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let node = crate::yaml::parse_strict(text)
        .map_err(|error| wrong(format!("line {}: {}", line(error.at), error.message)))?;
    let value = node.to_value();
    match value.is_object() {
        true => Ok(value),
        false => Err(wrong(format!(
            "expected a mapping, found {}",
            node.describe()
        ))),
    }
}

/// Brings the fields and the questions of an organisation's file into those that are there.
fn merge(present: &mut Value, own: Value) {
    let Value::Object(fields) = own else { return };
    for (key, value) in fields {
        match (key.as_str(), value) {
            ("questions", Value::Array(questions)) => {
                for question in questions {
                    merge_question(&mut present["questions"], question);
                }
            }
            (_, value) => present[key] = value,
        }
    }
}

fn merge_question(questions: &mut Value, own: Value) {
    if !questions.is_array() {
        *questions = Value::Array(Vec::new());
    }
    let Value::Array(questions) = questions else {
        return;
    };
    let same = questions
        .iter_mut()
        .find(|question| question["id"] == own["id"]);
    match (same, own) {
        (Some(Value::Object(question)), Value::Object(own)) => question.extend(own),
        (_, own) => questions.push(own),
    }
}

/// Whether a question asks for what is in the model.
fn check(question: &Question, schema: &Value) -> Result<(), String> {
    let shape = Shape::root(schema)
        .at(&question.id)
        .ok_or_else(|| format!("`{}` is not a path of the model", question.id))?;
    let item = match question.keyed {
        true => shape.child("an-item"),
        false => shape.item(),
    };
    for field in &question.fields {
        let is_key = question.keyed && field.id == "name";
        if !is_key && item.at(&field.id).is_none() {
            let (field, list) = (&field.id, &question.id);
            return Err(format!("`{field}` is not a field of `{list}`"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::answers::REQUIRED;
    use super::*;

    fn own(files: &[(&str, &str)]) -> Result<Vec<Section>, QuestionsError> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs_err::write(folder.path().join(name), text).unwrap();
        }
        load_sections(Utf8Path::from_path(folder.path()))
    }

    fn ids(sections: &[Section]) -> Vec<&str> {
        let questions = sections.iter().flat_map(|section| &section.questions);
        questions.map(|question| question.id.as_str()).collect()
    }

    #[test]
    fn every_place_of_the_model_has_a_question() {
        let sections = load_sections(None).unwrap();
        let ids = ids(&sections);
        for (path, _) in REQUIRED {
            assert!(ids.contains(&path), "{path}");
        }
        let schema = model_schema();
        let asked = |path: &str| {
            ids.iter().any(|id| {
                *id == path
                    || id.starts_with(&format!("{path}."))
                    || path.starts_with(&format!("{id}."))
            })
        };
        for section in schema["properties"].as_object().unwrap().keys() {
            assert!(section == "version" || asked(section), "{section}");
        }
        for (section, definition) in [
            ("owner", "Owner"),
            ("repositories", "Repositories"),
            ("config", "ServiceConfig"),
            ("runtime", "Runtime"),
            ("runtime.healthcheck", "Healthcheck"),
            ("build", "Build"),
            ("deploy", "Deploy"),
            ("vagrant", "Vagrant"),
            ("tickets", "Tickets"),
            ("timeline", "Timeline"),
        ] {
            for field in schema["$defs"][definition]["properties"]
                .as_object()
                .unwrap()
                .keys()
            {
                assert!(asked(&format!("{section}.{field}")), "{section}.{field}");
            }
        }
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), ids.len(), "no question is asked twice");
    }

    #[test]
    fn every_field_of_an_item_has_a_question_and_every_condition_a_path() {
        let sections = load_sections(None).unwrap();
        let ids = ids(&sections);
        let schema = model_schema();
        for question in sections.iter().flat_map(|section| &section.questions) {
            assert!(
                question.when.paths().all(|path| ids.contains(&path)),
                "{}",
                question.id
            );
            let shape = question
                .id
                .split('.')
                .fold(Shape::root(&schema), Shape::child);
            let item = if question.keyed {
                shape.child("x")
            } else {
                shape.item()
            };
            for field in &question.fields {
                let mut paths = field.when.paths();
                assert!(
                    paths.all(|path| question.fields.iter().any(|f| f.id == path)),
                    "{}",
                    field.id
                );
            }
            for key in ["name", "from", "to", "command", "domain"] {
                let asked = question.fields.iter().any(|field| field.id == key);
                assert!(
                    asked || question.fields.is_empty() || !item.requires(key),
                    "{} {key}",
                    question.id
                );
            }
        }
        for section in &sections {
            for question in section
                .questions
                .iter()
                .chain(section.questions.iter().flat_map(|q| &q.fields))
            {
                assert!(question.text.len() <= 60, "{}: does not fit", question.id);
                assert!(!question.text.ends_with(['.', ':', '?']), "{}", question.id);
            }
        }
    }

    #[test]
    fn an_organisation_adds_and_changes_questions() {
        let sections = own(&[
            ("service.yaml", "questions:\n  - {id: port, default: 7000}\n  - {id: runtime.extra.heap_limit, text: Heap, type: number}\n"),
            ("team.yaml", "version: 1\ntitle: The team\nquestions:\n  - {id: config.environment.TEAM, text: Team}\n"),
        ])
        .unwrap();
        let port = sections[0]
            .questions
            .iter()
            .find(|q| q.id == "port")
            .unwrap();
        assert_eq!(port.default, Some(7000.into()));
        assert!(
            !port.text.is_empty() && !port.help.is_empty(),
            "the rest stays"
        );
        assert!(ids(&sections[..1]).contains(&"runtime.extra.heap_limit"));
        assert_eq!(sections.last().unwrap().name, "team");
    }

    #[test]
    fn questions_that_cannot_be_answered_are_refused() {
        let refused = |text: &str| own(&[("own.yaml", text)]).unwrap_err().to_string();
        let question =
            |text: &str| refused(&format!("version: 1\ntitle: T\nquestions: [{text}]\n"));
        assert!(question("{id: prot, text: P}").ends_with("`prot` is not a path of the model"));
        assert!(question("{id: deploy..user, text: P}").contains("not a path"));
        assert!(
            question("{id: deploy.groups, text: P, type: items, fields: [{id: hots, text: H}]}")
                .ends_with("`hots` is not a field of `deploy.groups`")
        );
        assert!(question("{id: port, text: P, kidn: port}").contains("kidn"));
        assert!(refused("version: 2\ntitle: T\n").contains("version 2 is not known"));
        assert!(refused("- a\n").contains("expected a mapping, found a list"));
        assert!(refused("a: [\n").contains("line "));
    }
}
