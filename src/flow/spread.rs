/// What wants to be at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wish {
    pub(super) at: f64,
    /// How much it wants to.
    pub(super) weight: f64,
}

/// Finds places as near to the wishes as can be, in their order, each at least its gap after the one before.
///
/// The result is whole numbers; the sum of the weighted squares of what is lacking is least before they are rounded
/// (isotonic regression by pooling neighbours). `gaps` has one less than `wishes`.
pub(super) fn spread(wishes: &[Wish], gaps: &[i32], bounds: Option<(i32, i32)>) -> Vec<i32> {
    let mut offsets = vec![0];
    for gap in gaps {
        offsets.push(offsets.last().copied().unwrap_or_default() + gap);
    }
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for (wish, offset) in wishes.iter().zip(&offsets) {
        let mut pool = (wish.at - f64::from(*offset), wish.weight, 1);
        while let Some(&(at, weight, count)) = pools.last() {
            if at <= pool.0 {
                break;
            }
            pools.pop();
            let sum = weight + pool.1;
            pool = ((at * weight + pool.0 * pool.1) / sum, sum, count + pool.2);
        }
        pools.push(pool);
    }
    let total = offsets.last().copied().unwrap_or_default();
    let clamp = |at: i32| match bounds {
        Some((least, most)) => at.min(most - total).max(least),
        None => at,
    };
    let pooled = pools
        .iter()
        .flat_map(|&(at, _, count)| std::iter::repeat_n(clamp(at.round() as i32), count));
    pooled
        .zip(&offsets)
        .take(wishes.len())
        .map(|(at, offset)| at + offset)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(places: &[f64]) -> Vec<Wish> {
        places.iter().map(|&at| Wish { at, weight: 1.0 }).collect()
    }

    #[test]
    fn wishes_are_granted_where_there_is_room() {
        assert_eq!(spread(&at(&[0.0, 10.0]), &[4], None), [0, 10]);
        assert_eq!(spread(&at(&[5.0, 5.0]), &[4], None), [3, 7]);
        assert_eq!(spread(&at(&[5.0, 5.0]), &[4], Some((4, 20))), [4, 8]);
        assert_eq!(spread(&at(&[9.0, 1.0, 5.0]), &[2, 2], None), [3, 5, 7]);
        assert_eq!(spread(&[], &[], None), Vec::<i32>::new());
    }
}
