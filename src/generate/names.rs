//! Which names a tree has given away.

use camino::Utf8Path;

use super::GenerateError;

/// Refuses to write a file that somebody else wrote: the name is theirs.
pub(super) fn check_file(
    what: &str,
    path: &Utf8Path,
    found: Option<String>,
    wanted: &str,
    foreign: bool,
) -> Result<(), GenerateError> {
    let Some(found) = found.filter(|found| foreign && found != wanted) else {
        return Ok(());
    };
    let defines = |line: &str| line.starts_with("class ") || line.starts_with("define ");
    let line = found.lines().position(defines).map_or(1, |index| index + 1);
    let owner = found
        .lines()
        .nth(line - 1)
        .map(|l| l.trim_end_matches([' ', '(', '{']).to_owned())
        .unwrap_or_default();
    Err(GenerateError::Taken {
        what: what.to_owned(),
        path: path.to_owned(),
        line,
        owner: format!("`{owner}`"),
        free: None,
    })
}
