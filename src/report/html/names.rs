use serde::Serialize;

use crate::model::HostName;

/// Names of hosts: a few that are seen, and the rest behind a click.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Names {
    pub(super) count: usize,
    first: Vec<String>,
    rest: Vec<String>,
}

/// So many are seen.
const SEEN: usize = 6;

impl Names {
    /// Those of these hosts.
    pub(super) fn of<'a>(hosts: impl IntoIterator<Item = &'a HostName>) -> Self {
        let mut first: Vec<String> = hosts.into_iter().map(ToString::to_string).collect();
        let count = first.len();
        let rest = match count > SEEN + 1 {
            true => first.split_off(SEEN),
            false => Vec::new(),
        };
        Self { count, first, rest }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_names_are_not_in_the_way() {
        let names = |number: usize| {
            let hosts = (0..number).map(|n| HostName::parse(&format!("h{n}")).unwrap());
            let names = Names::of(&hosts.collect::<Vec<_>>());
            (names.count, names.first.len(), names.rest.len())
        };
        assert_eq!(names(3), (3, 3, 0));
        assert_eq!(names(7), (7, 7, 0), "one more is no reason to click");
        assert_eq!(names(300), (300, 6, 294));
    }
}
