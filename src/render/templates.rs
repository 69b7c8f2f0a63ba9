use camino::{Utf8Path, Utf8PathBuf};
use include_dir::{Dir, DirEntry, include_dir};
use serde::Serialize;
use serde_json::{Map, Value};
use tera::{Context, Tera};
use thiserror::Error;

use super::markup::{git_value, markdown_text};
use super::quoting::{puppet_value, remarkup, wikitext, yaml_string};
use crate::model::AnnotationName;

/// The templates that come with svcgen.
static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// How the file of a template ends.
const EXTENSION: &str = "tera";

/// How the names of those end whose values are escaped.
const ESCAPED: &str = ".html.tera";

/// A template that cannot be rendered.
#[derive(Debug, Error)]
pub enum RenderError {
    #[error("there is no template `{name}`")]
    Missing { name: String },
    #[error("the template `{path}` cannot be read")]
    Unreadable {
        path: Utf8PathBuf,
        source: std::io::Error,
    },
    #[error("the template `{path}` has a mistake")]
    Wrong {
        path: Utf8PathBuf,
        source: tera::Error,
    },
}

/// The templates: those of folders of the user's, then those that come with svcgen.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    folders: Vec<Utf8PathBuf>,
    annotations: Vec<(AnnotationName, Value)>,
    /// What the questions are that ask for annotations.
    questions: Vec<(AnnotationName, String)>,
}

impl Templates {
    /// Looks for templates in these folders first.
    pub fn new(folders: impl IntoIterator<Item = Utf8PathBuf>) -> Self {
        Self {
            folders: folders.into_iter().collect(),
            annotations: Vec::new(),
            questions: Vec::new(),
        }
    }

    /// Gives these to all templates, as `annotations.NAME`.
    #[must_use]
    pub fn with_annotations(self, annotations: Vec<(AnnotationName, Value)>) -> Self {
        Self {
            annotations,
            ..self
        }
    }

    /// Gives the questions that ask for annotations to the templates of requests, as `annotation_texts.NAME`; without one, the name.
    #[must_use]
    pub fn with_questions(self, questions: Vec<(AnnotationName, String)>) -> Self {
        Self { questions, ..self }
    }

    /// Renders a template, named by its path below `templates/` without `.tera`.
    ///
    /// Undefined variables are errors. Values are escaped in pages (`.html`); elsewhere they are written in the
    /// destination's syntax before.
    ///
    /// # Errors
    /// Where there is no such template, or it is wrong.
    pub fn render(&self, name: &str, values: &impl Serialize) -> Result<String, RenderError> {
        let (path, text) = self.find(name)?;
        let wrong = |source| RenderError::Wrong {
            path: path.clone(),
            source,
        };
        let mut tera = Tera::default();
        tera.autoescape_on([ESCAPED]);
        // A mistake is shown with the name: hence the path.
        tera.add_raw_template(path.as_str(), &text).map_err(wrong)?;
        let mut context = Context::from_serialize(values).map_err(wrong)?;
        context.insert("annotations", &self.annotations_for(name));
        if name.starts_with("tickets/") {
            context.insert("annotation_texts", &self.questions_for(name));
        }
        tera.render(path.as_str(), &context).map_err(wrong)
    }

    /// The annotations in the syntax of what a template writes.
    fn annotations_for(&self, template: &str) -> Map<String, Value> {
        let all = self.annotations.iter();
        all.map(|(name, value)| (name.to_string(), quoted(value, template).into()))
            .collect()
    }

    /// What is asked for each annotation, in the same syntax.
    fn questions_for(&self, template: &str) -> Map<String, Value> {
        let all = self.annotations.iter().map(|(name, _)| {
            let mut questions = self.questions.iter();
            let question = questions.find(|(asked, _)| asked == name);
            let text = question.map_or(name.as_str(), |(_, text)| text);
            (name.to_string(), quoted(&text.into(), template).into())
        });
        all.collect()
    }

    /// The text of a file below `templates/`, as it is.
    ///
    /// # Errors
    /// Where it is not there or not readable.
    pub fn text(&self, name: &str) -> Result<String, RenderError> {
        self.find(name).map(|(_, text)| text)
    }

    /// Where a template is, and its text.
    fn find(&self, name: &str) -> Result<(Utf8PathBuf, String), RenderError> {
        let file = format!("{name}.{EXTENSION}");
        for folder in &self.folders {
            let path = folder.join(&file);
            // The error names the path itself, once: hence not `fs_err`.
            match std::fs::read_to_string(&path) {
                Ok(text) => return Ok((path, text)),
                // A link that leads nowhere is meant to be a template.
                Err(error)
                    if error.kind() == std::io::ErrorKind::NotFound && !path.is_symlink() => {}
                Err(source) => return Err(RenderError::Unreadable { path, source }),
            }
        }
        let built_in = BUILT_IN.get_file(Utf8Path::new(&file));
        match built_in.and_then(include_dir::File::contents_utf8) {
            Some(text) => Ok((file.into(), text.to_owned())),
            None => Err(RenderError::Missing {
                name: name.to_owned(),
            }),
        }
    }

    /// The names of all templates.
    pub fn names() -> Vec<String> {
        let mut names = Vec::new();
        let mut open = vec![&BUILT_IN];
        while let Some(folder) = open.pop() {
            for entry in folder.entries() {
                match entry {
                    DirEntry::Dir(folder) => open.push(folder),
                    DirEntry::File(file) => {
                        let path = Utf8Path::from_path(file.path());
                        let path = path.filter(|path| path.extension() == Some(EXTENSION));
                        names.extend(path.map(|path| path.with_extension("").into_string()));
                    }
                }
            }
        }
        names.sort();
        names
    }

    /// The files of the user's that take the place of no template, each with the path that was likely meant.
    pub fn strays(&self) -> Vec<(Utf8PathBuf, Option<Utf8PathBuf>)> {
        let names = Self::names();
        let mut strays = Vec::new();
        for folder in &self.folders {
            for path in files(folder) {
                let place = path.strip_prefix(folder).unwrap_or(&path);
                let is_template = place.extension() == Some(EXTENSION);
                let bare = if is_template {
                    place.with_extension("")
                } else {
                    place.to_owned()
                };
                let is_known = names.iter().any(|name| bare == name.as_str());
                // A README, or what an editor left, is nobody's mistake.
                if is_known == is_template {
                    continue;
                }
                let near = match is_known {
                    true => Some(bare.as_str()),
                    false => crate::model::suggest(bare.as_str(), names.iter().map(String::as_str)),
                };
                let near = near.map(|name| folder.join(format!("{name}.{EXTENSION}")));
                strays.push((path, near));
            }
        }
        strays
    }
}

/// A value in the syntax of what a template writes.
fn quoted(value: &Value, template: &str) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let extension = Utf8Path::new(template).extension();
    match extension.unwrap_or_default() {
        "pp" => puppet_value(value),
        "md" => markdown_text(&text),
        "html" => text,
        "j2" if value.is_string() => yaml_string(&text),
        "j2" => text,
        _ if template.starts_with("tickets/") && value.is_string() => remarkup(&text),
        _ if template.starts_with("calendar/") => wikitext(&text),
        _ if template.starts_with("tickets/") => text,
        _ => git_value(&text),
    }
}

/// The files in a folder and below, by name; a link to a folder is not followed.
fn files(folder: &Utf8Path) -> Vec<Utf8PathBuf> {
    /// Deeper than any template.
    const DEEPEST: usize = 4;
    let mut found = Vec::new();
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        // What cannot be read is told where it is used.
        for entry in folder.read_dir_utf8().into_iter().flatten().flatten() {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if !is_folder {
                found.push(entry.into_path());
            } else if depth < DEEPEST && !entry.file_name().starts_with('.') {
                open.push((entry.into_path(), depth + 1));
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotations_are_written_in_the_syntax_of_the_destination() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let name = |name| AnnotationName::parse(name).unwrap();
        let annotations = vec![
            (name("team"), "Ada's {{T1}} *x* # \"".into()),
            (name("cost_center"), 4711.into()),
        ];
        let templates = Templates::new([folder.to_owned()]).with_annotations(annotations);
        let render = |template: &str| {
            let path = folder.join(format!("{template}.tera"));
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, "{{ annotations.team }} {{ annotations.cost_center }}").unwrap();
            templates.render(template, &serde_json::json!({})).unwrap()
        };
        assert_eq!(
            render("tickets/service-request"),
            "Ada's `{{T1}}` `*x*` `#` \" 4711"
        );
        assert_eq!(
            render("mediawiki-vagrant/role.pp"),
            "'Ada\\'s {{T1}} *x* # \"' 4711"
        );
        assert_eq!(
            render("deploy-repo/README.md"),
            "Ada's \\{\\{T1\\}\\} \\*x\\* # \" 4711"
        );
        assert_eq!(
            render("deploy-repo/config.yaml.j2"),
            "'Ada''s {{T1}} *x* # \"' 4711"
        );
        assert_eq!(
            render("deploy-repo/gitmodules"),
            "\"Ada's {{T1}} *x* # \\\"\" 4711"
        );
    }

    #[test]
    fn an_earlier_folder_wins_and_what_takes_no_place_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        };
        write("user/tickets/access-request.tera", "mine {{ who }}");
        write("farm/tickets/access-request.tera", "theirs");
        write("farm/tickets/repositories.tera", "theirs");
        let templates = Templates::new([
            folder.join("user"),
            folder.join("farm"),
            folder.join("none"),
        ]);
        let values = serde_json::json!({"who": "<Ada> & 'x'"});
        let render = |name| templates.render(name, &values);
        assert_eq!(
            render("tickets/access-request").unwrap(),
            "mine <Ada> & 'x'"
        );
        assert_eq!(render("tickets/repositories").unwrap(), "theirs");
        assert_eq!(templates.strays(), []);

        write("farm/README.md", "");
        write("farm/tickets/acess-request.tera", "");
        write("farm/deploy-repo/README.md", "");
        write("user/zzz.tera", "");
        let meant = |place: &str| Some(folder.join("farm").join(place));
        let expected = [
            (folder.join("user/zzz.tera"), None),
            (
                folder.join("farm/deploy-repo/README.md"),
                meant("deploy-repo/README.md.tera"),
            ),
            (
                folder.join("farm/tickets/acess-request.tera"),
                meant("tickets/access-request.tera"),
            ),
        ];
        assert_eq!(templates.strays(), expected);
    }
}
