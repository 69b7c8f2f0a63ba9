//! Git: the user's own `git` for everything that changes something or speaks to a server, libgit2 for reading.
//!
//! The words are git's; nothing here knows about review, Gerrit or services.

mod checkout;
mod committed;
mod overlooked;
mod program;
mod rewriting;
mod setting;

pub use checkout::{Checkout, Head};
pub use committed::{committed_text, committed_texts, is_only_here};
pub use program::{Git, GitError, Output, Words, text_as_input};
pub use rewriting::Rewritten;
pub use setting::{Setting, configured_deploy_dir, deploy_dir, set_deploy_dir};
