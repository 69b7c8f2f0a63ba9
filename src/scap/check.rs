use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::environment::{ScapEnvironment, places};
use super::files::{Files, read_first};
use super::mistake::{Findings, Reading, ScapError, Source};
use super::value::duration;
use crate::model::{CheckKind, GroupName, did_you_mean};
use crate::visible::visible;
use crate::yaml::{Kind, Node, parse};

/// A check as `checks.yaml` describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeployCheck {
    pub name: String,
    pub kind: CheckKind,
    /// The stages that it runs before and after; Scap takes both at once.
    pub before: Option<DeployStage>,
    pub after: Option<DeployStage>,
    /// A command line, the name of an NRPE command, or of a script.
    pub command: String,
    pub timeout: Duration,
    /// The only group in which it runs.
    pub group: Option<GroupName>,
    /// Whether a shell runs the command.
    pub shell: bool,
}

/// The stages that a check can belong to.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DeployStage {
    Fetch,
    ConfigDeploy,
    Promote,
    HandleService,
    Finalize,
    Rollback,
    ConfigDiff,
}

/// The checks of one file; `None` is one that the file says is none.
type NamedChecks = Vec<(String, Option<DeployCheck>)>;

const KEYS: [&str; 8] = [
    "type", "stage", "before", "after", "command", "timeout", "group", "shell",
];

impl DeployStage {
    const ALL: [Self; 7] = [
        Self::Fetch,
        Self::ConfigDeploy,
        Self::Promote,
        Self::HandleService,
        Self::Finalize,
        Self::Rollback,
        Self::ConfigDiff,
    ];

    /// The word that `checks.yaml` uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::ConfigDeploy => "config_deploy",
            Self::Promote => "promote",
            Self::HandleService => "handle_service",
            Self::Finalize => "finalize",
            Self::Rollback => "rollback",
            Self::ConfigDiff => "config_diff",
        }
    }

    /// Reads the word; `restart_service` is the old one for `handle_service`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "restart_service" => Some(Self::HandleService),
            _ => Self::ALL.into_iter().find(|stage| stage.as_str() == text),
        }
    }
}

impl DeployCheck {
    /// Whether it asks a service that is not restarted yet: an NRPE check right after the switch.
    pub fn sees_old_process(&self) -> bool {
        self.kind == CheckKind::Nrpe && self.after == Some(DeployStage::Promote)
    }

    /// Reads the checks of all, and over them those of the environment, by their names.
    ///
    /// # Errors
    /// Every mistake in the files.
    pub(super) fn read_all(
        files: &dyn Files,
        environment: Option<&ScapEnvironment>,
    ) -> Result<Reading<Vec<Self>>, ScapError> {
        let mut findings = Findings::default();
        let mut merged: Vec<(String, Option<Self>)> = Vec::new();
        let mut levels: Vec<_> = places(environment, "checks");
        levels.reverse();
        for level in levels {
            let names = [level.with_extension("yaml"), level.with_extension("yml")];
            let Some((path, text)) = read_first(files, names)? else {
                continue;
            };
            let read = findings.take(Self::read_file(Source {
                path: &path,
                text: &text,
            }))?;
            for (name, check) in read.unwrap_or_default() {
                match merged.iter_mut().find(|(other, _)| *other == name) {
                    Some((_, place)) => *place = check,
                    None => merged.push((name, check)),
                }
            }
        }
        findings.finish(Some(
            merged.into_iter().filter_map(|(_, check)| check).collect(),
        ))
    }

    /// Reads one file; a check that is `{}` there is none.
    pub(super) fn read_file(source: Source<'_>) -> Result<Reading<NamedChecks>, ScapError> {
        let mut findings = Findings::default();
        let node =
            parse(source.text).map_err(|error| ScapError::Wrong(vec![source.not_yaml(&error)]))?;
        let Some(checks) = node.find("checks") else {
            let mistake = source
                .at_byte(0, "there is no `checks:` in it")
                .rule("begin the file with `checks:`");
            return Err(ScapError::Wrong(vec![mistake]));
        };
        for (key, _) in node
            .entries()
            .iter()
            .filter(|(key, _)| key.text != "checks")
        {
            let message = format!("`{}` has no effect", visible(&key.text));
            findings.warnings.push(
                source
                    .at_byte(key.span.start, message)
                    .rule("checks belong below `checks:`"),
            );
        }
        if !matches!(checks.kind, Kind::Mapping(_)) {
            let message = format!("`checks` is {}", checks.describe());
            let rule = "write a mapping from the names of checks, or `checks: {}`";
            return Err(ScapError::Wrong(vec![
                source.at(checks, message).rule(rule),
            ]));
        }
        let mut read = Vec::new();
        for (key, node) in checks.entries() {
            match &node.kind {
                Kind::Mapping(entries) if entries.is_empty() => read.push((key.text.clone(), None)),
                Kind::Mapping(_) => {
                    if let Some(check) = Self::of(&key.text, node, source, &mut findings) {
                        read.push((key.text.clone(), Some(check)));
                    }
                }
                _ => {
                    let message =
                        format!("the check `{}` is {}", visible(&key.text), node.describe());
                    let rule = format!("write `{}: {{}}` to have none of that name", key.text);
                    findings
                        .mistakes
                        .push(source.at_byte(key.span.start, message).rule(rule));
                }
            }
        }
        findings.finish(Some(read))
    }

    fn of(name: &str, node: &Node, source: Source<'_>, findings: &mut Findings) -> Option<Self> {
        let before = findings.mistakes.len();
        warn_unknown(node, source, findings);
        let after = node.find("after").filter(|node| node.kind != Kind::Null);
        let after = stage(after.or(node.find("stage")), source, findings);
        let check = Self {
            name: name.to_owned(),
            kind: kind(node, source, findings).unwrap_or_default(),
            before: stage(node.find("before"), source, findings),
            after,
            command: command(name, node, source, findings).unwrap_or_default(),
            timeout: timeout(node, source, findings).unwrap_or(Duration::from_secs(30)),
            group: group(node, source, findings),
            shell: shell(node, source, findings).unwrap_or_default(),
        };
        if check.kind == CheckKind::Command && !check.shell && !is_splittable(&check.command) {
            let message = format!("the command of `{name}` has an unclosed quote");
            let at = node.find("command").unwrap_or(node);
            findings.mistakes.push(
                source
                    .at(at, message)
                    .rule("Scap splits it into words as a shell does"),
            );
        }
        if check.before.is_none() && check.after.is_none() && findings.mistakes.len() == before {
            let message = format!("the check `{name}` never runs");
            findings.warnings.push(
                source
                    .at(node, message)
                    .rule("say when, such as `after: handle_service`"),
            );
        }
        (findings.mistakes.len() == before).then_some(check)
    }
}

fn warn_unknown(node: &Node, source: Source<'_>, findings: &mut Findings) {
    for (key, _) in node
        .entries()
        .iter()
        .filter(|(key, _)| !KEYS.contains(&key.text.as_str()))
    {
        let rule = did_you_mean(&key.text, KEYS)
            .unwrap_or_else(|| format!("known here: {}", KEYS.join(", ")));
        let message = format!("unknown key `{}`", visible(&key.text));
        findings
            .warnings
            .push(source.at_byte(key.span.start, message).rule(rule));
    }
}

fn kind(node: &Node, source: Source<'_>, findings: &mut Findings) -> Option<CheckKind> {
    let kinds = [CheckKind::Command, CheckKind::Nrpe, CheckKind::Script];
    let words: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    let node = node.find("type")?;
    match &node.kind {
        Kind::String(text) if words.contains(&text.as_str()) => {
            kinds.into_iter().find(|k| k.as_str() == text)
        }
        _ => {
            let text = source.text[node.span.clone()].trim();
            let found = visible(text);
            let rule = did_you_mean(text, words.iter().copied())
                .unwrap_or_else(|| format!("one of {}", words.join(", ")));
            findings.mistakes.push(
                source
                    .at(node, format!("`{found}` is not a type of check"))
                    .rule(rule),
            );
            None
        }
    }
}

fn stage(node: Option<&Node>, source: Source<'_>, findings: &mut Findings) -> Option<DeployStage> {
    let node = node.filter(|node| node.kind != Kind::Null)?;
    let text = source.text[node.span.clone()].trim();
    if let Kind::String(word) = &node.kind
        && let Some(stage) = DeployStage::parse(word)
    {
        return Some(stage);
    }
    let words = DeployStage::ALL.map(DeployStage::as_str);
    let rule = did_you_mean(text, words).unwrap_or_else(|| format!("one of {}", words.join(", ")));
    findings.mistakes.push(
        source
            .at(node, format!("`{}` is not a stage", visible(text)))
            .rule(rule),
    );
    None
}

fn command(name: &str, node: &Node, source: Source<'_>, findings: &mut Findings) -> Option<String> {
    match node.find("command") {
        Some(Node {
            kind: Kind::String(text),
            ..
        }) if !text.trim().is_empty() => Some(text.clone()),
        Some(other) if !matches!(other.kind, Kind::Null | Kind::String(_)) => {
            let message = format!("the command of `{name}` is {}", other.describe());
            findings
                .mistakes
                .push(source.at(other, message).rule("put it in quotes"));
            None
        }
        _ => {
            let message = format!("the check `{name}` has no command");
            findings
                .mistakes
                .push(source.at(node, message).rule("write `command:`"));
            None
        }
    }
}

fn timeout(node: &Node, source: Source<'_>, findings: &mut Findings) -> Option<Duration> {
    let node = node.find("timeout")?;
    let seconds = match node.kind {
        Kind::Integer(number) => Some(number as f64),
        Kind::Float(number) => Some(number),
        _ => None,
    };
    let read = seconds.and_then(duration);
    if read.is_none() {
        let message = format!(
            "`{}` is not a timeout",
            visible(source.text[node.span.clone()].trim())
        );
        findings.mistakes.push(
            source
                .at(node, message)
                .rule("write a number of seconds, without quotes"),
        );
    }
    read
}

fn group(node: &Node, source: Source<'_>, findings: &mut Findings) -> Option<GroupName> {
    let node = node.find("group").filter(|node| node.kind != Kind::Null)?;
    let name = match &node.kind {
        Kind::String(text) => GroupName::parse(text).ok(),
        _ => None,
    };
    if name.is_none() {
        let message = format!(
            "`{}` is not a group",
            visible(source.text[node.span.clone()].trim())
        );
        findings.mistakes.push(
            source
                .at(node, message)
                .rule("write one of `server_groups`"),
        );
    }
    name
}

fn shell(node: &Node, source: Source<'_>, findings: &mut Findings) -> Option<bool> {
    let node = node.find("shell").filter(|node| node.kind != Kind::Null)?;
    let value = boolean(node);
    if value.is_none() {
        let message = format!("`shell` is {}", node.describe());
        findings
            .mistakes
            .push(source.at(node, message).rule("write `true` or `false`"));
    }
    value
}

/// Whether Scap can split a command line into words; a comment sign means nothing to it.
fn is_splittable(command: &str) -> bool {
    let mut quote = None;
    let mut chars = command.chars();
    while let Some(c) = chars.next() {
        if c == '\\' && quote != Some('\'') {
            if chars.next().is_none() {
                return false;
            }
            continue;
        }
        match quote {
            None if matches!(c, '\'' | '"') => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ => {}
        }
    }
    quote.is_none()
}

/// Reads a boolean as Scap's reader does, which takes the words of YAML 1.1 too.
pub(super) fn boolean(node: &Node) -> Option<bool> {
    match &node.kind {
        Kind::Bool(value) => Some(*value),
        Kind::String(text) if !node.flow => match text.to_ascii_lowercase().as_str() {
            "yes" | "on" => Some(true),
            "no" | "off" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests;
