use camino::Utf8PathBuf;
use indexmap::IndexMap;
use minijinja::{ErrorKind, Value as Jinja};
use thiserror::Error;

use crate::model::{HostName, suggest};
use crate::scap::ConfigFile;

/// A configuration file that cannot be rendered.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum TemplateError {
    #[error("{path}:{line}: {message}")]
    Wrong {
        path: Utf8PathBuf,
        line: usize,
        message: String,
    },
    #[error("{path}:{line}: `{name}` is not defined{}", question(.near))]
    Undefined {
        path: Utf8PathBuf,
        line: usize,
        name: String,
        near: Option<String>,
    },
    #[error("`{path}` does not come to an end")]
    Endless { path: Utf8PathBuf },
    #[error("`{path}` makes a file of more than {most} bytes")]
    TooLong { path: Utf8PathBuf, most: usize },
    #[error("{host}:{path}:{line}: {message}")]
    RemoteVars {
        host: HostName,
        path: Utf8PathBuf,
        line: usize,
        message: String,
    },
    #[error("the file of variables `{path}` is not on {host}")]
    NoRemoteVars { host: HostName, path: Utf8PathBuf },
}

impl TemplateError {
    /// Takes over an error of the template engine.
    pub(super) fn of(
        error: &minijinja::Error,
        file: &ConfigFile,
        template: &str,
        vars: &IndexMap<String, Jinja>,
    ) -> Self {
        let path = file.template.clone();
        let line = error.line().unwrap_or(1);
        let detail = error.detail().unwrap_or_default();
        let written = || error.range().and_then(|range| template.get(range));
        let undefined = match named(detail) {
            None if error.kind() == ErrorKind::UndefinedError && detail.is_empty() => written(),
            named => named,
        };
        if let Some(name) = undefined {
            return Self::Undefined {
                path,
                line,
                name: name.to_owned(),
                near: near(name, vars),
            };
        }
        let message = match (error.kind(), detail) {
            (kind, "") => kind.to_string(),
            (ErrorKind::SyntaxError, detail) => format!("not a template: {detail}"),
            (ErrorKind::TemplateNotFound | ErrorKind::BadInclude, _) => {
                "a configuration file is rendered from one template, which includes no other".into()
            }
            (_, detail) => detail.to_owned(),
        };
        Self::Wrong {
            path,
            line,
            message,
        }
    }
}

/// The name in "`x` is undefined", as the engine says it.
fn named(detail: &str) -> Option<&str> {
    let (before, _) = detail.split_once("` is undefined")?;
    before.rsplit_once('`').map(|(_, name)| name)
}

/// What a name could be misspelt for: a variable, or a key of what its first words lead to.
fn near(name: &str, vars: &IndexMap<String, Jinja>) -> Option<String> {
    if name.contains(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.')) {
        return None;
    }
    let mut words = name.split('.');
    let first = words.next()?;
    let Some(mut value) = vars.get(first).cloned() else {
        let near = suggest(first, vars.keys().map(String::as_str))?;
        return Some(format!("{near}{}", &name[first.len()..]));
    };
    let mut path = first.to_owned();
    for word in words {
        let next = value.get_attr(word).ok()?;
        if next.is_undefined() {
            let keys: Vec<String> = value.try_iter().ok()?.map(|key| key.to_string()).collect();
            let near = suggest(word, keys.iter().map(String::as_str))?;
            return Some(format!("{path}.{near}"));
        }
        value = next;
        path = format!("{path}.{word}");
    }
    None
}

fn question(near: &Option<String>) -> String {
    near.as_ref()
        .map_or(String::new(), |near| format!("; did you mean `{near}`?"))
}
