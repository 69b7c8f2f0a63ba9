use super::layers::{Item, Layered, Neighbours};
use super::spread::{Wish, spread};

/// How often items are drawn to what they are linked to.
const SWEEPS: usize = 24;

/// What an item needs, along the requests and across them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Size {
    pub(super) along: i32,
    pub(super) across: i32,
    /// What it needs besides, after it, across.
    pub(super) trailing: i32,
}

/// How far things are apart, across.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spacing {
    /// Between items.
    pub(super) items: i32,
    /// Between the ends of links at a box.
    pub(super) ports: i32,
    /// Between a corner of a box and the end of a link.
    pub(super) corner: i32,
}

/// Where everything is across the requests.
#[derive(Debug, Clone)]
pub(super) struct Across {
    /// The first place of each item.
    pub(super) starts: Vec<i32>,
    /// Both ends of each link.
    pub(super) ports: Vec<(i32, i32)>,
    /// The room that everything takes; all places are at least zero.
    pub(super) total: i32,
}

/// The room that a box needs across for the ends of its links.
pub(super) fn least_across(layered: &Layered, item: usize, spacing: Spacing) -> i32 {
    let above = layered.links.iter().filter(|link| link.lower == item);
    let below = layered.links.iter().filter(|link| link.upper == item);
    let most = above.count().max(below.count()) as i32;
    2 * spacing.corner + 1 + (most - 1).max(0) * spacing.ports
}

/// Places items across, near to what they are linked to, and ends links at them.
pub(super) fn across(layered: &Layered, sizes: &[Size], spacing: Spacing) -> Across {
    let mut centers = vec![0.0; sizes.len()];
    for layer in &layered.layers {
        let mut at = 0.0;
        for &item in layer {
            centers[item] = at + f64::from(sizes[item].across) / 2.0;
            at += f64::from(sizes[item].across + sizes[item].trailing + spacing.items);
        }
        for &item in layer {
            centers[item] -= at / 2.0;
        }
    }
    let mut starts = vec![0; sizes.len()];
    let neighbours = layered.neighbours();
    for sweep in 0..SWEEPS {
        let sides = match sweep {
            _ if sweep + 8 >= SWEEPS => (true, true),
            _ if sweep % 2 == 0 => (true, false),
            _ => (false, true),
        };
        let count = layered.layers.len();
        for step in 0..count {
            let layer = if sides.0 { step } else { count - 1 - step };
            settle(
                layered,
                &neighbours,
                layer,
                sizes,
                spacing,
                sides,
                &mut centers,
                &mut starts,
            );
        }
    }
    straighten(layered, sizes, spacing, &mut starts);
    let least = starts.iter().min().copied().unwrap_or_default();
    for start in &mut starts {
        *start -= least;
    }
    let ports = ports(layered, sizes, spacing, &starts);
    let ends = starts
        .iter()
        .zip(sizes)
        .map(|(start, size)| start + size.across + size.trailing);
    Across {
        total: ends.max().unwrap_or_default(),
        starts,
        ports,
    }
}

/// Puts what an edge passes on its way into one line, as far as there is room between others.
fn straighten(layered: &Layered, sizes: &[Size], spacing: Spacing, starts: &mut [i32]) {
    let middle = |item: usize| (sizes[item].across - 1) / 2;
    let is_box = |item: usize| matches!(layered.items[item], Item::Box(_));
    for first in layered.links.iter().filter(|link| is_box(link.upper)) {
        let mut chain: Vec<usize> = Vec::new();
        let mut room = (i32::MIN, i32::MAX);
        let mut next = Some(first);
        while let Some(link) = next {
            let item = link.lower;
            let mut own = (i32::MIN, i32::MIN);
            if !is_box(item) {
                let layer = &layered.layers[link.layer + 1];
                let (least, most) = slack(layer, item, sizes, spacing, starts);
                own = (
                    least.saturating_add(middle(item)),
                    most.saturating_add(middle(item)),
                );
            }
            let shared = (room.0.max(own.0), room.1.min(own.1));
            if is_box(item) || shared.0 > shared.1 {
                align(&chain, room, &middle, starts);
                chain.clear();
                room = own;
            } else {
                room = shared;
            }
            chain.push(item);
            next = layered
                .links
                .iter()
                .find(|other| !is_box(item) && other.upper == item);
        }
    }
}

/// The first and the last place that an item could begin at without those beside it being moved.
fn slack(
    layer: &[usize],
    item: usize,
    sizes: &[Size],
    spacing: Spacing,
    starts: &[i32],
) -> (i32, i32) {
    let at = layer.iter().position(|&other| other == item);
    let at = at.unwrap_or_default();
    let room = |item: usize| sizes[item].across + sizes[item].trailing + spacing.items;
    let before = at.checked_sub(1).map(|before| layer[before]);
    let after = layer.get(at + 1);
    (
        before.map_or(i32::MIN, |before| starts[before] + room(before)),
        after.map_or(i32::MAX, |&after| starts[after] - room(item)),
    )
}

fn align(
    chain: &[usize],
    (least, most): (i32, i32),
    middle: &dyn Fn(usize) -> i32,
    starts: &mut [i32],
) {
    if chain.len() < 2 {
        return;
    }
    let sum: i32 = chain.iter().map(|&item| starts[item] + middle(item)).sum();
    let at = (sum / chain.len() as i32).clamp(least, most);
    for &item in chain {
        starts[item] = at - middle(item);
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "what a sweep knows, and what it changes"
)]
fn settle(
    layered: &Layered,
    neighbours: &Neighbours,
    layer: usize,
    sizes: &[Size],
    spacing: Spacing,
    (above, below): (bool, bool),
    centers: &mut [f64],
    starts: &mut [i32],
) {
    let items = &layered.layers[layer];
    let wish = |item: usize| {
        let mut sum = 0.0;
        let mut weight = 0.0;
        let uppers = neighbours.uppers[item].iter().filter(|_| above);
        let lowers = neighbours.lowers[item].iter().filter(|_| below);
        for &other in uppers.chain(lowers) {
            // What is only on its way is to be straight.
            let boxes = [item, other]
                .iter()
                .filter(|&&end| matches!(layered.items[end], Item::Box(_)))
                .count();
            let pull = [40.0, 4.0, 1.0][boxes];
            sum += centers[other] * pull;
            weight += pull;
        }
        if weight == 0.0 {
            Wish {
                at: centers[item],
                weight: 0.1,
            }
        } else {
            Wish {
                at: sum / weight,
                weight,
            }
        }
    };
    let wishes: Vec<Wish> = items
        .iter()
        .map(|&item| {
            let wish = wish(item);
            Wish {
                at: wish.at - f64::from(sizes[item].across) / 2.0,
                ..wish
            }
        })
        .collect();
    let gaps: Vec<i32> = items
        .iter()
        .map(|&item| sizes[item].across + sizes[item].trailing + spacing.items)
        .collect();
    let gaps = gaps.split_last().map_or(&[][..], |(_, gaps)| gaps);
    for (&item, start) in items.iter().zip(spread(&wishes, gaps, None)) {
        starts[item] = start;
        centers[item] = f64::from(start) + f64::from(sizes[item].across) / 2.0;
    }
}

/// Ends links at boxes where they come straight from the other side, as far as there is room.
fn ports(layered: &Layered, sizes: &[Size], spacing: Spacing, starts: &[i32]) -> Vec<(i32, i32)> {
    let middle = |item: usize| starts[item] + (sizes[item].across - 1) / 2;
    let room = |item: usize| match layered.items[item] {
        Item::Box(_) => (
            starts[item] + spacing.corner,
            starts[item] + sizes[item].across - 1 - spacing.corner,
        ),
        Item::Label(_) | Item::Bend => (middle(item), middle(item)),
    };
    let mut ports = vec![(0, 0); layered.links.len()];
    for item in 0..layered.items.len() {
        for is_upper in [true, false] {
            let mut wishes: Vec<(i32, i32, usize)> = Vec::new();
            for (index, link) in layered.links.iter().enumerate() {
                let (own, other) = if is_upper {
                    (link.upper, link.lower)
                } else {
                    (link.lower, link.upper)
                };
                if own != item {
                    continue;
                }
                let (own, far) = (room(own), room(other));
                let shared = (own.0.max(far.0), own.1.min(far.1));
                let wish = if shared.0 <= shared.1 {
                    (shared.0 + shared.1) / 2
                } else {
                    // One that turns off leaves from its own side.
                    (middle(item) + middle(other)) / 2
                };
                wishes.push((middle(other), wish.clamp(own.0, own.1), index));
            }
            wishes.sort_unstable();
            let at: Vec<Wish> = wishes
                .iter()
                .map(|&(_, at, _)| Wish {
                    at: f64::from(at),
                    weight: 1.0,
                })
                .collect();
            let gaps = vec![spacing.ports; at.len().saturating_sub(1)];
            for ((_, _, link), at) in wishes.iter().zip(spread(&at, &gaps, Some(room(item)))) {
                if is_upper {
                    ports[*link].0 = at;
                } else {
                    ports[*link].1 = at;
                }
            }
        }
    }
    ports
}

/// The beginning and the end of each layer along the requests, where the room between layers is known.
pub(super) fn bands(layered: &Layered, sizes: &[Size], channels: &[i32]) -> Vec<(i32, i32)> {
    let mut at = 0;
    let thickness = |layer: &Vec<usize>| layer.iter().map(|&item| sizes[item].along).max();
    let layers = layered.layers.iter().enumerate();
    layers
        .map(|(index, layer)| {
            let start = at;
            let end = start + thickness(layer).unwrap_or_default();
            at = end + channels.get(index).copied().unwrap_or_default();
            (start, end)
        })
        .collect()
}
