use std::str::FromStr;

use crate::model::or_did_you_mean;

/// How records are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    #[default]
    Long,
    Short,
    Simple,
    /// JSON, its parts so many spaces further in.
    Json(usize),
    /// JSON in one line.
    Bunyan,
    /// As Node.js shows values, always in colour.
    Inspect,
}

/// The most that JSON is indented.
const MOST_INDENT: usize = 10;

impl Mode {
    /// The names of all modes, but for JSON that is indented otherwise.
    pub const NAMES: [&'static str; 6] = ["long", "short", "simple", "json", "bunyan", "inspect"];
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "long" | "paul" => Ok(Self::Long),
            "short" => Ok(Self::Short),
            "simple" => Ok(Self::Simple),
            "json" => Ok(Self::Json(2)),
            "bunyan" => Ok(Self::Bunyan),
            "inspect" => Ok(Self::Inspect),
            _ => {
                let indent = text.strip_prefix("json-").and_then(|n| n.parse().ok());
                let indent = indent.map(|indent: usize| Self::Json(indent.min(MOST_INDENT)));
                indent.ok_or_else(|| {
                    let near = or_did_you_mean(text, Self::NAMES);
                    format!("a mode is long, short, simple, json, json-N, bunyan or inspect{near}")
                })
            }
        }
    }
}
