use futures_util::future::BoxFuture;

use crate::model::GroupName;

/// Answers what has to be decided in the middle of a deploy.
pub trait Decide: Send + Sync {
    /// Asks, and waits for the answer.
    fn ask(&self, question: Question) -> BoxFuture<'static, bool>;

    /// Answers what another program asks, in its own words; nothing where nobody is there.
    fn reply(&self, _question: String) -> BoxFuture<'static, Option<String>> {
        Box::pin(std::future::ready(None))
    }
}

/// What may have to be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Whether to go on after the canary.
    GoOn { after: GroupName },
    /// Whether to roll back all hosts that were touched.
    RollBack {
        reason: String,
        /// How many have another release by now.
        hosts: usize,
    },
}

/// What is done where a deploy fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum OnFailure {
    // A doc comment would turn every `--help` into its long form.
    Ask,
    Rollback,
    Stop,
}
