//! The numbers of groups: one keeps the number that it has, and another one is told.

use std::collections::BTreeSet;

use super::groups::{Groups, is_called_of, restarts_only};
use crate::generate::ClaimedNumber;
use crate::place::line_of;
use crate::yaml::{Key, Kind, Node};

/// The most numbers that are left free in a range that groups are numbered in.
const WIDEST_GAP: i64 = 25;

impl Groups {
    /// The number of a group: the one that it has here or, in their order, where it is merged; else the next one of the range
    /// that most groups are in.
    pub(super) fn gid(&self, name: &str, merged: &[Self]) -> i64 {
        let mut known = std::iter::once(self).chain(merged);
        let own = known.find_map(|groups| groups.number_of(name));
        match own.filter(|own| !self.is_taken(name, *own)) {
            Some(own) => own,
            None => self.next(),
        }
    }

    /// Says where the group of a service gets another number than it has here, or had where it was merged last.
    pub(super) fn renumbered(
        &self,
        (name, gid): (&str, i64),
        unit: &str,
        merged: &[Self],
    ) -> Option<String> {
        let mut known = merged.first().into_iter().chain([self]);
        let (other, old) = known.find_map(|groups| groups.has_of(name, unit))?;
        let stays = "files on the hosts keep the old one";
        match other == name {
            _ if old == gid => None,
            true => Some(format!(
                "the group `{name}` gets the gid {gid}, as another one has {old}, too: {stays}"
            )),
            false => Some(format!(
                "the group `{name}` is another one than `{other}` and gets the gid {gid}, not {old}: {stays}"
            )),
        }
    }

    /// The group of this name, else one of a service under another name, with its number.
    fn has_of<'a>(&'a self, name: &'a str, unit: &str) -> Option<(&'a str, i64)> {
        let own = self.number_of(name).map(|gid| (name, gid));
        let other = || {
            let mut all = self.all().iter();
            // Its description may be somebody's.
            let is_of = |group: &Node| is_called_of(group, unit) || restarts_only(group, unit);
            let (key, group) = all.find(|(key, group)| key.text != name && is_of(group))?;
            Some((key.text.as_str(), number(group)?))
        };
        own.or_else(other)
    }

    /// The number that a group has.
    fn number_of(&self, name: &str) -> Option<i64> {
        let mut all = self.all().iter();
        let (_, group) = all.find(|(key, _)| key.text == name)?;
        number(group)
    }

    /// What has the number of a group in another version of the file, and has another one here.
    pub(super) fn claimed(&self, name: &str, there: &Self) -> Option<ClaimedNumber> {
        let gid = self.number_of(name)?;
        let mut all = there.all().iter();
        let (key, _) = all.find(|(key, group)| {
            let is_it = key.text != name && number(group) == Some(gid);
            is_it && self.number_of(&key.text) != Some(gid)
        })?;
        Some(ClaimedNumber {
            group: name.to_owned(),
            gid,
            other: key.text.clone(),
            line: line_of(&there.text, key.span.start),
        })
    }

    /// Whether another group has a number.
    fn is_taken(&self, name: &str, gid: i64) -> bool {
        let is_it = |(key, group): &(Key, Node)| key.text != name && number(group) == Some(gid);
        self.all().iter().any(is_it)
    }

    /// The next number of the range that most groups are in.
    fn next(&self) -> i64 {
        let is_system = |group: &Node| {
            group
                .find("system")
                .is_some_and(|node| node.kind == Kind::Bool(true))
        };
        let groups = self.all().iter().filter(|(_, group)| !is_system(group));
        let mut gids: Vec<i64> = groups.filter_map(|(_, group)| number(group)).collect();
        gids.sort_unstable();
        let runs = gids.chunk_by(|a, b| b - a <= WIDEST_GAP);
        let last = runs.max_by_key(|run| run.len()).and_then(<[i64]>::last);
        let used = self.used();
        let mut next = last.map_or(700, |last| last + 1);
        while used.contains(&next) {
            next += 1;
        }
        next
    }

    /// All numbers that stand in the file as those of somebody, in comments too.
    fn used(&self) -> BTreeSet<i64> {
        let words = self.text.lines().filter_map(|line| {
            let line = line.trim_start_matches(['#', ' ', '-']);
            line.strip_prefix("gid:").or(line.strip_prefix("uid:"))
        });
        words
            .filter_map(|rest| rest.split_whitespace().next()?.parse().ok())
            .collect()
    }
}

fn number(group: &Node) -> Option<i64> {
    match group.find("gid")?.kind {
        Kind::Integer(number) => Some(number),
        _ => None,
    }
}
