use std::io::{BufRead as _, BufReader, IsTerminal as _, Read as _, Write as _};

use super::Choice;
use crate::cli::Failure;
use crate::cli::deploy::RepositoryArgs;
use crate::deploy::Journals;
use crate::error::{CommandError, unprinted};
use crate::event::{DeployId, EventKind};
use crate::model::HostName;
use crate::ui::{Ui, printable, rows};

/// Shows all that hosts wrote in a deploy: as it is, or where a terminal shows it, such that it steers nothing.
pub(super) fn show(
    journals: &Journals,
    id: &DeployId,
    mut choice: Choice,
    repository: &RepositoryArgs,
    ui: &Ui,
) -> Result<(), Failure> {
    let mut reader = journals.open(id).map_err(CommandError::from)?;
    let first = reader.next(|_| true).map_err(CommandError::from)?;
    let hosts = match first {
        Some((event, _)) => match event.kind {
            EventKind::DeployStarted { hosts, .. } => hosts,
            _ => Vec::new(),
        },
        None => Vec::new(),
    };
    choice.learn(id, &hosts)?;
    let chosen = choice.of(&hosts);
    let mut wrote = 0;
    let mut is_found = false;
    for host in chosen {
        let path = journals.output(id, host);
        let file = match fs_err::File::open(&path) {
            Ok(file) => file,
            // A host that wrote nothing has no file.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error.into()),
        };
        if chosen.len() > 1 {
            ui.result(&heading(host, wrote == 0))?;
        }
        wrote += 1;
        is_found |= pass_on(BufReader::new(file), &choice, ui.width())?;
    }
    if wrote == 0 {
        ui.status(&match chosen {
            [one] => format!("{one} wrote nothing in {id}"),
            _ => format!("no host wrote anything in {id}"),
        });
    } else if !is_found {
        let nothing = format!("nothing that hosts wrote in {id} matches");
        if let Some(error) = choice.not_found(&nothing, id, repository) {
            return Err(error.into());
        }
    }
    Ok(())
}

fn heading(host: &HostName, is_first: bool) -> String {
    let gap = if is_first { "" } else { "\n" };
    format!("{gap}==> {host} <==\n")
}

/// Prints what is chosen of a file, and tells whether that is anything.
fn pass_on(
    mut file: BufReader<fs_err::File>,
    choice: &Choice,
    width: usize,
) -> Result<bool, Failure> {
    let is_terminal = std::io::stdout().is_terminal();
    let mut out = std::io::stdout().lock();
    if !is_terminal && !choice.has_text() {
        std::io::copy(&mut file, &mut out)?;
        out.flush()?;
        return Ok(true);
    }
    let mut line = Vec::new();
    let mut is_found = false;
    // A line without an end is taken in pieces: it need not fit into memory.
    while file.by_ref().take(LONGEST).read_until(b'\n', &mut line)? > 0 {
        if choice.wants_line(&line) {
            is_found = true;
            match is_terminal {
                true => {
                    let text = printable(&String::from_utf8_lossy(&line)).into_owned();
                    out.write_all(rows(&text, width).as_bytes())
                }
                false => out.write_all(&line),
            }
            .map_err(unprinted)?;
        }
        line.clear();
    }
    out.flush().map_err(unprinted)?;
    Ok(is_found)
}

/// The most bytes that are taken for one line.
const LONGEST: u64 = 1024 * 1024;
