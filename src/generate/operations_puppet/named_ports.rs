//! Ports that hieradata names: of services that have no entry in a catalogue, and of those that somebody connects to.

use std::sync::LazyLock;

use camino::{Utf8Path, Utf8PathBuf};
use regex::Regex;

use crate::generate::ports::PortUse;
use crate::worktree::Worktree;

/// The folder.
const HIERADATA: &str = "hieradata";

/// How deep folders are looked into.
const DEPTH: usize = 8;

/// A key of a class that is called `port` or ends in `_port`, and a number; the tree has thousands of files, which are not parsed.
static PORT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"^['"]?((?:\w+::)+(?:\w+_)?port)['"]?:\s+['"]?(\d{1,5})['"]?\s*(?:#.*)?$"#).ok()
});

/// The ports of all keys, in the order of their files.
pub(in crate::generate) fn named_ports(worktree: &Worktree) -> Vec<PortUse> {
    let mut found = Vec::new();
    look_into(HIERADATA.into(), DEPTH, worktree, &mut found);
    found
}

fn look_into(folder: &Utf8Path, depth: usize, worktree: &Worktree, found: &mut Vec<PortUse>) {
    for name in worktree.list(folder) {
        let path = folder.join(name);
        if path.extension() == Some("yaml") {
            // What is no text has no ports.
            let text = worktree.read(&path).ok().flatten();
            found.extend(ports_of(&path, &text.unwrap_or_default()));
        } else if depth > 0 && worktree.has_folder(&path) {
            look_into(&path, depth - 1, worktree, found);
        }
    }
}

fn ports_of(path: &Utf8Path, text: &str) -> Vec<PortUse> {
    let lines = text.lines().enumerate();
    let ports = lines.filter_map(|(index, line)| {
        let found = PORT.as_ref()?.captures(line)?;
        Some(PortUse {
            port: found[2].parse().ok()?,
            path: Utf8PathBuf::from(path),
            line: index + 1,
            owner: format!("`{}`", &found[1]),
        })
    });
    ports.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_classes_that_are_called_a_port_count() {
        let text = "profile::a::exporter_port: 9107\n'b::port': \"80\" # web\nprofile::a::ports: [1]\nport: 7\n  c::port: 8\nd::port: 99999\n";
        let found = ports_of("a.yaml".into(), text);
        let told: Vec<_> = found
            .iter()
            .map(|it| (it.port, it.line, it.owner.as_str()))
            .collect();
        let expected = [
            (9107, 1, "`profile::a::exporter_port`"),
            (80, 2, "`b::port`"),
        ];
        assert_eq!(told, expected);
    }
}
