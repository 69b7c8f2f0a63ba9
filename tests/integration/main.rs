//! The tests of whole commands, as one program.

mod support;
mod validate;
