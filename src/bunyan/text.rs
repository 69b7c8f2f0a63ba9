use std::fmt;

/// A string as JavaScript has it: units of UTF-16, among which half of a pair may stand alone, as where a text was cut off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Text(Vec<u16>);

const NEWLINE: u16 = b'\n' as u16;
const RETURN: u16 = b'\r' as u16;

impl Text {
    /// How many units it has, which is what JavaScript calls its length.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn units(&self) -> &[u16] {
        &self.0
    }

    pub(super) fn has(&self, c: char) -> bool {
        let mut buffer = [0; 2];
        let unit = c.encode_utf16(&mut buffer)[0];
        self.0.contains(&unit)
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        let mut units = self.0.iter().copied();
        text.encode_utf16().all(|unit| units.next() == Some(unit))
    }

    pub(super) fn push_unit(&mut self, unit: u16) {
        self.0.push(unit);
    }

    pub(super) fn push_str(&mut self, text: &str) {
        self.0.extend(text.encode_utf16());
    }

    pub(super) fn push(&mut self, text: &Self) {
        self.0.extend_from_slice(&text.0);
    }

    /// This text, and another behind it.
    #[must_use]
    pub(super) fn and(mut self, text: impl Into<Self>) -> Self {
        self.push(&text.into());
        self
    }

    /// Several texts, with one between each two.
    pub(super) fn join(parts: &[Self], between: &str) -> Self {
        let mut joined = Self::default();
        for (number, part) in parts.iter().enumerate() {
            if number > 0 {
                joined.push_str(between);
            }
            joined.push(part);
        }
        joined
    }

    /// Each line four spaces further in; a line ends with `\n` or `\r\n`.
    pub(super) fn indented(&self) -> Self {
        let mut indented = Self::from("    ");
        let mut lines = self.0.split(|unit| *unit == NEWLINE).peekable();
        while let Some(line) = lines.next() {
            let is_last = lines.peek().is_none();
            match line.split_last() {
                Some((&RETURN, line)) if !is_last => indented.0.extend_from_slice(line),
                _ => indented.0.extend_from_slice(line),
            }
            if !is_last {
                indented.push_str("\n    ");
            }
        }
        indented
    }

    /// Without the white space at its end.
    pub(super) fn trimmed_end(&self) -> Self {
        let end = self.0.iter().rposition(|unit| !is_space(*unit));
        Self(self.0[..end.map_or(0, |end| end + 1)].to_vec())
    }

    /// Without the white space at both ends.
    pub(super) fn trimmed(&self) -> Self {
        let mut trimmed = self.trimmed_end();
        let begin = trimmed.0.iter().position(|unit| !is_space(*unit));
        trimmed.0.drain(..begin.unwrap_or(trimmed.0.len()));
        trimmed
    }

    /// The number that it is as the name of an element of an array: those names come first, and in their order.
    pub(super) fn index(&self) -> Option<u32> {
        let digits = |unit: &u16| (u16::from(b'0')..=u16::from(b'9')).contains(unit);
        if self.len() > 10 || !self.0.iter().all(digits) {
            return None;
        }
        let text = self.to_string();
        let is_canonical = text == "0" || !text.starts_with('0');
        let index = text.parse().ok().filter(|_| is_canonical);
        index.filter(|index| *index < u32::MAX)
    }
}

/// What JavaScript calls white space.
fn is_space(unit: u16) -> bool {
    let c = char::from_u32(unit.into());
    // It counts the mark of the byte order as well, and not NEL.
    c.is_some_and(|c| c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}'))
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.encode_utf16().collect())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&Self> for Text {
    fn from(text: &Self) -> Self {
        text.clone()
    }
}

impl fmt::Display for Text {
    /// Half a pair cannot be written: a sign for it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf16_lossy(&self.0))
    }
}
