use regex::{Regex, RegexBuilder};

use super::LogArgs;
use crate::cli::deploy::{Opened, RepositoryArgs, named, wrong_limit};
use crate::deploy::limit::{Limit, LimitError};
use crate::error::CommandError;
use crate::event::{DeployId, Event, EventKind, Level};
use crate::model::HostName;
use crate::report::{Weight, line};
use crate::scap::{DeployStage, HostGroup};
use crate::ui::Format;
use crate::visible::visible;

/// What `svcgen tail` calls the levels, where events have another word, or none as far out.
pub(super) const OTHER_WORDS: [(&str, Level); 3] = [
    ("trace", Level::Debug),
    ("warn", Level::Warning),
    ("fatal", Level::Error),
];

/// Which events are shown.
#[derive(Debug)]
pub(in crate::cli) struct Choice {
    limits: Vec<Limit>,
    /// The hosts of the deploy that the limits choose, once they are known.
    hosts: Option<Vec<HostName>>,
    /// What a name could mean that is not a host's.
    groups: Vec<HostGroup>,
    level: Option<Level>,
    stage: Option<DeployStage>,
    text: Option<Text>,
}

/// A text to look for: as it stands, or as a regular expression.
#[derive(Debug)]
struct Text {
    literal: String,
    regex: Option<Regex>,
    has_capitals: bool,
}

impl Choice {
    /// Reads what is asked for.
    ///
    /// # Errors
    /// A pattern of hosts that is none.
    pub(super) fn new(
        args: &LogArgs,
        text: Option<String>,
        opened: &Opened,
    ) -> Result<Self, CommandError> {
        let groups = opened.working.value.groups.clone();
        let limits = args.host.iter().map(|host| Limit::parse(host));
        let limits = limits.collect::<Result<_, _>>();
        let limits = limits.map_err(|error| wrong_limit("--host", &error, &groups))?;
        let level = Level::ALL
            .into_iter()
            .find(|level| Some(level.as_str()) == args.level.as_deref());
        let others = OTHER_WORDS.iter();
        let other = others.filter(|(word, _)| Some(*word) == args.level.as_deref());
        let level = level.or(other.map(|(_, level)| *level).next());
        Ok(Self {
            limits,
            hosts: None,
            groups,
            level,
            stage: args.stage.as_deref().and_then(DeployStage::parse),
            text: text.map(Text::new),
        })
    }

    /// Learns which hosts the deploy has.
    ///
    /// # Errors
    /// A pattern that matches none of them, with the names that are like it.
    pub(super) fn learn(
        &mut self,
        deploy: &DeployId,
        hosts: &[HostName],
    ) -> Result<(), CommandError> {
        if self.limits.is_empty() {
            return Ok(());
        }
        let mut chosen = Vec::new();
        for limit in &self.limits {
            let of = limit.of(hosts);
            let wrong = |error| match &error {
                LimitError::NoHost { pattern, .. } if self.is_elsewhere(pattern) => {
                    not_in(deploy, pattern, hosts)
                }
                _ => wrong_limit("--host", &error, &self.groups),
            };
            chosen.extend(of.map_err(wrong)?);
        }
        self.hosts = Some(chosen);
        Ok(())
    }

    /// Whether a pattern that no host of the deploy matches is one of hosts of this repository, hence not misspelt.
    fn is_elsewhere(&self, pattern: &str) -> bool {
        let hosts: Vec<HostName> = self.groups.iter().flat_map(|g| g.hosts.clone()).collect();
        Limit::parse(pattern).is_ok_and(|limit| limit.of(&hosts).is_ok())
    }

    /// The hosts that are asked for; all of them where none is named.
    pub(super) fn of<'a>(&'a self, hosts: &'a [HostName]) -> &'a [HostName] {
        self.hosts.as_deref().unwrap_or(hosts)
    }

    /// Whether a line of a journal may be one that is wanted: found out without reading it as an event, since a journal
    /// of a thousand hosts has a hundred thousand lines.
    pub(super) fn may_want(&self, line: &[u8]) -> bool {
        // Bytes that are no text are no event either, and counted as such by whoever reads them.
        let Ok(line) = std::str::from_utf8(line) else {
            return true;
        };
        let has = |word: &str| line.contains(word);
        // Names of hosts and stages are written as they are.
        let of_host =
            |hosts: &Vec<HostName>| hosts.len() > 8 || hosts.iter().any(|h| has(h.as_str()));
        let is_end = || has("\"deploy_started\"") || has("\"deploy_finished\"");
        let is_it = self.hosts.as_ref().is_none_or(of_host)
            && self.stage.is_none_or(|stage| has(stage.as_str()));
        is_it || is_end()
    }

    /// Whether an event is wanted; for people, what only matters to those who look closely is left out as in a deploy.
    pub(super) fn wants(&self, event: &Event, format: Format, verbosity: i8) -> bool {
        let about = &event.about;
        let of_host =
            |hosts: &Vec<HostName>| about.host.as_ref().is_some_and(|h| hosts.contains(h));
        self.hosts.as_ref().is_none_or(of_host)
            && self.stage.is_none_or(|stage| about.stage == Some(stage))
            && self.level.is_none_or(|level| event.level >= level)
            && (format == Format::Json || self.is_heavy_enough(event, verbosity))
            && self
                .text
                .as_ref()
                .is_none_or(|text| text.is_in(&line(event)))
    }

    fn is_heavy_enough(&self, event: &Event, verbosity: i8) -> bool {
        let is_named = match &event.kind {
            // Whoever looks for something looks everywhere.
            _ if self.level.is_some() || self.text.is_some() => true,
            EventKind::Output => false,
            _ => self.hosts.is_some(),
        };
        is_named || Weight::of(event).is_shown(verbosity)
    }

    /// Whether a line that a host wrote is wanted.
    pub(super) fn wants_line(&self, line: &[u8]) -> bool {
        let shown = || String::from_utf8_lossy(line);
        self.text.as_ref().is_none_or(|text| text.is_in(&shown()))
    }

    /// What is said where a text is looked for that is nowhere: it may have been meant as the name of a deploy.
    pub(super) fn not_found(
        &self,
        nothing: &str,
        id: &DeployId,
        repository: &RepositoryArgs,
    ) -> Option<CommandError> {
        let text = visible(&self.text.as_ref()?.literal);
        let all = repository.completed(&format!("svcgen log {id}"));
        let list = repository.completed("svcgen history");
        Some(
            CommandError::usage(format!("{nothing}: `{text}`"))
                .hint(format!("`{all}` shows all of it"))
                .hint(format!("`{list}` lists the deploys")),
        )
    }

    /// Whether lines that a host wrote are chosen from.
    pub(super) fn has_text(&self) -> bool {
        self.text.is_some()
    }
}

/// Says that a deploy was not on a host, and which it was on.
fn not_in(deploy: &DeployId, pattern: &str, hosts: &[HostName]) -> CommandError {
    let names: Vec<&str> = hosts.iter().map(HostName::as_str).collect();
    CommandError::usage(format!(
        "--host: the deploy {deploy} was not on `{pattern}`"
    ))
    .hint(format!("it was on {}", named(&names)))
    .hint("`svcgen history` lists the others")
}

impl Text {
    /// A text without capitals is looked for in both cases; one that is no regular expression only as it stands.
    fn new(text: String) -> Self {
        let has_capitals = text.chars().any(char::is_uppercase);
        let regex = RegexBuilder::new(&text)
            .case_insensitive(!has_capitals)
            .build();
        Self {
            regex: regex.ok(),
            has_capitals,
            literal: text,
        }
    }

    fn is_in(&self, line: &str) -> bool {
        let is_literal = match self.has_capitals {
            true => line.contains(&self.literal),
            false => line.to_lowercase().contains(&self.literal),
        };
        is_literal
            || self
                .regex
                .as_ref()
                .is_some_and(|regex| regex.is_match(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_as_it_stands_and_as_an_expression() {
        let found = |text: &str, line: &str| Text::new(text.into()).is_in(line);
        assert!(found("exit code 3", "failed (Exit code 3)"));
        assert!(found("(exit", "failed (exit code 3)"));
        assert!(found("code [0-9]", "exit code 3"));
        assert!(found("a+b", "a+b") && found("a+b", "aab"));
        assert!(!found("Exit", "exit code 3"));
        assert!(!found("(exit", "exit code 3"));
    }
}
