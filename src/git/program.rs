mod error;
mod stream;
mod words;

use std::ffi::OsStr;
use std::fs::File;
use std::io::{IsTerminal as _, Seek as _, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use signal_hook::consts::SIGINT;
use signal_hook::low_level::signal_name;

pub use self::error::GitError;
use self::stream::{LONGEST_OUTPUT, Stream, collect, hand_on, wait};
pub use self::words::Words;
use self::words::without_passwords;

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
    /// Whether signals of the terminal do not reach it.
    is_apart: bool,
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

impl Git {
    /// Runs git in a folder.
    pub fn at(folder: &Utf8Path) -> Self {
        Self {
            folder: folder.to_owned(),
            settings: Vec::new(),
            variables: Vec::new(),
            deadline: None,
            is_apart: false,
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

    /// Has no signal of the terminal reach this run: what puts things back is not to be left half-way.
    #[must_use]
    pub fn apart(mut self) -> Self {
        self.is_apart = true;
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
        Err(GitError::Failed {
            command,
            code: output.status.code(),
            source: output.words(),
        })
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
        if self.is_apart {
            command.process_group(0);
        }
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

    /// What git said about it: its messages, or its results where it had none; and which signal ended it, where one did.
    pub fn words(&self) -> Words {
        let said = Words::new(&self.stderr);
        let said = if said.as_str().is_empty() {
            Words::new(&self.stdout)
        } else {
            said
        };
        match self.status.signal() {
            Some(signal) => {
                let name = signal_name(signal).unwrap_or("no name");
                said.and(&format!("it was ended by signal {signal} ({name})"))
            }
            None => said,
        }
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
