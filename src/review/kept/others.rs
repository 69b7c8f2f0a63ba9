use std::collections::BTreeSet;

/// What somebody put into the commits of a branch.
#[derive(Debug, Default)]
pub(super) struct Others {
    pub(super) lines: BTreeSet<String>,
    /// The words that svcgen wrote there.
    pub(super) ours: BTreeSet<String>,
}

impl Others {
    /// The lines that stay, and those that go, where these are there now, and those were before.
    ///
    /// One in which nothing but words of svcgen's made room for others stays: a list got another member, or a value changed.
    pub(super) fn sorted(
        self,
        now: &BTreeSet<String>,
        before: &BTreeSet<String>,
    ) -> (BTreeSet<String>, BTreeSet<String>) {
        let words_of =
            |line: &String| -> BTreeSet<String> { words(line).map(str::to_owned).collect() };
        let (mut stay, apart): (BTreeSet<_>, BTreeSet<_>) =
            self.lines.into_iter().partition(|line| now.contains(line));
        if apart.is_empty() {
            return (stay, apart);
        }
        let there: BTreeSet<&str> = now.iter().flat_map(|line| words(line)).collect();
        let new: Vec<&String> = now.difference(before).collect();
        let is_there = |word: &String| there.contains(word.as_str());
        let is_left = |word: &String| !self.ours.contains(word) || is_there(word);
        let mut go = BTreeSet::new();
        for line in apart {
            let left: BTreeSet<String> = words_of(&line).into_iter().filter(is_left).collect();
            if left.is_empty() {
                continue;
            }
            match new.iter().find(|line| words_of(line).is_superset(&left)) {
                Some(line) => drop(stay.insert((*line).clone())),
                None => drop(go.insert(line)),
            }
        }
        (stay, go)
    }
}

/// The words of a line.
pub(super) fn words(line: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_alphanumeric() || "._/:-".contains(c);
    let words = line.split(move |c| !is_part(c));
    words
        .map(|word| word.trim_matches([':', '.']))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of somebody's lines go, where svcgen wrote these words.
    fn gone(lines: &[&str], ours: &[&str], now: &[&str]) -> Vec<String> {
        let set = |all: &[&str]| {
            all.iter()
                .map(|it| (*it).to_owned())
                .collect::<BTreeSet<_>>()
        };
        let others = Others {
            lines: set(lines),
            ours: set(ours),
        };
        let before = set(&[lines, &["a line of mine"]].concat());
        let (_, go) = others.sorted(&set(now), &before);
        go.into_iter().collect()
    }

    #[test]
    fn a_line_goes_where_no_other_has_what_somebody_put_into_it() {
        let none: [&str; 0] = [];
        let list = "members: [ada, bea]";
        assert_eq!(
            gone(&[list], &["members", "ada"], &["members: [ada, bea, cyd]"]),
            none
        );
        assert_eq!(
            gone(&[list], &["members", "ada"], &["members: [ada, cyd]"]),
            [list]
        );
        // A value of svcgen's made room for another one beside what is somebody's.
        let line = "port: 6699 # mine";
        assert_eq!(
            gone(&[line], &["port", "6699"], &["port: 6700 # mine"]),
            none
        );
        assert_eq!(gone(&[line], &["port"], &["port: 6700 # mine"]), [line]);
        // A line that was there besides is no other wording of it.
        assert_eq!(gone(&["# mine"], &[], &["a line of mine"]), ["# mine"]);
        // What is no word of anybody's does not go.
        assert_eq!(gone(&["},"], &[], &["}"]), none);
    }
}
