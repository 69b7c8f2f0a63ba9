use std::borrow::Cow;

/// What lines, boxes and arrows are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    Unicode,
    /// Where the terminal may show nothing else, or somebody has it read aloud.
    Ascii,
}

impl Drawing {
    /// A text with its lines, boxes and arrows drawn so; letters stay what they are.
    pub(crate) fn of(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Unicode => Cow::Borrowed(text),
            Self::Ascii if text.is_ascii() => Cow::Borrowed(text),
            Self::Ascii => {
                let mut drawn = String::with_capacity(text.len());
                for c in text.chars() {
                    match ascii(c) {
                        Some(ascii) => drawn.push_str(ascii),
                        None => drawn.push(c),
                    }
                }
                Cow::Owned(drawn)
            }
        }
    }
}

/// What stands for something drawn; of the same width, except for dots.
fn ascii(c: char) -> Option<&'static str> {
    Some(match c {
        '─' | '═' | '╌' | '━' | '−' | '–' => "-",
        '│' | '║' | '┆' | '┃' => "|",
        '·' => ".",
        '\u{2500}'..='\u{257f}' => "+",
        '▶' | '→' => ">",
        '◀' | '←' => "<",
        '▲' => "^",
        '▼' => "v",
        '×' => "x",
        '↻' => "@",
        '…' => "...",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_changes_and_letters_stay() {
        assert_eq!(Drawing::Ascii.of("┌─┐│ü│└▶…"), "+-+|ü|+>...");
        assert_eq!(Drawing::Unicode.of("┌─┐"), "┌─┐");
    }
}
