use std::borrow::Cow;

/// Writes a free text in Remarkup, the markup of Phabricator, so that it is shown as it is.
///
/// Remarkup has no escape character. A word that could mean something is set in monospace, inside of which
/// nothing else is looked for; all other words stay as they are. Lines stay lines, white space between words
/// becomes one space, as it does when it is shown.
pub fn remarkup(text: &str) -> String {
    let mut quoted = String::new();
    for line in text.trim().lines() {
        if line.trim().is_empty() {
            if !quoted.ends_with("\n\n") {
                quoted.push('\n');
            }
            continue;
        }
        for (index, word) in line.split_whitespace().enumerate() {
            if index > 0 {
                quoted.push(' ');
            }
            let plain = is_plain(word) && (index > 0 || begins_plainly(word));
            quoted.push_str(&if plain {
                Cow::Borrowed(word)
            } else {
                Cow::Owned(monospaced(word))
            });
        }
        quoted.push('\n');
    }
    quoted.trim_end().to_owned()
}

/// Whether a word means itself wherever it stands in a line.
fn is_plain(word: &str) -> bool {
    let address = word
        .strip_prefix("https://")
        .or_else(|| word.strip_prefix("http://"))
        .unwrap_or(word);
    address
        .chars()
        .all(|c| c.is_alphanumeric() || ".,;:!?()'\"%+-/&=$_".contains(c))
        && !["//", "__", "==", "!!", "%%", "(("]
            .iter()
            .any(|mark| address.contains(mark))
        && !is_emoji(address)
        && !address
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(is_object)
}

/// Whether a word means itself at the beginning of a line, where lists, headings, notes and blocks begin.
fn begins_plainly(word: &str) -> bool {
    let inner = word.trim_start_matches(['(', '"', '\'']);
    let is_number = inner
        .trim_end_matches(['.', ')'])
        .bytes()
        .all(|b| b.is_ascii_digit());
    let is_note = inner.contains([':', ')']) && inner.starts_with(|c: char| c.is_ascii_uppercase());
    inner.starts_with(char::is_alphanumeric) && !is_number && !is_note && !inner.contains('=')
}

/// Whether a word holds `:word:`, which becomes a picture.
fn is_emoji(word: &str) -> bool {
    word.split(':').count() > 2
}

/// Whether a word names an object of the ticket system: `T1`, `D22`, `rABC1234abcd`.
fn is_object(word: &str) -> bool {
    let digits = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit());
    let mut letters = word.chars();
    match letters.next() {
        Some('A'..='Z') => digits(letters.as_str()),
        Some('r') => letters
            .as_str()
            .starts_with(|c: char| c.is_ascii_uppercase()),
        _ => false,
    }
}

/// Sets a word in monospace: between backticks, and its backticks between `##`.
fn monospaced(word: &str) -> String {
    let mut quoted = String::new();
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let is_tick = first == '`';
        let end = rest.find(|c| (c == '`') != is_tick).unwrap_or(rest.len());
        let mark = if is_tick { "##" } else { "`" };
        quoted.push_str(mark);
        quoted.push_str(&rest[..end]);
        quoted.push_str(mark);
        rest = &rest[end..];
    }
    quoted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads a line as Phabricator does: monospace first (`##…##`, or backticks that no word character precedes),
    /// and everything else in what is left.
    fn shown(line: &str) -> (String, String) {
        let (mut text, mut outside) = (String::new(), String::new());
        let mut rest = line;
        while !rest.is_empty() {
            let ticks = !text.ends_with(|c: char| c.is_alphanumeric() || c == '_')
                || outside.ends_with('\u{1}');
            let mark = if rest.starts_with("##") { "##" } else { "`" };
            let inner = rest.strip_prefix(mark).filter(|_| mark == "##" || ticks);
            let end = inner.and_then(|inner| {
                inner
                    .char_indices()
                    .skip(1)
                    .find(|(i, _)| inner[*i..].starts_with(mark))
            });
            if let (Some(inner), Some((end, _))) = (inner, end) {
                text.push_str(&inner[..end]);
                outside.push('\u{1}');
                rest = &inner[end + mark.len()..];
            } else {
                let c = rest.chars().next().unwrap();
                text.push(c);
                outside.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
        (text, outside)
    }

    #[test]
    fn only_words_that_could_mean_something_are_set_apart() {
        for (text, quoted) in [
            (
                "Computes the list, e.g. of \"trends\" (100%).",
                "Computes the list, e.g. of \"trends\" (100%).",
            ),
            (
                "see {T1} and T23, not UTF8",
                "see `{T1}` and `T23,` not UTF8",
            ),
            ("a `b` c", "a ##`##`b`##`## c"),
            (
                "# one\n== two ==\n| x | y |\n[[ a | b ]]",
                "`#` one\n`==` two `==`\n`|` x `|` y `|`\n`[[` a `|` b `]]`",
            ),
            (
                "1. one\nNOTE: two\n- three\nlang=php\n(IMPORTANT) x",
                "`1.` one\n`NOTE:` two\n`-` three\n`lang=php`\n`(IMPORTANT)` x",
            ),
            (
                "**bold text** @ada #tag //it// __u__ :tada:",
                "`**bold` `text**` `@ada` `#tag` `//it//` `__u__` `:tada:`",
            ),
            ("https://example.org/a x:y", "https://example.org/a x:y"),
            ("one\n\n\n  two", "one\n\ntwo"),
        ] {
            assert_eq!(remarkup(text), quoted);
        }
    }

    proptest! {
        #[test]
        fn a_text_is_shown_as_it_is(text in prop_oneof![any::<String>(), "[-`#*=|{}\\[\\]T1a:/_~!<>@ \n]{0,40}"]) {
            let words = |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
            let quoted = remarkup(&text);
            let mut all = String::new();
            for line in quoted.lines() {
                let (text, outside) = shown(line);
                all.push_str(&text);
                all.push('\n');
                for mark in ["**", "__", "~~", "##", "`", "{", "}", "[[", "@", "#", "|", "<", ">"] {
                    prop_assert!(!outside.contains(mark), "{mark} in {quoted:?}");
                }
                prop_assert!(!outside.starts_with(['-', '*', '#', '=', '|', '>', ' ']), "{quoted:?}");
            }
            prop_assert_eq!(words(&all), words(&text), "{}", quoted);
        }
    }
}
