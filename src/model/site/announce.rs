//! Where an organisation announces its deploys.

use std::num::NonZeroU16;

use schemars::JsonSchema;
use serde::Serialize;

use super::line;
use crate::model::read::{Fields, Read, expected};
use crate::model::text::Line;
use crate::model::{HostName, Problem};
use crate::yaml::{Kind, Node};

/// What stands for the text of an announcement.
pub const MESSAGE: &str = "{message}";

/// A place where deploys are announced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Announce {
    Tcpircbot {
        /// The host of the bot.
        host: HostName,
        /// The port of the bot.
        port: NonZeroU16,
        /// With `{message}` where the text goes.
        #[serde(default = "default_format")]
        format: Line,
    },
    /// A program and its arguments, with `{message}` where the text goes.
    Command(Vec<Line>),
}

fn default_format() -> Line {
    line("!log {message}")
}

/// Takes a text that has a place for the message.
fn with_message(is_there: bool, node: &Node, problems: &mut Vec<Problem>) -> Option<()> {
    if !is_there {
        let message = format!("`{MESSAGE}` is missing: nothing would be said");
        problems.push(Problem::new(node.span.clone(), message));
    }
    is_there.then_some(())
}

impl Read for Announce {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        if !matches!(node.kind, Kind::Mapping(_)) {
            problems.push(expected("`tcpircbot:` or `command:`", node));
            return None;
        }
        let mut fields = Fields::of(node, problems)?;
        let bot = fields.node("tcpircbot");
        let command: Option<Vec<Line>> = fields.optional("command", problems);
        fields.end(problems);
        if bot.is_some() == node.find("command").is_some() {
            problems.push(expected("one of `tcpircbot:` and `command:`", node));
        }
        if let Some(bot) = bot {
            let mut fields = Fields::of(bot, problems)?;
            let host = fields.required("host", problems);
            let port = fields.required("port", problems);
            let format = fields.or("format", default_format(), problems);
            fields.end(problems);
            with_message(
                format.as_str().contains(MESSAGE),
                bot.find("format").unwrap_or(bot),
                problems,
            )?;
            return Some(Self::Tcpircbot {
                host: host?,
                port: port?,
                format,
            });
        }
        let command = command?;
        let has = command
            .iter()
            .skip(1)
            .any(|word| word.as_str().contains(MESSAGE));
        with_message(has, node.find("command").unwrap_or(node), problems)?;
        Some(Self::Command(command))
    }
}
