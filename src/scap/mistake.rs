use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use thiserror::Error;

use crate::place::line_of;
use crate::worktree::WorktreeError;
use crate::yaml::{Node, YamlError};

/// Something wrong in a file of the `scap/` directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mistake {
    pub path: Utf8PathBuf,
    /// Counted from one; where the mistake has a place.
    pub line: Option<usize>,
    /// What is wrong, with the offending text.
    pub message: String,
    /// What would be right.
    pub rule: Option<String>,
}

/// A `scap/` directory that cannot be used.
#[derive(Debug, Error)]
pub enum ScapError {
    #[error("{}", join(.0))]
    Wrong(Vec<Mistake>),
    #[error(transparent)]
    Worktree(#[from] WorktreeError),
}

/// A value that was read, with what is odd about it but harms nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading<T> {
    pub value: T,
    pub warnings: Vec<Mistake>,
}

/// Everything that was found wrong so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) mistakes: Vec<Mistake>,
    pub(super) warnings: Vec<Mistake>,
}

/// A file that is being read, for the places of what is wrong in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) path: &'a Utf8Path,
    pub(super) text: &'a str,
}

impl Mistake {
    /// Makes a mistake without a rule.
    pub fn new(
        path: impl Into<Utf8PathBuf>,
        line: Option<usize>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            path: path.into(),
            line,
            message: message.into(),
            rule: None,
        }
    }

    /// Adds what would be right.
    #[must_use]
    pub fn rule(mut self, rule: impl Into<String>) -> Self {
        self.rule = Some(rule.into());
        self
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.path)?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        write!(f, " {}", self.message)?;
        self.rule
            .as_ref()
            .map_or(Ok(()), |rule| write!(f, ": {rule}"))
    }
}

impl Findings {
    /// The value, unless a mistake was found on the way.
    pub(super) fn finish<T>(mut self, value: Option<T>) -> Result<Reading<T>, ScapError> {
        let place = |mistake: &Mistake| (mistake.path.clone(), mistake.line);
        self.mistakes.sort_by_key(place);
        self.mistakes.dedup();
        self.warnings.sort_by_key(place);
        self.warnings.dedup();
        match value {
            Some(value) if self.mistakes.is_empty() => Ok(Reading {
                value,
                warnings: self.warnings,
            }),
            _ => Err(ScapError::Wrong(self.mistakes)),
        }
    }

    /// Takes over a reading, or its mistakes.
    pub(super) fn take<T>(
        &mut self,
        read: Result<Reading<T>, ScapError>,
    ) -> Result<Option<T>, ScapError> {
        match read {
            Ok(reading) => {
                self.warnings.extend(reading.warnings);
                Ok(Some(reading.value))
            }
            Err(ScapError::Wrong(mistakes)) => {
                self.mistakes.extend(mistakes);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl Source<'_> {
    /// A mistake at a value of the file.
    pub(super) fn at(&self, node: &Node, message: impl Into<String>) -> Mistake {
        self.at_byte(node.span.start, message)
    }

    /// A mistake at a byte of the file.
    pub(super) fn at_byte(&self, at: usize, message: impl Into<String>) -> Mistake {
        Mistake::new(self.path, Some(line_of(self.text, at)), message)
    }

    /// The mistake of a file that is not YAML.
    pub(super) fn not_yaml(&self, error: &YamlError) -> Mistake {
        self.at_byte(error.at, format!("not YAML: {}", error.message))
    }
}

fn join(mistakes: &[Mistake]) -> String {
    mistakes
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}
