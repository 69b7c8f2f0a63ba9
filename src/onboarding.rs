//! Turns answers into the model: answers come from a file, from flags, and from what is found on the machine.
//!
//! Nothing is asked or printed here. Every answer keeps the place it came from, so that a mistake can be shown there.

mod answers;
mod defaults;
mod merge;
mod model_file;
mod shape;

pub use answers::{Answers, AnswersError};
pub use defaults::{Found, find_defaults};
pub use model_file::write_model;
