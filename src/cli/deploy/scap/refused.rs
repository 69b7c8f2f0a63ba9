use crate::deploy::scap_engine::{ScapRefusal, ServerError};
use crate::error::{CommandError, ErrorKind};
use crate::visible::visible;

/// The most files that are named.
const MOST: usize = 10;

impl From<ScapRefusal> for CommandError {
    fn from(refusal: ScapRefusal) -> Self {
        let message = refusal.to_string();
        match refusal {
            ScapRefusal::Plan(error) => error.into(),
            ScapRefusal::Journal(error) => error.into(),
            ScapRefusal::Server { host, error } => of_server(&host.to_string(), &error),
            ScapRefusal::Absent { .. } => untouched(ErrorKind::Usage, &message)
                .hint("clone the deploy repository there, and run `scap deploy --init` in it"),
            ScapRefusal::NoRepository { said, directory, .. } => {
                with(untouched(ErrorKind::Usage, &message), &said)
                    .hint(format!("clone the deploy repository there, into `{directory}`"))
            }
            ScapRefusal::Dirty { host, directory, paths } => {
                let more = paths.len().saturating_sub(MOST);
                let mut error = untouched(ErrorKind::Conflict, &message);
                for path in paths.iter().take(MOST) {
                    error = error.cause(format!("`{path}`"));
                }
                if more > 0 {
                    error = error.cause(format!("and {more} more"));
                }
                error.hint(format!("`ssh {host} git -C {directory} status` shows them"))
            }
            ScapRefusal::Diverged { host, directory, .. } => untouched(ErrorKind::Conflict, &message)
                .hint(format!("someone has committed there: `ssh {host} git -C {directory} log @{{u}}..`")),
            ScapRefusal::NotFetched { said, directory, host } => {
                with(untouched(ErrorKind::Unexpected, &message), &said)
                    .hint(format!("`ssh {host} git -C {directory} fetch` tries it again"))
            }
            ScapRefusal::OtherDirectory { .. } => untouched(ErrorKind::Conflict, &message)
                .cause("hosts, checks and limits are read here, and Scap reads them there")
                .hint("`git pull` here, or push what is only here"),
            ScapRefusal::Uncommitted { .. } => untouched(ErrorKind::Conflict, &message)
                .hint("commit and push it, or `git stash` it"),
            ScapRefusal::NoRevision { .. } => untouched(ErrorKind::Usage, &message)
                .hint("is it pushed? a revision is read as it will be after the pull there"),
            ScapRefusal::NoCommand { .. } => untouched(ErrorKind::Usage, &message)
                .hint("`deployment.scap` of the site says which command to run; only deployment servers have Scap")
                .hint("`--engine ssh` deploys without Scap"),
            ScapRefusal::OldCommand { said, .. } => with(untouched(ErrorKind::Usage, &message), &said)
                .hint("`deployment.scap` of the site says which command to run")
                .hint("`--engine ssh` deploys without Scap"),
            ScapRefusal::Locked(_) => untouched(ErrorKind::Locked, &message)
                .hint("`--wait` waits for its end"),
            ScapRefusal::NotUpdated { said, directory, host, .. } => {
                with(untouched(ErrorKind::Conflict, &message), &said)
                    .hint(format!("`ssh {host} git -C {directory} status` shows what is in the way"))
            }
            ScapRefusal::Changed { .. } => {
                untouched(ErrorKind::Conflict, &message).hint("run it again")
            }
            ScapRefusal::NotLive { .. } | ScapRefusal::NothingBefore { .. } => Self::usage(message)
                .hint("`svcgen rollback --to REV` goes to a revision that is named"),
            ScapRefusal::NeverDeployed { .. } => {
                Self::usage(message).hint("`svcgen deploy --dry-run` shows what a deploy would do")
            }
        }
    }
}

fn untouched(kind: ErrorKind, message: &str) -> CommandError {
    CommandError::new(kind, format!("{message}; nothing was touched"))
}

/// Adds what a program said.
fn with(error: CommandError, said: &str) -> CommandError {
    let lines = said.lines().filter(|line| !line.trim().is_empty());
    lines
        .take(MOST)
        .fold(error, |error, line| error.cause(visible(line.trim())))
}

fn of_server(host: &str, error: &ServerError) -> CommandError {
    let message = format!("{host}, the deployment server: {error}");
    let this = untouched(ErrorKind::DeployFailed, &message);
    match error {
        ServerError::Connect(error) => with(this, &error.said)
            .hint(format!("`ssh {host}` shows more"))
            .hint("`deployment.server` of the site says where Scap is"),
        ServerError::NoPython => this.hint("`deployment.server` of the site says where Scap is"),
        ServerError::Lost | ServerError::Silent(_) | ServerError::Failed(_) => {
            this.hint(format!("`ssh {host}` shows more"))
        }
    }
}
