//! Sets single keys in an INI file such as `scap.cfg`; every other byte stays.

use super::{EntryError, Resolution};
use crate::ini::{Ini, Section, Setting, parse};
use crate::place::line_ending;

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub section: String,
    pub key: String,
    pub value: String,
}

impl Entry {
    /// Makes a setting.
    pub fn new(section: impl Into<String>, key: impl Into<String>, value: impl ToString) -> Self {
        Self {
            section: section.into(),
            key: key.into(),
            value: value.to_string(),
        }
    }
}

/// Brings settings into a text; `base` holds the settings that svcgen wrote last.
///
/// A setting of `base` that is no longer wanted goes, unless somebody changed it since. A value that somebody changed
/// stays for as long as svcgen wants the one it wrote.
///
/// # Errors
/// Where somebody else set one of them to something different and that is not decided, or the text is not INI.
pub fn patch(
    text: Option<&str>,
    entries: &[Entry],
    base: Option<&str>,
    resolution: Resolution,
) -> Result<String, EntryError> {
    let Some(original) = text else {
        return checked(fragment(entries), &Ini::default(), entries, &[]);
    };
    let before = read(original)?;
    let base = base.map(read).transpose()?.unwrap_or_default();
    let dropped = dropped(&before, entries, &base);
    let (mut meant, mut places) = (Vec::new(), Vec::new());
    for entry in entries {
        let found = before.find(&entry.section, &entry.key);
        let written = base.find(&entry.section, &entry.key);
        let written = written.map(|setting| setting.value.as_str());
        match found {
            Some(found) if found.value != entry.value && written != Some(&found.value) => {
                let is_tuned = written == Some(entry.value.as_str());
                match resolution {
                    _ if is_tuned => {}
                    Resolution::Yours => {}
                    Resolution::Svcgen => meant.push(entry.clone()),
                    Resolution::Mark => {
                        let Entry { key, value, .. } = entry;
                        let reason = format!("`{key}` is `{}` already, not `{value}`", found.value);
                        places.push((Some(found.line), reason));
                    }
                }
            }
            Some(_) | None => meant.push(entry.clone()),
        }
    }
    if !places.is_empty() {
        return Err(EntryError::Conflict { places });
    }
    let mut text = original.to_owned();
    for entry in &meant {
        let ini = read(&text)?;
        text = match ini.find(&entry.section, &entry.key) {
            Some(found) if found.value == entry.value => continue,
            Some(found) => replace(&text, found, &entry.value),
            None => insert(&text, &ini, entries, entry),
        };
    }
    for (section, key) in &dropped {
        text = remove(&text, &read(&text)?, section, key);
    }
    checked(text, &before, &meant, &dropped)
}

/// The settings that svcgen wrote, and that somebody took out: those that are wanted still.
///
/// Where none of them is there, and svcgen did not make the file, another file took its place.
pub(super) fn taken_out(
    text: &str,
    entries: &[Entry],
    base: Option<&str>,
    is_made: bool,
) -> Vec<String> {
    let (Ok(there), Some(Ok(base))) = (parse(text), base.map(parse)) else {
        return Vec::new();
    };
    let has = |ini: &Ini, entry: &Entry| ini.find(&entry.section, &entry.key).is_some();
    let written = entries.iter().filter(|entry| has(&base, entry));
    let (stay, gone): (Vec<&Entry>, Vec<&Entry>) = written.partition(|entry| has(&there, entry));
    match stay.is_empty() && !is_made {
        true => Vec::new(),
        false => gone.into_iter().map(|entry| entry.key.clone()).collect(),
    }
}

/// The settings alone, as they are remembered, and as a new file has them.
pub fn fragment(entries: &[Entry]) -> String {
    let mut out = String::new();
    let mut names: Vec<&str> = Vec::new();
    for entry in entries {
        if !names.contains(&entry.section.as_str()) {
            names.push(&entry.section);
        }
    }
    for name in names {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&format!("[{name}]\n"));
        for entry in entries.iter().filter(|entry| entry.section == name) {
            out.push_str(&line(&entry.key, ": ", &entry.value, "", "\n"));
        }
    }
    out
}

fn read(text: &str) -> Result<Ini, EntryError> {
    parse(text).map_err(|error| EntryError::Unreadable {
        line: error.line,
        reason: error.message,
    })
}

/// The settings that svcgen wrote, that nobody changed, and that are wanted no more.
fn dropped(ini: &Ini, entries: &[Entry], base: &Ini) -> Vec<(String, String)> {
    let written = base
        .sections
        .iter()
        .flat_map(|s| s.settings.iter().map(move |setting| (&s.name, setting)));
    let is_wanted = |section: &str, key: &str| {
        entries
            .iter()
            .any(|entry| entry.section == section && entry.key.to_lowercase() == key)
    };
    written
        .filter(|(section, setting)| !is_wanted(section, &setting.key))
        .filter(|(section, setting)| {
            ini.find(section, &setting.key)
                .is_some_and(|s| s.value == setting.value)
        })
        .map(|(section, setting)| (section.clone(), setting.key.clone()))
        .collect()
}

/// Compares the result, read back, with the settings before and the change that was meant.
fn checked(
    text: String,
    before: &Ini,
    entries: &[Entry],
    dropped: &[(String, String)],
) -> Result<String, EntryError> {
    let settings = |ini: &Ini| -> Vec<(String, String, String)> {
        let all = ini
            .sections
            .iter()
            .flat_map(|s| s.settings.iter().map(move |x| (s, x)));
        all.map(|(s, x)| (s.name.clone(), x.key.clone(), x.value.clone()))
            .collect()
    };
    let mut meant = settings(before);
    meant.retain(|(section, key, _)| !dropped.iter().any(|(s, k)| s == section && k == key));
    for entry in entries {
        let key = entry.key.to_lowercase();
        meant.retain(|(section, other, _)| !(*section == entry.section && *other == key));
        meant.push((entry.section.clone(), key, entry.value.clone()));
    }
    let mut found = settings(&read(&text)?);
    meant.sort();
    found.sort();
    if found == meant {
        return Ok(text);
    }
    let reason = "the change could not be made without changing something else".into();
    Err(EntryError::Unreadable { line: 1, reason })
}

/// Writes a setting; further lines of its value are indented.
fn line(key: &str, separator: &str, value: &str, indent: &str, eol: &str) -> String {
    let value = value.replace('\n', &format!("{eol}{indent}    "));
    // A separator before nothing would end the line in white space.
    let separator = if value.is_empty() {
        separator.trim_end()
    } else {
        separator
    };
    format!("{indent}{key}{separator}{value}{eol}")
}

fn replace(text: &str, setting: &Setting, value: &str) -> String {
    let eol = line_ending(text);
    let value = value.replace('\n', &format!("{eol}{}    ", setting.indent));
    let gap = if setting.separator.ends_with(char::is_whitespace) || value.is_empty() {
        ""
    } else {
        " "
    };
    let gap = if setting.value.is_empty() { gap } else { "" };
    format!(
        "{}{gap}{value}{}",
        &text[..setting.value_span.start],
        &text[setting.value_span.end..]
    )
}

/// Puts a setting after its nearest neighbour of those that are wanted, or its section at the end.
fn insert(text: &str, ini: &Ini, entries: &[Entry], entry: &Entry) -> String {
    let Some(section) = ini.section(&entry.section) else {
        return append(text, ini, entry);
    };
    let place = entries
        .iter()
        .position(|other| other == entry)
        .unwrap_or_default();
    let find = |other: &Entry| {
        (other.section == entry.section)
            .then(|| section.find(&other.key))
            .flatten()
    };
    let before = entries[..place].iter().rev().find_map(find);
    let after = entries[place..].iter().skip(1).find_map(find);
    let neighbour = before.or(after).or(section.settings.last());
    let (separator, indent) = style(ini, neighbour);
    let at = match (before, after) {
        (Some(before), _) => before.span.end,
        (None, Some(after)) => heading(text, after.span.start, section),
        (None, None) => section
            .settings
            .last()
            .map_or(section.span.end, |last| last.span.end),
    };
    let eol = line_ending(text);
    put(
        text,
        at,
        &line(&entry.key, &separator, &entry.value, &indent, eol),
    )
}

/// The separator and the indent of a neighbour, or of the file.
fn style(ini: &Ini, neighbour: Option<&Setting>) -> (String, String) {
    let first = || {
        ini.sections
            .iter()
            .flat_map(|section| &section.settings)
            .find(|s| !s.value.is_empty())
    };
    let Some(setting) = neighbour.filter(|s| !s.value.is_empty()).or_else(first) else {
        return (": ".into(), String::new());
    };
    let indent = neighbour.map_or(String::new(), |n| n.indent.clone());
    (setting.separator.clone(), indent)
}

fn append(text: &str, ini: &Ini, entry: &Entry) -> String {
    let eol = line_ending(text);
    let (separator, _) = style(ini, None);
    let blank = !text.trim().is_empty()
        && text
            .lines()
            .last()
            .is_some_and(|line| !line.trim().is_empty());
    let blank = if blank { eol } else { "" };
    let setting = line(&entry.key, &separator, &entry.value, "", eol);
    put(
        text,
        text.len(),
        &format!("{blank}[{}]{eol}{setting}", entry.section),
    )
}

/// Inserts whole lines; a file without a final line end stays one.
fn put(text: &str, at: usize, lines: &str) -> String {
    if at > 0 && !text[..at].ends_with(['\n', '\r']) {
        let eol = line_ending(text);
        let lines = lines.strip_suffix(eol).unwrap_or(lines);
        return format!("{}{eol}{lines}{}", &text[..at], &text[at..]);
    }
    format!("{}{lines}{}", &text[..at], &text[at..])
}

/// The start of the comment lines directly above a setting.
fn heading(text: &str, at: usize, section: &Section) -> usize {
    let mut start = at;
    while start > section.span.end {
        let previous = text[..start - 1]
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        if previous < section.span.end || !text[previous..start].trim().starts_with(['#', ';']) {
            break;
        }
        start = previous;
    }
    start
}

/// Takes a setting out, and its section with the blank line before it where nothing is left in that.
fn remove(text: &str, ini: &Ini, section: &str, key: &str) -> String {
    let Some(section) = ini.section(section) else {
        return text.to_owned();
    };
    let Some(setting) = section.find(key) else {
        return text.to_owned();
    };
    let alone =
        section.settings.len() == 1 && text[section.span.end..setting.span.start].trim().is_empty();
    let mut start = if alone {
        section.span.start
    } else {
        setting.span.start
    };
    if alone && text[..start].ends_with("\n\n") {
        start -= 1;
    } else if alone && text[..start].ends_with("\r\n\r\n") {
        start -= 2;
    }
    format!("{}{}", &text[..start], &text[setting.span.end..])
}

#[cfg(test)]
mod tests;
