use std::collections::BTreeMap;

use crate::model::{Line, Service};

/// Who asks whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
}

/// One that asks or is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) name: String,
    /// Whether it is the service itself.
    pub(super) is_own: bool,
    /// The labels of what it asks of itself; empty where one has none.
    pub(super) loops: Vec<String>,
}

/// A request from one node to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: Option<String>,
}

impl Graph {
    /// The flow of a service, its nodes in the order in which they are named.
    pub(super) fn of(service: &Service) -> Self {
        let mut graph = Self::default();
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        for flow in &service.request_flow {
            let ends = [&flow.from, &flow.to].map(|name| {
                *known.entry(name.as_str()).or_insert_with(|| {
                    graph.nodes.push(Node {
                        name: shown(name),
                        is_own: name.as_str() == service.name.as_str(),
                        loops: Vec::new(),
                    });
                    graph.nodes.len() - 1
                })
            });
            let label = flow.label.as_ref().map(shown);
            let [from, to] = ends;
            if from == to {
                graph.nodes[from].loops.push(label.unwrap_or_default());
            } else {
                graph.edges.push(Edge { from, to, label });
            }
        }
        graph
    }

    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The parts that no request connects, each as a graph of its own.
    pub(super) fn parts(&self) -> Vec<Self> {
        let mut part: Vec<usize> = (0..self.nodes.len()).collect();
        loop {
            let mut has_changed = false;
            for edge in &self.edges {
                let least = part[edge.from].min(part[edge.to]);
                has_changed |= part[edge.from] != least || part[edge.to] != least;
                part[edge.from] = least;
                part[edge.to] = least;
            }
            if !has_changed {
                break;
            }
        }
        let first = (0..self.nodes.len()).filter(|&node| part[node] == node);
        first.map(|first| self.part(&part, first)).collect()
    }

    fn part(&self, part: &[usize], which: usize) -> Self {
        let members: Vec<usize> = (0..self.nodes.len())
            .filter(|&node| part[node] == which)
            .collect();
        let place = |node: usize| members.binary_search(&node).unwrap_or_default();
        let edges = self.edges.iter().filter(|edge| part[edge.from] == which);
        Self {
            nodes: members
                .iter()
                .map(|&node| self.nodes[node].clone())
                .collect(),
            edges: edges
                .map(|edge| Edge {
                    from: place(edge.from),
                    to: place(edge.to),
                    label: edge.label.clone(),
                })
                .collect(),
        }
    }
}

/// A text with what neither a terminal nor XML can show made visible.
fn shown(line: &Line) -> String {
    let is_bad = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    let text = line.as_str().trim();
    text.chars()
        .map(|c| if is_bad(c) { '\u{fffd}' } else { c })
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A graph of edges `from>to` or `from>to:label`.
    pub(in crate::flow) fn graph(edges: &[&str]) -> Graph {
        let flow: String = edges
            .iter()
            .map(|edge| {
                let (from, rest) = edge.split_once('>').unwrap_or((edge, edge));
                let (to, label) = rest.split_once(':').unwrap_or((rest, ""));
                let label = if label.is_empty() {
                    String::new()
                } else {
                    format!(", label: {label:?}")
                };
                format!("  - {{from: {from:?}, to: {to:?}{label}}}\n")
            })
            .collect();
        let text = format!(
            "version: 1\nname: own\ndescription: d\nport: 6000\nowner: {{name: Ada}}\nrequest_flow:\n{flow}"
        );
        let sites = crate::model::Sites::new(None);
        let parsed = Service::parse("svcgen.yaml".into(), &text, &sites, None);
        parsed.map_or_else(
            |error| panic!("{error}\n{text}"),
            |(service, _)| Graph::of(&service),
        )
    }

    #[test]
    fn what_is_not_connected_is_apart() {
        let graph = graph(&["a>b", "c>c:again", "d>b", "e>own:x"]);
        let parts = graph.parts();
        let names: Vec<Vec<&str>> = parts
            .iter()
            .map(|part| part.nodes.iter().map(|node| node.name.as_str()).collect())
            .collect();
        assert_eq!(names, [vec!["a", "b", "d"], vec!["c"], vec!["e", "own"]]);
        assert_eq!(parts[0].edges.len(), 2);
        assert_eq!(parts[1].nodes[0].loops, ["again"]);
        assert!(parts[2].nodes[1].is_own);
    }
}
