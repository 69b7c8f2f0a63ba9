use regex::{Regex, RegexBuilder};

use super::LimitError;
use crate::model::HostName;

/// One pattern of a limit.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// As it was written, with its `!`.
    pub(super) text: String,
    pub(super) is_negated: bool,
    regex: Regex,
}

/// The most names that the ranges of one pattern may stand for.
const MOST_NAMES: usize = 10_000;
/// How large a compiled pattern may be, in bytes; that of the most names is a tenth of it.
const MOST_BYTES: usize = 16 << 20;

impl Pattern {
    pub(super) fn parse(text: &str) -> Result<Self, LimitError> {
        let refuse = |rule: String| LimitError::Pattern {
            pattern: text.to_owned(),
            rule,
        };
        let (is_negated, positive) = match text.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let regex = match positive.strip_prefix('~') {
            Some("") => Err("a regular expression follows the `~`".to_owned()),
            // Alone first: with a bracket too many it would get out of the group.
            Some(regex) => compile(regex).and_then(|_| compile(&format!("^(?:{regex})"))),
            None => expression(&positive.to_lowercase()).and_then(|regex| compile(&regex)),
        }
        .map_err(refuse)?;
        Ok(Self {
            text: text.to_owned(),
            is_negated,
            regex,
        })
    }

    /// Whether a host has the name, whether or not it is turned round by `!`.
    pub(super) fn matches(&self, host: &HostName) -> bool {
        self.regex.is_match(host.as_str())
    }
}

fn compile(regex: &str) -> Result<Regex, String> {
    // Names of hosts do not know upper from lower case.
    let built = RegexBuilder::new(regex)
        .case_insensitive(true)
        .size_limit(MOST_BYTES)
        .build();
    built.map_err(|error| {
        // The last line says what is wrong; those before draw it.
        let text = error.to_string();
        let last = text.lines().last().unwrap_or_default();
        let last = last.strip_prefix("error: ").unwrap_or(last);
        format!("not a regular expression: {last}")
    })
}

/// The regular expression of a pattern that is written with `*` and ranges.
fn expression(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("a name follows the `!`".into());
    }
    if text == "all" {
        return Ok(String::new());
    }
    let mut out = String::from("^");
    let mut names = 1;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        match c {
            'a'..='z' | '0'..='9' | '-' | '_' => out.push(c),
            '.' => out.push_str("\\."),
            '*' => out.push_str("[a-z0-9_.-]*"),
            '[' => {
                let (range, after) = rest[1..]
                    .split_once(']')
                    .ok_or("there is a `[` without its `]`")?;
                let words = words(range)?;
                names *= words.len();
                if names > MOST_NAMES {
                    return Err(format!("its ranges stand for more than {MOST_NAMES} names"));
                }
                out.push_str("(?:");
                out.push_str(&words.join("|"));
                out.push(')');
                rest = after;
                continue;
            }
            ']' => return Err("there is a `]` without its `[`".into()),
            '!' => return Err("a single `!` goes at the beginning".into()),
            _ => {
                return Err(
                    "letters, digits, `-`, `.`, `*` and ranges; a regular expression begins with `~`"
                        .into(),
                );
            }
        }
        rest = &rest[c.len_utf8()..];
    }
    out.push('$');
    Ok(out)
}

/// What a range stands for: numbers, letters, or parts that are separated by commas.
fn words(range: &str) -> Result<Vec<String>, String> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    // `[12]` is a class of characters; `[01,12]` is a list.
    if !range.is_empty() && range.chars().all(is_plain) {
        return Ok(range.chars().map(String::from).collect());
    }
    let mut words = Vec::new();
    for part in range.split(',') {
        let (first, last) = part.split_once([':', '-']).unwrap_or((part, part));
        words.extend(count(first, last)?);
        if words.len() > MOST_NAMES {
            return Err(format!("its ranges stand for more than {MOST_NAMES} names"));
        }
    }
    Ok(words)
}

/// Counts from one end of a range to the other.
fn count(first: &str, last: &str) -> Result<Vec<String>, String> {
    let letter = |text: &str| match text.as_bytes() {
        [letter @ b'a'..=b'z'] => Some(*letter),
        _ => None,
    };
    let downwards = || Err("a range counts upwards".to_owned());
    if let (Some(first), Some(last)) = (letter(first), letter(last)) {
        if first > last {
            return downwards();
        }
        return Ok((first..=last)
            .map(|letter| char::from(letter).into())
            .collect());
    }
    let number = |text: &str| -> Option<usize> {
        let is_number = (1..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| text.parse().ok()).flatten()
    };
    let (Some(low), Some(high)) = (number(first), number(last)) else {
        return Err("a range is written `[1001:1004]`, `[a:d]` or `[01,03]`".into());
    };
    if low > high {
        return downwards();
    }
    if high - low >= MOST_NAMES {
        return Err(format!("its ranges stand for more than {MOST_NAMES} names"));
    }
    let has_zeros = |text: &str| text.len() > 1 && text.starts_with('0');
    if (has_zeros(first) || has_zeros(last)) && first.len() != last.len() {
        return Err("the ends of a range with zeros have as many digits".into());
    }
    let width = if has_zeros(first) { first.len() } else { 0 };
    Ok((low..=high).map(|n| format!("{n:0width$}")).collect())
}
