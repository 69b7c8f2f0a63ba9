//! Puts whole lines into a file that others write too, such as a node of a manifest; every other byte stays.

mod code;
mod headed;

use std::ops::Range;

use super::{EntryError, Resolution};
use crate::place::{line_ending, line_of, line_start};

pub(crate) use self::code::is_same_code;
use self::code::{find_code, with_code};
use self::headed::{headed_anew, place_headed_anew};

/// Lines of svcgen's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The lines, each with its end, and with the blank line that parts them from what follows or precedes.
    pub text: String,
    /// The byte before which they go where they are not there yet: the start of a line, or the end of the file.
    pub at: usize,
}

/// Puts blocks into a text, where they are not there; `stale` are those that svcgen wrote and wants no more.
///
/// A stale block makes room for the first new one, so that what was changed stays in its place. One that somebody
/// changed stays, and is named; comments change nothing, and are carried over into what takes its place.
///
/// # Errors
/// Where a place is none, and where somebody commented the very lines that change.
pub fn patch(
    text: Option<&str>,
    blocks: &[Block],
    stale: &[String],
) -> Result<Patched, EntryError> {
    let before = text.unwrap_or_default();
    let eol = line_ending(before);
    let native = |block: &str| block.replace('\n', eol);
    let mut changes: Vec<Change> = Vec::new();
    // The same lines with a blank line elsewhere around them are the ones that are wanted.
    let is_wanted = |stale: &&String| {
        blocks.iter().any(|block| {
            block.text.trim_matches('\n') == stale.trim_matches('\n')
                && (find(before, &native(&block.text), &[]).is_some()
                    || find_code(before, &block.text, &[]).is_some())
        })
    };
    let stale = stale.iter().filter(|stale| !is_wanted(stale));
    let (mut room, missing) = rooms(before, eol, stale);
    // Beside what is wanted the lines below a heading may be another block's.
    let others = match blocks {
        [] => without(before, &room),
        [_, ..] => String::new(),
    };
    let headed = headed_anew(&others, &missing);
    // What is not there at all is left in peace: another branch may be checked out.
    let is_kept = |block: &&String| is_changed(before, block) || headed.contains(block);
    let mut kept: Vec<String> = missing.into_iter().filter(is_kept).cloned().collect();
    // The same lines may be wanted in several places.
    let mut seen: Vec<usize> = room.iter().map(|room| room.place.start).collect();
    room.reverse();
    for block in blocks {
        let mut lines = native(&block.text);
        let there = find(before, &lines, &seen);
        let commented = || find_code(before, &block.text, &seen).map(|place| place.start);
        if let Some(at) = there.or_else(commented) {
            seen.push(at);
            continue;
        }
        let room = room.pop();
        if let Some(room) = room.as_ref().filter(|room| room.is_commented) {
            let lines = room.commented(before, &block.text)?;
            changes.push((room.place.start, room.place.end, lines));
            continue;
        }
        let (start, end) = match room {
            Some(room) => {
                lines = native(&room.parted(&block.text));
                (room.place.start, room.place.end)
            }
            None => (block.at, block.at),
        };
        let is_place = start == before.len()
            || (before.is_char_boundary(start) && line_start(before, start) == start);
        if !is_place {
            let reason = "there is no place for new lines".into();
            return Err(EntryError::Unreadable { line: 1, reason });
        }
        let open = end == before.len() && start == end && !before.is_empty();
        let lines = match open && !before.ends_with('\n') {
            true => format!("{eol}{lines}"),
            false => lines,
        };
        changes.push((start, end, lines));
    }
    for Room {
        place,
        block,
        is_commented,
    } in room
    {
        match is_commented {
            true => kept.push(block.to_owned()),
            false => changes.push((place.start, place.end, String::new())),
        }
    }
    let text = changed(before, changes);
    Ok(Patched { text, kept })
}

/// Lines that take the place of those between two bytes.
type Change = (usize, usize, String);

/// The places that stale blocks leave, and the blocks that are not there as they were written.
fn rooms<'a>(
    text: &str,
    eol: &str,
    stale: impl Iterator<Item = &'a String>,
) -> (Vec<Room<'a>>, Vec<&'a String>) {
    let (mut rooms, mut missing) = (Vec::<Room<'a>>::new(), Vec::new());
    for block in stale {
        let seen: Vec<usize> = rooms.iter().map(|room| room.place.start).collect();
        let native = block.replace('\n', eol);
        let exact = find(text, &native, &seen).map(|at| at..at + native.len());
        let (place, is_commented) = match exact {
            Some(place) => (Some(place), false),
            None => (find_code(text, block, &seen), true),
        };
        match place {
            Some(place) => rooms.push(Room {
                place,
                block,
                is_commented,
            }),
            None => missing.push(block),
        }
    }
    (rooms, missing)
}

/// The text without the places that are left.
fn without(text: &str, rooms: &[Room<'_>]) -> String {
    let gone = rooms
        .iter()
        .map(|room| (room.place.start, room.place.end, String::new()));
    changed(text, gone.collect())
}

/// The text with all changes; of several at one place the first one comes first.
fn changed(text: &str, mut changes: Vec<Change>) -> String {
    changes.sort_by_key(|(start, ..)| *start);
    let mut after = String::new();
    let mut at = 0;
    for (start, end, lines) in changes {
        after.push_str(text.get(at..start).unwrap_or_default());
        after.push_str(&lines);
        at = end.max(at);
    }
    after.push_str(&text[at..]);
    after
}

/// A place that a block leaves.
struct Room<'a> {
    place: Range<usize>,
    /// The lines as svcgen wrote them.
    block: &'a str,
    /// Whether somebody put comments into them.
    is_commented: bool,
}

impl Room<'_> {
    /// Lines that take its place, parted from what is around them as it was.
    fn parted(&self, wanted: &str) -> String {
        let lines = self.block.trim_start_matches('\n');
        let before = "\n".repeat(self.block.len() - lines.len());
        let after = "\n".repeat(lines.len() - lines.trim_end_matches('\n').len());
        format!("{before}{}{after}", wanted.trim_matches('\n'))
    }

    /// The lines that take its place, with the comments that somebody put into it.
    fn commented(&self, text: &str, wanted: &str) -> Result<String, EntryError> {
        with_code(&text[self.place.clone()], wanted).ok_or_else(|| {
            let lines = [self.block, wanted].map(|block| block.trim().lines().next());
            let [first, wanted] = lines.map(Option::unwrap_or_default);
            EntryError::conflict(
                Some(line_of(text, self.place.start)),
                format!("`{first}` has a comment, and svcgen wants other lines: `{wanted}`"),
            )
        })
    }
}

/// A text with its blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patched {
    pub text: String,
    /// Blocks that svcgen wrote and wants no more, and that are not there as it wrote them.
    pub kept: Vec<String>,
}

impl Patched {
    /// The same, where it is decided whose the blocks are that somebody changed.
    ///
    /// Of what is more than comments beside svcgen's lines nobody knows where it ends: that stays for the hand.
    pub fn decided(mut self, resolution: Resolution) -> Self {
        match resolution {
            Resolution::Mark => {}
            Resolution::Yours => self.kept.clear(),
            Resolution::Svcgen => {
                let mut text = self.text;
                self.kept.retain(|block| {
                    let place = find_code(&text, block, &[]);
                    let place = place.or_else(|| place_headed_anew(&text, block));
                    if let Some(place) = place.clone() {
                        text.replace_range(place, "");
                    }
                    place.is_none()
                });
                self.text = text;
            }
        }
        self
    }
}

/// The blocks alone; what is remembered as svcgen's.
pub fn fragment(blocks: &[Block]) -> String {
    blocks.iter().map(|block| block.text.as_str()).collect()
}

/// Whether a block is there, and not as it was written: its first line is.
fn is_changed(text: &str, block: &str) -> bool {
    let first = block.lines().map(str::trim).find(|line| !line.is_empty());
    first.is_some_and(|first| text.contains(first))
}

/// Where whole lines begin in a text, besides the places that have been seen.
fn find(text: &str, lines: &str, seen: &[usize]) -> Option<usize> {
    let mut places = text.match_indices(lines).map(|(at, _)| at);
    places.find(|at| line_start(text, *at) == *at && !seen.contains(at))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_that_are_wanted_with_another_blank_line_stay() {
        let text = "a {\n}\n\nb {\n}\n\nc {\n}\n";
        let wanted = [block("b {\n}\n\n", 7)];
        let patched = patch(Some(text), &wanted, &["\nb {\n}\n".to_owned()]);
        assert_eq!(patched.unwrap().text, text);
    }

    #[test]
    fn a_block_in_the_place_of_another_is_parted_as_that_was() {
        let text = "a {\n}\n\nb {\n}\n\nc {\n}\n";
        let wanted = [block("d {\n}\n\n", 0)];
        let patched = patch(Some(text), &wanted, &["\nb {\n}\n".to_owned()]).unwrap();
        assert_eq!(patched.text, text.replace('b', "d"));
        // The next run finds it.
        let again = patch(Some(&patched.text), &wanted, &["d {\n}\n\n".to_owned()]).unwrap();
        assert_eq!(again.text, patched.text);
    }

    #[test]
    fn a_comment_makes_nothing_else_of_a_block() {
        let (one, two) = ("a {\n    x\n}\n\n", "b {\n    x\n}\n");
        let text = "a {\n    # mine\n    x # too\n}\n\nb {\n    x\n}\n";
        let stale = |blocks: &[&str]| blocks.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        // It is there, and what changes beside it changes.
        let other = [block(one, 0), block("b {\n    y\n}\n", 20)];
        let patched = patch(Some(text), &other, &stale(&[two])).unwrap();
        assert_eq!(patched.text, text.replace("b {\n    x", "b {\n    y"));
        assert_eq!(patched.kept.len(), 0);
        // It changes itself, and has its comments still.
        let first = [block("c {\n    y\n}\n\n", 0), block(two, 20)];
        let patched = patch(Some(text), &first, &stale(&[one])).unwrap();
        let expected = text.replace("a {", "c {").replace("x # too", "y # too");
        assert_eq!(patched.text, expected);
        // Of other lines nobody knows where the comments belong.
        let longer = [block("a {\n    x\n    y\n}\n\n", 0), block(two, 20)];
        let refused = patch(Some(text), &longer, &stale(&[one])).unwrap_err();
        let reason = "`a {` has a comment, and svcgen wants other lines: `a {`";
        assert_eq!(refused, EntryError::conflict(Some(1), reason));
        // It is no longer wanted, and the comment would go with it.
        let patched = patch(Some(text), &[block(two, 20)], &stale(&[one])).unwrap();
        assert_eq!((patched.text.as_str(), patched.kept.len()), (text, 1));
    }

    fn block(text: &str, at: usize) -> Block {
        Block {
            text: text.into(),
            at,
        }
    }

    #[test]
    fn lines_come_and_change_and_go() {
        let text = "a\nc\n";
        let wanted = [block("b\n", 2), block("d\n", 4)];
        let once = patch(Some(text), &wanted, &[]).unwrap().text;
        assert_eq!(once, "a\nb\nc\nd\n");
        assert_eq!(patch(Some(&once), &wanted, &[]).unwrap().text, once);
        let other = [block("x\n", 0), block("d\n", 4)];
        let stale = ["b\n".to_owned()];
        assert_eq!(
            patch(Some(&once), &other, &stale).unwrap().text,
            "a\nx\nc\nd\n"
        );
        let all = ["b\n".to_owned(), "d\n".to_owned()];
        assert_eq!(patch(Some(&once), &[], &all).unwrap().text, text);
        let gone = patch(Some(text), &[], &all).unwrap();
        assert_eq!((gone.text.as_str(), gone.kept.len()), (text, 0));
        let edited = once.replace("b\n", "b # mine\n");
        let left = patch(Some(&edited), &[], &all).unwrap();
        let decided = |resolution| left.clone().decided(resolution);
        let (ours, yours) = (Resolution::Svcgen, Resolution::Yours);
        assert_eq!(
            (decided(ours).text.as_str(), decided(ours).kept.len()),
            ("a\nc\n", 0)
        );
        assert_eq!(
            (decided(yours).text.as_str(), decided(yours).kept.len()),
            ("a\nb # mine\nc\n", 0)
        );
        assert_eq!(
            (left.text.as_str(), left.kept.len()),
            ("a\nb # mine\nc\n", 1)
        );
        assert_eq!(
            patch(Some("a\r\nc"), &[block("d\n", 4)], &[]).unwrap().text,
            "a\r\nc\r\nd\r\n"
        );
        assert!(patch(Some("abc\n"), &[block("d\n", 1)], &[]).is_err());
    }

    proptest! {
        #[test]
        fn what_was_put_in_comes_out_again(
            text in "([a-c]{0,3}\n){0,6}",
            lines in prop::collection::btree_set("[x-z]{4,6}\n", 0..4),
            places in prop::collection::vec(0_usize..7, 4),
        ) {
            let starts: Vec<usize> = std::iter::once(0)
                .chain(text.match_indices('\n').map(|(at, _)| at + 1))
                .collect();
            let blocks: Vec<Block> = lines
                .iter()
                .zip(places)
                .map(|(line, place)| block(line, starts[place % starts.len()]))
                .collect();
            let with = patch(Some(&text), &blocks, &[]).unwrap().text;
            prop_assert_eq!(&patch(Some(&with), &blocks, &[]).unwrap().text, &with);
            let stale: Vec<String> = lines.into_iter().collect();
            prop_assert_eq!(patch(Some(&with), &[], &stale).unwrap().text, text);
        }
    }
}
