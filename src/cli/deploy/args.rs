use crate::cli::given;
use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use crate::cli::number::{seconds, some_seconds};
use crate::deploy::OnFailure;

/// Which deploy repository, and which of its environments.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Where from")]
pub(crate) struct RepositoryArgs {
    /// The deploy repository [default: here or above, else as the configuration says].
    #[arg(long, value_name = "DIR", value_parser = given::path())]
    pub(crate) deploy_repo: Option<Utf8PathBuf>,
    /// The environment: a folder in scap/environments.
    #[arg(long, value_name = "NAME", value_parser = given::text())]
    pub(crate) environment: Option<String>,
    /// How to reach the hosts [default: what the environment or the site says, else ssh].
    #[arg(long, value_enum)]
    pub(crate) engine: Option<Engine>,
}

impl RepositoryArgs {
    /// A command for the same repository and environment, such that it can be copied.
    pub(crate) fn completed(&self, command: &str) -> String {
        let mut command = command.to_owned();
        if let Some(folder) = &self.deploy_repo {
            command.push_str(&format!(
                " --deploy-repo {}",
                shell_words::quote(folder.as_str())
            ));
        }
        if let Some(environment) = &self.environment {
            command.push_str(&format!(
                " --environment {}",
                shell_words::quote(environment)
            ));
        }
        if let Some(engine) = self.engine.and_then(|engine| engine.to_possible_value()) {
            command.push_str(&format!(" --engine {}", engine.get_name()));
        }
        command
    }
}

/// What carries a deploy out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    // svcgen's own, over ssh: a doc comment would turn every `--help` into its long form.
    Ssh,
    // The same, on hosts that are folders of this machine.
    Local,
    // Scap, on the deployment server of the site.
    Scap,
}

/// How a deploy is shown, and to whom.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct ViewArgs {
    /// Do not announce it, even if the site announces its deploys.
    #[arg(long)]
    pub(crate) no_announce: bool,
}

/// The options of `svcgen deploy`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What to do")]
pub struct DeployArgs {
    /// The revision [default: git_rev of scap.cfg, else HEAD].
    #[arg(long, short, value_name = "REV", allow_hyphen_values = true, value_parser = given::text())]
    pub(super) rev: Option<String>,
    /// Only these hosts: names, wildcards, [01:10], ~REGEX, !NOT.
    #[arg(
        long,
        short,
        visible_alias = "limit-hosts",
        value_name = "HOSTS",
        allow_hyphen_values = true,
        value_parser = given::text()
    )]
    pub(super) limit: Option<String>,
    /// Ask the hosts, print what would be done, touch nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Do every step, even where nothing has changed.
    #[arg(long, short)]
    pub(super) force: bool,
    /// Only restart the service.
    #[arg(long, conflicts_with_all = ["rev", "force"])]
    pub(super) service_restart: bool,
    /// Continue a deploy that was interrupted [default: the last one].
    #[arg(long, value_name = "ID", num_args = 0..=1, default_missing_value = "", conflicts_with_all = ["rev", "service_restart"])]
    pub(super) resume: Option<String>,
    /// What to do if the deploy fails; needed if there is no terminal. It does not answer the question after the canary.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(super) on_failure: Option<OnFailure>,
    /// How long to wait for an answer to a question; after that, going on counts as refused, and going back as accepted.
    #[arg(long, value_name = "SECONDS", value_parser = some_seconds)]
    pub(super) answer_within: Option<u64>,
    /// How long to wait for someone else's deploy to end; an hour if no number is given.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, num_args = 0..=1, default_missing_value = "3600")]
    pub(super) wait: Option<u64>,
    #[command(flatten)]
    pub(super) view: ViewArgs,
    /// At the end, write a report to this file: a single HTML page that needs no network.
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run", value_parser = given::path())]
    pub(super) report: Option<Utf8PathBuf>,
    /// The reason, for the log.
    #[arg(value_name = "MESSAGE", help_heading = None::<&str>)]
    pub(super) message: Vec<String>,
    #[command(flatten)]
    pub(super) repository: RepositoryArgs,
}

/// The options of `svcgen rollback`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What to do")]
pub struct RollbackArgs {
    /// The revision to go back to [default: what was live on each host before the last deploy].
    #[arg(long, value_name = "REV", allow_hyphen_values = true, value_parser = given::text())]
    pub(super) to: Option<String>,
    /// Only these hosts, as for `svcgen deploy`.
    #[arg(long, short, value_name = "HOSTS", allow_hyphen_values = true, value_parser = given::text())]
    pub(super) limit: Option<String>,
    /// Ask the hosts, print what would be done, touch nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// How long to wait for someone else's deploy to end; an hour if no number is given.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, num_args = 0..=1, default_missing_value = "3600")]
    pub(super) wait: Option<u64>,
    #[command(flatten)]
    pub(super) view: ViewArgs,
    /// At the end, write a report to this file: a single HTML page that needs no network.
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run", value_parser = given::path())]
    pub(super) report: Option<Utf8PathBuf>,
    /// The reason, for the log.
    #[arg(value_name = "MESSAGE", help_heading = None::<&str>)]
    pub(super) message: Vec<String>,
    #[command(flatten)]
    pub(super) repository: RepositoryArgs,
}
