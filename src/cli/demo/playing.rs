//! The story, played step by step.

use std::io;
use std::process::{Child, ExitStatus, Stdio};

use camino::Utf8Path;
use rustix::process::{Pid, Signal, kill_process};

use super::{ROOMIER, has_watcher, is_quiet, tell};
use crate::cli::Failure;
use crate::demo::{self, Action, Sandbox, Scene, StoryStep};
use crate::error::{CommandError, ErrorKind};
use crate::interrupt;
use crate::ui::{Manner, Ui};

/// What an interruption leaves.
pub(super) const STOPPED: &str = "the demo did not get to its end";

/// Columns of the texts between commands.
const WIDTH: usize = 80;

/// Plays the story.
pub(super) fn play(sandbox: &Sandbox, keeps: bool, ui: &Ui) -> Result<(), Failure> {
    tell(ui, &format!("Everything happens in {}.\n", sandbox.root()))?;
    let scenes = demo::story(sandbox);
    let count = scenes.len();
    for (index, Scene { title, text, steps }) in scenes.into_iter().enumerate() {
        let text = textwrap::fill(text, ui.width().min(WIDTH));
        match is_quiet(ui) {
            true => ui.result(&format!("{} of {count}: {title}\n", index + 1))?,
            false => ui.result(&format!(
                "\n== {} of {count}: {title}\n\n{text}\n",
                index + 1
            ))?,
        }
        for step in &steps {
            interrupt::check(STOPPED)?;
            take(step, sandbox, keeps, ui)?;
        }
    }
    Ok(())
}

/// Does one step, and shows it.
fn take(step: &StoryStep, sandbox: &Sandbox, keeps: bool, ui: &Ui) -> Result<(), Failure> {
    let at = place(step);
    match &step.action {
        Action::Command { words, ends_with } => {
            command(step, words, ends_with, sandbox, keeps, ui)?
        }
        Action::Answer(text) => {
            if has_watcher(ui) {
                tell(ui, &format!("\n# {text}\n"))?;
            }
        }
        Action::Merge { repository } => {
            tell(
                ui,
                &format!("\n# a reviewer approves the change of {repository}\n"),
            )?;
            demo::merge(&sandbox.repository(repository)).map_err(CommandError::from)?;
        }
        Action::Write(files) => {
            for (path, text) in files {
                let folder = Utf8Path::new(step.folder);
                tell(ui, &format!("\n{at}$ cat > {path}\n"))?;
                if !is_quiet(ui) {
                    ui.verbatim(text)?;
                }
                if text.starts_with("#!") {
                    tell(ui, &format!("\n{at}$ chmod +x {path}\n"))?;
                }
                sandbox
                    .write(folder.join(path).as_str(), text)
                    .map_err(CommandError::from)?;
            }
        }
    }
    Ok(())
}

/// Where a step is done, as a prompt of a shell shows it.
fn place(step: &StoryStep) -> String {
    match step.folder {
        "" => "~".to_owned(),
        folder => format!("~/{folder}"),
    }
}

/// Runs a command of the story until it ends as the story has it, or whoever watches wants no more.
fn command(
    step: &StoryStep,
    words: &[String],
    ends_with: &[u8],
    sandbox: &Sandbox,
    keeps: bool,
    ui: &Ui,
) -> Result<(), Failure> {
    let line = shell_words::join(words);
    loop {
        tell(ui, &format!("\n{}$ {line}\n", place(step)))?;
        let (status, wrote) = run(step, words, sandbox, ui)?;
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        if code.is_some_and(|code| ends_with.contains(&code)) {
            return Ok(());
        }
        if code == Some(ErrorKind::Interrupted.exit_code()) {
            // Ctrl-C at a question is no signal, and nobody but that command knows of it.
            let message = format!("interrupted; {STOPPED}");
            return Err(CommandError::new(ErrorKind::Interrupted, message).into());
        }
        if !wrote.is_empty() {
            ui.always(String::from_utf8_lossy(&wrote).trim_end());
        }
        let ended = match status.code() {
            Some(code) => format!("exit code {code}"),
            None => status.to_string(),
        };
        // Whoever answers otherwise than the story expects has seen what comes of it.
        if has_watcher(ui) {
            let question = format!("The story does not expect {ended} here. Repeat that step?");
            if ui.confirm(&question)? {
                continue;
            }
        }
        let ended = format!("`{line}` ended with {ended}");
        if sandbox.is_full() {
            let full = format!("the disk of `{}` is full", sandbox.root());
            let error = CommandError::new(ErrorKind::Unexpected, full).cause(ended);
            return Err(error.hint(ROOMIER).into());
        }
        let error = CommandError::new(ErrorKind::Unexpected, ended);
        let hint = match keeps {
            true => "its output above says more",
            false => "`svcgen demo --keep` leaves the folder, to see what went wrong",
        };
        return Err(error.hint(hint).into());
    }
}

/// Runs a command once; returns how it ended, and what it wrote that was not shown.
fn run(
    step: &StoryStep,
    words: &[String],
    sandbox: &Sandbox,
    ui: &Ui,
) -> Result<(ExitStatus, Vec<u8>), Failure> {
    let (program, arguments) = words
        .split_first()
        .map_or(("", &[][..]), |(program, rest)| (program.as_str(), rest));
    let mut command = sandbox.command(program, step.folder);
    command.args(arguments);
    if ui.manner == Manner::Plain {
        command.env("SVCGEN_PLAIN", "1");
    }
    // Without a terminal to ask on, the command goes on by itself.
    if !has_watcher(ui) {
        command.stdin(Stdio::null());
    }
    let (status, wrote) = match is_quiet(ui) {
        true => {
            let ended = command.output()?;
            (ended.status, [ended.stdout, ended.stderr].concat())
        }
        false => (wait(command.spawn()?)?, Vec::new()),
    };
    interrupt::check(STOPPED)?;
    Ok((status, wrote))
}

/// Waits for the end of a command, which is told to end where that was told to the demo alone, and each time that it is told
/// again.
fn wait(mut child: Child) -> io::Result<ExitStatus> {
    let (mut is_told, mut is_known) = (false, false);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        let is_again = interrupt::is_again() && is_known;
        is_known |= interrupt::is_pending();
        if interrupt::is_alone() && !is_told || is_again {
            is_told = true;
            // It has not been waited for, so that its number still is its own.
            if let Some(process) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                kill_process(process, Signal::TERM)?;
            }
        }
        std::thread::sleep(interrupt::BETWEEN_LOOKS);
    }
}
