use camino::{Utf8Path, Utf8PathBuf};
use clap::Parser;

use crate::cli::Failure;
use crate::cli::context::working_directory;
use crate::demo::{self, Approved, ReviewError};
use crate::error::{CommandError, ErrorKind};
use crate::model::did_you_mean;
use crate::ui::Ui;
use crate::visible::visible;

/// What svcgen plays in the demo besides itself.
#[derive(Debug, Parser)]
#[command(name = "svcgen demo-part")]
pub(in crate::cli) enum DemoPart {
    /// The service on one host, for as long as the folder is there.
    Serve { sandbox: Utf8PathBuf },
    /// A guest of the service.
    Ask,
    /// The review server, as a hook of git.
    Review,
    /// Somebody who reviews: approves what was sent last to each of these repositories.
    Approve {
        sandbox: Utf8PathBuf,
        repositories: Vec<String>,
    },
}

impl DemoPart {
    /// The part that the command line names, where it names one.
    pub(in crate::cli) fn named() -> Option<Result<Self, clap::Error>> {
        let mut words = std::env::args_os().skip(1).peekable();
        words.next_if(|word| word == "demo-part")?;
        let name = std::ffi::OsString::from("demo-part");
        Some(Self::try_parse_from(std::iter::once(name).chain(words)))
    }

    /// Plays it.
    pub(in crate::cli) fn run(&self, ui: &Ui) -> Result<(), Failure> {
        match self {
            Self::Serve { sandbox } => Ok(demo::serve(port()?, sandbox)?),
            Self::Ask => match demo::ask(port()?)? {
                Ok(_) => Ok(()),
                Err(said) => Err(CommandError::new(ErrorKind::Unexpected, said).into()),
            },
            Self::Approve {
                sandbox,
                repositories,
            } => Ok(approve(sandbox, repositories, ui)?),
            Self::Review => {
                let here = working_directory()?;
                let told = demo::receive(
                    &here,
                    &mut std::io::stdin().lock(),
                    &mut std::io::stdout().lock(),
                );
                for line in told.map_err(CommandError::from)? {
                    let mut err = std::io::stderr().lock();
                    std::io::Write::write_fmt(&mut err, format_args!("{line}\n"))?;
                }
                Ok(())
            }
        }
    }
}

/// Approves what was sent last to each repository.
fn approve(sandbox: &Utf8Path, repositories: &[String], ui: &Ui) -> Result<(), CommandError> {
    let known = demo::REPOSITORIES.map(|(name, ..)| name);
    let all = || format!("`approve REPOSITORY...`: {}", known.join(", "));
    if repositories.is_empty() {
        return Err(
            CommandError::usage("nothing is named for the reviewer to approve").hint(all()),
        );
    }
    for name in repositories {
        if !known.contains(&name.as_str()) {
            let error = CommandError::usage(format!("there is no repository `{}`", visible(name)));
            return Err(match did_you_mean(name, known) {
                Some(hint) => error.hint(hint),
                None => error.hint(all()),
            });
        }
        let Approved { number, subject } =
            demo::merge(&sandbox.join("review").join(format!("{name}.git")))?;
        ui.status(&format!("approved change {number} of {name}: {subject}"));
    }
    Ok(())
}

/// The port that the host of a service gives it.
fn port() -> Result<u16, CommandError> {
    let port = std::env::var("PORT").ok();
    let port = port.and_then(|port| port.parse().ok());
    port.ok_or_else(|| CommandError::usage("the variable `PORT` names no port"))
}

impl From<ReviewError> for CommandError {
    fn from(error: ReviewError) -> Self {
        match &error {
            ReviewError::NoChange(_) => Self::usage(error.to_string()).hint(
                "`svcgen CHECKOUT --review` sends one, where CHECKOUT is `vagrant`, `puppet`, ...",
            ),
            ReviewError::Behind { branch, .. } => Self::conflict(error.to_string()).hint(format!(
                "`git pull --rebase origin {branch}` takes it in; then send the change again"
            )),
            ReviewError::Git(_) | ReviewError::Io(_) => {
                Self::from_error(ErrorKind::Unexpected, &error)
            }
        }
    }
}
