use clap::Args;

/// What is done with the plan of a generator.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What to do")]
pub(crate) struct GeneratorOptions {
    /// Only print what would change; the exit code is 3 where something would.
    #[arg(long)]
    pub dry_run: bool,
    /// Commit on the topic branch.
    #[arg(long)]
    pub commit: bool,
    /// Commit, and send the change for review.
    #[arg(long)]
    pub review: bool,
    /// The topic branch [default: svcgen/ and the name of the service].
    #[arg(long, value_name = "NAME")]
    pub topic: Option<String>,
    /// Change files with uncommitted changes, too; send other commits of the branch along.
    #[arg(long)]
    pub force: bool,
    /// Judge the result by the real tools: on, except in a dry run.
    #[arg(long, overrides_with = "no_verify")]
    pub verify: bool,
    /// Do not judge the result.
    #[arg(long)]
    pub no_verify: bool,
}

impl GeneratorOptions {
    /// Whether a commit is made.
    pub(super) fn commits(&self) -> bool {
        (self.commit || self.review) && !self.dry_run
    }

    /// Whether the result is judged; a dry run is quick and judges only where that is asked for.
    pub(super) fn verifies(&self) -> bool {
        !self.no_verify && (self.verify || !self.dry_run)
    }
}
