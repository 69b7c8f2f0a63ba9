use std::collections::HashSet;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::config::{ScapConfig, TargetGroup};
use super::environment::{ScapEnvironment, places};
use super::files::{Files, read_first};
use super::mistake::{Findings, Mistake, Reading, ScapError};
use crate::model::{HostName, suggest};
use crate::visible::visible;
use crate::worktree::WorktreeError;

/// A group with its hosts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HostGroup {
    pub group: TargetGroup,
    /// The list that the hosts are read from.
    pub path: Utf8PathBuf,
    /// In the order of the list; without those of an earlier group.
    pub hosts: Vec<HostName>,
}

/// Where lists of hosts are on a deployment server that the repository does not have.
const SHARED_LISTS: &str = "/etc/dsh/group";

impl HostGroup {
    /// Reads the lists of all groups.
    ///
    /// # Errors
    /// Where a list is nowhere, or a line of one is no host.
    pub(super) fn read_all(
        files: &dyn Files,
        config: &ScapConfig,
    ) -> Result<Reading<Vec<Self>>, ScapError> {
        let mut findings = Findings::default();
        let mut groups = Vec::new();
        let mut seen = HashSet::new();
        for group in &config.groups {
            let Some((path, text)) =
                find_target_file(files, &group.file, config.environment.as_ref())?
            else {
                let (at, line) = match &group.named {
                    Some((path, line)) => (path.clone(), Some(*line)),
                    None => (super::CONFIG_FILE.into(), None),
                };
                let message = format!("the list of hosts `{}` is not there", group.file);
                let rule = what_to_write(files, &group.file, config.environment.as_ref());
                findings
                    .mistakes
                    .push(Mistake::new(at, line, message).rule(rule));
                continue;
            };
            let mut hosts = findings.take(read_hosts(&path, &text))?.unwrap_or_default();
            hosts.retain(|host| seen.insert(host.clone()));
            groups.push(Self {
                group: group.clone(),
                path,
                hosts,
            });
        }
        findings.finish(Some(groups))
    }
}

/// What to do about a list that is nowhere: its name may be misspelt.
fn what_to_write(
    files: &dyn Files,
    name: &Utf8Path,
    environment: Option<&ScapEnvironment>,
) -> String {
    let looked_for = candidates(name, environment);
    let there: Vec<String> = looked_for
        .iter()
        .filter_map(|path| Some(files.names(path.parent()?)))
        .flatten()
        .collect();
    let word = name.file_name().unwrap_or_default();
    let near = suggest(word, there.iter().map(String::as_str));
    let paths: Vec<String> = looked_for.iter().map(|path| format!("`{path}`")).collect();
    let write = match paths.as_slice() {
        [only] => format!("write {only}"),
        several => format!("write one of {}", several.join(", ")),
    };
    match near {
        Some(near) => format!("did you mean `{}`? Else {write}", name.with_file_name(near)),
        None => write,
    }
}

/// Finds the list that a name means: that of the environment, that of all, that of the machine.
///
/// # Errors
/// Where a file is not readable, or not text.
pub fn find_target_file(
    files: &dyn Files,
    name: &Utf8Path,
    environment: Option<&ScapEnvironment>,
) -> Result<Option<(Utf8PathBuf, String)>, WorktreeError> {
    let all = candidates(name, environment);
    let (outside, inside): (Vec<_>, Vec<_>) = all.into_iter().partition(|path| path.is_absolute());
    if let Some(found) = read_first(files, inside)? {
        return Ok(Some(found));
    }
    for path in outside {
        match fs_err::read_to_string(&path) {
            Ok(text) => return Ok(Some((path, text))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

fn candidates(name: &Utf8Path, environment: Option<&ScapEnvironment>) -> Vec<Utf8PathBuf> {
    if name.is_absolute() {
        return vec![name.to_owned()];
    }
    let mut all = places(environment, name.as_str());
    all.push(Utf8Path::new(SHARED_LISTS).join(name));
    all
}

/// The most that a list may hold, in bytes: many thousands of hosts. More is another file by mistake.
const LARGEST: usize = 1024 * 1024;

/// Reads the hosts of a list: the words that its lines begin with, each once.
///
/// # Errors
/// Where such a word is no host name, or the list is much too large to be one.
pub fn read_hosts(path: &Utf8Path, text: &str) -> Result<Reading<Vec<HostName>>, ScapError> {
    let mut findings = Findings::default();
    if text.len() > LARGEST {
        let message = format!(
            "this is not a list of hosts: it has {} MiB",
            text.len() / LARGEST
        );
        let rule = "a list has at most 1 MiB";
        findings
            .mistakes
            .push(Mistake::new(path, None, message).rule(rule));
        return findings.finish(Some(Vec::new()));
    }
    let mut hosts: Vec<HostName> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
        let word = &line[..line.find(|c| !is_part(c)).unwrap_or(line.len())];
        if word.is_empty() {
            findings.warnings.extend(unseen(path, index + 1, line));
            continue;
        }
        let rest = line[word.len()..].trim();
        if !rest.is_empty() && !rest.starts_with('#') {
            let message = format!("Scap does not see `{}`", visible(rest));
            findings.warnings.push(
                Mistake::new(path, Some(index + 1), message)
                    .rule("write each host on a line of its own, and comments after `#`"),
            );
        }
        match HostName::parse(&word.to_lowercase()) {
            Ok(host) if hosts.contains(&host) => {
                findings.warnings.push(Mistake::new(
                    path,
                    Some(index + 1),
                    format!("`{host}` is listed twice"),
                ));
            }
            Ok(host) => hosts.push(host),
            Err(refused) => {
                let message = format!("`{}` is not {}", visible(word), refused.what);
                findings
                    .mistakes
                    .push(Mistake::new(path, Some(index + 1), message).rule(refused.rule));
            }
        }
    }
    findings.finish(Some(hosts))
}

/// A host that something stands before, so that Scap takes its line for none of a host.
fn unseen(path: &Utf8Path, number: usize, line: &str) -> Option<Mistake> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
    if line.trim_start().starts_with('#') {
        return None;
    }
    let host = line.trim_start_matches(|c| !is_part(c));
    let host = &host[..host.find(|c| !is_part(c)).unwrap_or(host.len())];
    let before = &line[..line.len() - line.trim_start_matches(|c| !is_part(c)).len()];
    // Words that others comment with are no hosts.
    let is_blank = before.chars().all(|c| matches!(c, ' ' | '\t'));
    let is_host = host.contains('.') && HostName::parse(&host.to_lowercase()).is_ok();
    if host.is_empty() || !(is_blank || is_host) {
        return None;
    }
    let rule = match before.chars().find(|c| !matches!(c, ' ' | '\t')) {
        None => "a host belongs at the start of its line".to_owned(),
        Some('\u{feff}') => "a byte order mark is before it: save the file without one".into(),
        Some(c) if c.is_whitespace() || !c.is_ascii() => format!(
            "a host belongs at the start of its line, and U+{:04X} is before it",
            u32::from(c)
        ),
        Some(c) => format!("a host belongs at the start of its line, and `{c}` is before it"),
    };
    let message = format!("Scap does not see `{host}`");
    Some(Mistake::new(path, Some(number), message).rule(rule))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_something_stands_before_is_told() {
        let text = "\u{feff}a1.example\n\"a2.example\"\n* a3.example\n; a4.example\n\u{a0}a5.example\n\u{200b}a6.example\n\
                    ; the old ones\n// none.\n# a7.example\n ** \na8.example\n";
        let reading = read_hosts("scap/targets".into(), text).unwrap();
        assert_eq!(reading.value.len(), 1);
        let warned: Vec<String> = reading.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(warned.len(), 6, "{warned:#?}");
        assert_eq!(
            warned[0],
            "scap/targets:1: Scap does not see `a1.example`: a byte order mark is before it: save the file without one"
        );
        assert!(warned[1].ends_with("and `\"` is before it"), "{warned:#?}");
        assert!(
            warned[4].ends_with("and U+00A0 is before it"),
            "{warned:#?}"
        );
    }

    #[test]
    fn a_host_begins_its_line() {
        let text = "# a1.example\na2.example # rack\n  a3.example\n\nA4.example\na2.example\na5.example a6.example\n";
        let reading = read_hosts("scap/targets".into(), text).unwrap();
        let hosts: Vec<&str> = reading.value.iter().map(HostName::as_str).collect();
        assert_eq!(hosts, ["a2.example", "a4.example", "a5.example"]);
        let warned: Vec<Option<usize>> = reading.warnings.iter().map(|w| w.line).collect();
        assert_eq!(warned, [Some(3), Some(6), Some(7)]);
        assert_eq!(
            reading.warnings[2].to_string(),
            "scap/targets:7: Scap does not see `a6.example`: write each host on a line of its own, and comments after `#`"
        );
        let large = "a1.example\n".repeat(1_000_000);
        let error = read_hosts("scap/targets".into(), &large).unwrap_err();
        assert_eq!(
            error.to_string(),
            "scap/targets: this is not a list of hosts: it has 10 MiB: a list has at most 1 MiB"
        );
        let error = read_hosts("scap/targets".into(), "a1\n-oProxyCommand\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "scap/targets:2: `-oProxyCommand` is not a host name: labels of lower-case letters, digits and hyphens, \
             separated by dots"
        );
    }
}
