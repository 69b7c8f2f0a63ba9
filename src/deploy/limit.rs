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

/// Which hosts a deploy is limited to.
#[derive(Debug, Clone)]
pub struct Limit {
    text: String,
    patterns: Vec<Pattern>,
}

/// A limit that means nothing, or no host.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum LimitError {
    #[error("`{}` is no pattern of hosts: {rule}", pattern.escape_debug())]
    Pattern { pattern: String, rule: String },
    #[error("`{pattern}` matches no host{}", question(.near))]
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
                rule: "names, such as `tea*` or `tea[01:04]`, separated by commas".into(),
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

    /// The limit as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
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

fn question(near: &[HostName]) -> String {
    let names: Vec<String> = near.iter().map(|host| format!("`{host}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => format!("; did you mean {one}?"),
        [first @ .., last] => format!("; did you mean {} or {last}?", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOSTS: [&str; 9] = [
        "tea1002.east.example",
        "tea1001.east.example",
        "tea1010.east.example",
        "tea2001.west.example",
        "tea2002.west.example",
        "pot01",
        "pot02",
        "pota.x.example",
        "potb.x.example",
    ];

    fn hosts() -> Vec<HostName> {
        HOSTS.iter().map(|h| HostName::parse(h).unwrap()).collect()
    }

    /// The numbers of the hosts that are chosen.
    fn chosen(limit: &str) -> Vec<usize> {
        let chosen = Limit::parse(limit).unwrap().of(&hosts()).unwrap();
        let place = |host: HostName| HOSTS.iter().position(|h| *h == host.as_str()).unwrap();
        chosen.into_iter().map(place).collect()
    }

    fn refused(limit: &str) -> String {
        match Limit::parse(limit) {
            Ok(limit) => limit.of(&hosts()).unwrap_err().to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn patterns_choose_as_in_scap() {
        for all in ["all", "*", "~.*"] {
            assert_eq!(chosen(all), [0, 1, 2, 3, 4, 5, 6, 7, 8], "{all}");
        }
        assert_eq!(chosen("tea1001.east.example"), [1]);
        assert_eq!(chosen("pot01"), [5]);
        assert_eq!(chosen("tea*"), [0, 1, 2, 3, 4]);
        assert_eq!(chosen("*.example"), [0, 1, 2, 3, 4, 7, 8]);
        assert_eq!(chosen("tea[1001:1002].*"), [0, 1]);
        assert_eq!(chosen("pot[01:10]"), [5, 6]);
        assert_eq!(chosen("!pot[01:02]"), [0, 1, 2, 3, 4, 7, 8]);
        assert_eq!(chosen("pot[a:d].x.*"), [7, 8]);
        assert_eq!(chosen("~tea.*(east|north)"), [0, 1, 2]);
        // Looked for at the beginning only: there may be more behind.
        assert_eq!(chosen("~tea1"), [0, 1, 2]);
        assert_eq!(chosen("!tea*"), [5, 6, 7, 8]);
        // A class of single characters, as in shells and as Scap happens to read it.
        assert_eq!(chosen("tea200[12].*"), [3, 4]);
        assert_eq!(chosen("tea200[1-2].*"), [3, 4]);
    }

    #[test]
    fn where_scap_does_nothing_sensible_this_differs() {
        assert_eq!(chosen("tea[1:2]00[1:2].*"), [0, 1, 3, 4]);
        assert_eq!(chosen("tea10[9:10].*"), [2]);
        assert_eq!(chosen("TEA1001.east.example"), [1]);
        assert_eq!(chosen("!~tea|pota"), [5, 6, 8]);
        assert_eq!(chosen("pot[01,02]"), [5, 6]);
        assert_eq!(chosen("tea[1002,2001-2002].*"), [0, 3, 4]);
    }

    #[test]
    fn a_list_chooses_what_one_of_it_does_and_leaves_out_the_rest() {
        assert_eq!(chosen("tea2*, tea1001.east.example"), [1, 3, 4]);
        assert_eq!(chosen("tea*,!tea1001.*"), [0, 2, 3, 4]);
        assert_eq!(chosen("!tea1001.*,tea*"), [0, 2, 3, 4]);
        assert_eq!(chosen("!tea*,!pot01"), [6, 7, 8]);
        assert_eq!(chosen("pot01,~tea\\d{1,4}\\.west"), [3, 4, 5]);
    }

    #[test]
    fn what_is_no_pattern_is_refused_with_the_rule() {
        let limits = [
            "",
            "a,,b",
            "a,",
            "!",
            "!!a",
            "~",
            "~(",
            "~a)|(b",
            "a b",
            "te?",
            "a(b",
            "a[",
            "a]",
            "a[]",
            "a[:]",
            "a[2:1]",
            "a[10:01]",
            "a[1:01]",
            "a[01:100]",
            "a[z:a]",
            "a[1:b]",
            "a[ab:c]",
            "a[1:99999999]",
            "a[1:9999]b[1:9999]",
            "a[!1]",
            "a[1:2:3]",
            "-x",
            "a\u{7}b",
        ];
        insta::assert_snapshot!(limits.map(refused).join("\n"),
            @r#"
`` is no pattern of hosts: names, such as `tea*` or `tea[01:04]`, separated by commas
`a,,b` is no pattern of hosts: names, such as `tea*` or `tea[01:04]`, separated by commas
`a,` is no pattern of hosts: names, such as `tea*` or `tea[01:04]`, separated by commas
`!` is no pattern of hosts: a name follows the `!`
`!!a` is no pattern of hosts: one `!` stands at its beginning
`~` is no pattern of hosts: a regular expression follows the `~`
`~(` is no pattern of hosts: not a regular expression: unclosed group
`~a)|(b` is no pattern of hosts: not a regular expression: unopened group
`a b` is no pattern of hosts: letters, digits, `-`, `.`, `*` and ranges; a regular expression begins with `~`
`te?` is no pattern of hosts: letters, digits, `-`, `.`, `*` and ranges; a regular expression begins with `~`
`a(b` is no pattern of hosts: letters, digits, `-`, `.`, `*` and ranges; a regular expression begins with `~`
`a[` is no pattern of hosts: there is a `[` without its `]`
`a]` is no pattern of hosts: there is a `]` without its `[`
`a[]` is no pattern of hosts: a range is written `[1001:1004]`, `[a:d]` or `[01,03]`
`a[:]` is no pattern of hosts: a range is written `[1001:1004]`, `[a:d]` or `[01,03]`
`a[2:1]` is no pattern of hosts: a range counts upwards
`a[10:01]` is no pattern of hosts: a range counts upwards
`a[1:01]` is no pattern of hosts: the ends of a range with zeros have as many digits
`a[01:100]` is no pattern of hosts: the ends of a range with zeros have as many digits
`a[z:a]` is no pattern of hosts: a range counts upwards
`a[1:b]` is no pattern of hosts: a range is written `[1001:1004]`, `[a:d]` or `[01,03]`
`a[ab:c]` is no pattern of hosts: a range is written `[1001:1004]`, `[a:d]` or `[01,03]`
`a[1:99999999]` is no pattern of hosts: its ranges stand for more than 10000 names
`a[1:9999]b[1:9999]` is no pattern of hosts: its ranges stand for more than 10000 names
`a[!1]` is no pattern of hosts: a range is written `[1001:1004]`, `[a:d]` or `[01,03]`
`a[1:2:3]` is no pattern of hosts: a range is written `[1001:1004]`, `[a:d]` or `[01,03]`
`-x` matches no host
`a\u{7}b` is no pattern of hosts: letters, digits, `-`, `.`, `*` and ranges; a regular expression begins with `~`
"#
        );
    }

    #[test]
    fn a_pattern_without_a_host_names_what_is_near() {
        let limits = [
            "tea1001",
            "tea1oo1.east.example",
            "pod01",
            "tea*,!tea1O01",
            "zebra",
            "tea[5:6].*",
            "!all",
            "pot01,!pot*",
        ];
        insta::assert_snapshot!(limits.map(refused).join("\n"),
            @r#"
`tea1001` matches no host; did you mean `tea1001.east.example`?
`tea1oo1.east.example` matches no host; did you mean `tea1010.east.example`, `tea1001.east.example` or `tea1002.east.example`?
`pod01` matches no host; did you mean `pot01`?
`!tea1O01` matches no host; did you mean `tea1010.east.example`, `tea1001.east.example` or `tea1002.east.example`?
`zebra` matches no host
`tea[5:6].*` matches no host
`!all` leaves no host
`pot01,!pot*` leaves no host
"#
        );
    }

    proptest! {
        #[test]
        fn a_pattern_and_its_opposite_share_all_hosts(text in "!?~?[a-z0-9*.\\[\\]:,-]{1,12}") {
            let hosts = hosts();
            let parse = |text: &str| Limit::parse(text).and_then(|limit| limit.of(&hosts)).ok();
            let opposite = match text.strip_prefix('!') {
                Some(text) => text.to_owned(),
                None => format!("!{text}"),
            };
            if !text.contains(',') && let (Some(one), Some(other)) = (parse(&text), parse(&opposite)) {
                prop_assert_eq!(one.len() + other.len(), hosts.len());
                prop_assert!(one.iter().all(|host| !other.contains(host)));
            }
        }

        #[test]
        fn a_name_chooses_itself_and_order_is_kept(picks in proptest::collection::btree_set(0..HOSTS.len(), 1..9)) {
            let list: Vec<&str> = picks.iter().rev().map(|at| HOSTS[*at]).collect();
            let expected: Vec<usize> = picks.into_iter().collect();
            prop_assert_eq!(chosen(&list.join(",")), expected);
        }

        #[test]
        fn a_range_chooses_what_it_counts(low in 0u32..120, length in 0u32..120, width in 1usize..5) {
            let high = low + length;
            let name = |n: u32| format!("h{n:0width$}x");
            let all: Vec<HostName> = (0..250).map(|n| HostName::parse(&name(n)).unwrap()).collect();
            let limit = format!("h[{low:0width$}:{high:0width$}]x");
            // Ends of one width, or without zeros.
            prop_assume!(format!("{low:0width$}").len() == format!("{high:0width$}").len() || width == 1);
            let chosen = Limit::parse(&limit).unwrap().of(&all).unwrap();
            let expected: Vec<HostName> = (low..=high).map(|n| HostName::parse(&name(n)).unwrap()).collect();
            prop_assert_eq!(chosen, expected);
        }

        #[test]
        fn no_text_is_too_odd(text in "\\PC{0,40}") {
            if let Ok(limit) = Limit::parse(&text) {
                let hosts = hosts();
                if let Ok(chosen) = limit.of(&hosts) {
                    prop_assert!(!chosen.is_empty() && chosen.iter().all(|host| hosts.contains(host)));
                }
            }
        }
    }
}
