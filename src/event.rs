//! What happens in a deploy, as values: the journal, `--format json`, `svcgen log` and every view are made of them.
//!
//! One event is one line of JSON. Fields may be added to the format; none changes its meaning without another `v`.

mod kind;
mod reporter;

use std::fmt;
use std::hash::{BuildHasher as _, Hasher as _};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{GroupName, HostName, Refused};
use crate::scap::DeployStage;

pub use kind::{DeployResult, EventKind, HostCounts, HostOutcome, Milestone, StepOutcome};
pub use reporter::Reporter;

/// The version of the format.
pub const VERSION: u32 = 1;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// The version of the format.
    #[schemars(extend("const" = VERSION))]
    pub v: u32,
    /// When, in UTC.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: Timestamp,
    /// Counted from one in each deploy, without a gap.
    pub seq: u64,
    pub deploy: DeployId,
    #[serde(flatten)]
    pub about: About,
    pub level: Level,
    /// For people: one line, without a full stop.
    pub text: String,
    #[serde(flatten)]
    pub kind: EventKind,
}

/// The JSON Schema of an event.
pub fn event_schema() -> serde_json::Value {
    schemars::schema_for!(Event).to_value()
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct About {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<HostName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<DeployStage>,
}

/// How much an event matters.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// What hosts say.
    Debug,
    Info,
    Warning,
    Error,
}

impl Level {
    /// All of them, from the least on.
    pub const ALL: [Self; 4] = [Self::Debug, Self::Info, Self::Warning, Self::Error];

    /// The word of the format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The name of a deploy: when it began, in UTC, and six hexadecimal digits: the fraction of that second, in 4096ths, then
/// chance. Sorted as text, it is sorted by time, also where one follows another within a second.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct DeployId(#[schemars(regex(pattern = "^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}$"))] String);

impl DeployId {
    /// A new name.
    pub fn new(now: Timestamp) -> Self {
        let fraction = i64::from(now.subsec_nanosecond()) * 4096 / 1_000_000_000;
        let chance = std::hash::RandomState::new().build_hasher().finish() & 0xfff;
        let second = now.strftime("%Y%m%dT%H%M%SZ");
        Self(format!("{second}-{fraction:03x}{chance:03x}"))
    }

    /// Takes a name.
    ///
    /// # Errors
    /// Where it is none.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let shape = "00000000T000000Z-xxxxxx";
        let fits = |(c, s): (u8, u8)| match s {
            b'0' => c.is_ascii_digit(),
            b'x' => c.is_ascii_digit() || (b'a'..=b'f').contains(&c),
            _ => c == s,
        };
        if text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits) {
            return Ok(Self(text.to_owned()));
        }
        Err(Refused::new(
            text,
            "the name of a deploy",
            "as `svcgen history` lists them, such as `20261123T140312Z-3f9a01`",
        ))
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DeployId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for DeployId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_second_are_in_the_order_of_time() {
        let millisecond = |n: i64| Timestamp::from_millisecond(1_795_000_000_000 + n).unwrap();
        let names: Vec<DeployId> = (0..1000).map(|n| DeployId::new(millisecond(n))).collect();
        assert!(names.is_sorted());
        for name in &names {
            assert_eq!(DeployId::parse(name.as_str()).as_ref(), Ok(name));
        }
    }
}
