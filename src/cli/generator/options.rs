use clap::{Args, ValueEnum};

use crate::edit::Resolution;
use crate::review::{Others, Over};

/// What is done with the plan of a generator.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What to do")]
pub(crate) struct GeneratorOptions {
    /// Only print what would change; the exit code is 3 if anything would.
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
    /// Also change files with uncommitted changes, send the branch's other commits, and send over other people's patch sets
    /// that an earlier run named.
    #[arg(long)]
    pub force: bool,
    /// What to do with lines that you and svcgen both changed.
    #[arg(long, value_name = "HOW", default_value = "mark")]
    pub conflicts: Conflicts,
    /// Check the result with the real tools [default: on, except in a dry run].
    #[arg(long, overrides_with = "no_verify")]
    pub verify: bool,
    /// Do not check the result.
    #[arg(long)]
    pub no_verify: bool,
}

/// What becomes of lines that somebody and svcgen both changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Conflicts {
    /// Mark them in the file as git does if the file is svcgen's; otherwise refuse
    #[default]
    Mark,
    /// Keep yours
    Yours,
    /// Take those of svcgen
    Svcgen,
}

impl From<Conflicts> for Resolution {
    fn from(conflicts: Conflicts) -> Self {
        match conflicts {
            Conflicts::Mark => Self::Mark,
            Conflicts::Yours => Self::Yours,
            Conflicts::Svcgen => Self::Svcgen,
        }
    }
}

impl GeneratorOptions {
    /// The options by which the change was to be published, as they are typed after the command.
    pub(super) fn publication(&self) -> &'static str {
        match (self.commit, self.review) {
            (_, true) => " --review",
            (true, false) => " --commit",
            (false, false) => "",
        }
    }

    /// The option that leaves the result unjudged, where it was given, as it is typed after the command.
    pub(super) fn judgement(&self) -> &'static str {
        match self.no_verify && !self.dry_run {
            true => " --no-verify",
            false => "",
        }
    }

    /// What `--force` does about uncommitted changes of somebody's in so many files.
    pub(super) fn forced(&self, files: usize) -> &'static str {
        match (self.commits(), files) {
            (true, _) => "`--force` commits them with svcgen's",
            (false, 1) => "`--force` changes the file anyway",
            (false, _) => "`--force` changes the files anyway",
        }
    }

    /// What becomes of commits on the branch that are not svcgen's.
    pub(super) fn others(&self) -> Others {
        match self.force {
            true => Others::Send,
            false => Others::Refuse,
        }
    }

    /// What becomes of patch sets that somebody else sent.
    pub(super) fn over(&self) -> Over {
        match self.force {
            true => Over::Named,
            false => Over::Name,
        }
    }

    /// Whether a commit is made.
    pub(super) fn commits(&self) -> bool {
        (self.commit || self.review) && !self.dry_run
    }

    /// Whether the result is judged; a dry run is quick and judges only where that is asked for.
    pub(super) fn verifies(&self) -> bool {
        !self.no_verify && (self.verify || !self.dry_run)
    }
}
