//! Merges what somebody and svcgen made of one text, and marks what they cannot both have.

use camino::Utf8Path;
use git2::{FileFavor, MergeFileInput, MergeFileOptions, Repository};

use crate::place::{MERGE_MIDDLE, merge_marks};

/// What becomes of lines that somebody and svcgen both changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Resolution {
    /// They are a conflict, and are marked as git marks them where the file is svcgen's.
    #[default]
    Mark,
    /// What is there stays.
    Yours,
    /// What svcgen wants takes its place.
    Svcgen,
}

impl Resolution {
    /// Whether somebody said which side counts.
    pub fn is_decided(self) -> bool {
        self != Self::Mark
    }
}

/// How conflicts are marked, as `merge.conflictStyle` of git says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Merge,
    Diff3,
    Zdiff3,
}

const YOURS: &str = "<<<<<<< yours";
const BASE: &str = "|||||||";
const GENERATED: &str = "generated last";
const SVCGEN: &str = ">>>>>>> svcgen";

impl Style {
    /// The style that the user has chosen for a checkout.
    pub(super) fn of(root: &Utf8Path) -> Self {
        let configured = || {
            let config = Repository::open(root).ok()?.config().ok()?;
            config.get_string("merge.conflictStyle").ok()
        };
        match configured().as_deref() {
            Some("diff3") => Self::Diff3,
            Some("zdiff3") => Self::Zdiff3,
            _ => Self::Merge,
        }
    }
}

/// Merges two changes of one text; where they touch the same lines, the result has conflict markers.
///
/// `None` where the texts cannot be merged at all.
pub(super) fn merge(
    base: &str,
    yours: &str,
    svcgen: &str,
    resolution: Resolution,
    style: Style,
) -> Option<String> {
    // What only one side changed needs no merge; libgit2's binding cannot hand over a result that is empty.
    if svcgen == base || svcgen == yours {
        return Some(yours.to_owned());
    }
    if yours == base {
        return Some(svcgen.to_owned());
    }
    if yours.is_empty() || svcgen.is_empty() {
        return Some(match resolution {
            Resolution::Mark => whole(base, yours, svcgen, style),
            Resolution::Yours => yours.to_owned(),
            Resolution::Svcgen => svcgen.to_owned(),
        });
    }
    // `merge_file` is the one function that does not set the library up by itself; this one does.
    git2::Oid::hash_object(git2::ObjectType::Blob, base.as_bytes()).ok()?;
    let (mut ancestor, mut left, mut right) = (
        MergeFileInput::new(),
        MergeFileInput::new(),
        MergeFileInput::new(),
    );
    ancestor.content(base.as_bytes());
    left.content(yours.as_bytes());
    right.content(svcgen.as_bytes());
    let mut options = MergeFileOptions::new();
    options
        .our_label("yours")
        .their_label("svcgen")
        .ancestor_label(GENERATED);
    match resolution {
        Resolution::Mark => {}
        Resolution::Yours => {
            options.favor(FileFavor::Ours);
        }
        Resolution::Svcgen => {
            options.favor(FileFavor::Theirs);
        }
    }
    match style {
        Style::Merge => {}
        Style::Diff3 => {
            options.style_diff3(true);
        }
        Style::Zdiff3 => {
            options.style_zdiff3(true);
        }
    }
    let result = git2::merge_file(&ancestor, &left, &right, Some(&mut options)).ok()?;
    String::from_utf8(result.content().to_vec()).ok()
}

/// One conflict of all lines: what somebody emptied has no line that both sides have.
fn whole(base: &str, yours: &str, svcgen: &str, style: Style) -> String {
    let lines = |text: &str| match text.is_empty() || text.ends_with('\n') {
        true => text.to_owned(),
        false => format!("{text}\n"),
    };
    let before = match style {
        Style::Merge => String::new(),
        Style::Diff3 | Style::Zdiff3 => format!("{BASE} {GENERATED}\n{}", lines(base)),
    };
    format!(
        "{YOURS}\n{}{before}{MERGE_MIDDLE}\n{}{SVCGEN}\n",
        lines(yours),
        lines(svcgen)
    )
}

/// The lines on which conflicts begin that are marked in a text, counted from one.
pub(crate) fn markers(text: &str) -> Vec<usize> {
    let marked = merge_marks(text).into_iter();
    marked.map(|lines| lines.start + 1).collect()
}

/// Puts what svcgen wrote last in the place of each conflict that is marked in a text.
///
/// Of marks that are not svcgen's neither side is; what stands around them stays.
pub(super) fn without_marked(text: &str, base: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut kept = Vec::new();
    let mut at = 0;
    for conflict in merge_marks(text) {
        kept.extend(lines[at..conflict.start].iter().map(|line| Some(*line)));
        kept.push(None);
        at = conflict.end;
    }
    kept.extend(lines[at..].iter().map(|line| Some(*line)));
    let base: Vec<Option<&str>> = base.split_inclusive('\n').map(Some).collect();
    let changes = similar::capture_diff_slices(similar::Algorithm::Myers, &base, &kept);
    let taken = changes.iter().flat_map(|change| {
        let new = &kept[change.new_range()];
        match new.contains(&None) {
            true => &base[change.old_range()],
            false => new,
        }
    });
    taken.copied().flatten().collect()
}

/// Takes one side of each conflict that svcgen marked.
pub(super) fn resolve(text: &str, resolution: Resolution) -> String {
    #[derive(PartialEq)]
    enum Part {
        Both,
        Yours,
        Base,
        Svcgen,
    }
    if resolution == Resolution::Mark {
        return text.to_owned();
    }
    let mut part = Part::Both;
    let mut result = String::new();
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        let next = match part {
            Part::Both if bare == YOURS => Part::Yours,
            Part::Yours if bare.starts_with(BASE) => Part::Base,
            Part::Yours | Part::Base if bare == MERGE_MIDDLE => Part::Svcgen,
            Part::Svcgen if bare == SVCGEN => Part::Both,
            _ => {
                let is_taken = match part {
                    Part::Both => true,
                    Part::Yours => resolution == Resolution::Yours,
                    Part::Base => false,
                    Part::Svcgen => resolution == Resolution::Svcgen,
                };
                if is_taken {
                    result.push_str(line);
                }
                continue;
            }
        };
        part = next;
    }
    // A conflict without an end is none of svcgen's: nobody's lines may go with it.
    if part == Part::Both {
        result
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "one\ntwo\nthree\nfour\nfive\n";
    const YOURS: &str = "one\nzwei\nthree\nfour\nfive\n";
    const SVCGEN: &str = "one\ndeux\nthree\nfour\ncinq\n";

    fn merged(resolution: Resolution, style: Style) -> String {
        merge(BASE, YOURS, SVCGEN, resolution, style).unwrap()
    }

    #[test]
    fn the_same_lines_are_marked_as_git_marks_them() {
        let text = merged(Resolution::Mark, Style::Merge);
        assert_eq!(
            text,
            "one\n<<<<<<< yours\nzwei\n=======\ndeux\n>>>>>>> svcgen\nthree\nfour\ncinq\n"
        );
        assert_eq!(markers(&text), [2]);
        for style in [Style::Diff3, Style::Zdiff3] {
            assert_eq!(
                merged(Resolution::Mark, style),
                "one\n<<<<<<< yours\nzwei\n||||||| generated last\ntwo\n=======\ndeux\n>>>>>>> svcgen\n\
                 three\nfour\ncinq\n"
            );
        }
    }

    #[test]
    fn a_text_that_somebody_emptied_is_merged() {
        let merged =
            |yours, svcgen, resolution| merge(BASE, yours, svcgen, resolution, Style::Merge);
        let empty = Some(String::new());
        assert_eq!(merged("", BASE, Resolution::Mark), empty);
        assert_eq!(merged("", SVCGEN, Resolution::Yours), empty);
        assert_eq!(merged(YOURS, "", Resolution::Svcgen), empty);
        assert_eq!(
            merged("", SVCGEN, Resolution::Svcgen).as_deref(),
            Some(SVCGEN)
        );
        let marked = merged("", SVCGEN, Resolution::Mark).unwrap();
        assert_eq!(markers(&marked), [1], "{marked}");
    }

    #[test]
    fn a_side_can_be_taken_before_and_after_it_is_marked() {
        for (resolution, expected) in [
            (Resolution::Yours, "one\nzwei\nthree\nfour\ncinq\n"),
            (Resolution::Svcgen, SVCGEN),
        ] {
            for style in [Style::Merge, Style::Diff3] {
                assert_eq!(merged(resolution, style), expected);
                let marked = merged(Resolution::Mark, style);
                assert_eq!(resolve(&marked, resolution), expected);
            }
        }
        let others = "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> topic\n";
        assert_eq!(resolve(others, Resolution::Yours), others);
        let open = "a\n<<<<<<< yours\nb\n";
        assert_eq!(resolve(open, Resolution::Yours), open);
    }

    #[test]
    fn what_others_marked_is_undone_and_nothing_else() {
        let marks = |yours: &str| format!("<<<<<<< HEAD\n{yours}=======\nzwei\n>>>>>>> topic\n");
        for (text, expected) in [
            (format!("one\n{}three\nfour\nfive\n", marks("2\n")), BASE),
            (format!("one\n{}three\nfour\nfive\n", marks("")), BASE),
            (
                format!("eins\ntwo\n{}three\nfour\nfive\n", marks("2\n")),
                "eins\ntwo\nthree\nfour\nfive\n",
            ),
            (
                format!("one\ntwo\nthree\nvier\nfive\n{}", marks("6\n")),
                "one\ntwo\nthree\nvier\nfive\n",
            ),
            (format!("{}{}five\n", marks("1\n"), marks("4\n")), BASE),
            (BASE.to_owned(), BASE),
        ] {
            assert_eq!(without_marked(&text, BASE), expected, "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_marker_is_none() {
        assert!(markers("Title\n=======\n\ntext\n").is_empty());
        assert!(markers("<<<<<<< open\n").is_empty());
        assert_eq!(markers("a\n<<<<<<< b\r\n=======\r\n>>>>>>> c\r\n"), [2]);
    }
}
