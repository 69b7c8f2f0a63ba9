//! Chooses hosts of a deploy (`--limit`), in the language of Scap's `-l`.
//!
//! As in Scap: a name is matched whole; `*` stands for any characters, dots too; `[01:10]` counts, with its zeros, and
//! `[a:d]` goes through letters; `~` begins a regular expression, which is looked for at the beginning of a name; `!`
//! turns a pattern round; `all` and `*` are all hosts.
//!
//! Where Scap does nothing sensible, this differs: of several ranges in one pattern Scap keeps the last and forgets what
//! stands before it, here all of them count; `[9:10]` is refused there, since its ends are compared as text; `?`, `(`
//! and other characters of regular expressions mean there what they mean in one, and are refused here; a pattern that
//! is no host's name deploys to nobody there, and is an error here. New are lists (`a*,!a1`: what one of the patterns
//! chooses, and none that is turned round), ranges as the model writes them (`[01,03-05]`), and `!~`. Upper and lower case are
//! one; a regular expression looks neither ahead nor back.

mod pattern;
mod without;

use std::fmt;

use thiserror::Error;

use self::pattern::Pattern;
use crate::model::{HostName, suggest};
use crate::visible::visible;

/// Which hosts a deploy is limited to.
#[derive(Debug, Clone)]
pub struct Limit {
    text: String,
    patterns: Vec<Pattern>,
}

/// A limit that means nothing, or no host.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum LimitError {
    #[error("`{}` is not a pattern of hosts: {rule}", visible(pattern))]
    Pattern { pattern: String, rule: String },
    #[error("`{pattern}` matches no host")]
    NoHost {
        pattern: String,
        near: Vec<HostName>,
    },
    #[error("`{limit}` leaves no host")]
    Nothing { limit: String },
}

/// How many names an error proposes.
const MOST_NEAR: usize = 3;

impl Limit {
    /// Reads a pattern, or several that are separated by commas. A regular expression goes on to the end.
    ///
    /// # Errors
    /// The pattern that is none, with the rule.
    pub fn parse(text: &str) -> Result<Self, LimitError> {
        let parts = split(text);
        if parts.iter().any(|part| part.is_empty()) {
            return Err(LimitError::Pattern {
                pattern: text.to_owned(),
                rule: "a pattern is missing".into(),
            });
        }
        let patterns = parts.into_iter().map(Pattern::parse);
        Ok(Self {
            text: text.to_owned(),
            patterns: patterns.collect::<Result<_, _>>()?,
        })
    }

    /// The hosts that are chosen, in their order.
    ///
    /// # Errors
    /// Where a pattern matches none of them, since it is misspelt then, or none is left.
    pub fn of(&self, hosts: &[HostName]) -> Result<Vec<HostName>, LimitError> {
        for pattern in &self.patterns {
            if !hosts.iter().any(|host| pattern.matches(host)) {
                return Err(LimitError::NoHost {
                    pattern: pattern.text.clone(),
                    near: near(pattern, hosts),
                });
            }
        }
        let (without, with): (Vec<_>, Vec<_>) = self.patterns.iter().partition(|p| p.is_negated);
        let is_chosen = |host: &&HostName| {
            (with.is_empty() || with.iter().any(|pattern| pattern.matches(host)))
                && !without.iter().any(|pattern| pattern.matches(host))
        };
        let chosen: Vec<HostName> = hosts.iter().filter(is_chosen).cloned().collect();
        if chosen.is_empty() {
            return Err(LimitError::Nothing {
                limit: self.text.clone(),
            });
        }
        Ok(chosen)
    }
}

impl LimitError {
    /// What could be written instead, as far as the names of hosts tell.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Pattern { .. } => Some(
                "such as `tea1*`, `tea[01:04]`, `~REGEX`; with a `!` before it, all others".into(),
            ),
            Self::NoHost { near, .. } => question(near),
            Self::Nothing { .. } => {
                Some("a `!` removes hosts from what the others choose: leave some".into())
            }
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The patterns of a list: commas in brackets belong to a range, those after `~` to a regular expression.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let is_regex = rest.trim_start().trim_start_matches('!').starts_with('~');
        let mut depth = 0;
        let comma = rest.char_indices().find_map(|(at, c)| {
            match c {
                '[' => depth += 1,
                ']' => depth -= 1,
                _ => {}
            }
            (c == ',' && depth <= 0).then_some(at)
        });
        match comma.filter(|_| !is_regex) {
            Some(at) => {
                parts.push(rest[..at].trim());
                rest = &rest[at + 1..];
            }
            None => {
                parts.push(rest.trim());
                return parts;
            }
        }
    }
}

/// The hosts that a pattern without a host could mean: those of that short name, else those of a similar name.
fn near(pattern: &Pattern, hosts: &[HostName]) -> Vec<HostName> {
    let word = pattern.text.trim_start_matches(['!', '~']);
    let is_short = |host: &&HostName| {
        let tail = host.as_str().strip_prefix(word);
        tail.is_some_and(|tail| tail.starts_with('.'))
    };
    let short: Vec<HostName> = hosts.iter().filter(is_short).cloned().collect();
    if !short.is_empty() {
        return short.into_iter().take(MOST_NEAR).collect();
    }
    let mut left: Vec<&HostName> = hosts.iter().collect();
    let mut found = Vec::new();
    while found.len() < MOST_NEAR {
        // A short name is compared with short names, or the domain would decide.
        let shown = |host: &HostName| match word.contains('.') {
            true => host.as_str().to_owned(),
            false => host
                .as_str()
                .split('.')
                .next()
                .unwrap_or_default()
                .to_owned(),
        };
        let names: Vec<String> = left.iter().map(|host| shown(host)).collect();
        let Some(name) = suggest(word, names.iter().map(String::as_str)) else {
            break;
        };
        let Some(at) = names.iter().position(|other| other == name) else {
            break;
        };
        found.push(left.remove(at).clone());
    }
    found
}

fn question(near: &[HostName]) -> Option<String> {
    let names: Vec<String> = near.iter().map(|host| format!("`{host}`")).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!("did you mean {one}?")),
        [first @ .., last] => Some(format!("did you mean {} or {last}?", first.join(", "))),
    }
}

#[cfg(test)]
mod tests;
