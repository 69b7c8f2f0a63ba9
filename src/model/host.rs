use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::name::Refused;

/// The name of a host: labels of letters, digits and hyphens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct HostName(
    #[schemars(
        regex(
            pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$"
        ),
        length(max = 253)
    )]
    String,
);

/// A host, or a range such as `scb[1001-1004].example.org`, as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct HostPattern(
    #[schemars(
        regex(pattern = "^[a-z0-9.-]*(\\[[0-9,:-]+\\][a-z0-9.-]*)*$"),
        length(min = 1)
    )]
    String,
);

/// The most hosts that one range may stand for.
const MOST_HOSTS: u64 = 10_000;

impl<'de> serde::Deserialize<'de> for HostName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl HostName {
    /// Takes a name.
    ///
    /// # Errors
    /// Where it is not a host name (RFC 1123).
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let label = |l: &str| {
            !l.is_empty()
                && l.len() <= 63
                && !l.starts_with('-')
                && !l.ends_with('-')
                && l.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        if text.len() <= 253 && text.split('.').all(label) {
            return Ok(Self(text.to_owned()));
        }
        Err(Refused::new(
            text,
            "a host name",
            "labels of lower-case letters, digits and hyphens, separated by dots",
        ))
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl HostPattern {
    /// Takes a host or a range.
    ///
    /// # Errors
    /// Where it is neither, or stands for too many hosts.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        expand(text)?;
        Ok(Self(text.to_owned()))
    }

    /// The hosts it stands for, in order.
    pub fn hosts(&self) -> Vec<HostName> {
        expand(&self.0).unwrap_or_default()
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn expand(text: &str) -> Result<Vec<HostName>, Refused> {
    let refuse = |rule: &str| Err(Refused::new(text, "a host or a range of hosts", rule));
    let Some((before, rest)) = text.split_once('[') else {
        return Ok(vec![HostName::parse(text)?]);
    };
    let Some((range, after)) = rest.split_once(']') else {
        return refuse("`[` without `]`");
    };
    let mut numbers = Vec::new();
    for part in range.split(',') {
        let (first, last) = part.split_once(['-', ':']).unwrap_or((part, part));
        let digits =
            |s: &str| !s.is_empty() && s.len() <= 9 && s.bytes().all(|b| b.is_ascii_digit());
        if !digits(first) || !digits(last) {
            return refuse("a range is written `[1001-1004]` or `[01,03]`");
        }
        let (Ok(low), Ok(high)) = (first.parse::<u64>(), last.parse::<u64>()) else {
            return refuse("a range is written `[1001-1004]` or `[01,03]`");
        };
        if low > high {
            return refuse("a range counts upwards");
        }
        if high - low >= MOST_HOSTS || numbers.len() as u64 + (high - low) >= MOST_HOSTS {
            return refuse("at most 10000 hosts");
        }
        let width = first.len();
        numbers.extend((low..=high).map(|n| format!("{n:0width$}")));
    }
    let mut hosts = Vec::new();
    for number in numbers {
        hosts.extend(expand(&format!("{before}{number}{after}"))?);
        if hosts.len() as u64 > MOST_HOSTS {
            return refuse("at most 10000 hosts");
        }
    }
    Ok(hosts)
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(text: &str) -> Vec<String> {
        HostPattern::parse(text)
            .unwrap()
            .hosts()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn ranges_expand_in_order() {
        assert_eq!(
            hosts("scb[1001-1003].eqiad.wmnet"),
            [
                "scb1001.eqiad.wmnet",
                "scb1002.eqiad.wmnet",
                "scb1003.eqiad.wmnet"
            ]
        );
        assert_eq!(hosts("a[01,08-10]"), ["a01", "a08", "a09", "a10"]);
        assert_eq!(hosts("a[1-2]b[1-2]"), ["a1b1", "a1b2", "a2b1", "a2b2"]);
        assert_eq!(hosts("plain.example.org"), ["plain.example.org"]);
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for bad in [
            "",
            "a b",
            "-a",
            "a-.x",
            "a..b",
            "A.b",
            "a;b",
            "a[2-1]",
            "a[1",
            "a[x]",
            "a[1-99999999]",
            "a\n",
        ] {
            assert!(HostPattern::parse(bad).is_err(), "{bad:?}");
        }
    }
}
