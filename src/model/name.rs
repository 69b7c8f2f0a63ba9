mod port;
mod reserved;

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;
use thiserror::Error;

pub use self::port::Port;
use self::reserved::{RESERVED, RESERVED_VARIABLES};
use super::text::{NOT_EMPTY, is_hidden};
use crate::visible::visible;

/// A text that a type of the model refuses, with the rule it breaks.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", self.whole())]
pub struct Refused {
    pub text: String,
    /// The type in words, with its article: "a service name".
    pub what: &'static str,
    pub rule: String,
}

impl Refused {
    pub(crate) fn new(text: &str, what: &'static str, rule: impl Into<String>) -> Self {
        Self {
            text: text.to_owned(),
            what,
            rule: rule.into(),
        }
    }

    /// What is wrong, and the rule where that says more.
    pub(super) fn told(&self) -> (String, Option<&str>) {
        let Self { text, what, rule } = self;
        match text.trim() {
            "" => (
                format!("expected {what}, and it is empty"),
                Some(rule.as_str()).filter(|rule| *rule != NOT_EMPTY),
            ),
            _ => (format!("`{}` is not {what}", visible(text)), Some(rule)),
        }
    }

    fn whole(&self) -> String {
        match self.told() {
            (message, Some(rule)) => format!("{message}: {rule}"),
            (message, None) => message,
        }
    }
}

/// Takes a value that svcgen itself wrote and that its types accept.
pub(super) fn constant<T>(parsed: Result<T, Refused>) -> T {
    parsed.unwrap_or_else(|refused| unreachable!("{refused}"))
}

/// Declares a text type: its name in words, what the schema says of it, and the rule as a function from the text.
///
/// The schema has a pattern, the most characters, and the words that are refused although they fit both.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $what:literal, $pattern:literal, $most:literal, not $words:tt, $rule:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
        #[serde(transparent)]
        #[schemars(extend("not" = $words))]
        pub struct $name(#[schemars(regex(pattern = $pattern), length(max = $most))] String);
        text_type!($name, $what, $rule);
    };
    ($(#[$doc:meta])* $name:ident, $what:literal, $pattern:literal, $most:literal, $rule:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(#[schemars(regex(pattern = $pattern), length(max = $most))] String);
        text_type!($name, $what, $rule);
    };
    ($name:ident, $what:literal, $rule:expr) => {

        impl $name {
            /// Parses the text.
            ///
            /// # Errors
            /// The rule that the text breaks.
            pub fn parse(text: &str) -> Result<Self, Refused> {
                let rule: fn(&str) -> Option<String> = $rule;
                match rule(text) {
                    Some(rule) => Err(Refused::new(text, $what, rule)),
                    None => Ok(Self(text.to_owned())),
                }
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

fn rule(broken: bool, text: &str) -> Option<String> {
    broken.then(|| text.to_owned())
}

fn words(text: &str, first: fn(char) -> bool, rest: fn(char) -> bool) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(first) && chars.all(rest)
}

fn lower(c: char) -> bool {
    c.is_ascii_lowercase()
}

fn identifier(text: &str) -> bool {
    words(text, lower, |c| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'
    })
}

fn reserved(text: &str) -> Option<String> {
    rule(
        RESERVED.contains(&text),
        "the word is reserved in Puppet or YAML",
    )
}

text_type!(
    /// The name of a service: systemd unit, title of its `service::node`, name in logs and in Scap.
    ServiceName, "a service name", "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", 63, not {"enum": RESERVED},
    |text| {
        let shape = words(text, lower, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        rule(!shape || text.ends_with('-') || text.contains("--"),
            "lower-case letters, digits and single hyphens, beginning with a letter and not ending with a hyphen")
            .or_else(|| rule(text.len() > 63, "at most 63 characters"))
            .or_else(|| reserved(text))
    }
);

text_type!(
    /// The name of the Puppet class; Puppet refuses hyphens, so it is a field of its own.
    PuppetName, "a Puppet class name", "^[a-z][a-z0-9_]*$", 63, not {"enum": RESERVED},
    |text| rule(!identifier(text) || text.len() > 63,
        "lower-case letters, digits and underscores, beginning with a letter, at most 63 characters")
        .or_else(|| reserved(text))
);

text_type!(
    /// The name of a class parameter of the service's own configuration.
    ParameterName, "a parameter name", "^[a-z][a-z0-9_]*$", 63, not {"anyOf": [{"enum": RESERVED}, {"enum": RESERVED_VARIABLES}, {"enum": ["port", "log_level"]}]},
    |text| rule(!identifier(text) || text.len() > 63,
        "lower-case letters, digits and underscores, beginning with a letter, at most 63 characters")
        .or_else(|| reserved(text))
        .or_else(|| rule(RESERVED_VARIABLES.contains(&text), "the word is reserved in Puppet"))
        .or_else(|| rule(matches!(text, "port" | "log_level"), "the service has that one already"))
);

text_type!(
    /// The name of a fact that only the organisation's own templates know.
    AnnotationName, "the name of an annotation", "^[a-z][a-z0-9_]*$", 63,
    |text| rule(!identifier(text) || text.len() > 63,
        "lower-case letters, digits and underscores, beginning with a letter, at most 63 characters")
);

text_type!(
    /// The name of a group of hosts; it becomes part of keys of `scap.cfg`.
    GroupName, "a group name", "^[a-z][a-z0-9_-]*$", 63,
    |text| rule(!words(text, lower, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-')) || text.len() > 63,
        "lower-case letters, digits, underscores and hyphens, beginning with a letter, at most 63 characters")
);

text_type!(
    /// The name of an environment other than production; it becomes a folder of the deploy repository.
    EnvironmentName, "an environment name", "^(?!(production|vagrant)$)[a-z][a-z0-9_-]*$", 63,
    |text| rule(!words(text, lower, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-')) || text.len() > 63,
        "lower-case letters, digits, underscores and hyphens, beginning with a letter, at most 63 characters")
        .or_else(|| rule(matches!(text, "production" | "vagrant"), "that environment is always there"))
);

text_type!(
    /// The name of a check in `checks.yaml`.
    CheckName, "a check name", "^[A-Za-z][A-Za-z0-9_.-]*$", 63,
    |text| rule(!words(text, |c| c.is_ascii_alphabetic(), |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')) || text.len() > 63,
        "letters, digits, `_`, `.` and `-`, beginning with a letter, at most 63 characters")
        .or_else(|| reserved(&text.to_ascii_lowercase()))
);

text_type!(
    /// The name of a site, and of its file.
    SiteName, "a site name", "^[a-z][a-z0-9_-]*$", 63,
    |text| rule(!words(text, lower, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-')) || text.len() > 63,
        "lower-case letters, digits, underscores and hyphens, beginning with a letter, at most 63 characters")
);

text_type!(
    /// A Unix account.
    AccountName, "an account name", "^[a-z_][a-z0-9_-]{0,31}$", 32,
    |text| rule(!words(text, |c| lower(c) || c == '_', |c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-')) || text.len() > 32,
        "lower-case letters, digits, underscores and hyphens, beginning with a letter or underscore, at most 32 characters")
);

text_type!(
    /// The name of a role below `role::`, such as `scb` or `restbase::production`.
    RoleName, "the name of a role", "^(?!role::)[a-z][a-z0-9_]*(::[a-z][a-z0-9_]*)*$", 200,
    |text| rule(text.len() > 200 || !text.split("::").all(identifier),
        "class names of lower-case letters, digits and underscores, separated by `::`, without `role::` before them")
        .or_else(|| rule(text.starts_with("role::"), "written without `role::`"))
);

text_type!(
    /// A datacentre, as the domains of its hosts begin.
    DatacentreName, "a datacentre", "^[a-z][a-z0-9-]*$", 63,
    |text| rule(!words(text, lower, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') || text.len() > 63,
        "lower-case letters, digits and hyphens, beginning with a letter, at most 63 characters")
);

text_type!(
    /// An IPv4 address.
    Address, "an IPv4 address", "^((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])$", 15,
    |text| rule(text.parse::<std::net::Ipv4Addr>().is_err(), "four numbers from 0 to 255, separated by dots")
);

text_type!(
    /// A repository on the review server, or a key of the same shape: a relative path of plain segments.
    RepositoryName, "a repository name", "^(?!.*\\.\\.)(?!.*\\.[gG][iI][tT](/|$))[A-Za-z0-9_][A-Za-z0-9._+-]*(/[A-Za-z0-9_][A-Za-z0-9._+-]*)*$", 200,
    |text| {
        let segment = |s: &str| words(s, |c| c.is_ascii_alphanumeric() || c == '_',
            |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-')) && !s.contains("..");
        rule(text.len() > 200 || !text.split('/').all(segment),
            "segments of letters, digits, `.`, `_`, `+` and `-` separated by `/`, each beginning with a letter, digit or `_`")
            .or_else(|| rule(text.split('/').any(|s| s.to_ascii_lowercase().ends_with(".git")), "written without `.git`"))
    }
);

text_type!(
    /// A branch of a git repository.
    BranchName, "a branch name", "^[A-Za-z0-9_][A-Za-z0-9._/-]*$", 200,
    |text| {
        let shape = words(text, |c| c.is_ascii_alphanumeric() || c == '_', |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/' | '-'));
        rule(!shape || text.len() > 200 || !git2::Reference::is_valid_name(&format!("refs/heads/{text}")),
            "letters, digits, `.`, `_`, `-` and `/` as git allows them")
    }
);

text_type!(
    /// Somebody's address for mail.
    MailAddress, "an email address", "^[^\\s@]+@[^\\s@]+$", 254,
    |text| {
        let is_part = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || is_hidden(c) || c == '@');
        rule(text.len() > 254 || !text.split_once('@').is_some_and(|(name, place)| is_part(name) && is_part(place)),
            "one `@` with something before it and behind it, without spaces, such as `ada@example.org`")
    }
);

text_type!(
    /// The name of an environment variable.
    VariableName, "the name of an environment variable", "^[A-Za-z_][A-Za-z0-9_]*$", 128,
    |text| rule(!words(text, |c| c.is_ascii_alphabetic() || c == '_', |c| c.is_ascii_alphanumeric() || c == '_') || text.len() > 128,
        "letters, digits and underscores, not beginning with a digit")
);

text_type!(
    /// A version of Node, such as `20` or `18.19.0`.
    NodeVersion, "a version of Node", "^[0-9]+(\\.[0-9]+){0,2}$", 32,
    |text| {
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        rule(text.len() > 32 || text.split('.').count() > 3 || !text.split('.').all(is_number),
            "numbers separated by dots, such as `20` or `18.19.0`")
    }
);

text_type!(
    /// A version of Node to build with, such as `20` or `18.19.0`, or `system`; also what npm calls one, such as `lts`.
    BuildNode, "a version of Node to build with",
    "^(system|latest|lts|lts-[a-z]+|[a-z]+-lts|[A-Za-z]{0,8}[0-9][A-Za-z0-9._-]*)$", 63,
    |text| {
        let number = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let is_number = text.len() - number.len() <= 8
            && words(number, |c| c.is_ascii_digit(), |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
        let name = text.strip_prefix("lts-").or(text.strip_suffix("-lts"));
        let is_name = name.is_some_and(|name| words(name, |c| c.is_ascii_lowercase(), |c| c.is_ascii_lowercase()));
        let is_known = matches!(text, "system" | "latest" | "lts");
        rule(text.len() > 63 || !(is_known || is_number || is_name),
            "a version such as `18.20.4` or `20`, or `system` for that of the distribution")
    }
);

text_type!(
    /// A version of npm, such as `10.8.2`.
    Version, "a version", "^[A-Za-z0-9][A-Za-z0-9._-]*$", 63,
    |text| rule(!words(text, |c| c.is_ascii_alphanumeric(), |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')) || text.len() > 63,
        "letters, digits, `.`, `_` and `-`, such as `10.8.2`")
);

text_type!(
    /// A task of the ticket system, such as `T150043`.
    TaskId, "a task number", "^T[1-9][0-9]{0,9}$", 11,
    |text| {
        let digits = text.strip_prefix('T').unwrap_or_default();
        rule(digits.is_empty() || digits.len() > 10 || digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()),
            "`T` and a number, such as `T150043`")
    }
);

text_type!(
    /// A commit, by its whole name: what a deploy works with once it has resolved what its user wrote.
    Revision, "a revision", "^[0-9a-f]{40}$", 40,
    |text| rule(text.len() != 40 || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)),
        "40 lower-case hexadecimal digits")
);

text_type!(
    /// A container image with its tag, such as `debian:bookworm`.
    ImageName, "an image", "^[a-z0-9][a-z0-9._/@-]*:[a-z0-9._/:@-]*$", 255,
    |text| rule(!words(text, |c| c.is_ascii_lowercase() || c.is_ascii_digit(),
            |c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '/' | ':' | '@' | '-'))
            || !text.contains(':') || text.len() > 255,
        "`name:tag` in lower case, such as `debian:bookworm`")
);

impl ServiceName {
    /// The class name that goes with the name: hyphens are dropped, as the trees do.
    pub fn to_puppet(&self) -> Result<PuppetName, Refused> {
        PuppetName::parse(&self.0.replace('-', ""))
    }
}

impl Revision {
    /// The beginning of it, as people read and type it; Scap shows as much.
    pub fn short(&self) -> &str {
        &self.0[..7]
    }
}

#[cfg(test)]
mod tests;
