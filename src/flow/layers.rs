use super::graph::Graph;

/// A graph whose nodes, labels and bends stand in layers; links only join neighbouring layers.
#[derive(Debug, Clone)]
pub(super) struct Layered {
    pub(super) items: Vec<Item>,
    /// The items of each layer, in their order.
    pub(super) layers: Vec<Vec<usize>>,
    pub(super) links: Vec<Link>,
}

/// What takes a place in a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// A node of the graph.
    Box(usize),
    /// The label of an edge.
    Label(usize),
    /// An edge on its way.
    Bend,
}

/// A piece of an edge, from a layer to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) upper: usize,
    pub(super) lower: usize,
    /// Counted from zero, the layer of the upper item.
    pub(super) layer: usize,
    pub(super) head: Head,
}

/// The items that each item is linked to, above it and below it.
#[derive(Debug, Clone)]
pub(super) struct Neighbours {
    pub(super) uppers: Vec<Vec<usize>>,
    pub(super) lowers: Vec<Vec<usize>>,
}

/// Where a link has its arrowhead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    None,
    Upper,
    Lower,
}

/// An edge that runs from an earlier layer to a later one.
#[derive(Debug, Clone, Copy)]
struct Run {
    edge: usize,
    upper: usize,
    lower: usize,
    is_turned: bool,
}

impl Layered {
    /// Puts a graph into layers, and orders them.
    pub(super) fn of(graph: &Graph) -> Self {
        let runs = runs(graph);
        let ranks = ranks(graph.nodes.len(), &runs);
        let gaps = label_gaps(graph, &runs, &ranks);
        let mut layered = Self::with_boxes(&ranks, &gaps);
        for run in &runs {
            layered.run(graph, run, &ranks, &gaps);
        }
        super::order::order(&mut layered);
        layered
    }

    fn with_boxes(ranks: &[usize], gaps: &[bool]) -> Self {
        let items = (0..ranks.len()).map(Item::Box).collect();
        let mut layers = vec![Vec::new(); gaps.len() + 1 + gaps.iter().filter(|&&gap| gap).count()];
        for (node, &rank) in ranks.iter().enumerate() {
            layers[layer_of(rank, gaps)].push(node);
        }
        Self {
            items,
            layers,
            links: Vec::new(),
        }
    }

    /// Leads an edge from layer to layer; its label stands in the middle.
    fn run(&mut self, graph: &Graph, run: &Run, ranks: &[usize], gaps: &[bool]) {
        let first = layer_of(ranks[run.upper], gaps);
        let last = layer_of(ranks[run.lower], gaps);
        let label = label_gap(run, ranks);
        let label = graph.edges[run.edge]
            .label
            .is_some()
            .then(|| layer_of(label, gaps) + 1);
        let mut upper = run.upper;
        for layer in first..last {
            let next = layer + 1;
            let lower = if next == last {
                run.lower
            } else {
                self.items.push(if label == Some(next) {
                    Item::Label(run.edge)
                } else {
                    Item::Bend
                });
                let item = self.items.len() - 1;
                self.layers[next].push(item);
                item
            };
            let head = if run.is_turned && layer == first {
                Head::Upper
            } else if !run.is_turned && next == last {
                Head::Lower
            } else {
                Head::None
            };
            self.links.push(Link {
                upper,
                lower,
                layer,
                head,
            });
            upper = lower;
        }
    }

    /// What each item is linked to.
    pub(super) fn neighbours(&self) -> Neighbours {
        let mut neighbours = Neighbours {
            uppers: vec![Vec::new(); self.items.len()],
            lowers: vec![Vec::new(); self.items.len()],
        };
        for link in &self.links {
            neighbours.uppers[link.lower].push(link.upper);
            neighbours.lowers[link.upper].push(link.lower);
        }
        neighbours
    }

    /// The links between a layer and the next.
    pub(super) fn links_below(&self, layer: usize) -> impl Iterator<Item = (usize, &Link)> {
        self.links
            .iter()
            .enumerate()
            .filter(move |(_, link)| link.layer == layer)
    }
}

/// The layer of a rank: each gap before it that holds labels is a layer too.
fn layer_of(rank: usize, gaps: &[bool]) -> usize {
    rank + gaps[..rank].iter().filter(|&&gap| gap).count()
}

/// The gap between ranks that holds the label of an edge.
fn label_gap(run: &Run, ranks: &[usize]) -> usize {
    let (upper, lower) = (ranks[run.upper], ranks[run.lower]);
    upper + (lower - upper - 1) / 2
}

/// Which gaps between ranks need a layer of their own: for labels, and to part what runs in parallel.
fn label_gaps(graph: &Graph, runs: &[Run], ranks: &[usize]) -> Vec<bool> {
    let mut gaps = vec![false; ranks.iter().max().copied().unwrap_or_default()];
    for (at, run) in runs.iter().enumerate() {
        let has_twin = runs[..at]
            .iter()
            .any(|other| other.upper == run.upper && other.lower == run.lower);
        if graph.edges[run.edge].label.is_some() || has_twin {
            gaps[label_gap(run, ranks)] = true;
        }
    }
    gaps
}

/// Turns edges round until none leads back: as few as a greedy choice finds.
fn runs(graph: &Graph) -> Vec<Run> {
    let place = places(graph);
    let edges = graph.edges.iter().enumerate();
    edges
        .map(|(edge, ends)| {
            let is_turned = place[ends.from] > place[ends.to];
            let (upper, lower) = if is_turned {
                (ends.to, ends.from)
            } else {
                (ends.from, ends.to)
            };
            Run {
                edge,
                upper,
                lower,
                is_turned,
            }
        })
        .collect()
}

/// A sequence of the nodes in which few edges lead back, after Eades, Lin and Smyth.
fn places(graph: &Graph) -> Vec<usize> {
    let mut left: Vec<usize> = Vec::new();
    let mut right: Vec<usize> = Vec::new();
    let mut rest: Vec<usize> = (0..graph.nodes.len()).collect();
    while !rest.is_empty() {
        let degree = |node: usize| {
            let edges = graph
                .edges
                .iter()
                .filter(|edge| rest.contains(&edge.from) && rest.contains(&edge.to));
            edges.fold((0_i64, 0_i64), |(out, into), edge| {
                (
                    out + i64::from(edge.from == node),
                    into + i64::from(edge.to == node),
                )
            })
        };
        let degrees: Vec<(i64, i64)> = rest.iter().map(|&node| degree(node)).collect();
        let at = if let Some(sink) = degrees.iter().rposition(|&(out, _)| out == 0) {
            right.push(rest[sink]);
            sink
        } else {
            let source = degrees.iter().position(|&(_, into)| into == 0);
            let most = degrees
                .iter()
                .map(|&(out, into)| out - into)
                .max()
                .unwrap_or_default();
            let best = degrees.iter().position(|&(out, into)| out - into == most);
            let at = source.or(best).unwrap_or_default();
            left.push(rest[at]);
            at
        };
        rest.remove(at);
    }
    let mut place = vec![0; graph.nodes.len()];
    for (at, &node) in left.iter().chain(right.iter().rev()).enumerate() {
        place[node] = at;
    }
    place
}

/// The rank of each node: one below the lowest that leads to it; those that nothing leads to stand near to what they ask.
fn ranks(nodes: usize, runs: &[Run]) -> Vec<usize> {
    let mut ranks = vec![0; nodes];
    for _ in 0..nodes {
        let mut has_changed = false;
        for run in runs {
            if ranks[run.lower] <= ranks[run.upper] {
                ranks[run.lower] = ranks[run.upper] + 1;
                has_changed = true;
            }
        }
        if !has_changed {
            break;
        }
    }
    for node in 0..nodes {
        let is_source = runs.iter().all(|run| run.lower != node);
        let nearest = runs
            .iter()
            .filter(|run| run.upper == node)
            .map(|run| ranks[run.lower])
            .min();
        if let (true, Some(nearest)) = (is_source, nearest) {
            ranks[node] = nearest - 1;
        }
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::graph;
    use super::*;

    #[test]
    fn links_join_neighbours_and_every_edge_has_one_head() {
        let graph = graph(&["a>b:x", "b>c", "c>a:back", "a>c", "a>b", "d>c"]);
        let layered = Layered::of(&graph);
        let layer = |item: usize| {
            layered
                .layers
                .iter()
                .position(|items| items.contains(&item))
        };
        for link in &layered.links {
            assert_eq!(layer(link.upper), Some(link.layer));
            assert_eq!(layer(link.lower), Some(link.layer + 1));
        }
        let heads = layered.links.iter().filter(|link| link.head != Head::None);
        assert_eq!(heads.count(), graph.edges.len());
        let turned = layered.links.iter().filter(|link| link.head == Head::Upper);
        assert_eq!(turned.count(), 1);
        // `d` asks only `c`, and stands just above it.
        assert_eq!(
            ranks(graph.nodes.len(), &runs(&graph)),
            ranks_of(&["a", "b", "c", "d"])
        );
    }

    fn ranks_of(_: &[&str]) -> Vec<usize> {
        vec![0, 1, 2, 1]
    }
}
