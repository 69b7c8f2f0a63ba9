use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::name::Refused;

/// Free text of one line or more, without characters that a reader cannot see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Text(#[schemars(regex(pattern = "\\S"), length(max = 16384))] String);

/// Free text of one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Line(#[schemars(regex(pattern = "^\\s*\\S(.*\\S)?\\s*$"), length(max = 16384))] String);

/// The rule of what has to say something.
pub(super) const NOT_EMPTY: &str = "it must not be empty";

/// The longest text that is taken, in bytes.
const LONGEST: usize = 16 * 1024;

impl Text {
    /// Takes a text; line ends become `\n`, and the white space around it goes.
    ///
    /// # Errors
    /// Where it is empty, too long, or holds characters that are not seen.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let clean = text.replace("\r\n", "\n");
        check(&clean, "a text", |c| matches!(c, '\n' | '\t'))?;
        Ok(Self(clean.trim().to_owned()))
    }

    /// The whole text, without white space around it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first sentence in one line, without its full stop; used where one line fits.
    pub fn first_sentence(&self) -> String {
        let paragraph = self.0.split("\n\n").next().unwrap_or_default();
        let words: Vec<&str> = paragraph.split_whitespace().collect();
        let mut sentence = String::new();
        for (index, word) in words.iter().enumerate() {
            if index > 0 {
                sentence.push(' ');
            }
            sentence.push_str(word);
            let next = words.get(index + 1).and_then(|w| w.chars().next());
            if word.ends_with(['.', '!', '?'])
                && !is_abbreviation(word)
                && next.is_none_or(|c| !c.is_lowercase())
            {
                break;
            }
        }
        sentence
            .strip_suffix('.')
            .map(str::to_owned)
            .unwrap_or(sentence)
    }

    /// The paragraphs, each as its words in one line.
    pub fn paragraphs(&self) -> Vec<String> {
        self.0
            .split("\n\n")
            .map(|p| p.split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|p| !p.is_empty())
            .collect()
    }
}

fn is_abbreviation(word: &str) -> bool {
    let word = word
        .trim_start_matches(['(', '"', '\''])
        .to_ascii_lowercase();
    matches!(
        word.as_str(),
        "e.g." | "i.e." | "etc." | "vs." | "cf." | "approx."
    )
}

impl Line {
    /// Takes a text of one line; the white space around it goes.
    ///
    /// # Errors
    /// Where it is empty, too long, of several lines, or holds characters that are not seen.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let trimmed = text.trim();
        check(trimmed, "a text of one line", |_| false)?;
        Ok(Self(trimmed.to_owned()))
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a reader cannot see a character, or it makes what is around it read as something else.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Refuses control characters, and the invisible ones that make a text read as what it is not.
fn check(text: &str, what: &'static str, allowed: fn(char) -> bool) -> Result<(), Refused> {
    if text.trim().is_empty() {
        return Err(Refused::new(text, what, NOT_EMPTY));
    }
    if text.len() > LONGEST {
        return Err(Refused::new(
            &text[..text.floor_char_boundary(20)],
            what,
            format!("at most {LONGEST} bytes"),
        ));
    }
    match text.chars().find(|c| is_hidden(*c) && !allowed(*c)) {
        Some(c) => {
            let rule = format!("the character U+{:04X} is invisible", u32::from(c));
            Err(Refused::new(text, what, rule))
        }
        None => Ok(()),
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sentence_is_one_line() {
        let sentence = |t: &str| Text::parse(t).unwrap().first_sentence();
        assert_eq!(
            sentence("Computes the list\nof trends. And more."),
            "Computes the list of trends"
        );
        assert_eq!(
            sentence("Uses Node.js and e.g. Kafka to work! Yes."),
            "Uses Node.js and e.g. Kafka to work!"
        );
        assert_eq!(sentence("no stop\n\nNext."), "no stop");
    }

    #[test]
    fn hidden_characters_are_refused() {
        for bad in ["", " \n", "a\u{7}", "a\u{202e}b", "a\0", "\u{feff}a"] {
            assert!(Text::parse(bad).is_err(), "{bad:?}");
        }
        assert!(Line::parse("a\nb").is_err());
        assert_eq!(
            Text::parse("é \"q\" %{x} <%\r\nb\n").unwrap().as_str(),
            "é \"q\" %{x} <%\nb"
        );
    }
}
