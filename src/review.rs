//! Takes a change from a work tree to review: the topic branch, the commit, the push to Gerrit.
//!
//! Whatever this module knows about a change it reads back from the branch; nothing is hidden in refs.

mod answer;
mod chain;
mod change_id;
mod clone;
mod commit;
mod commit_message;
mod dirty;
mod error;
mod hook;
mod identity;
mod kept;
mod later;
mod listed;
mod moved;
mod newer;
mod notebook;
mod noted;
mod over;
mod overtaken;
mod push;
mod remote;
mod replace;
mod standing;
mod target;
mod topic;
mod undone;
mod upstream;
mod visit;
mod way;

pub use answer::Outcome;
pub use chain::{Chain, Fate, Made, Part};
pub use change_id::ChangeId;
pub use clone::{Begun, Cloned, Fetched, Which, clone_repository};
pub use commit::Committed;
pub use commit_message::CommitMessage;
pub use dirty::{Uncommitted, dirty, uncommitted, written};
pub use error::ReviewError;
pub use identity::committer;
pub use newer::Newer;
pub use over::{Over, SentOver};
pub use overtaken::Overtaken;
pub use push::{Others, Pushed};
pub use remote::{Remote, ask_remote, unattended};
pub use replace::{Pending, Replacement};
pub use standing::{NoUpstream, Sent, Standing};
pub use topic::{Switched, Topic};
pub use upstream::{UpstreamChanges, merged_texts};
pub use visit::Visit;
