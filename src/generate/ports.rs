//! Which ports a tree has given away, and to whom.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::GenerateError;
use crate::model::Port;
use crate::puppet::Declaration;
use crate::yaml::{Kind, Node};

/// A port that somebody has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PortUse {
    pub(super) port: u16,
    pub(super) path: Utf8PathBuf,
    /// Counted from one.
    pub(super) line: usize,
    /// Who has it: a key of hieradata, a role, a resource.
    pub(super) owner: String,
}

/// Finds lines by asking for one place after another: what lies before the last one is not counted again.
#[derive(Debug)]
pub(super) struct LineCounter<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> LineCounter<'a> {
    /// Counts in a text.
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
        }
    }

    /// The line of a byte, counted from one.
    pub(super) fn line_of(&mut self, at: usize) -> usize {
        let at = at.min(self.text.len());
        if at < self.at {
            *self = Self::new(self.text);
        }
        let passed = &self.text.as_bytes()[self.at..at];
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.at = at;
        self.line
    }
}

impl PortUse {
    /// Whether a resource speaks of the port which may listen on it or connect to it.
    pub(super) fn is_mention(&self) -> bool {
        self.owner.contains(" { ") && !self.owner.starts_with("`service::node ")
    }
}

/// The ports of keys that are called `port` or end in `_port`, at the top of a hieradata file.
pub(super) fn of_hieradata(path: &Utf8Path, text: &str, root: &Node) -> Vec<PortUse> {
    let is_port = |key: &str| {
        let last = key.rsplit("::").next().unwrap_or(key);
        key.contains("::") && (last == "port" || last.ends_with("_port"))
    };
    let entries = root.entries().iter().filter(|(key, _)| is_port(&key.text));
    let mut lines = LineCounter::new(text);
    entries
        .filter_map(|(key, value)| port_use(path, &mut lines, value, format!("`{}`", key.text)))
        .collect()
}

/// The port of a value, where it is one.
pub(super) fn port_use(
    path: &Utf8Path,
    lines: &mut LineCounter<'_>,
    value: &Node,
    owner: String,
) -> Option<PortUse> {
    let port = match &value.kind {
        Kind::Integer(number) => u16::try_from(*number).ok()?,
        Kind::String(digits) => digits.parse().ok()?,
        _ => return None,
    };
    Some(PortUse {
        port,
        path: path.to_owned(),
        line: lines.line_of(value.span.start),
        owner,
    })
}

/// The literal ports of resources.
pub(super) fn of_declarations(path: &Utf8Path, declarations: &[Declaration]) -> Vec<PortUse> {
    let uses = declarations.iter().filter_map(|declaration| {
        let (value, line) = declaration.argument("port")?;
        let port = value.trim_matches(['\'', '"']).parse().ok()?;
        Some(PortUse {
            port,
            path: path.to_owned(),
            line,
            owner: format!("`service::node {{ '{}' }}`", declaration.title),
        })
    });
    uses.collect()
}

/// The literal ports of any resource: `port => 9200`, with its quotes or without.
///
/// Read by lines, because hundreds of manifests are looked at.
pub(super) fn of_resources(path: &Utf8Path, code: &str) -> Vec<PortUse> {
    let mut owner = None;
    let mut uses = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if line.starts_with('#') {
            continue;
        }
        if let Some((resource, title)) = line.split_once('{')
            && line.ends_with(':')
        {
            let title = title.trim().trim_end_matches(':').trim_end();
            owner = Some(format!("`{} {{ {title} }}`", resource.trim()));
        }
        if line == "}" {
            owner = None;
        }
        let Some(owner) = &owner else { continue };
        let value = line
            .split_once("=>")
            .filter(|(name, _)| name.trim().trim_matches(['\'', '"']) == "port")
            .map(|(_, value)| value.trim().trim_end_matches(',').trim_matches(['\'', '"']));
        if let Some(port) = value.and_then(|value| value.parse().ok()) {
            uses.push(PortUse {
                port,
                path: path.to_owned(),
                line: index + 1,
                owner: owner.clone(),
            });
        }
    }
    uses
}

/// Refuses a port that somebody else has, and proposes the next free one.
pub(super) fn check(
    port: Port,
    uses: &[PortUse],
    is_ours: impl Fn(&PortUse) -> bool,
) -> Result<(), GenerateError> {
    let Some(found) = uses
        .iter()
        .find(|found| found.port == port.number() && !is_ours(found))
    else {
        return Ok(());
    };
    let taken: BTreeSet<u16> = uses.iter().map(|found| found.port).collect();
    let free = (port.number()..=u16::MAX)
        .chain(1024..port.number())
        .find(|candidate| !taken.contains(candidate));
    Err(GenerateError::Taken {
        what: format!("port {port}"),
        path: found.path.clone(),
        line: found.line,
        owner: found.owner.clone(),
        free: free.and_then(|free| Port::new(i64::from(free)).ok()),
        is_file: false,
        known_as: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_forwards_and_backwards() {
        let mut lines = LineCounter::new("a\nb\n\nc");
        let found = [0, 2, 5, 2, 4, 99, 0].map(|at| lines.line_of(at));
        assert_eq!(found, [1, 2, 4, 2, 3, 4, 1]);
    }

    #[test]
    fn literal_ports_name_their_resource() {
        let code = "# a { 'no':\n#   port => 1111,\nclass a($port = 5) {\n    search::node { 'one':\n        \
                    port => '9200', # why\n        other_port => 9300,\n        'port' => 9201,\n        \
                    port => $port,\n    }\n}\n";
        let uses = of_resources(Utf8Path::new("a.pp"), code);
        let found: Vec<_> = uses
            .iter()
            .map(|found| (found.port, found.line, found.owner.as_str()))
            .collect();
        let owner = "`search::node { 'one' }`";
        assert_eq!(found, [(9200, 5, owner), (9201, 7, owner)]);
    }
}
