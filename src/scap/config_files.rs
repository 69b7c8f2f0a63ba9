use camino::Utf8PathBuf;
use serde::Serialize;

use super::check::boolean;
use super::environment::{ScapEnvironment, places};
use super::files::{Files, read_first};
use super::mistake::{Findings, Reading, ScapError, Source};
use crate::visible::visible;
use crate::yaml::{Kind, Node, parse};

/// A file that a deploy renders on each target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfigFile {
    /// Absolute, or relative to the release.
    pub destination: Utf8PathBuf,
    /// The template's file in the repository.
    pub template: Utf8PathBuf,
    /// Whether the template is written with the delimiters of ERB.
    pub erb_syntax: bool,
    /// A file on the target whose values win over those of `vars.yaml`.
    pub remote_vars: Option<Utf8PathBuf>,
    pub output_format: Option<OutputFormat>,
}

/// How values are written in a rendered file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputFormat {
    /// `null`, `true` and `false` instead of Python's words.
    Yaml,
}

impl ConfigFile {
    /// Reads the list of the environment, or that of all.
    ///
    /// # Errors
    /// Every mistake in it, and each template that is not there.
    pub(super) fn read_all(
        files: &dyn Files,
        environment: Option<&ScapEnvironment>,
    ) -> Result<Reading<Vec<Self>>, ScapError> {
        let mut findings = Findings::default();
        let levels = places(environment, "config-files");
        let names = levels
            .iter()
            .flat_map(|level| [level.with_extension("yaml"), level.with_extension("yml")]);
        let Some((path, text)) = read_first(files, names)? else {
            return findings.finish(Some(Vec::new()));
        };
        let source = Source {
            path: &path,
            text: &text,
        };
        let node = parse(&text).map_err(|error| ScapError::Wrong(vec![source.not_yaml(&error)]))?;
        if !matches!(node.kind, Kind::Mapping(_)) {
            let message = format!(
                "expected a mapping from the files to render, found {}",
                node.describe()
            );
            return Err(ScapError::Wrong(vec![source.at_byte(0, message)]));
        }
        let mut read = Vec::new();
        for (key, node) in node.entries() {
            let Some(attributes) = Attributes::of(node, source, &mut findings) else {
                continue;
            };
            let found = read_first(
                files,
                places(environment, &format!("templates/{}", attributes.template)),
            )?;
            let Some((template, _)) = found else {
                let message = format!("the template `{}` does not exist", attributes.template);
                let rule = format!("write `scap/templates/{}`", attributes.template);
                findings.mistakes.push(source.at(node, message).rule(rule));
                continue;
            };
            let destination = Utf8PathBuf::from(&key.text);
            if destination.components().any(|c| c.as_str() == "..") {
                let message = format!("`{}` leads out of the release", visible(&key.text));
                findings
                    .mistakes
                    .push(source.at_byte(key.span.start, message));
                continue;
            }
            let Attributes {
                erb_syntax,
                remote_vars,
                output_format,
                ..
            } = attributes;
            let guess = matches!(destination.extension(), Some("yaml" | "yml"))
                .then_some(OutputFormat::Yaml);
            let output_format = output_format.or(guess);
            read.push(Self {
                destination,
                template,
                erb_syntax,
                remote_vars,
                output_format,
            });
        }
        findings.finish(Some(read))
    }
}

/// What is said of one file.
struct Attributes {
    template: String,
    erb_syntax: bool,
    remote_vars: Option<Utf8PathBuf>,
    output_format: Option<OutputFormat>,
}

impl Attributes {
    fn of(node: &Node, source: Source<'_>, findings: &mut Findings) -> Option<Self> {
        let mut wrong = |at: &Node, message: &str, rule: &str| {
            findings.mistakes.push(source.at(at, message).rule(rule));
            None
        };
        let text = |key: &str| match node.find(key).map(|node| &node.kind) {
            Some(Kind::String(text)) => Some(text.clone()),
            _ => None,
        };
        let Some(template) =
            text("template").filter(|t| t.split('/').all(|part| !part.is_empty() && part != ".."))
        else {
            return wrong(
                node,
                "no template is named",
                "write `template:` with a file below `templates`",
            );
        };
        let erb_syntax = match node.find("erb_syntax") {
            Some(value) => match boolean(value) {
                Some(value) => value,
                None => {
                    return wrong(
                        value,
                        "`erb_syntax` is neither true nor false",
                        "write `True` or `False`",
                    );
                }
            },
            None => false,
        };
        let output_format = match (node.find("output_format"), text("output_format").as_deref()) {
            (_, Some("yaml" | "yml")) => Some(OutputFormat::Yaml),
            (None, _) => None,
            (Some(value), _) => {
                return wrong(
                    value,
                    "the output format is not known",
                    "`yaml` is the only one",
                );
            }
        };
        let remote_vars = match (node.find("remote_vars"), text("remote_vars")) {
            (_, Some(path)) if path.starts_with('/') => Some(Utf8PathBuf::from(path)),
            (
                None
                | Some(Node {
                    kind: Kind::Null, ..
                }),
                _,
            ) => None,
            (Some(value), _) => {
                return wrong(value, "`remote_vars` is not an absolute path", "write one");
            }
        };
        Some(Self {
            template,
            erb_syntax,
            remote_vars,
            output_format,
        })
    }
}
