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
mod tests;
