//! Reads YAML with the place of every value, so that errors can underline it and edits can splice it.
//!
//! Reading only: writing a scalar is `render::quoting`'s, changing a file is `edit::yaml`'s.

mod mistake;
mod node;
mod parse;
mod python;
mod unclosed;

pub use node::{Key, Kind, Node, Span};
pub use parse::{YamlError, is_octal, parse, parse_python, parse_strict};
pub use python::resolve as resolve_python;
