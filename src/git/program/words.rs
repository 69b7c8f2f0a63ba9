use std::fmt;

/// The most of a program's words that an error repeats, in lines.
pub(super) const MOST_LINES: usize = 20;

/// So many of them are the first ones: they say what is wrong, and the last ones how it ended.
const FIRST_LINES: usize = 4;

/// What a program said, made fit to be shown: no control characters, no passwords, not endless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(String);

impl Words {
    /// Takes the first and the last lines of what a program said.
    pub fn new(said: &[u8]) -> Self {
        let text = String::from_utf8_lossy(said);
        let mut lines: Vec<String> = text
            .split(['\n', '\r'])
            .map(|line| without_passwords(&without_controls(line)))
            .map(|line| line.trim_end().to_owned())
            .filter(|line| !line.is_empty() && !line.starts_with("hint:") && line != "remote:")
            .collect();
        if lines.len() > MOST_LINES {
            let last = lines.len() - (MOST_LINES - FIRST_LINES - 1);
            lines.splice(FIRST_LINES..last, ["...".to_owned()]);
        }
        Self(lines.join("\n"))
    }

    /// The same words, and one line more.
    pub(super) fn and(self, line: &str) -> Self {
        match self.0.as_str() {
            "" => Self(line.to_owned()),
            said => Self(format!("{said}\n{line}")),
        }
    }

    /// The text, in lines.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() {
            "it said nothing"
        } else {
            &self.0
        })
    }
}

impl std::error::Error for Words {}

/// Drops escape sequences and other characters that would move the cursor.
fn without_controls(line: &str) -> String {
    let mut clean = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => drop(chars.by_ref().skip(1).find(|c| c.is_ascii_alphabetic())),
            '\t' => clean.push(' '),
            c if c.is_control() => {}
            c => clean.push(c),
        }
    }
    clean
}

/// Hides the password of an address (`https://user:password@host`).
pub(super) fn without_passwords(line: &str) -> String {
    let mut clean = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        clean.push_str(before);
        let end = after
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '\'' | '"'))
            .unwrap_or(after.len());
        let (host, tail) = after.split_at(end);
        match host
            .rsplit_once('@')
            .and_then(|(user, host)| Some((user.split_once(':')?.0, host)))
        {
            Some((user, host)) => clean.push_str(&format!("{user}:***@{host}")),
            None => clean.push_str(host),
        }
        rest = tail;
    }
    clean.push_str(rest);
    clean
}
