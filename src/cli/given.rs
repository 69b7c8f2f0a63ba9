//! Values of options that are not empty: an empty one is a variable of a script that is not set.

use camino::Utf8PathBuf;
use clap::builder::{NonEmptyStringValueParser, TypedValueParser};

/// Reads a text of at least one letter.
pub(super) fn text() -> impl TypedValueParser<Value = String> {
    NonEmptyStringValueParser::new()
}

/// Reads a path.
pub(super) fn path() -> impl TypedValueParser<Value = Utf8PathBuf> {
    NonEmptyStringValueParser::new().map(Utf8PathBuf::from)
}
