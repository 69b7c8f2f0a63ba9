//! What a tree has of a service that the model does not say, and that nobody knows svcgen to have written.

use super::host_regex::rows;
use super::nodes::{Nodes, SITE};
use super::{SeriesTree, listed};
use crate::generate::Stray;
use crate::model::HostName;
use crate::puppet::{NodeBlock, NodePattern};

/// How many numbers beside those of the model are tried.
const BESIDE: usize = 9;

/// The nodes that svcgen did not write, and that give the role to hosts that the model does not name.
pub(super) fn strays(
    role: &str,
    hosts: &[HostName],
    nodes: &Nodes,
    tree: &SeriesTree,
) -> Vec<Stray> {
    let written = written_nodes(tree);
    let is_written = |block: &&NodeBlock| {
        let text = nodes.text_of(block);
        written.iter().any(|it| it.trim() == text.trim())
    };
    let with_role = nodes.blocks.iter().filter(|it| it.roles == [role]);
    let others = with_role.filter(|block| !is_written(block));
    let beside = beside(hosts);
    let told = others.filter_map(|block| {
        let to = if !hosts.iter().any(|host| block.matches(host.as_str())) {
            "hosts that the model does not name".to_owned()
        } else {
            let is_meant = |host: &&String| is_listed(block) && block.matches(host);
            let more: Vec<String> = beside
                .iter()
                .filter(is_meant)
                .map(|it| format!("`{it}`"))
                .collect();
            if more.is_empty() {
                return None;
            }
            format!("{}, which the model does not name", listed(&more))
        };
        Some(Stray {
            path: SITE.into(),
            line: block.line,
            what: format!("gives the role `{role}` to {to}"),
            way_out: "change it by hand, or name them in the model",
        })
    });
    told.collect()
}

/// The nodes that svcgen wrote.
pub(super) fn written_nodes(tree: &SeriesTree) -> Vec<String> {
    let written = tree.puppet.rendered.blocks().into_iter();
    let written = written.filter(|(path, _)| path == SITE);
    written.flat_map(|(_, blocks)| blocks).collect()
}

/// Whether a node stands for hosts that it lists, rather than for any number.
fn is_listed(block: &NodeBlock) -> bool {
    let is_open = |pattern: &NodePattern| match pattern {
        NodePattern::Regex(text, _) => {
            let text = text.replace("\\.", "");
            ["\\d", ".", "+", "*"]
                .iter()
                .any(|open| text.contains(open))
        }
        NodePattern::Name(_) => false,
        NodePattern::Default => true,
    };
    !block.patterns.iter().any(is_open)
}

/// Hosts with numbers beside those of the model.
fn beside(hosts: &[HostName]) -> Vec<String> {
    let mut all = Vec::new();
    for row in rows(hosts) {
        let numbers = || row.numbers.iter().filter_map(|it| it.parse::<usize>().ok());
        let (Some(least), Some(most)) = (numbers().min(), numbers().max()) else {
            continue;
        };
        let width = row.numbers.first().map_or(0, String::len);
        for number in least.saturating_sub(BESIDE)..=most.saturating_add(BESIDE).min(least + 1000) {
            let host = format!("{}{number:0width$}.{}", row.name, row.domain);
            if !hosts.iter().any(|known| known.as_str() == host) {
                all.push(host);
            }
        }
    }
    all
}
