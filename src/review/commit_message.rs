use std::fmt;

use super::change_id::ChangeId;
use crate::generate::CommitText;
use crate::model::TaskId;

/// The longest subject, in characters.
const SUBJECT: usize = 80;
/// Where the body is wrapped.
const BODY: usize = 72;
/// The longest line that the trees' checks let pass.
const LONGEST: usize = 100;

/// The message of a commit: a subject and a body, and its trailers (`Bug:`, `Change-Id:`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitMessage {
    text: String,
    trailers: Vec<String>,
}

impl CommitMessage {
    /// Lays a text out as the trees want it: a subject of at most 80 characters, a wrapped body.
    pub fn new(text: &CommitText) -> Self {
        let subject = text
            .subject
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let mut body = String::new();
        let short = shorten(&subject);
        if short != subject {
            wrap(&subject, &mut body);
            body.push('\n');
        }
        for line in text.body.lines() {
            wrap(line.trim_end(), &mut body);
        }
        let mut text = short;
        let mut blank = true;
        text.push('\n');
        for line in body.trim_matches('\n').lines() {
            if line.is_empty() {
                blank = true;
                continue;
            }
            if blank {
                text.push('\n');
            }
            blank = false;
            text.push_str(line);
            text.push('\n');
        }
        Self {
            text: text.trim_end().to_owned(),
            trailers: Vec::new(),
        }
    }

    /// Parses the message of a commit: the last paragraph is trailers where every line of it is one.
    pub fn parse(message: &str) -> Self {
        let message = message.trim_end();
        if let Some((text, last)) = message.rsplit_once("\n\n") {
            let lines: Vec<&str> = last.lines().collect();
            if lines.iter().all(|line| is_trailer(line))
                && lines.first().is_some_and(|line| token(line).is_some())
            {
                let trailers = lines.into_iter().map(str::to_owned).collect();
                return Self {
                    text: text.trim_end().to_owned(),
                    trailers,
                };
            }
        }
        Self {
            text: message.to_owned(),
            trailers: Vec::new(),
        }
    }

    /// A text that is laid out already, with its trailers.
    pub fn laid_out(text: &str, trailers: Vec<String>) -> Self {
        Self {
            text: text.trim_end().to_owned(),
            trailers,
        }
    }

    /// The same trailers under another text.
    #[must_use]
    pub fn with_text_of(self, other: Self) -> Self {
        Self {
            text: other.text,
            trailers: self.trailers,
        }
    }

    /// Adds what is missing: each task as a `Bug:` of its own, and one Change-Id, after them.
    #[must_use]
    pub fn ensure(mut self, bugs: &[TaskId], change_id: &ChangeId) -> Self {
        for bug in bugs {
            let line = format!("Bug: {bug}");
            let there = self
                .text
                .lines()
                .chain(self.trailers.iter().map(String::as_str))
                .any(|l| l.trim_end() == line);
            if !there {
                let last = self.trailers.iter().rposition(|line| is_token(line, "Bug"));
                self.trailers.insert(last.map_or(0, |at| at + 1), line);
            }
        }
        if self.change_id().as_ref() != Some(change_id)
            || self
                .trailers
                .iter()
                .filter(|l| is_token(l, "Change-Id"))
                .count()
                > 1
        {
            self.trailers.retain(|line| !is_token(line, "Change-Id"));
            self.trailers.push(format!("Change-Id: {change_id}"));
        }
        self
    }

    /// The Change-Id; the last one where there are several.
    pub fn change_id(&self) -> Option<ChangeId> {
        let values = self
            .trailers
            .iter()
            .rev()
            .filter(|line| is_token(line, "Change-Id"));
        values
            .filter_map(|line| line.split_once(':'))
            .find_map(|(_, value)| ChangeId::parse(value.trim()))
    }

    /// The value of a trailer; that of the last one where there are several.
    pub fn trailer(&self, name: &str) -> Option<&str> {
        let mut found = self.trailers.iter().rev();
        let line = found.find(|line| is_token(line, name))?;
        line.split_once(':').map(|(_, value)| value.trim())
    }

    /// The trailers, each as its line.
    pub fn trailers(&self) -> &[String] {
        &self.trailers
    }

    /// The first line.
    pub fn subject(&self) -> &str {
        self.text.lines().next().unwrap_or_default()
    }

    /// The text without its trailers.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for CommitMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        if !self.trailers.is_empty() {
            writeln!(f)?;
        }
        self.trailers
            .iter()
            .try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// The name of a trailer, where a line is one.
fn token(line: &str) -> Option<&str> {
    let (token, value) = line.split_once(':')?;
    let word = !token.is_empty()
        && token
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (word && value.starts_with([' ', '\t'])).then_some(token)
}

fn is_token(line: &str, name: &str) -> bool {
    token(line).is_some_and(|token| token.eq_ignore_ascii_case(name))
}

/// A trailer, the continuation of one, or the line that `git cherry-pick -x` adds.
fn is_trailer(line: &str) -> bool {
    token(line).is_some()
        || line.starts_with([' ', '\t'])
        || line.starts_with("(cherry picked from commit ")
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// Cuts a subject that is too long between words.
fn shorten(subject: &str) -> String {
    if width(subject) <= SUBJECT {
        return subject.to_owned();
    }
    let room: String = subject.chars().take(SUBJECT - 3).collect();
    let cut = room.rfind(' ').unwrap_or(room.len());
    format!("{}...", &room[..cut])
}

/// Adds a line to a body in as many lines as it needs.
fn wrap(line: &str, body: &mut String) {
    // What the checks would take for a trailer in the wrong place.
    let indent = if is_token(line, "Bug") || is_token(line, "Change-Id") {
        "  "
    } else {
        ""
    };
    let most = if line.starts_with([' ', '\t']) {
        LONGEST
    } else {
        BODY
    };
    if width(line) + indent.len() <= most {
        body.push_str(&format!("{indent}{line}\n"));
        return;
    }
    let next = if line.starts_with("- ") || line.starts_with("* ") {
        "  "
    } else {
        indent
    };
    let mut current = indent.to_owned();
    let mut empty = true;
    for word in line.split_whitespace().flat_map(pieces) {
        if !empty && width(&current) + 1 + width(word) > BODY {
            body.push_str(&format!("{current}\n"));
            current = next.to_owned();
            empty = true;
        }
        if !empty {
            current.push(' ');
        }
        current.push_str(word);
        empty = false;
    }
    body.push_str(&format!("{current}\n"));
}

/// Cuts what has no spaces into pieces that fit; addresses stay whole.
fn pieces(word: &str) -> Vec<&str> {
    if width(word) <= BODY || word.contains("://") {
        return vec![word];
    }
    let mut pieces = Vec::new();
    let mut rest = word;
    while let Some((at, _)) = rest.char_indices().nth(BODY - 2) {
        let (piece, tail) = rest.split_at(at);
        pieces.push(piece);
        rest = tail;
    }
    pieces.push(rest);
    pieces
}

#[cfg(test)]
mod tests;
