//! Reads INI files as Python's `ConfigParser` does, with the place of every setting.
//!
//! Reading only: changing a file is `edit::ini`'s. Interpolation is not done, as Scap does not do it.

use std::ops::Range;

use crate::visible::visible;
use thiserror::Error;

/// A file of sections.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ini {
    pub sections: Vec<Section>,
}

/// A section with its settings, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub name: String,
    /// Counted from one.
    pub line: usize,
    /// The bytes of the header's line, with its line end.
    pub span: Range<usize>,
    pub settings: Vec<Setting>,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// In lower case, as `ConfigParser` looks it up.
    pub key: String,
    /// Several lines where the setting goes on in indented ones.
    pub value: String,
    /// Counted from one.
    pub line: usize,
    /// The bytes of its lines, with their line ends, without comments and blank lines after it.
    pub span: Range<usize>,
    /// The bytes before the key.
    pub indent: String,
    /// What stands between the key and the value, such as `: `.
    pub separator: String,
    /// The bytes of the value.
    pub value_span: Range<usize>,
}

/// A text that `ConfigParser` refuses.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct IniError {
    pub message: String,
    /// Counted from one.
    pub line: usize,
}

impl Ini {
    /// Finds a section.
    pub fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// Finds a setting.
    pub fn find(&self, section: &str, key: &str) -> Option<&Setting> {
        self.section(section)?.find(key)
    }
}

impl Section {
    /// Finds a setting.
    pub fn find(&self, key: &str) -> Option<&Setting> {
        let key = key.to_lowercase();
        self.settings.iter().find(|setting| setting.key == key)
    }
}

/// Parses a file.
///
/// # Errors
/// The first line that is neither a section, a setting, nor the continuation of one, or that repeats one.
pub fn parse(text: &str) -> Result<Ini, IniError> {
    if text.starts_with('\u{feff}') {
        let message = "the file begins with a byte order mark, which Scap does not accept; save it without one";
        return Err(IniError {
            message: message.into(),
            line: 1,
        });
    }
    let mut ini = Ini::default();
    // The indent of the setting that an indented line would go on; none after a section's header.
    let mut open: Option<usize> = None;
    for (index, span) in lines(text).enumerate() {
        let line = index + 1;
        let raw = &text[span.clone()];
        let content = raw.trim();
        if content.starts_with(['#', ';']) || content.is_empty() {
            continue;
        }
        let start = span.start + (raw.len() - raw.trim_start().len());
        let indent = start - span.start;
        let last = ini
            .sections
            .last_mut()
            .and_then(|section| section.settings.last_mut());
        if let (Some(least), Some(setting)) = (open, last)
            && indent > least
        {
            go_on(setting, text, start..start + content.len(), span.end);
            continue;
        }
        if let Some(name) = header(content) {
            if let Some(first) = ini.section(name) {
                let message = format!(
                    "the section `[{name}]` is there already, on line {}",
                    first.line
                );
                return Err(IniError { message, line });
            }
            ini.sections.push(Section {
                name: name.to_owned(),
                line,
                span,
                settings: Vec::new(),
            });
            open = None;
            continue;
        }
        let Some(section) = ini.sections.last_mut() else {
            let message =
                "a setting outside of a section; begin with a header such as `[global]`".into();
            return Err(IniError { message, line });
        };
        let setting = setting(text, start..start + content.len(), span, line)?;
        if let Some(first) = section
            .settings
            .iter()
            .find(|other| other.key == setting.key)
        {
            let message = format!("`{}` is already set, on line {}", setting.key, first.line);
            return Err(IniError { message, line });
        }
        section.settings.push(setting);
        open = Some(indent);
    }
    Ok(ini)
}

/// The lines of a text as Python reads them: each with its line end, which may be a lone carriage return.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at;
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        at += match rest.find(['\n', '\r']) {
            Some(end) if rest[end..].starts_with("\r\n") => end + 2,
            Some(end) => end + 1,
            None => rest.len(),
        };
        Some(start..at)
    })
}

/// The name in a header; what stands after the last bracket is ignored.
fn header(content: &str) -> Option<&str> {
    let (name, _) = content.strip_prefix('[')?.rsplit_once(']')?;
    (!name.is_empty()).then_some(name)
}

fn setting(
    text: &str,
    content: Range<usize>,
    span: Range<usize>,
    line: usize,
) -> Result<Setting, IniError> {
    let written = &text[content.clone()];
    let Some((key, value)) = written
        .split_once(['=', ':'])
        .filter(|(key, _)| !key.trim().is_empty())
    else {
        let message = format!(
            "`{}` is not a setting; write `key: value`",
            visible(written)
        );
        return Err(IniError { message, line });
    };
    let key = key.trim_end();
    let value_start = content.end - value.trim_start().len();
    Ok(Setting {
        key: key.to_lowercase(),
        value: value.trim().to_owned(),
        line,
        indent: text[span.start..content.start].to_owned(),
        separator: text[content.start + key.len()..value_start].to_owned(),
        value_span: value_start..content.end,
        span,
    })
}

/// Adds an indented line to the setting before it, with the blank lines in between.
fn go_on(setting: &mut Setting, text: &str, content: Range<usize>, end: usize) {
    let between = &text[setting.span.end..content.start];
    let blank = lines(between).filter(|line| between[line.clone()].ends_with(['\n', '\r']));
    let blank = blank
        .filter(|line| between[line.clone()].trim().is_empty())
        .count();
    setting.value.push_str(&"\n".repeat(blank + 1));
    setting.value.push_str(&text[content.clone()]);
    setting.value_span.end = content.end;
    setting.span.end = end;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_as_python_reads_them() {
        let text = "# first\n[global]\nA: 1 ; no comment\nb = x:y\n  goes on\n\n  # not this\n  and on\nempty:\n\n[a.b] x\nc=%(d)s\n";
        let ini = parse(text).unwrap();
        let value = |section, key| ini.find(section, key).unwrap().value.as_str();
        assert_eq!(value("global", "a"), "1 ; no comment");
        assert_eq!(value("global", "b"), "x:y\ngoes on\n\nand on");
        assert_eq!(value("global", "empty"), "");
        assert_eq!(value("a.b", "c"), "%(d)s");
        let b = ini.find("global", "b").unwrap();
        assert_eq!((b.line, b.separator.as_str()), (4, " = "));
        assert_eq!(
            &text[b.span.clone()],
            "b = x:y\n  goes on\n\n  # not this\n  and on\n"
        );
    }

    #[test]
    fn what_python_refuses_is_refused_with_its_line() {
        for (text, line) in [
            ("a: 1\n", 1),
            ("[a]\nword\n", 2),
            ("[a]\nx: 1\nX = 2\n", 3),
            ("[a]\n[b]\n[a]\n", 3),
            ("[a]\r\n: x\r\n", 2),
            ("\u{feff}[a]\nb: 1\n", 1),
        ] {
            assert_eq!(parse(text).unwrap_err().line, line, "{text:?}");
        }
    }
}
