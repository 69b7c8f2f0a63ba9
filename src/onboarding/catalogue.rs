//! The questions that come with svcgen, and those that an organisation adds to them.

mod check;
mod read;

use camino::{Utf8Path, Utf8PathBuf};
use include_dir::{Dir, include_dir};

use self::check::Check;
use super::question::Section;
use crate::model::{LoadError, Problem, Read as _, expected, read_text};
use crate::yaml::{Key, Kind, Node, Span, parse_strict};

/// The questions that come with svcgen.
static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/onboarding");

/// Reads the questions that come with svcgen, and those of folders, of which a later one wins over an earlier one.
///
/// A file there adds a section, or where there is one of that name, adds questions to it. A question whose id is asked
/// already is changed by the fields that are given; in a file of another name, it goes to that section.
///
/// # Errors
/// Where a file cannot be read; or every mistake in one, such as a question about what is not in the model.
pub fn load_sections(folders: &[Utf8PathBuf]) -> Result<Vec<Section>, LoadError> {
    let mut catalogue = Catalogue::default();
    for file in BUILT_IN.files() {
        if let (Some(path), Some(text)) = (Utf8Path::from_path(file.path()), file.contents_utf8())
            && path.extension() == Some("yaml")
        {
            catalogue.add(0, path.to_owned(), text.to_owned());
        }
    }
    for (index, folder) in folders.iter().enumerate() {
        for path in files(folder)? {
            let text = read_text(&path)?;
            catalogue.add(index + 1, path, text);
        }
    }
    catalogue.sections()
}

/// The files of questions in a folder, by name; none where there is no folder.
fn files(folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, LoadError> {
    let unreadable = |error| LoadError::Unreadable {
        path: folder.to_owned(),
        error,
    };
    // The error names the path itself, once: hence not `fs_err`.
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = Utf8PathBuf::from_path_buf(entry.map_err(unreadable)?.path());
        paths.extend(path.ok().filter(|path| path.extension() == Some("yaml")));
    }
    paths.sort();
    Ok(paths)
}

/// All files that were read, and what they say together.
#[derive(Debug, Default)]
struct Catalogue {
    files: Vec<File>,
    sections: Vec<Written>,
}

/// A file of questions.
#[derive(Debug)]
struct File {
    path: Utf8PathBuf,
    text: String,
    /// The folder that it is in: 0 for what comes with svcgen.
    layer: usize,
    problems: Vec<Problem>,
}

/// A section as it is written.
#[derive(Debug)]
struct Written {
    name: String,
    /// The file that said something about it last.
    file: usize,
    fields: Node,
    questions: Vec<Asked>,
}

/// A question as it is written, with the file that said something about it last.
#[derive(Debug)]
struct Asked {
    id: String,
    file: usize,
    node: Node,
}

impl Catalogue {
    /// Takes a file, and remembers what is wrong in it.
    fn add(&mut self, layer: usize, path: Utf8PathBuf, text: String) {
        let name = path.file_stem().unwrap_or_default().to_owned();
        let parsed = parse_strict(&text);
        let file = self.files.len();
        self.files.push(File {
            path,
            text,
            layer,
            problems: Vec::new(),
        });
        let mut problems = Vec::new();
        match parsed {
            Ok(node) => self.merge(file, name, &node, &mut problems),
            Err(error) => problems.push(Problem::new(error.at..error.at, error.message)),
        }
        self.files[file].problems.extend(problems);
    }

    /// Brings what a file says into what is there.
    fn merge(&mut self, file: usize, name: String, node: &Node, problems: &mut Vec<Problem>) {
        let Kind::Mapping(entries) = &node.kind else {
            problems.push(expected("a mapping", node));
            return;
        };
        let (questions, fields): (Vec<_>, Vec<_>) = entries
            .iter()
            .cloned()
            .partition(|(key, _)| key.text == "questions");
        let own = Node {
            kind: Kind::Mapping(fields),
            ..node.clone()
        };
        let index = match self.sections.iter().position(|other| other.name == name) {
            Some(index) => {
                let present = &mut self.sections[index];
                present.fields = merged(&present.fields, &own);
                present.file = file;
                index
            }
            None => {
                self.sections.push(Written {
                    name,
                    file,
                    fields: own,
                    questions: Vec::new(),
                });
                self.sections.len() - 1
            }
        };
        for (_, list) in questions {
            match &list.kind {
                Kind::Sequence(items) => {
                    for item in items {
                        self.ask(index, file, item, problems);
                    }
                }
                Kind::Null => {}
                _ => problems.push(expected("a list", &list)),
            }
        }
    }

    /// Takes a question into a section.
    fn ask(&mut self, section: usize, file: usize, own: &Node, problems: &mut Vec<Problem>) {
        let Kind::Mapping(_) = own.kind else {
            problems.push(expected("a mapping", own).rule("such as `{id: port, text: TCP port}`"));
            return;
        };
        let Some(Kind::String(id)) = own.find("id").map(|id| &id.kind) else {
            let problem = Problem::new(own.span.clone(), "a question needs an `id`");
            problems.push(problem.rule("a path of the model, such as `id: port`"));
            return;
        };
        let asked = |written: &Written| written.questions.iter().position(|asked| asked.id == *id);
        let mut places = self.sections.iter().enumerate();
        let found = places.find_map(|(index, written)| Some((index, asked(written)?)));
        let mut question = Asked {
            id: id.clone(),
            file,
            node: own.clone(),
        };
        let Some((there, at)) = found else {
            self.sections[section].questions.push(question);
            return;
        };
        let before = &self.sections[there].questions[at];
        let (mine, other) = (&self.files[file], &self.files[before.file]);
        if mine.layer == other.layer {
            let place = crate::place::line_of(&other.text, before.node.span.start);
            let message = format!("`{id}` is asked already");
            let name = other.path.file_name().unwrap_or_default();
            let rule = format!("{name}:{place} asks it");
            problems.push(Problem::new(own.span.clone(), message).rule(rule));
            return;
        }
        question.node = merged(&before.node, own);
        if there == section {
            self.sections[section].questions[at] = question;
        } else {
            self.sections[there].questions.remove(at);
            self.sections[section].questions.push(question);
        }
    }

    /// The sections in the order in which they are asked.
    fn sections(mut self) -> Result<Vec<Section>, LoadError> {
        let check = Check::new(
            self.sections
                .iter()
                .flat_map(|s| &s.questions)
                .map(|q| q.id.clone()),
        );
        let mut sections = Vec::new();
        for written in self.sections {
            let problems = &mut self.files[written.file].problems;
            let mut section = Section::read(&written.fields, problems);
            for asked in written.questions {
                let problems = &mut self.files[asked.file].problems;
                let question = super::question::Question::read(&asked.node, problems);
                if let Some(question) = question {
                    check.question(&question, &asked.node, problems);
                    if let Some(section) = &mut section {
                        section.questions.push(question);
                    }
                }
            }
            sections.extend(section.map(|section| Section {
                name: written.name,
                ..section
            }));
        }
        if let Some(mut file) = self
            .files
            .into_iter()
            .find(|file| !file.problems.is_empty())
        {
            file.problems.sort_by_key(|problem| problem.span.start);
            return Err(LoadError::Wrong {
                path: file.path,
                text: file.text,
                problems: file.problems,
            });
        }
        sections.sort_by(|a, b| (a.order, &a.name).cmp(&(b.order, &b.name)));
        Ok(sections)
    }
}

/// A mapping with the entries of another one; what stays of the first gets the place of the other.
fn merged(present: &Node, own: &Node) -> Node {
    let is_changed = |key: &Key| {
        own.entries()
            .iter()
            .any(|(other, _)| other.text == key.text)
    };
    let start = own.span.start..own.span.start;
    let kept = present
        .entries()
        .iter()
        .filter(|(key, _)| !is_changed(key))
        .map(|(key, value)| {
            let key = Key {
                span: start.clone(),
                ..key.clone()
            };
            (key, placed(value.clone(), &start))
        });
    Node {
        kind: Kind::Mapping(kept.chain(own.entries().iter().cloned()).collect()),
        ..own.clone()
    }
}

/// A value as if it were written at one place.
fn placed(mut node: Node, span: &Span) -> Node {
    node.span = span.clone();
    match &mut node.kind {
        Kind::Mapping(entries) => {
            for (key, value) in entries {
                key.span = span.clone();
                *value = placed(value.clone(), span);
            }
        }
        Kind::Sequence(items) => {
            for item in items {
                *item = placed(item.clone(), span);
            }
        }
        _ => {}
    }
    node
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::answers::REQUIRED;
    use super::super::shape::Shape;
    use super::*;
    use crate::model::model_schema;

    fn own(files: &[(&str, &str)]) -> Result<Vec<Section>, LoadError> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs_err::write(folder.path().join(name), text).unwrap();
        }
        let folder = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        load_sections(&[folder])
    }

    fn ids(sections: &[Section]) -> Vec<&str> {
        let questions = sections.iter().flat_map(|section| &section.questions);
        questions.map(|question| question.id.as_str()).collect()
    }

    #[test]
    fn every_place_of_the_model_has_a_question() {
        let sections = load_sections(&[]).unwrap();
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
            // Annotations are the organisation's own.
            let is_asked = matches!(section.as_str(), "version" | "annotations") || asked(section);
            assert!(is_asked, "{section}");
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
        let sections = load_sections(&[]).unwrap();
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
    fn a_question_moves_to_the_section_that_asks_it_again() {
        let sections = own(&[(
            "farm.yaml",
            "version: 1\ntitle: The farm\nquestions:\n  - {id: runtime.log_level, rare: false}\n",
        )])
        .unwrap();
        let of = |name: &str| {
            let mut all = sections.iter().filter(|section| section.name == name);
            all.next().unwrap()
        };
        let question = &of("farm").questions[0];
        assert_eq!((question.choices.len(), question.rare), (6, false));
        assert!(
            !of("config")
                .questions
                .iter()
                .any(|q| q.id == "runtime.log_level")
        );
    }

    #[test]
    fn a_later_folder_wins() {
        let folder = tempfile::tempdir().unwrap();
        let folders = ["farm", "user"].map(|name| {
            let path = folder.path().join(name);
            fs_err::create_dir(&path).unwrap();
            let text = format!(
                "version: 1\ntitle: Of the {name}\nquestions: [{{id: annotations.team, text: Team, default: {name}}}]\n"
            );
            fs_err::write(path.join("farm.yaml"), text).unwrap();
            Utf8PathBuf::from_path_buf(path).unwrap()
        });
        let sections = load_sections(&folders).unwrap();
        let own = sections
            .iter()
            .find(|section| section.name == "farm")
            .unwrap();
        assert_eq!(own.title, "Of the user");
        assert_eq!(own.questions[0].default, Some("user".into()));
        assert_eq!(own.questions.len(), 1);
    }

    /// What is wrong in a file, each with the text that it is about, and the rule.
    fn wrong(text: &str) -> Vec<String> {
        match own(&[("own.yaml", text)]) {
            Err(LoadError::Wrong { text, problems, .. }) => problems
                .into_iter()
                .map(|problem| {
                    let rule = problem.rule.map(|rule| format!(" ({rule})"));
                    let rule = rule.unwrap_or_default();
                    format!("{}: {}{rule}", &text[problem.span], problem.message)
                })
                .collect(),
            Err(error) => panic!("{error}"),
            Ok(_) => Vec::new(),
        }
    }

    #[test]
    fn questions_that_cannot_be_answered_are_refused() {
        let question = |text: &str| wrong(&format!("version: 1\ntitle: T\nquestions: [{text}]\n"));
        let all = [
            "{id: prot, text: P}",
            "{id: cost_center, text: P}",
            "{id: deploy..user, text: P}",
            "{id: deploy.groups, type: items, fields: [{id: hots, text: H}, {id: size, text: S, when: {nme: x}}]}",
            "{id: port, kidn: port}",
            "{id: port, type: prot}",
            "{id: port, type: line}",
            "{id: annotations.team, text: T, type: choice}",
            "{id: annotations.team, text: T, when: {sit: wikimedia, port: 1}}",
            "{id: annotations.team, text: T, default: '{nme}-{name'}",
            "{id: annotations.Team, text: T, default: x}",
            "{id: port, default: 80}",
            "{id: port, from: [package.json x, person port]}",
            "{id: annotations.x}",
            "{text: X}",
            "X",
            "{id: annotations.x, text: X}, {id: annotations.x, text: Y}",
            "{id: maintainers, default: x}",
        ];
        let found: Vec<String> = all.iter().flat_map(|text| question(text)).collect();
        insta::assert_snapshot!(found.join("\n"), @"
        prot: `prot` is not a path of the model (did you mean `port`?)
        cost_center: `cost_center` is not a path of the model (what the model has no place for goes to `annotations.NAME`)
        deploy..user: `deploy..user` is not a path of the model (did you mean `deploy.user`?)
        hots: `hots` is not a field of `deploy.groups`
        size: `size` cannot hold an answer of type `line` (it holds: integer)
        nme: `nme` is not asked of `deploy.groups`
        kidn: unknown key `kidn` (did you mean `id`?)
        prot: `prot` is not known here (did you mean `port`?)
        line: `port` cannot hold an answer of type `line` (it holds: integer)
        choice: a choice needs `choices`
        sit: `sit` is not a path of the model (did you mean `site`?)
        '{nme}-{name': `nme` is not a path of the model (did you mean `name`?)
        '{nme}-{name': a `{` without its `}`
        x: `Team` is not the name of an annotation (lower-case letters, digits and underscores, beginning with a letter, at most 63 characters)
        80: `80` is not a port (from 1024 to 65535)
        person port: `person port` is no place where an answer is found (`package.json PATH`, `person name`, `person email` or `checkouts port`)
        : `text` is required
        {text: X}: a question needs an `id` (a path of the model, such as `id: port`)
        X: expected a mapping, found text (such as `{id: port, text: TCP port}`)
        {id: annotations.x, text: Y}: `annotations.x` is asked already (own.yaml:3 asks it)
        x: items have no default
        ");
        let files = [
            "version: 2\ntitle: T\n",
            "titel: T\n",
            "- a\n",
            "a: [\n",
            "version: 1\ntitle: T\nquestions: {a: b}\n",
        ];
        let found: Vec<String> = files.iter().flat_map(|text| wrong(text)).collect();
        insta::assert_snapshot!(found.join("\n"), @"
        2: this version of the questions is not known (this svcgen reads version 1; a newer one may be needed)
        : `version` is required (write `version: 1` at the top)
        : `title` is required
        titel: unknown key `titel` (did you mean `title`?)
        - a
        : expected a mapping, found a list
        : unclosed bracket '['
        {a: b}: expected a list, found a mapping
        ");
    }
}
