//! Brings lines into a list that others write too, such as the hosts of a group; every other byte stays.

use super::EntryError;
use crate::place::line_ending;

/// Brings lines into a text; `base` holds the lines that svcgen wrote last.
///
/// A line of `base` that is no longer wanted goes; any other line stays where it is.
///
/// # Errors
/// Where a line is none, because it holds a line end.
pub fn patch(
    text: Option<&str>,
    lines: &[String],
    base: Option<&str>,
) -> Result<String, EntryError> {
    if lines
        .iter()
        .any(|line| line.contains(['\n', '\r']) || identity(line).is_empty())
    {
        let reason = "a wanted line is empty, or more than one".into();
        return Err(EntryError::Unreadable { line: 1, reason });
    }
    let Some(text) = text else {
        return Ok(fragment(lines));
    };
    let eol = line_ending(text);
    let wanted: Vec<&str> = lines.iter().map(|line| identity(line)).collect();
    let base: Vec<&str> = base
        .into_iter()
        .flat_map(str::lines)
        .map(identity)
        .collect();
    let mut result: Vec<String> = text
        .split_inclusive('\n')
        .filter(|line| {
            wanted.contains(&identity(line))
                || identity(line).is_empty()
                || !base.contains(&identity(line))
        })
        .map(str::to_owned)
        .collect();
    for (place, line) in lines.iter().enumerate() {
        let find = |other: &&str| {
            result
                .iter()
                .position(|present| identity(present) == *other)
        };
        if find(&wanted[place]).is_some() {
            continue;
        }
        let before = wanted[..place].iter().rev().find_map(find);
        let after = wanted[place + 1..].iter().find_map(find);
        let at = before
            .map(|index| index + 1)
            .or(after)
            .unwrap_or(result.len());
        insert(&mut result, at, line, eol);
    }
    Ok(result.concat())
}

/// The lines that svcgen wrote and that are not there, where others of them are or svcgen made the file: somebody took them out.
pub(super) fn taken_out(
    text: &str,
    lines: &[String],
    base: Option<&str>,
    is_made: bool,
) -> Vec<String> {
    let base: Vec<&str> = base.unwrap_or_default().lines().map(identity).collect();
    let there: Vec<&str> = text.lines().map(identity).collect();
    let wanted = lines.iter().map(|line| identity(line));
    let written = wanted.filter(|line| base.contains(line));
    let (there, gone): (Vec<&str>, Vec<&str>) = written.partition(|line| there.contains(line));
    match there.is_empty() && !is_made {
        true => Vec::new(),
        false => gone.into_iter().map(str::to_owned).collect(),
    }
}

/// Whether a text has a line.
pub fn has(text: &str, line: &str) -> bool {
    text.lines().any(|other| identity(other) == identity(line))
}

/// The lines that are neither wanted nor svcgen's, and no comments: each with its number, counted from one.
pub fn others(text: &str, lines: &[String], base: &str) -> Vec<(usize, String)> {
    let wanted = lines.iter().map(|line| identity(line));
    let own: Vec<&str> = wanted.chain(base.lines().map(identity)).collect();
    let all = text.lines().map(identity).enumerate();
    let others =
        all.filter(|(_, line)| !line.is_empty() && !line.starts_with('#') && !own.contains(line));
    others
        .map(|(index, line)| (index + 1, line.to_owned()))
        .collect()
}

/// The lines alone, as they are remembered, and as a new file has them.
pub fn fragment(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// What makes two lines the same: the first word, which may have a comment after it, or the whole comment.
fn identity(line: &str) -> &str {
    let line = line.trim_end();
    if line.starts_with('#') {
        line
    } else {
        line.split_whitespace().next().unwrap_or_default()
    }
}

/// Inserts a line; a text without a final line end stays one.
fn insert(lines: &mut Vec<String>, at: usize, line: &str, eol: &str) {
    match at
        .checked_sub(1)
        .and_then(|previous| lines.get_mut(previous))
    {
        Some(previous) if !previous.ends_with('\n') => {
            previous.push_str(eol);
            lines.insert(at, line.to_owned());
        }
        _ => lines.insert(at, format!("{line}{eol}")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn what_others_wrote_stays() {
        let text = "# rack A\na1\na3 # slow\n\n# mine\nx9";
        let text = patch(Some(text), &list(&["a1", "a2", "a3", "a4"]), None).unwrap();
        assert_eq!(text, "# rack A\na1\na2\na3 # slow\na4\n\n# mine\nx9");
        let text = patch(Some(&text), &list(&["a1", "a4"]), Some("a1\na2\na3\na4\n")).unwrap();
        assert_eq!(text, "# rack A\na1\na4\n\n# mine\nx9");
        assert_eq!(patch(Some("x9"), &list(&["a1"]), None).unwrap(), "x9\na1");
        assert_eq!(
            patch(Some("# none\r\n"), &list(&["a1"]), Some("# none\n")).unwrap(),
            "a1\r\n"
        );
        assert!(patch(None, &list(&["a\nb"]), None).is_err());
    }

    proptest! {
        #[test]
        fn every_other_line_stays(
            text in "([a-c]?[0-9]?( # x)?\r?\n){0,8}[a-c]?",
            wanted in prop::collection::btree_set("[a-d][0-9]", 0..6),
            base in prop::collection::btree_set("[a-d][0-9]", 0..6),
        ) {
            let lines: Vec<String> = wanted.iter().cloned().collect();
            let base_text: String = base.iter().map(|line| format!("{line}\n")).collect();
            let after = patch(Some(&text), &lines, Some(&base_text)).unwrap();
            let kept = |text: &str| -> Vec<String> {
                let other = |line: &&str| !wanted.contains(identity(line)) && !base.contains(identity(line));
                text.lines().filter(other).map(str::to_owned).collect()
            };
            prop_assert_eq!(kept(&text), kept(&after));
            for line in &wanted {
                prop_assert!(after.lines().any(|present| identity(present) == line));
            }
            prop_assert_eq!(patch(Some(&after), &lines, Some(&base_text)).unwrap(), after);
        }
    }
}
