//! Renders templates, and writes values in the syntax of the file that they go to.

pub mod markup;
pub mod quoting;
mod remarkup;
mod templates;
mod wikitext;

pub use templates::{RenderError, Templates};
