/// Finds a track for each link between two layers, so that no two lie on each other; `None` for a straight one.
///
/// A link leaves its upper end, turns into its track, and out of it to its lower end. Fails where the ends do not
/// allow it: two links that exchange their places.
pub(super) fn tracks(ends: &[(i32, i32)]) -> Option<Vec<Option<usize>>> {
    let mut open: Vec<usize> = (0..ends.len())
        .filter(|&link| ends[link].0 != ends[link].1)
        .collect();
    // In this order those that turn to the same side do not cross each other.
    open.sort_by_key(|&link| {
        let (from, to) = ends[link];
        if to > from { (0, -from) } else { (1, from) }
    });
    let mut tracks: Vec<Option<usize>> = vec![None; ends.len()];
    let mut taken: Vec<Vec<(i32, i32)>> = Vec::new();
    while !open.is_empty() {
        // One may be laid once all whose upper end is where it comes down are.
        let is_free = |link: usize| {
            let blocks = |&other: &usize| other != link && ends[other].0 == ends[link].1;
            !open.iter().any(blocks)
        };
        let at = open.iter().position(|&link| is_free(link))?;
        let link = open.remove(at);
        let (from, to) = ends[link];
        let reach = (from.min(to), from.max(to));
        let above = (0..ends.len()).filter(|&other| other != link && ends[other].0 == to);
        let least = above
            .filter_map(|other| tracks[other])
            .map(|track| track + 1)
            .max()
            .unwrap_or_default();
        let is_clear = |track: &Vec<(i32, i32)>| {
            track
                .iter()
                .all(|&(first, last)| last + 1 < reach.0 || reach.1 + 1 < first)
        };
        let place = (least..taken.len()).find(|&track| is_clear(&taken[track]));
        let place = place.unwrap_or_else(|| taken.len().max(least));
        if taken.len() <= place {
            taken.resize(place + 1, Vec::new());
        }
        taken[place].push(reach);
        tracks[link] = Some(place);
    }
    Some(tracks)
}

/// How many tracks there are.
pub(super) fn count(tracks: &[Option<usize>]) -> i32 {
    let tracks = tracks.iter().flatten().map(|&track| track as i32 + 1);
    tracks.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_do_not_lie_on_each_other() {
        assert_eq!(tracks(&[(3, 3)]), Some(vec![None]));
        // The second one leaves where the first comes down: it has to turn off before.
        assert_eq!(tracks(&[(0, 5), (5, 9)]), Some(vec![Some(1), Some(0)]));
        assert_eq!(tracks(&[(0, 3), (10, 12)]), Some(vec![Some(0), Some(0)]));
        assert_eq!(tracks(&[(0, 5), (5, 0)]), None);
        assert_eq!(count(&[None, Some(1)]), 2);
    }
}
