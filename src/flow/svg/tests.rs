use proptest::prelude::*;

use super::*;
use crate::flow::graph::tests::graph;
use crate::flow::layers::Item;

type Rectangle = (i32, i32, i32, i32);

/// Where boxes and labels are.
fn rectangles(picture: &Picture<'_>) -> Vec<Rectangle> {
    let layers = picture.layered.layers.iter().enumerate();
    let places = layers.flat_map(|(layer, items)| {
        items
            .iter()
            .filter(|&&item| picture.layered.items[item] != Item::Bend)
            .map(move |&item| picture.place(layer, item))
    });
    places.collect()
}

#[test]
fn text_is_escaped_and_nothing_is_fetched() {
    let graph = graph(&["<a href=x>&>\"b\":<script>", "b>b:x"]);
    let drawn = draw(&graph, "own");
    assert!(
        !drawn.contains("<script") && !drawn.contains("<a "),
        "{drawn}"
    );
    assert!(drawn.contains("&lt;script&gt;"));
    assert_eq!(drawn.matches("http").count(), 1, "the name space alone");
    assert_eq!(drawn, draw(&graph, "own"));
}

proptest! {
    #[test]
    fn nothing_lies_on_anything_else(
        edges in prop::collection::vec((0..8_u8, 0..8_u8, "([a-z]([a-z ]{0,18}[a-z])?)?"), 1..20)
    ) {
        let edges: Vec<String> = edges
            .iter()
            .map(|(from, to, label)| format!("n{from}>n{to}:{label}"))
            .collect();
        let edges: Vec<&str> = edges.iter().map(String::as_str).collect();
        for part in graph(&edges).parts() {
            for direction in [Direction::Down, Direction::Right] {
                let picture = Picture::of(&part, direction);
                let places = rectangles(&picture);
                for (at, one) in places.iter().enumerate() {
                    prop_assert!(one.0 >= 0 && one.1 >= 0);
                    for other in &places[at + 1..] {
                        let is_apart = one.0 + one.2 <= other.0
                            || other.0 + other.2 <= one.0
                            || one.1 + one.3 <= other.1
                            || other.1 + other.3 <= one.1;
                        prop_assert!(is_apart, "{:?} and {:?}", one, other);
                    }
                }
            }
        }
    }
}
