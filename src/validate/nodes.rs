use super::{Finding, Judgement, Outcome};
use crate::model::Service;
use crate::puppet::node_blocks;
use crate::worktree::{Worktree, WorktreeError};

const NAME: &str = "hosts";
/// Where a tree gives roles to hosts.
const SITE: &str = "manifests/site.pp";

/// Judges whether each host of a service has one node in the main manifest, and no more; nothing where there is none.
///
/// # Errors
/// Where the manifest cannot be read.
pub fn nodes(service: &Service, worktree: &Worktree) -> Result<Option<Judgement>, WorktreeError> {
    let Some(text) = worktree.read(SITE)? else {
        return Ok(None);
    };
    let blocks = node_blocks(&text);
    let mut findings = Vec::new();
    for host in service
        .deploy
        .groups
        .iter()
        .flat_map(|group| group.host_names())
    {
        let lines: Vec<usize> = blocks
            .iter()
            .filter(|block| block.matches(host.as_str()))
            .map(|block| block.line)
            .collect();
        let message = match lines.as_slice() {
            [_] => continue,
            [] => format!("no node matches `{host}`"),
            [first, ..] => format!(
                "{} nodes match `{host}`, the first in line {first}",
                lines.len()
            ),
        };
        findings.push(Finding {
            path: Some(SITE.into()),
            line: lines.get(1).copied(),
            text_line: None,
            message,
        });
    }
    Ok(Some(match findings.is_empty() {
        true => Judgement::new(NAME, Outcome::Passed),
        false => Judgement::from_findings(NAME, findings),
    }))
}
