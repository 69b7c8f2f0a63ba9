use crate::transport::Stream;

/// The most that one line holds, in bytes; what is longer comes in pieces.
const LONGEST: usize = 16 * 1024;

/// A line of output, without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputLine {
    pub stream: Stream,
    pub text: Vec<u8>,
}

/// Takes lines; whoever is slow to take them slows the container.
pub type Output<'a> = &'a mut (dyn FnMut(OutputLine) + Send);

/// Makes lines of the pieces in which output comes.
#[derive(Debug)]
pub(super) struct Lines {
    stream: Stream,
    rest: Vec<u8>,
}

impl Lines {
    pub(super) fn new(stream: Stream) -> Self {
        Self {
            stream,
            rest: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, bytes: &[u8], output: Output<'_>) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            for part in piece.chunks(LONGEST) {
                self.rest.extend_from_slice(part);
                if self.rest.ends_with(b"\n") || self.rest.len() >= LONGEST {
                    self.end(output);
                }
            }
        }
    }

    /// Gives what has no end of line yet.
    pub(super) fn end(&mut self, output: Output<'_>) {
        if self.rest.is_empty() {
            return;
        }
        let mut text = std::mem::take(&mut self.rest);
        if text.ends_with(b"\n") {
            text.pop();
        }
        if text.ends_with(b"\r") {
            text.pop();
        }
        // A counter that writes over itself: what stands there last.
        if let Some(at) = text.iter().rposition(|byte| *byte == b'\r') {
            text.drain(..=at);
        }
        let stream = self.stream;
        output(OutputLine { stream, text });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<String> {
        let (mut lines, mut found) = (Lines::new(Stream::Out), Vec::new());
        let mut output = |line: OutputLine| {
            found.push(String::from_utf8_lossy(&line.text).into_owned());
        };
        for piece in pieces {
            lines.take(piece, &mut output);
        }
        lines.end(&mut output);
        found
    }

    #[test]
    fn lines_are_whole_however_they_arrive() {
        let text = b"one\r\n\ntwo\n10%\r100%\nlast";
        for size in 1..text.len() {
            let pieces: Vec<&[u8]> = text.chunks(size).collect();
            assert_eq!(lines(&pieces), ["one", "", "two", "100%", "last"]);
        }
    }

    #[test]
    fn a_line_without_end_comes_in_pieces() {
        let long = vec![b'x'; LONGEST * 2 + 1];
        let lengths: Vec<usize> = lines(&[&long]).iter().map(String::len).collect();
        assert_eq!(lengths, [LONGEST, LONGEST, 1]);
    }
}
