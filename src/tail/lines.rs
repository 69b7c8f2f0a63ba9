/// Lines out of bytes that come piece by piece.
#[derive(Debug, Default)]
pub(super) struct Lines {
    begun: Vec<u8>,
}

/// The longest line, in bytes; what is longer is cut into pieces.
const LONGEST: usize = 8 * 1024 * 1024;

impl Lines {
    /// The lines that are complete with these bytes, without their ends: `\n` or `\r\n`.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.begun.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.begun.pop();
                if self.begun.ends_with(b"\r") {
                    self.begun.pop();
                }
                lines.push(self.taken());
            } else if self.begun.len() >= LONGEST {
                lines.push(self.taken());
            }
        }
        lines
    }

    /// The line that has no end.
    pub(super) fn rest(&mut self) -> Option<String> {
        let is_there = !self.begun.is_empty();
        is_there.then(|| self.taken())
    }

    fn taken(&mut self) -> String {
        let bytes = std::mem::take(&mut self.begun);
        // Bytes that are no text are shown as signs for that, as bunyan does.
        String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_however_they_come() {
        let mut lines = Lines::default();
        let text = "one\r\ntwo\n\nth\u{e9}\r";
        let bytes: Vec<u8> = [text.as_bytes(), b"\n\xffx\nrest"].concat();
        let found: Vec<String> = bytes.chunks(1).flat_map(|byte| lines.push(byte)).collect();
        assert_eq!(found, ["one", "two", "", "th\u{e9}", "\u{fffd}x"]);
        assert_eq!(lines.rest().as_deref(), Some("rest"));
        assert_eq!(lines.rest(), None);
        let long = vec![b'x'; LONGEST + 1];
        assert_eq!(lines.push(&long).len(), 1);
    }
}
