mod picture;

use std::fmt::Write as _;

use self::picture::Picture;
use super::Direction;
use super::graph::Graph;

/// Sizes of text, in pixels.
const NAME: f64 = 14.0;
const LABEL: f64 = 12.0;
/// Heights of lines.
const NAME_LINE: i32 = 19;
const LABEL_LINE: i32 = 16;
const MARGIN: i32 = 24;
/// Between parts that nothing connects.
const APART: i32 = 36;
/// What fits on most screens; a drawing should not be much wider or higher.
const SCREEN: (f64, f64) = (960.0, 720.0);

const STYLE: &str = "\
.ground{fill:#fff}.box{fill:#f8f9fa;stroke:#72777d}.own{fill:#eaf3ff;stroke:#36c;stroke-width:2.5}
.edge{fill:none;stroke:#54595d;stroke-width:1.5}.halo{fill:none;stroke:#fff;stroke-width:6}.head{fill:#54595d}
text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif;fill:#202122}
.name{font-size:14px}.bold{font-weight:600}.label{font-size:12px;fill:#404244}
@media (prefers-color-scheme:dark){
.ground{fill:#101418}.box{fill:#27292d;stroke:#a2a9b1}.own{fill:#1c2d52;stroke:#88a3e8}
.edge{stroke:#a2a9b1}.halo{stroke:#101418}.head{fill:#a2a9b1}text{fill:#eaecf0}.label{fill:#c8ccd1}}
";

/// How the second line of every drawing begins.
pub(super) const TITLE: &str = "<title id=\"title\">Request flow of ";

/// A part of the drawing.
struct Part {
    width: i32,
    height: i32,
    body: String,
}

/// Draws a graph, in the direction that fits a screen better.
pub(super) fn draw(graph: &Graph, service: &str) -> String {
    let down = parts(graph, Direction::Down);
    let right = parts(graph, Direction::Right);
    let cost = |parts: &[Part]| {
        let (width, height) = extent(parts);
        (f64::from(width) / SCREEN.0).max(f64::from(height) / SCREEN.1)
    };
    // What fits anyway runs down, as people draw it.
    if cost(&down).max(1.0) <= cost(&right).max(1.0) {
        document(graph, service, &down)
    } else {
        document(graph, service, &right)
    }
}

fn parts(graph: &Graph, direction: Direction) -> Vec<Part> {
    let parts = graph.parts();
    parts
        .iter()
        .map(|part| Picture::of(part, direction).draw())
        .collect()
}

fn extent(parts: &[Part]) -> (i32, i32) {
    let width = parts.iter().map(|part| part.width).max();
    let height: i32 = parts.iter().map(|part| part.height + APART).sum();
    (
        width.unwrap_or_default() + 2 * MARGIN,
        height - APART + 2 * MARGIN,
    )
}

fn document(graph: &Graph, service: &str, parts: &[Part]) -> String {
    let (width, height) = extent(parts);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"title desc\">\n\
         {TITLE}{}</title>\n<desc id=\"desc\">{}</desc>\n\
         <style>\n{STYLE}</style>\n<rect class=\"ground\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\n",
        escaped(service),
        escaped(&told(graph))
    );
    let mut y = MARGIN;
    for part in parts {
        let x = (width - part.width) / 2;
        let _ = writeln!(
            out,
            "<g transform=\"translate({x} {y})\">\n{}</g>",
            part.body
        );
        y += part.height + APART;
    }
    out.push_str("</svg>\n");
    out
}

/// The flow in words, for those who do not see it.
fn told(graph: &Graph) -> String {
    let tell = |from: &str, to: &str, label: &str| match label {
        "" => format!("{from} → {to}"),
        label => format!("{from} → {to}: {label}"),
    };
    let edges = graph.edges.iter().map(|edge| {
        let (from, to) = (&graph.nodes[edge.from].name, &graph.nodes[edge.to].name);
        tell(from, to, edge.label.as_deref().unwrap_or_default())
    });
    let loops = graph.nodes.iter().flat_map(|node| {
        let labels = node.loops.iter();
        labels.map(|label| tell(&node.name, &node.name, label))
    });
    edges.chain(loops).collect::<Vec<_>>().join("; ")
}

/// Writes lines around a center.
fn text(body: &mut String, lines: &[String], class: &str, (x, y): (i32, i32)) {
    let (size, height) = if class == "label" {
        (LABEL, LABEL_LINE)
    } else {
        (NAME, NAME_LINE)
    };
    let top = y - lines.len() as i32 * height / 2;
    for (index, line) in lines.iter().enumerate() {
        let base = top + index as i32 * height + height / 2 + (size * 0.35).round() as i32;
        let _ = writeln!(
            body,
            "<text class=\"{class}\" x=\"{x}\" y=\"{base}\" text-anchor=\"middle\">{}</text>",
            escaped(line)
        );
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
