//! Renders the configuration files of a target as Scap does there, to the byte.
//!
//! Two things are errors here that are silent in Scap: a value that is not defined, which is printed as nothing there,
//! and a template that takes for ever or fills the disk. What the engine does not know (`%` with a text, a few filters such
//! as `truncate`) is an error too. Two things differ silently: `loop.last` while going through the letters of a text, and a
//! macro that is given something undefined, which takes its default.

mod error;
mod filters;
mod json;
mod python;

use std::io::Write;

use camino::Utf8Path;
use indexmap::IndexMap;
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, Value as Jinja};

use self::python::Order;
pub use error::TemplateError;

use crate::model::HostName;
use crate::place::line_of;
use crate::scap::{ConfigFile, OutputFormat, Vars};
use crate::yaml::{Kind, parse_python};

/// Renders the configuration files of one target, in their order.
///
/// The file of variables on the target counts more than `vars.yaml`, whatever Scap calls the latter ("override_vars"):
/// `Template.render` updates those with what it reads on the target. It does so in the same dictionary for all files, so
/// that a file also sees what those before it read. A mapping of `vars.yaml` arrives on the target with its keys sorted,
/// since PyYAML writes it so; one of the target's own keeps its order.
#[derive(Debug, Clone)]
pub struct ConfigRenderer<'a> {
    host: &'a HostName,
    vars: IndexMap<String, Jinja>,
}

/// How much a template may do: instructions, and 64 bytes of what it makes count as one. Real ones stay below 100,000.
const MOST_FUEL: u64 = 1_000_000;
/// How long a rendered file may be, in bytes.
const MOST_BYTES: usize = 16 << 20;
/// How deep macros may call each other.
const DEEPEST: usize = 60;

impl<'a> ConfigRenderer<'a> {
    /// Begins with the variables of the repository.
    pub fn new(host: &'a HostName, vars: &Vars) -> Self {
        let vars = vars.iter();
        let sorted = |node| python::value(node, Order::Sorted);
        Self {
            host,
            vars: vars
                .map(|(name, node)| (name.to_owned(), sorted(node)))
                .collect(),
        }
    }

    /// Renders a file from the text of its template, and of its file of variables on the target.
    ///
    /// # Errors
    /// The mistake in the template, with its line; or that in the file on the target.
    pub fn render(
        &mut self,
        file: &ConfigFile,
        template: &str,
        remote_vars: Option<&str>,
    ) -> Result<String, TemplateError> {
        let vars = match (&file.remote_vars, remote_vars) {
            (None, _) => self.vars.clone(),
            (Some(path), None) => {
                return Err(TemplateError::NoRemoteVars {
                    host: self.host.clone(),
                    path: path.clone(),
                });
            }
            (Some(path), Some(text)) => {
                let read = self.read(path, text)?;
                // Scap keeps what it read only where the repository has variables.
                let keeps = !self.vars.is_empty();
                let mut all = self.vars.clone();
                all.extend(read);
                if keeps {
                    self.vars.clone_from(&all);
                }
                all
            }
        };
        // Python reads all line ends as one.
        let template = template.replace("\r\n", "\n").replace('\r', "\n");
        let environment = environment(file);
        let name = file.destination.as_str();
        let mut output = Bounded(Vec::new());
        let rendered = environment
            .template_from_named_str(name, &template)
            .and_then(|parsed| {
                parsed
                    .render_captured_to(Jinja::from_pairs(vars.clone()), &mut output)
                    .map(drop)
            });
        match rendered {
            Ok(()) => Ok(String::from_utf8_lossy(&output.0).into_owned()),
            Err(error) if error.kind() == ErrorKind::OutOfFuel => Err(TemplateError::Endless {
                path: file.template.clone(),
            }),
            Err(error) if error.kind() == ErrorKind::WriteFailure => Err(TemplateError::TooLong {
                path: file.template.clone(),
                most: MOST_BYTES,
            }),
            Err(error) => Err(TemplateError::of(&error, file, &template, &vars)),
        }
    }

    /// Reads the file of variables on the target; an empty one has none, where Scap would fail.
    fn read(&self, path: &Utf8Path, text: &str) -> Result<IndexMap<String, Jinja>, TemplateError> {
        let wrong = |at: usize, message: String| TemplateError::RemoteVars {
            host: self.host.clone(),
            path: path.to_owned(),
            line: line_of(text, at),
            message,
        };
        let node = parse_python(text)
            .map_err(|error| wrong(error.at, format!("not YAML: {}", error.message)))?;
        match node.kind {
            Kind::Mapping(entries) => Ok(entries
                .into_iter()
                .map(|(key, node)| (key.text, python::value(&node, Order::AsWritten)))
                .collect()),
            Kind::Null => Ok(IndexMap::new()),
            _ => Err(wrong(
                node.span.start,
                format!("expected a mapping of variables, found {}", node.describe()),
            )),
        }
    }
}

/// Jinja as Scap sets it up.
fn environment(file: &ConfigFile) -> Environment<'_> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    // A template may ask whether there is a value, but not print one that is not there.
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_debug(true);
    environment.set_fuel(Some(MOST_FUEL));
    environment.set_recursion_limit(DEEPEST);
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    if file.erb_syntax {
        let mut syntax = SyntaxConfig::builder();
        syntax
            .block_delimiters("<%", "%>")
            .variable_delimiters("<%=", "%>")
            .comment_delimiters("<%#", "%>");
        // Constant delimiters that differ are always right.
        if let Ok(syntax) = syntax.build() {
            environment.set_syntax(syntax);
        }
    }
    let format = file.output_format;
    environment.set_formatter(move |out, state, value| {
        let text = match (format, value.is_none(), bool::try_from(value.clone())) {
            (Some(OutputFormat::Yaml), true, _) => "null".into(),
            (Some(OutputFormat::Yaml), _, Ok(flag)) => flag.to_string(),
            // The other half of an `if` that has none: nothing else that is not defined comes here.
            _ if value.is_undefined() => return Ok(()),
            _ => python::text(state, value)?,
        };
        out.write_str(&text).map_err(minijinja::Error::from)
    });
    filters::add(&mut environment);
    environment
}

/// A text that is being written, up to a bound.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > MOST_BYTES {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
