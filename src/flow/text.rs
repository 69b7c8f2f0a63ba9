use super::Direction;
use super::canvas::Canvas;
use super::channel::{count, tracks};
use super::graph::{Graph, Node};
use super::layers::{Head, Item, Layered};
use super::place::{Across, Size, Spacing, across, bands, least_across};
use super::width::{broken, columns};

/// Columns after which names and labels are broken, the roomiest first.
const BREAKS: [(usize, usize); 4] = [(24, 24), (18, 18), (14, 14), (12, 10)];

/// Beyond this nobody follows lines of characters.
const MOST_EDGES: usize = 60;

/// Draws a graph in so many columns at most.
pub(super) fn draw(graph: &Graph, most: usize) -> Option<String> {
    if graph.edges.len() > MOST_EDGES {
        return None;
    }
    let mut lines: Vec<String> = Vec::new();
    for part in graph.parts() {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(draw_part(&part, most as i32)?);
    }
    Some(lines.into_iter().map(|line| line + "\n").collect())
}

fn draw_part(graph: &Graph, most: i32) -> Option<Vec<String>> {
    let layered = Layered::of(graph);
    let attempts = BREAKS.iter().flat_map(|&breaks| {
        [Direction::Right, Direction::Down].map(|direction| (breaks, direction))
    });
    attempts
        .filter_map(|(breaks, direction)| Sketch::of(graph, &layered, breaks, direction))
        .find(|sketch| sketch.extent().0 <= most)
        .map(|sketch| sketch.draw())
}

/// One connected part, placed.
struct Sketch<'a> {
    graph: &'a Graph,
    layered: &'a Layered,
    direction: Direction,
    /// The lines of each box and label.
    texts: Vec<Vec<String>>,
    sizes: Vec<Size>,
    across: Across,
    bands: Vec<(i32, i32)>,
    tracks: Vec<Option<usize>>,
}

impl<'a> Sketch<'a> {
    fn of(
        graph: &'a Graph,
        layered: &'a Layered,
        breaks: (usize, usize),
        direction: Direction,
    ) -> Option<Self> {
        let spacing = Spacing {
            items: if direction == Direction::Down { 2 } else { 1 },
            ports: 2,
            corner: if direction == Direction::Down { 2 } else { 1 },
        };
        let texts: Vec<Vec<String>> = layered
            .items
            .iter()
            .map(|item| match *item {
                Item::Box(node) => boxed(&graph.nodes[node], breaks.0),
                Item::Label(edge) => {
                    let label = graph.edges[edge].label.as_deref().unwrap_or_default();
                    broken(label, breaks.1)
                }
                Item::Bend => Vec::new(),
            })
            .collect();
        let size = |item: usize| size(layered, item, &texts[item], direction, spacing);
        let sizes: Vec<Size> = (0..layered.items.len()).map(size).collect();
        let mut across = across(layered, &sizes, spacing);
        let mut all = vec![None; layered.links.len()];
        let mut channels = Vec::new();
        for layer in 0..layered.layers.len() {
            let links: Vec<usize> = layered.links_below(layer).map(|(link, _)| link).collect();
            let found = route(layered, &links, &sizes, &mut across)?;
            // One place before the first track, and one for arrowheads where there are any.
            let heads = links
                .iter()
                .any(|&link| layered.links[link].head != Head::None);
            let room = count(&found) + 1 + i32::from(heads);
            channels.push(room + i32::from(direction == Direction::Right));
            for (&link, track) in links.iter().zip(found) {
                all[link] = track;
            }
        }
        let bands = bands(layered, &sizes, &channels);
        Some(Self {
            graph,
            layered,
            direction,
            texts,
            sizes,
            across,
            bands,
            tracks: all,
        })
    }

    /// Columns and rows.
    fn extent(&self) -> (i32, i32) {
        let along = self.bands.last().map_or(0, |band| band.1);
        match self.direction {
            Direction::Down => (self.across.total, along),
            Direction::Right => (along, self.across.total),
        }
    }

    fn point(&self, along: i32, across: i32) -> (i32, i32) {
        match self.direction {
            Direction::Down => (across, along),
            Direction::Right => (along, across),
        }
    }

    fn draw(&self) -> Vec<String> {
        let (width, height) = self.extent();
        let mut canvas = Canvas::new(width, height);
        for index in 0..self.layered.links.len() {
            self.link(&mut canvas, index);
        }
        for (layer, items) in self.layered.layers.iter().enumerate() {
            for &item in items {
                self.item(&mut canvas, layer, item);
            }
        }
        for index in 0..self.layered.links.len() {
            self.head(&mut canvas, index);
        }
        canvas.lines()
    }

    /// The first and the last place of an item, along the requests.
    fn ends(&self, layer: usize, item: usize) -> (i32, i32) {
        let (start, end) = self.bands[layer];
        let own = self.sizes[item].along;
        let first = start + (end - start - own) / 2;
        (first, first + own - 1)
    }

    fn link(&self, canvas: &mut Canvas, index: usize) {
        let link = &self.layered.links[index];
        let (from, to) = self.across.ports[index];
        // Labels and bends are crossed from end to end; what is written goes over that.
        let start = match self.layered.items[link.upper] {
            Item::Box(_) => self.ends(link.layer, link.upper).1,
            Item::Label(_) | Item::Bend => self.bands[link.layer].0,
        };
        let end = match self.layered.items[link.lower] {
            Item::Box(_) => self.ends(link.layer + 1, link.lower).0,
            Item::Label(_) | Item::Bend => self.bands[link.layer + 1].0,
        };
        let Some(track) = self.tracks[index] else {
            canvas.line(self.point(start, from), self.point(end, to));
            return;
        };
        let turn = self.bands[link.layer].1 + 1 + track as i32;
        canvas.line(self.point(start, from), self.point(turn, from));
        canvas.line(self.point(turn, from), self.point(turn, to));
        canvas.line(self.point(turn, to), self.point(end, to));
    }

    fn head(&self, canvas: &mut Canvas, index: usize) {
        let link = &self.layered.links[index];
        let (from, to) = self.across.ports[index];
        let (at, head) = match (link.head, self.direction) {
            (Head::None, _) => return,
            (Head::Lower, Direction::Down) => {
                ((self.ends(link.layer + 1, link.lower).0 - 1, to), "▼")
            }
            (Head::Lower, Direction::Right) => {
                ((self.ends(link.layer + 1, link.lower).0 - 1, to), "▶")
            }
            (Head::Upper, Direction::Down) => {
                ((self.ends(link.layer, link.upper).1 + 1, from), "▲")
            }
            (Head::Upper, Direction::Right) => {
                ((self.ends(link.layer, link.upper).1 + 1, from), "◀")
            }
        };
        let (x, y) = self.point(at.0, at.1);
        canvas.text(x, y, head);
    }

    fn item(&self, canvas: &mut Canvas, layer: usize, item: usize) {
        let (first, last) = self.ends(layer, item);
        let start = self.across.starts[item];
        let end = start + self.sizes[item].across - 1;
        let ((x0, y0), (x1, y1)) = (self.point(first, start), self.point(last, end));
        let lines = &self.texts[item];
        let is_box = match self.layered.items[item] {
            Item::Bend => return,
            Item::Label(_) => false,
            Item::Box(node) => {
                frame(canvas, (x0, y0), (x1, y1), self.graph.nodes[node].is_own);
                true
            }
        };
        let top = y0 + (y1 - y0 + 1 - lines.len() as i32) / 2;
        for (row, line) in (top..).zip(lines) {
            let x = x0 + (x1 - x0 + 1 - columns(line)) / 2;
            if is_box {
                canvas.text(x, row, line);
            } else {
                let padded = match self.direction {
                    Direction::Down => line.clone(),
                    Direction::Right => format!(" {line} "),
                };
                canvas.text(
                    x - i32::from(self.direction == Direction::Right),
                    row,
                    &padded,
                );
            }
        }
    }
}

/// Lays the links between two layers; where two would lie on each other, one end is moved along its box.
fn route(
    layered: &Layered,
    links: &[usize],
    sizes: &[Size],
    across: &mut Across,
) -> Option<Vec<Option<usize>>> {
    let ends = |across: &Across| -> Vec<(i32, i32)> {
        links.iter().map(|&link| across.ports[link]).collect()
    };
    if let Some(found) = tracks(&ends(across)) {
        return Some(found);
    }
    for &link in links {
        let lower = layered.links[link].lower;
        if !matches!(layered.items[lower], Item::Box(_)) {
            continue;
        }
        let room = (
            across.starts[lower] + 1,
            across.starts[lower] + sizes[lower].across - 2,
        );
        let before = across.ports[link].1;
        for at in [before + 1, before - 1, before + 2, before - 2] {
            let is_free = links
                .iter()
                .all(|&other| other == link || across.ports[other].1 != at);
            if at < room.0 || at > room.1 || !is_free {
                continue;
            }
            across.ports[link].1 = at;
            if let Some(found) = tracks(&ends(across)) {
                return Some(found);
            }
        }
        across.ports[link].1 = before;
    }
    None
}

fn size(
    layered: &Layered,
    item: usize,
    lines: &[String],
    direction: Direction,
    spacing: Spacing,
) -> Size {
    let widest = lines.iter().map(|line| columns(line)).max();
    let (width, height) = (widest.unwrap_or_default(), lines.len() as i32);
    let is_down = direction == Direction::Down;
    let (width, height) = match layered.items[item] {
        Item::Box(_) => {
            let least = least_across(layered, item, spacing);
            if is_down {
                ((width + 4).max(least), height + 2)
            } else {
                (width + 4, (height + 2).max(least))
            }
        }
        Item::Label(_) if is_down => (width, height),
        // A line is to be seen on both sides of a label.
        Item::Label(_) => (width + 4, height),
        Item::Bend => (1, 1),
    };
    let (along, across) = if is_down {
        (height, width)
    } else {
        (width, height)
    };
    Size {
        along,
        across,
        trailing: 0,
    }
}

/// The lines in a box: the name, and what it asks of itself.
fn boxed(node: &Node, most: usize) -> Vec<String> {
    let mut lines = broken(&node.name, most);
    for label in &node.loops {
        lines.extend(broken(format!("↻ {label}").trim_end(), most));
    }
    lines
}

/// Draws the frame of a box; that of the service itself is double.
fn frame(canvas: &mut Canvas, (x0, y0): (i32, i32), (x1, y1): (i32, i32), is_own: bool) {
    let [corners, lines] = if is_own {
        [["╔", "╗", "╚", "╝"], ["═", "║", "", ""]]
    } else {
        [["┌", "┐", "└", "┘"], ["─", "│", "", ""]]
    };
    let inner = (x1 - x0 - 1).max(0);
    let across = lines[0].repeat(inner as usize);
    canvas.text(x0, y0, &format!("{}{across}{}", corners[0], corners[1]));
    for y in y0 + 1..y1 {
        let blank = " ".repeat(inner as usize);
        canvas.text(x0, y, &format!("{}{blank}{}", lines[1], lines[1]));
    }
    canvas.text(x0, y1, &format!("{}{across}{}", corners[2], corners[3]));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::graph::tests::graph;
    use super::*;

    #[test]
    fn a_cycle_a_twin_and_a_turn_are_drawn() {
        let graph = graph(&[
            "a>own:ask",
            "own>a:answer",
            "a>own",
            "own>own:again",
            "日本>own",
        ]);
        insta::assert_snapshot!(draw(&graph, 80).unwrap(), @"
         ┌───┐
         │   │───┐                ╔═════════╗
         │   │   └───── ask ─────▶║         ║
         │ a │◀───┐               ║         ║
         │   │    └─── answer ────║   own   ║
         │   │───┐                ║ ↻ again ║
         └───┘   └───────────────▶║         ║
                                  ║         ║
        ┌──────┐ ┌───────────────▶║         ║
        │ 日本 │─┘                ╚═════════╝
        └──────┘
        ");
        // Too narrow for any drawing.
        assert_eq!(draw(&graph, 8), None);
    }

    proptest! {
        #[test]
        fn what_is_drawn_is_whole(
            edges in prop::collection::vec((0..9_u8, 0..9_u8, "[a-zü]{0,9}"), 1..24)
        ) {
            let edges: Vec<String> = edges
                .iter()
                .map(|(from, to, label)| format!("n{from}>n{to}:{label}"))
                .collect();
            let edges: Vec<&str> = edges.iter().map(String::as_str).collect();
            let graph = graph(&edges);
            for columns in [60, 80, 200] {
                let Some(drawn) = draw(&graph, columns) else { continue };
                prop_assert!(drawn.lines().all(|line| super::columns(line) as usize <= columns));
                let heads = drawn.chars().filter(|c| "▲▼◀▶".contains(*c)).count();
                prop_assert_eq!(heads, graph.edges.len(), "{}", drawn);
                for node in &graph.nodes {
                    prop_assert!(drawn.contains(&node.name));
                }
                for label in graph.edges.iter().filter_map(|edge| edge.label.as_deref()) {
                    prop_assert!(drawn.contains(label), "{} in\n{}", label, drawn);
                }
            }
        }
    }
}
