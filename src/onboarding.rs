//! Turns answers into the model: answers come from an interview, from a file, from flags, and from what is found on
//! the machine.
//!
//! Nothing is printed here, and nothing asked but through a [`Prompter`]. Every answer keeps the place it came from, so
//! that a mistake can be shown there.

mod answers;
mod catalogue;
mod condition;
mod draft;
mod entry;
mod facts;
mod follow;
mod free;
mod interview;
mod items;
mod merge;
mod model_file;
mod near_group;
mod overview;
mod person;
mod prompter;
mod question;
mod reading;
mod rebase;
mod revise;
#[cfg(test)]
mod script;
mod shape;
mod tree;

pub use answers::{Answers, AnswersError};
pub use catalogue::load_sections;
pub use condition::Condition;
pub use draft::{Draft, DraftError, DraftLock, Drafts};
pub use facts::Facts;
pub use follow::{Followed, followed};
pub use free::misfits;
pub use interview::{Interview, InterviewError, Proposals, Setting};
pub use model_file::write_model;
pub use prompter::{Current, Nobody, Note, Prompt, Prompter, Reply};
pub use question::{Choice, Kind, Question, RoadStep, Section};
pub use rebase::{Both, rebase};
pub use revise::{Revised, revise};
