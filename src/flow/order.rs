use super::layers::Layered;

/// How often the layers are gone through, down and up again.
const SWEEPS: usize = 16;

/// Beyond so many items fewer sweeps have to do.
const MANY: usize = 400;

/// Orders the items of each layer so that few links cross.
pub(super) fn order(layered: &mut Layered) {
    let sweeps = if layered.items.len() > MANY {
        2
    } else {
        SWEEPS
    };
    let neighbours = layered.neighbours();
    let mut best = layered.layers.clone();
    let mut fewest = crossings(layered);
    for sweep in 0..sweeps {
        if fewest == 0 {
            break;
        }
        let count = layered.layers.len();
        if sweep % 2 == 0 {
            for layer in 1..count {
                by_neighbours(layered, &neighbours.uppers, layer);
            }
        } else {
            for layer in (0..count.saturating_sub(1)).rev() {
                by_neighbours(layered, &neighbours.lowers, layer);
            }
        }
        exchange(layered);
        let now = crossings(layered);
        if now < fewest {
            fewest = now;
            best.clone_from(&layered.layers);
        }
    }
    layered.layers = best;
}

/// Sorts a layer by the mean place of what its items are linked to on one side.
fn by_neighbours(layered: &mut Layered, neighbours: &[Vec<usize>], layer: usize) {
    let places = places(layered);
    let items = layered.layers[layer].clone();
    let mean = |item: usize| {
        let linked: Vec<usize> = neighbours[item]
            .iter()
            .map(|&other| places[other])
            .collect();
        if linked.is_empty() {
            places[item] as f64
        } else {
            linked.iter().sum::<usize>() as f64 / linked.len() as f64
        }
    };
    let mut keyed: Vec<(f64, usize)> = items.into_iter().map(|item| (mean(item), item)).collect();
    keyed.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    layered.layers[layer] = keyed.into_iter().map(|(_, item)| item).collect();
}

/// Exchanges neighbours where that saves crossings.
fn exchange(layered: &mut Layered) {
    if layered.items.len() > MANY {
        return;
    }
    for layer in 0..layered.layers.len() {
        for at in 1..layered.layers[layer].len() {
            let before = around(layered, layer);
            layered.layers[layer].swap(at - 1, at);
            if around(layered, layer) >= before {
                layered.layers[layer].swap(at - 1, at);
            }
        }
    }
}

fn around(layered: &Layered, layer: usize) -> usize {
    let places = places(layered);
    let above = layer
        .checked_sub(1)
        .map_or(0, |above| crossings_below(layered, above, &places));
    above + crossings_below(layered, layer, &places)
}

fn crossings(layered: &Layered) -> usize {
    let places = places(layered);
    (0..layered.layers.len())
        .map(|layer| crossings_below(layered, layer, &places))
        .sum()
}

fn crossings_below(layered: &Layered, layer: usize, places: &[usize]) -> usize {
    let ends: Vec<(usize, usize)> = layered
        .links_below(layer)
        .map(|(_, link)| (places[link.upper], places[link.lower]))
        .collect();
    let mut count = 0;
    for (at, one) in ends.iter().enumerate() {
        for other in &ends[at + 1..] {
            count += usize::from(
                (one.0 < other.0 && one.1 > other.1) || (one.0 > other.0 && one.1 < other.1),
            );
        }
    }
    count
}

/// The place of each item in its layer.
fn places(layered: &Layered) -> Vec<usize> {
    let mut places = vec![0; layered.items.len()];
    for layer in &layered.layers {
        for (place, &item) in layer.iter().enumerate() {
            places[item] = place;
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::graph;
    use super::*;

    #[test]
    fn what_need_not_cross_does_not() {
        let layered = Layered::of(&graph(&["a>d", "b>c", "a>f", "b>e", "c>g", "d>h"]));
        assert_eq!(crossings(&layered), 0);
        // Two that both ask two always cross once.
        assert_eq!(
            crossings(&Layered::of(&graph(&["a>c", "a>d", "b>c", "b>d"]))),
            1
        );
    }
}
