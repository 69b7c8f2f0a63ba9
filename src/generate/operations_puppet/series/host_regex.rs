//! Patterns for hosts, as they stand in the main manifest.

use crate::model::HostName;

/// Hosts whose names differ only in their number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// The name without its number.
    pub(super) name: String,
    pub(super) numbers: Vec<String>,
    /// What follows after the first dot.
    pub(super) domain: String,
}

/// Sorts hosts into rows.
pub(super) fn rows(hosts: &[HostName]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for host in hosts {
        let (label, domain) = host.as_str().split_once('.').unwrap_or((host.as_str(), ""));
        let name = label.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = label[name.len()..].to_owned();
        let row = rows
            .iter_mut()
            .find(|row| row.name == name && row.domain == domain);
        match row {
            Some(row) => row.numbers.push(number),
            None => rows.push(Row {
                name: name.to_owned(),
                numbers: vec![number],
                domain: domain.to_owned(),
            }),
        }
    }
    for row in &mut rows {
        row.numbers.sort();
        row.numbers.dedup();
    }
    rows.sort_by(|a, b| (&a.name, &a.domain).cmp(&(&b.name, &b.domain)));
    rows
}

impl Row {
    /// The only host, where there is one.
    pub(super) fn only(&self) -> Option<String> {
        match self.numbers.as_slice() {
            [number] => Some(format!("{}{number}.{}", self.name, self.domain)),
            _ => None,
        }
    }

    /// The pattern of the row; to the end of the name, or without the last label of the domain.
    pub(super) fn pattern(&self, is_whole: bool) -> String {
        let numbers: Vec<&str> = self.numbers.iter().map(String::as_str).collect();
        let domain = match is_whole {
            true => self.domain.as_str(),
            false => self
                .domain
                .rsplit_once('.')
                .map_or(self.domain.as_str(), |(domain, _)| domain),
        };
        let end = if is_whole { "$" } else { "\\." };
        format!(
            "^{}{}\\.{}{end}",
            escaped(&self.name),
            numbers_pattern(&numbers),
            escaped(domain)
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('.', "\\.")
}

/// A pattern for these numbers and no others.
fn numbers_pattern(numbers: &[&str]) -> String {
    let [first, rest @ ..] = numbers else {
        return String::new();
    };
    if rest.is_empty() {
        return (*first).to_owned();
    }
    let common = rest.iter().fold(first.len(), |length, other| {
        let same = first.bytes().zip(other.bytes());
        length.min(same.take_while(|(a, b)| a == b).count())
    });
    let (prefix, tails) = (
        &first[..common],
        numbers
            .iter()
            .map(|number| &number[common..])
            .collect::<Vec<_>>(),
    );
    let mut branches: Vec<(String, String)> = Vec::new();
    let mut at = 0;
    while let Some(tail) = tails.get(at) {
        let digit = tail.get(..1).unwrap_or_default();
        let same: Vec<&str> = tails[at..]
            .iter()
            .take_while(|tail| tail.get(..1).unwrap_or_default() == digit)
            .map(|tail| tail.get(1..).unwrap_or_default())
            .collect();
        at += same.len();
        let rest = match same.iter().all(|tail| tail.is_empty()) {
            true => String::new(),
            false => numbers_pattern(&same),
        };
        // No digit at all is no class.
        let is_alike = |(digits, other): &&mut (String, String)| {
            *other == rest && !digits.is_empty() && !digit.is_empty()
        };
        match branches.iter_mut().find(is_alike) {
            Some((digits, _)) => digits.push_str(digit),
            None => branches.push((digit.to_owned(), rest)),
        }
    }
    let parts: Vec<String> = branches
        .iter()
        .map(|(digits, rest)| format!("{}{rest}", class(digits)))
        .collect();
    match parts.as_slice() {
        [one] => format!("{prefix}{one}"),
        several => format!("{prefix}({})", several.join("|")),
    }
}

/// One of these digits.
fn class(digits: &str) -> String {
    let bytes = digits.as_bytes();
    if bytes.len() < 2 {
        return digits.to_owned();
    }
    let mut class = String::from("[");
    let mut at = 0;
    while at < bytes.len() {
        let run = (at..bytes.len())
            .take_while(|&next| usize::from(bytes[next]) == usize::from(bytes[at]) + next - at)
            .count();
        match run {
            1 | 2 => class.push_str(&digits[at..at + run]),
            _ => class.push_str(&format!(
                "{}-{}",
                &digits[at..=at],
                &digits[at + run - 1..at + run]
            )),
        }
        at += run;
    }
    class.push(']');
    class
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    fn pattern(hosts: &[&str], is_whole: bool) -> Vec<String> {
        let hosts: Vec<HostName> = hosts.iter().map(|h| HostName::parse(h).unwrap()).collect();
        rows(&hosts)
            .iter()
            .map(|row| row.pattern(is_whole))
            .collect()
    }

    #[test]
    fn patterns_are_written_as_people_do() {
        let all = |name: &str, numbers: &[u32]| {
            let hosts: Vec<String> = numbers
                .iter()
                .map(|n| format!("{name}{n}.north.x"))
                .collect();
            let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
            pattern(&hosts, false).join(" ")
        };
        assert_eq!(
            all("maps", &[1005, 1006, 1007, 1008, 1010]),
            "^maps10(0[5-8]|10)\\.north\\."
        );
        assert_eq!(
            all("an-coord", &[1003, 1004]),
            "^an-coord100[34]\\.north\\."
        );
        assert_eq!(all("a", &[1001]), "^a1001\\.north\\.");
        assert_eq!(
            all("a", &[1001, 1002, 2001, 2002]),
            "^a[12]00[12]\\.north\\."
        );
        assert_eq!(
            pattern(&["b2.c.d", "a1.c.d", "a.c.d"], true),
            ["^a(|1)\\.c\\.d$", "^b2\\.c\\.d$"]
        );
    }

    proptest! {
        #[test]
        fn a_pattern_fits_its_hosts_and_no_others(numbers in prop::collection::btree_set(1000_u32..1100, 1..20)) {
            let hosts: Vec<HostName> = numbers
                .iter()
                .map(|n| HostName::parse(&format!("a{n}.b.c")).unwrap())
                .collect();
            for is_whole in [true, false] {
                let rows = rows(&hosts);
                let pattern = Regex::new(&rows[0].pattern(is_whole)).unwrap();
                for number in 990..1110 {
                    prop_assert_eq!(pattern.is_match(&format!("a{number}.b.c")), numbers.contains(&number));
                }
            }
        }
    }
}
