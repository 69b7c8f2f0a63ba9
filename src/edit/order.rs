//! Where something new fits among neighbours that are only roughly sorted.

/// The index of the gap into which a name fits: between a lesser and a greater neighbour, and of several such
/// gaps the one after the nearest lesser name. Real files are only roughly sorted.
pub(crate) fn gap(names: &[&str], name: &str) -> usize {
    let fits = |index: usize| {
        let after = index.checked_sub(1).is_none_or(|i| names[i] < name);
        let before = names.get(index).is_none_or(|next| name < *next);
        after && before
    };
    let previous = |index: usize| index.checked_sub(1).map(|i| names[i]);
    let mut best = None;
    for index in (0..=names.len()).filter(|&index| fits(index)) {
        if best.is_none_or(|best| previous(index) > previous(best)) {
            best = Some(index);
        }
    }
    best.unwrap_or(names.len())
}
