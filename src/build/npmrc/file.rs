use std::collections::BTreeMap;

use camino::Utf8Path;

use super::{FILES, Variables};

/// A line of an `.npmrc`.
pub(super) struct Setting {
    pub(super) name: String,
    /// With what variables hold in their place.
    pub(super) value: String,
    /// The variables that it names, of those that are set.
    pub(super) variables: BTreeMap<String, String>,
}

/// Reads a file as npm does; nothing where there is none.
pub(super) fn read(path: &Utf8Path, variables: Variables<'_>) -> Vec<Setting> {
    let bytes = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    text.lines()
        .filter_map(|line| setting(line, variables))
        .collect()
}

fn setting(line: &str, variables: Variables<'_>) -> Option<Setting> {
    let line = line.trim();
    if line.starts_with([';', '#', '[']) {
        return None;
    }
    let (name, value) = line.split_once('=')?;
    let mut named = BTreeMap::new();
    let mut expand = |text: &str| expand(text, variables, &mut named);
    let name = expand(unquoted(name));
    let mut value = expand(unquoted(value));
    if FILES.iter().any(|end| name.ends_with(end))
        && let Some(below) = value.strip_prefix("~/")
    {
        value = format!("{}/{below}", variables("HOME").unwrap_or_default());
    }
    Some(Setting {
        name,
        value,
        variables: named,
    })
}

/// A text without the quotes around it, or the comment after it.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    for quote in ['"', '\''] {
        let inner = text.strip_prefix(quote);
        if let Some(inner) = inner.and_then(|text| text.strip_suffix(quote)) {
            return inner;
        }
    }
    let end = text.find([';', '#']).unwrap_or(text.len());
    text[..end].trim_end()
}

/// Puts what variables hold in the place of `${NAME}`; one that is not set stays as it is.
fn expand(text: &str, variables: Variables<'_>, named: &mut BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else {
            break;
        };
        out += before;
        match variables(name) {
            Some(value) => {
                out += &value;
                named.insert(name.to_owned(), value);
            }
            None => out += &format!("${{{name}}}"),
        }
        rest = behind;
    }
    out + rest
}
