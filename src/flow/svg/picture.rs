use std::fmt::Write as _;

use super::{LABEL, LABEL_LINE, NAME, NAME_LINE, Part, text};
use crate::flow::Direction;
use crate::flow::graph::{Graph, Node};
use crate::flow::layers::{Head, Item, Layered, Link};
use crate::flow::place::{Across, Size, Spacing, across, bands, least_across};
use crate::flow::width::{broken, pixels};

/// Columns after which a text is broken.
const LONGEST_NAME: usize = 24;
const LONGEST_LABEL: usize = 28;

/// How far a request of a box to itself leads away from it.
const LOOP: i32 = 26;

const ARROW: i32 = 9;

const SPACING: Spacing = Spacing {
    items: 24,
    ports: 18,
    corner: 12,
};

/// One connected part, placed.
pub(super) struct Picture<'a> {
    graph: &'a Graph,
    pub(super) layered: Layered,
    direction: Direction,
    /// Width and height of what is drawn of each item.
    drawn: Vec<(i32, i32)>,
    across: Across,
    bands: Vec<(i32, i32)>,
}

impl<'a> Picture<'a> {
    /// Places a part.
    pub(super) fn of(graph: &'a Graph, direction: Direction) -> Self {
        let layered = Layered::of(graph);
        let count = layered.items.len();
        let (drawn, sizes): (Vec<_>, Vec<_>) = (0..count)
            .map(|item| size(graph, &layered, item, direction))
            .unzip();
        let across = across(&layered, &sizes, SPACING);
        let channels: Vec<i32> = (0..layered.layers.len())
            .map(|layer| {
                let links = layered.links_below(layer);
                let widest =
                    links.map(|(link, _)| across.ports[link].0.abs_diff(across.ports[link].1));
                let widest = widest.max().unwrap_or_default() as i32;
                (30 + widest / 5).min(96)
            })
            .collect();
        let bands = bands(&layered, &sizes, &channels);
        Self {
            graph,
            layered,
            direction,
            drawn,
            across,
            bands,
        }
    }

    /// Draws it as it is placed.
    pub(super) fn draw(&self) -> Part {
        let mut body = String::new();
        for (index, link) in self.layered.links.iter().enumerate() {
            self.link(&mut body, link, self.across.ports[index]);
        }
        for (layer, items) in self.layered.layers.iter().enumerate() {
            for &item in items {
                let (x, y, width, height) = self.place(layer, item);
                match self.layered.items[item] {
                    Item::Box(node) => {
                        self.boxed(&mut body, &self.graph.nodes[node], (x, y, width, height));
                    }
                    Item::Label(edge) => {
                        let label = self.graph.edges[edge].label.as_deref().unwrap_or_default();
                        let lines = broken(label, LONGEST_LABEL);
                        text(&mut body, &lines, "label", (x + width / 2, y + height / 2));
                    }
                    Item::Bend => {}
                }
            }
        }
        let along = self.bands.last().map_or(0, |band| band.1);
        let (width, height) = match self.direction {
            Direction::Down => (self.across.total, along),
            Direction::Right => (along, self.across.total),
        };
        Part {
            width,
            height,
            body,
        }
    }

    /// Both ends of what is drawn of an item, along the requests.
    fn ends(&self, layer: usize, item: usize) -> (i32, i32) {
        let (width, height) = self.drawn[item];
        let own = match self.direction {
            Direction::Down => height,
            Direction::Right => width,
        };
        let (start, end) = self.bands[layer];
        let first = start + (end - start - own) / 2;
        (first, first + own)
    }

    pub(super) fn place(&self, layer: usize, item: usize) -> (i32, i32, i32, i32) {
        let (width, height) = self.drawn[item];
        let (along, across) = (self.ends(layer, item).0, self.across.starts[item]);
        match self.direction {
            Direction::Down => (across, along, width, height),
            Direction::Right => (along, across, width, height),
        }
    }

    fn point(&self, along: i32, across: i32) -> String {
        match self.direction {
            Direction::Down => format!("{across} {along}"),
            Direction::Right => format!("{along} {across}"),
        }
    }

    fn link(&self, body: &mut String, link: &Link, (from, to): (i32, i32)) {
        let mut start = self.ends(link.layer, link.upper).1;
        let mut end = self.ends(link.layer + 1, link.lower).0;
        if self.layered.items[link.upper] == Item::Bend {
            start = self.bands[link.layer].0;
        }
        let head = match link.head {
            Head::Lower => Some((end, to, -ARROW)),
            Head::Upper => Some((start, from, ARROW)),
            Head::None => None,
        };
        match link.head {
            Head::Lower => end -= ARROW - 1,
            Head::Upper => start += ARROW - 1,
            Head::None => {}
        }
        let (leaves, arrives) = (
            self.bands[link.layer].1.max(start),
            self.bands[link.layer + 1].0.min(end),
        );
        let middle = (leaves + arrives) / 2;
        let path = format!(
            "M{} L{} C{}, {}, {} L{}",
            self.point(start, from),
            self.point(leaves, from),
            self.point(middle, from),
            self.point(middle, to),
            self.point(arrives, to),
            self.point(end, to)
        );
        let _ = writeln!(
            body,
            "<path class=\"halo\" d=\"{path}\"/><path class=\"edge\" d=\"{path}\"/>"
        );
        if let Some((tip, at, back)) = head {
            let (left, right) = (
                self.point(tip + back, at - 5),
                self.point(tip + back, at + 5),
            );
            let tip = self.point(tip, at);
            let _ = writeln!(
                body,
                "<path class=\"head\" d=\"M{tip} L{left} L{right} Z\"/>"
            );
        }
    }

    fn boxed(&self, body: &mut String, node: &Node, (x, y, width, height): (i32, i32, i32, i32)) {
        let (class, name) = match node.is_own {
            true => ("box own", "name bold"),
            false => ("box", "name"),
        };
        if !node.loops.is_empty() {
            self.turn(body, node, (x, y, width, height));
        }
        let _ = writeln!(
            body,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>"
        );
        let lines = broken(&node.name, LONGEST_NAME);
        text(body, &lines, name, (x + width / 2, y + height / 2));
    }

    /// What a box asks of itself: beside it, where nothing else is.
    fn turn(&self, body: &mut String, node: &Node, (x, y, width, height): (i32, i32, i32, i32)) {
        let lines = loop_lines(node);
        let (center, side) = match self.direction {
            Direction::Down => (y + height / 2, x + width),
            Direction::Right => (x + width / 2, y + height),
        };
        // Across first: the requests run the other way here.
        let point = |out: i32, at: i32| match self.direction {
            Direction::Down => format!("{} {}", side + out, center + at),
            Direction::Right => format!("{} {}", center + at, side + out),
        };
        let _ = writeln!(
            body,
            "<path class=\"edge\" d=\"M{} C{}, {}, {}\"/><path class=\"head\" d=\"M{} L{} L{} Z\"/>",
            point(0, -9),
            point(LOOP, -13),
            point(LOOP, 13),
            point(ARROW - 1, 8),
            point(0, 7),
            point(ARROW, 3),
            point(ARROW - 1, 13)
        );
        let at = match self.direction {
            Direction::Down => (side + LOOP + widest(&lines, LABEL) / 2, center),
            Direction::Right => (center, side + LOOP + lines.len() as i32 * LABEL_LINE / 2),
        };
        text(body, &lines, "label", at);
    }
}

/// What is drawn of an item, and the room that it needs.
fn size(graph: &Graph, layered: &Layered, item: usize, direction: Direction) -> ((i32, i32), Size) {
    let (mut width, mut height) = match layered.items[item] {
        Item::Box(node) => {
            let lines = broken(&graph.nodes[node].name, LONGEST_NAME);
            let least = least_across(layered, item, SPACING);
            let (width, height) = (
                (widest(&lines, NAME) + 28).max(64),
                lines.len() as i32 * NAME_LINE + 20,
            );
            match direction {
                Direction::Down => (width.max(least), height),
                Direction::Right => (width, height.max(least)),
            }
        }
        Item::Label(edge) => {
            let label = graph.edges[edge].label.as_deref().unwrap_or_default();
            let lines = broken(label, LONGEST_LABEL);
            (
                widest(&lines, LABEL) + 10,
                lines.len() as i32 * LABEL_LINE + 4,
            )
        }
        Item::Bend => (1, 1),
    };
    let drawn = (width, height);
    let mut trailing = 0;
    if let Item::Box(node) = layered.items[item]
        && !graph.nodes[node].loops.is_empty()
    {
        let lines = loop_lines(&graph.nodes[node]);
        let label = (widest(&lines, LABEL), lines.len() as i32 * LABEL_LINE);
        match direction {
            Direction::Down => {
                trailing = LOOP + label.0;
                height = height.max(label.1);
            }
            Direction::Right => {
                trailing = LOOP + label.1;
                width = width.max(label.0);
            }
        }
    }
    let (along, across) = match direction {
        Direction::Down => (height, width),
        Direction::Right => (width, height),
    };
    (
        drawn,
        Size {
            along,
            across,
            trailing,
        },
    )
}

fn loop_lines(node: &Node) -> Vec<String> {
    let labels = node.loops.iter().filter(|label| !label.is_empty());
    labels
        .flat_map(|label| broken(label, LONGEST_LABEL))
        .collect()
}

fn widest(lines: &[String], size: f64) -> i32 {
    let widths = lines.iter().map(|line| pixels(line, size));
    widths.max().unwrap_or_default()
}
