use camino::{Utf8Path, Utf8PathBuf};
use include_dir::{Dir, include_dir};
use serde::Serialize;
use tera::{Context, Tera};
use thiserror::Error;

/// The templates that come with svcgen.
static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// A template that cannot be rendered.
#[derive(Debug, Error)]
pub enum RenderError {
    #[error("there is no template `{name}`")]
    Missing { name: String },
    #[error("the template `{name}` cannot be read")]
    Unreadable {
        name: String,
        source: std::io::Error,
    },
    #[error("the template `{name}` is wrong")]
    Wrong { name: String, source: tera::Error },
}

/// The templates: those of a folder of the user's, then those that come with svcgen.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    folder: Option<Utf8PathBuf>,
}

impl Templates {
    /// Looks for templates in a folder of the user's first.
    pub fn new(folder: Option<Utf8PathBuf>) -> Self {
        Self { folder }
    }

    /// Renders a template, named by its path below `templates/` without `.tera`.
    ///
    /// Undefined variables are errors. Nothing is escaped: values are written in the destination's syntax before.
    ///
    /// # Errors
    /// Where there is no such template, or it is wrong.
    pub fn render(&self, name: &str, values: &impl Serialize) -> Result<String, RenderError> {
        let text = self.text(name)?;
        let wrong = |source| RenderError::Wrong {
            name: name.to_owned(),
            source,
        };
        let mut tera = Tera::default();
        tera.autoescape_on(Vec::<String>::new());
        tera.add_raw_template(name, &text).map_err(wrong)?;
        tera.render(name, &Context::from_serialize(values).map_err(wrong)?)
            .map_err(wrong)
    }

    /// The text of a file below `templates/`, as it is.
    ///
    /// # Errors
    /// Where it is not there or not readable.
    pub fn text(&self, name: &str) -> Result<String, RenderError> {
        let file = format!("{name}.tera");
        if let Some(folder) = &self.folder {
            match fs_err::read_to_string(folder.join(&file)) {
                Ok(text) => return Ok(text),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(source) => {
                    return Err(RenderError::Unreadable {
                        name: name.to_owned(),
                        source,
                    });
                }
            }
        }
        BUILT_IN
            .get_file(Utf8Path::new(&file))
            .and_then(include_dir::File::contents_utf8)
            .map(str::to_owned)
            .ok_or_else(|| RenderError::Missing {
                name: name.to_owned(),
            })
    }
}
