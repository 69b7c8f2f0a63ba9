mod stream;
mod words;

use std::ffi::OsStr;
use std::fs::File;
use std::io::{IsTerminal as _, Seek as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use signal_hook::consts::SIGINT;
use thiserror::Error;

use self::stream::{LONGEST_OUTPUT, Stream, collect, hand_on, wait};
pub use self::words::Words;
use self::words::without_passwords;
use crate::error::{MAKE_ROOM, OTHER_TEMPORARY, is_lack_of_room, tells_of_full_disk};

/// How long a command may take that speaks to a server.
const NETWORK_DEADLINE: Duration = Duration::from_secs(600);

/// How long what git wrote is waited for once it has ended: an ssh master that it left in the background
/// holds the streams open for hours.
const GRACE: Duration = Duration::from_millis(500);

/// Variables that point git at another repository, set where svcgen is run by a hook or an alias.
const FOREIGN: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
];

/// The user's own `git` in a folder, with the user's configuration, hooks and ssh.
#[derive(Debug, Clone)]
pub struct Git {
    folder: Utf8PathBuf,
    settings: Vec<String>,
    variables: Vec<(&'static str, String)>,
    deadline: Option<Duration>,
}

/// What git said.
#[derive(Debug, Clone)]
pub struct Output {
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// Whether more results were written than are in `stdout`.
    pub is_cut: bool,
}

/// Git could not do what it was asked to.
#[derive(Debug, Error)]
pub enum GitError {
    #[error("`git` cannot be run")]
    Missing { source: std::io::Error },
    #[error("`{command}` failed")]
    Failed { command: String, source: Words },
    /// By Ctrl-C, which a terminal sends to git as well.
    #[error("interrupted; `{command}` did not come to its end")]
    Interrupted { command: String },
    #[error("`{command}` did not finish within {seconds} s, and was stopped")]
    Deadline { command: String, seconds: u64 },
    #[error("`{command}` wrote more than {mebibytes} MiB, and the rest is not read")]
    Overlong { command: String, mebibytes: usize },
    #[error("`{root}` is not the root of a git checkout")]
    NotACheckout { root: Utf8PathBuf },
    #[error("git cannot read {what} of `{root}`")]
    Unreadable {
        root: Utf8PathBuf,
        what: String,
        source: git2::Error,
    },
    #[error("`{place}` of `{root}` was changed, and git is told to ignore it")]
    Overlooked {
        root: Utf8PathBuf,
        place: Utf8PathBuf,
    },
    #[error("`{root}` is a sparse checkout: files that it leaves out would look deleted")]
    Sparse { root: Utf8PathBuf },
    #[error(
        "git writes different line endings into `{root}` than its commits have: `core.autocrlf` is set"
    )]
    LineEnds { root: Utf8PathBuf },
    #[error("cannot write a temporary file in `{folder}`")]
    Temporary {
        folder: String,
        source: std::io::Error,
    },
    #[error("`{path}` has no place in the checkout")]
    Path {
        path: Utf8PathBuf,
        source: crate::worktree::WorktreeError,
    },
    #[error("`{path}` cannot be written")]
    Write {
        path: Utf8PathBuf,
        source: std::io::Error,
    },
}

impl Git {
    /// Runs git in a folder.
    pub fn at(folder: &Utf8Path) -> Self {
        Self {
            folder: folder.to_owned(),
            settings: Vec::new(),
            variables: Vec::new(),
            deadline: None,
        }
    }

    /// Adds a setting for this run, as `git -c` does.
    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.settings.push(format!("{key}={value}"));
        self
    }

    /// Sets a variable of the environment for this run.
    #[must_use]
    pub fn having(mut self, variable: &'static str, value: &str) -> Self {
        self.variables.push((variable, value.to_owned()));
        self
    }

    /// Stops what takes longer than a conversation with a server may take.
    #[must_use]
    pub fn network(self) -> Self {
        self.within(NETWORK_DEADLINE)
    }

    /// Stops what takes longer.
    #[must_use]
    pub fn within(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Runs a command that has to succeed.
    ///
    /// # Errors
    /// With git's own words.
    pub fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Output, GitError> {
        self.checked(args, Stdio::null())
    }

    /// Runs a command that has to succeed, and reads a text.
    ///
    /// # Errors
    /// With git's own words.
    pub fn run_with_input<S: AsRef<OsStr>>(
        &self,
        args: &[S],
        input: &str,
    ) -> Result<Output, GitError> {
        self.checked(args, text_as_input(input)?)
    }

    /// Runs a command that has to succeed, and hands on each line of its results: of a list that is too long to be kept.
    ///
    /// # Errors
    /// With git's own words.
    pub fn each_line<S: AsRef<OsStr>>(
        &self,
        args: &[S],
        line: impl FnMut(&str) + Send + 'static,
    ) -> Result<(), GitError> {
        let output = self.execute(args, Stdio::null(), |stdout| hand_on(stdout, line))?;
        Self::successful(args, output).map(|_| ())
    }

    /// Runs a command that may fail.
    ///
    /// # Errors
    /// Where there is no git, or the time is up.
    pub fn output<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Output, GitError> {
        self.execute(args, Stdio::null(), collect)
    }

    fn checked<S: AsRef<OsStr>>(&self, args: &[S], input: Stdio) -> Result<Output, GitError> {
        let output = self.execute(args, input, collect)?;
        Self::successful(args, output)
    }

    fn successful<S: AsRef<OsStr>>(args: &[S], output: Output) -> Result<Output, GitError> {
        if output.status.success() && output.is_cut {
            return Err(GitError::Overlong {
                command: shown(args),
                mebibytes: LONGEST_OUTPUT >> 20,
            });
        }
        if output.status.success() {
            return Ok(output);
        }
        let command = shown(args);
        if output.status.signal() == Some(SIGINT) {
            return Err(GitError::Interrupted { command });
        }
        let source = output.words();
        Err(GitError::Failed { command, source })
    }

    /// The command itself, for whoever reads its output while it runs.
    pub fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new("git");
        for variable in FOREIGN {
            command.env_remove(variable);
        }
        if !std::io::stdin().is_terminal() {
            command.env("GIT_TERMINAL_PROMPT", "0");
        }
        command.env("LC_ALL", "C").arg("-C").arg(&self.folder);
        for setting in &self.settings {
            command.arg("-c").arg(setting);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.args(args);
        command
    }

    fn execute<S: AsRef<OsStr>>(
        &self,
        args: &[S],
        input: Stdio,
        read: impl FnOnce(Option<ChildStdout>) -> Stream,
    ) -> Result<Output, GitError> {
        let mut command = self.command(args);
        command
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        tracing::debug!(folder = %self.folder, command = shown(args), "git");
        let missing = |source| GitError::Missing { source };
        let mut child = command.spawn().map_err(missing)?;
        let stdout = read(child.stdout.take());
        let stderr = collect(child.stderr.take());
        let Some(status) = wait(&mut child, self.deadline).map_err(missing)? else {
            let seconds = self.deadline.unwrap_or_default().as_secs();
            return Err(GitError::Deadline {
                command: shown(args),
                seconds,
            });
        };
        let until = Instant::now() + GRACE;
        let (stdout, stderr) = (stdout.finish(until), stderr.finish(until));
        Ok(Output {
            status,
            stdout: stdout.bytes,
            stderr: stderr.bytes,
            is_cut: stdout.is_cut,
        })
    }
}

impl Output {
    /// The results, for people and parsers that do not mind replacement characters.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).trim_end().to_owned()
    }

    /// What git said about it: its messages, or its results where it had none.
    pub fn words(&self) -> Words {
        let said = Words::new(&self.stderr);
        if said.as_str().is_empty() {
            Words::new(&self.stdout)
        } else {
            said
        }
    }
}

impl GitError {
    /// Whether git found no room on a disk of this machine.
    pub fn is_full(&self) -> bool {
        let said = match self {
            Self::Failed { source, .. } => source.to_string(),
            Self::Temporary { source, .. } | Self::Write { source, .. } => {
                return is_lack_of_room(source);
            }
            Self::Unreadable { source, .. } => return tells_of_full_disk(source.message()),
            _ => return false,
        };
        let mut lines = said.lines().filter(|line| !line.starts_with("remote:"));
        lines.any(|line| {
            line.contains("No space left on device") || line.contains("Out of diskspace")
        })
    }

    /// The command that takes away a lock that a git left which was killed; none where it failed by something else.
    pub fn left_lock(&self) -> Option<String> {
        let Self::Failed { source, .. } = self else {
            return None;
        };
        let said = source.to_string();
        let (_, rest) = said.split_once("Unable to create '")?;
        let (path, rest) = rest.split_once('\'')?;
        let is_lock = path.ends_with(".lock") && rest.starts_with(": File exists");
        let path = quoted(Utf8Path::new(path));
        is_lock.then(|| format!("rm {path}    if no git is running there any more"))
    }

    /// A command that helps.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Missing { .. } => Some("apt-get install git".into()),
            Self::NotACheckout { root } => Some(where_checkout_is(root)),
            Self::Unreadable { root, source, .. } if source.code() == git2::ErrorCode::Owner => {
                Some(format!(
                    "git config --global --add safe.directory {}",
                    quoted(root)
                ))
            }
            Self::Unreadable { .. } if self.is_full() => Some(MAKE_ROOM.into()),
            Self::Unreadable { root, .. } => Some(format!("git -C {} fsck", quoted(root))),
            Self::Overlooked { root, place } => Some(format!(
                "git -C {} update-index --no-assume-unchanged --no-skip-worktree -- {}",
                quoted(root),
                quoted(place)
            )),
            Self::Sparse { root } => {
                Some(format!("git -C {} sparse-checkout disable", quoted(root)))
            }
            // Nothing that is not committed is written over.
            Self::LineEnds { root } => {
                let git = format!("git -C {}", quoted(root));
                Some(format!(
                    "{git} diff --quiet HEAD && {git} config core.autocrlf input && {git} rm -rq --cached . && {git} reset -q --hard"
                ))
            }
            Self::Path { source, .. } => Some(source.hint()),
            Self::Temporary { .. } => Some(OTHER_TEMPORARY.into()),
            Self::Failed { .. } if self.is_full() => Some(MAKE_ROOM.into()),
            Self::Failed { .. } => Some(self.left_lock().unwrap_or_else(|| {
                "`svcgen doctor` checks git, its settings, and the servers".into()
            })),
            Self::Deadline { .. } => {
                Some("try again; `svcgen doctor` checks whether the servers answer".into())
            }
            // What the system refused tells more, and a smaller repository is nothing to ask for.
            Self::Write { .. } | Self::Overlong { .. } | Self::Interrupted { .. } => None,
        }
    }
}

/// Where the checkout could be, of a folder that is not the root of one.
fn where_checkout_is(folder: &Utf8Path) -> String {
    if !folder.is_dir() {
        return "name an existing folder".to_owned();
    }
    let whole = std::path::absolute(folder).unwrap_or_default();
    match whole.ancestors().any(|above| above.join(".git").exists()) {
        true => format!("git -C {} rev-parse --show-toplevel", quoted(folder)),
        false => format!("name the root of a checkout: `{folder}` is not in one"),
    }
}

/// A text as the input of a program: nobody has to write it while its output is read.
///
/// # Errors
/// Where there is no place for a temporary file.
pub fn text_as_input(text: &str) -> Result<Stdio, GitError> {
    let file = || -> std::io::Result<File> {
        let mut file = tempfile::tempfile()?;
        file.write_all(text.as_bytes())?;
        file.rewind()?;
        Ok(file)
    };
    file()
        .map(Stdio::from)
        .map_err(|source| GitError::Temporary {
            folder: std::env::temp_dir().display().to_string(),
            source,
        })
}

/// The command as a person would type it.
fn shown<S: AsRef<OsStr>>(args: &[S]) -> String {
    let args = args.iter().map(|arg| arg.as_ref().to_string_lossy());
    let args: Vec<String> = args
        .filter(|arg| arg != "--literal-pathspecs")
        .map(|arg| quoted(&arg))
        .collect();
    without_passwords(&format!("git {}", args.join(" ")))
}

fn quoted(text: impl AsRef<str>) -> String {
    shell_words::quote(text.as_ref()).into_owned()
}

#[cfg(test)]
mod tests;
