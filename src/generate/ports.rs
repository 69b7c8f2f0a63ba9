//! Which ports a tree has given away, and to whom.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::GenerateError;
use crate::model::Port;
use crate::place::line_of;
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

/// The ports of keys that are called `port` or end in `_port`, at the top of a hieradata file.
pub(super) fn of_hieradata(path: &Utf8Path, text: &str, root: &Node) -> Vec<PortUse> {
    let is_port = |key: &str| {
        let last = key.rsplit("::").next().unwrap_or(key);
        key.contains("::") && (last == "port" || last.ends_with("_port"))
    };
    let entries = root.entries().iter().filter(|(key, _)| is_port(&key.text));
    entries
        .filter_map(|(key, value)| port_use(path, text, value, format!("`{}`", key.text)))
        .collect()
}

/// The port of a value, where it is one.
pub(super) fn port_use(
    path: &Utf8Path,
    text: &str,
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
        line: line_of(text, value.span.start),
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
    })
}
