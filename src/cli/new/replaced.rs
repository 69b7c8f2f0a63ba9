//! The file of a model, where answers are given on the command line: changed line by line, or with `--force` written anew.

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::interview::value_of;
use super::{put, shown};
use crate::cli::context::Context;
use crate::error::CommandError;
use crate::model::{Service, ServiceName};
use crate::onboarding::Answers;
use crate::ui::Ui;

/// A model that is there already.
pub(super) struct Present {
    pub(super) text: String,
    pub(super) value: Value,
    pub(super) service: Service,
}

impl Present {
    /// The model that is there; nothing where there is none.
    ///
    /// # Errors
    /// Where it has mistakes, or is no model at all.
    pub(super) fn read(path: &Utf8Path, context: &Context) -> Result<Option<Self>, CommandError> {
        let text = match fs_err::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                return Err(foreign(path));
            }
            Err(error) => return Err(error.into()),
        };
        let value = value_of(&text);
        // One with a mistake that hides the name is told what is wrong below.
        let is_named = value.get("name").is_some() || value.is_null() && text.contains("\nname:");
        if !is_named {
            return Err(foreign(path));
        }
        let (service, _) = Service::parse(path, &text, &context.sites, None)?;
        Ok(Some(Self {
            text,
            value,
            service,
        }))
    }

    /// Refuses answers that are about another service.
    pub(super) fn check(&self, path: &Utf8Path, given: &Answers) -> Result<(), CommandError> {
        let (own, given) = (self.value.get("name"), given.to_value());
        let (Some(Value::String(own)), Some(Value::String(name))) = (own, given.get("name")) else {
            return Ok(());
        };
        // What is no name at all is told as such, and no way out leads around it.
        if own == name || ServiceName::parse(name).is_err() {
            return Ok(());
        }
        let message = format!("`{}` is the model of `{own}`, not of `{name}`", shown(path));
        Err(with_ways_out(CommandError::conflict(message)))
    }
}

/// Writes a model over whatever is there, and keeps that beside it.
pub(super) fn write_anew(path: &Utf8Path, text: &str, ui: &Ui) -> Result<(), CommandError> {
    match fs_err::read(path) {
        Ok(before) => {
            let copy = keep_beside(path, &before)?;
            ui.warning(&format!("`{}` is the old one", shown(&copy)));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    put(path, text.as_bytes())
}

/// Keeps a text beside a file, under a name that nothing has yet.
pub(super) fn keep_beside(path: &Utf8Path, text: &[u8]) -> Result<Utf8PathBuf, CommandError> {
    let first = std::iter::once(Utf8PathBuf::from(format!("{path}.orig")));
    let more = (1..1000).map(|number| Utf8PathBuf::from(format!("{path}.orig.{number}")));
    // The same text is kept once.
    let is_free = |copy: &Utf8PathBuf| match fs_err::read(copy) {
        Ok(found) => found == text,
        Err(_) => copy.symlink_metadata().is_err(),
    };
    let copy = first.chain(more).find(is_free).ok_or_else(|| {
        CommandError::conflict(format!(
            "`{path}.orig` and all names after it exist already"
        ))
        .hint(format!("mv {path}.orig* /elsewhere"))
    })?;
    put(&copy, text)?;
    Ok(copy)
}

fn foreign(path: &Utf8Path) -> CommandError {
    let message = format!("`{}` already exists, and is not a model", shown(path));
    with_ways_out(CommandError::conflict(message))
}

fn with_ways_out(error: CommandError) -> CommandError {
    error
        .hint("`--service FILE` writes another file")
        .hint("`--force` replaces it; the old one is kept beside it, as `.orig`")
}
