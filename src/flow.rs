//! Draws the request flow of a service: as a picture, and as text for a terminal.
//!
//! Boxes are put into layers, so that requests run one way as far as they can; every label has a place of its own in
//! a layer between boxes, so that nothing is drawn over anything else. The same flow is always drawn the same.

mod canvas;
mod channel;
mod graph;
mod layers;
mod order;
mod place;
mod spread;
mod svg;
mod text;
mod width;

use crate::model::Service;
use graph::Graph;

/// Draws the flow as an SVG document that needs nothing else; `None` where there is no flow.
pub fn svg(service: &Service) -> Option<String> {
    let graph = Graph::of(service);
    (!graph.is_empty()).then(|| svg::draw(&graph, service.name.as_str()))
}

/// Whether a text is a drawing of [`svg`], so that a newer one may take its place.
pub fn is_drawing(text: &str) -> bool {
    text.lines()
        .nth(1)
        .is_some_and(|line| line.starts_with(svg::TITLE))
}

/// Draws the flow in lines of at most this many columns; `None` where there is none, or it does not fit.
pub fn text(service: &Service, columns: usize) -> Option<String> {
    let graph = Graph::of(service);
    if graph.is_empty() {
        return None;
    }
    text::draw(&graph, columns)
}

/// Which way requests run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Down,
    Right,
}
