//! The user's editor.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::{Command, ExitStatus};

use rustix::io::Errno;

/// The variables that name it, the first that does wins.
const NAMED_BY: [&str; 2] = ["VISUAL", "EDITOR"];

/// Programs that are taken where none is named.
const USUAL: [&str; 4] = ["sensible-editor", "editor", "nano", "vi"];

/// What an editor left.
#[derive(Debug)]
pub(super) enum Edited {
    Text(String),
    Nothing,
    /// It could not be started.
    Unstarted(io::Error),
    /// It ended with an error, such as `exit status: 1`, and left this text.
    Failed(String, String),
    /// What it left is no UTF-8, and is kept in this file.
    Foreign(PathBuf),
}

/// The editor as the environment names it, or one that is there.
pub fn chosen(variables: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let named = NAMED_BY.into_iter().find_map(variables_of(variables));
    named.or_else(|| {
        let found = USUAL.into_iter().find(|name| which::which(name).is_ok());
        found.map(str::to_owned)
    })
}

fn variables_of(variables: &dyn Fn(&str) -> Option<String>) -> impl FnMut(&str) -> Option<String> {
    |name| variables(name).filter(|editor| !editor.trim().is_empty())
}

/// What only a shell understands: an editor that is named with any of it is run by one, as git does.
const FOR_A_SHELL: &str = "|&;<>()$`\\\"' \t\n*?[#~=%";

/// How a shell ends that does not find a command, and one that may not run it.
const UNSTARTED: [(i32, Errno); 2] = [(127, Errno::NOENT), (126, Errno::ACCESS)];

/// Has an editor, which may be named as a shell's command, change a text; without what ends its last line.
///
/// # Errors
/// Where the text cannot be given to it.
pub(super) fn edit(editor: &str, text: &str) -> io::Result<Edited> {
    let mut named = tempfile::Builder::new();
    let mut file = named.prefix("svcgen-").suffix(".txt").tempfile()?;
    file.write_all(text.as_bytes())?;
    // What is added to the file begins on a line of its own.
    if !text.is_empty() {
        file.write_all(b"\n")?;
    }
    let path = file.into_temp_path();
    let ended = match editor.contains(|c| FOR_A_SHELL.contains(c)) {
        true => Command::new("sh")
            .args(["-c", &format!("{editor} \"$@\""), editor])
            .arg(&path)
            .status()
            .and_then(started),
        false => Command::new(editor).arg(&path).status(),
    };
    let status = match ended {
        Ok(status) => status,
        Err(error) => return Ok(Edited::Unstarted(error)),
    };
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    let Ok(text) = String::from_utf8(bytes) else {
        return Ok(Edited::Foreign(path.keep()?));
    };
    let text = text.trim_end_matches(['\n', '\r']).to_owned();
    Ok(match status.success() {
        false => Edited::Failed(status.to_string(), text),
        true if text.trim().is_empty() => Edited::Nothing,
        true => Edited::Text(text),
    })
}

/// How an editor ended that a shell ran, where the shell could run it.
fn started(status: ExitStatus) -> io::Result<ExitStatus> {
    let mut unstarted = UNSTARTED.into_iter();
    match unstarted.find(|(code, _)| status.code() == Some(*code)) {
        Some((_, error)) => Err(error.into()),
        None => Ok(status),
    }
}
