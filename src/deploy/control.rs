//! What the programs on a target tell svcgen: lines on their standard error that begin with `svcgen: `, and those of a record
//! between them.

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Control {
    /// Why it did not work, in plain words.
    Reason,
    /// A line that the service wrote before it failed.
    Wrote,
    /// The exit code of a step.
    Code,
    Timeout,
    /// Another deploy has the lock.
    Fenced,
    Locked,
    Held,
    Unlocked,
    /// A store that lacks the wanted commit, by its place.
    LacksObjects,
    /// Whether a release was made or was there.
    Release,
    /// A lock that was broken, and by whom.
    Broken,
    Absent,
    // What a probe tells.
    User,
    Now,
    /// It is run by systemd.
    Systemd,
    LacksTool,
    Git,
    Link,
    Final,
    Unwritable,
    /// A command that sudo does not run.
    Denied,
    Free,
    Has,
    Tips,
    Lock,
    /// A line of the record. They follow the word as they are, up to the next line with a word.
    Record,
    File,
    Unreadable,
    // How a service is.
    Switched,
    Port,
    Unit,
    End,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) control: Control,
    pub(super) rest: String,
}

const PREFIX: &[u8] = b"svcgen: ";

/// The most that a line holds: a file of the target in base 64.
const LONGEST: usize = 4 * 1024 * 1024;

impl Control {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "reason" => Self::Reason,
            "wrote" => Self::Wrote,
            "code" => Self::Code,
            "timeout" => Self::Timeout,
            "fenced" => Self::Fenced,
            "locked" => Self::Locked,
            "held" => Self::Held,
            "unlocked" => Self::Unlocked,
            "lacks-objects" => Self::LacksObjects,
            "release" => Self::Release,
            "broken" => Self::Broken,
            "absent" => Self::Absent,
            "user" => Self::User,
            "now" => Self::Now,
            "systemd" => Self::Systemd,
            "lacks" => Self::LacksTool,
            "git" => Self::Git,
            "link" => Self::Link,
            "final" => Self::Final,
            "unwritable" => Self::Unwritable,
            "denied" => Self::Denied,
            "free" => Self::Free,
            "has" => Self::Has,
            "tips" => Self::Tips,
            "lock" => Self::Lock,
            "record" => Self::Record,
            "file" => Self::File,
            "unreadable" => Self::Unreadable,
            "switched" => Self::Switched,
            "port" => Self::Port,
            "unit" => Self::Unit,
            "end" => Self::End,
            _ => return None,
        })
    }
}

impl Line {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes.strip_prefix(PREFIX)?).into_owned();
        let text = text.trim_end();
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        Some(Self {
            control: Control::parse(word)?,
            rest: rest.to_owned(),
        })
    }

    fn of_record(bytes: &[u8]) -> Self {
        Self {
            control: Control::Record,
            rest: String::from_utf8_lossy(bytes).trim_end().to_owned(),
        }
    }
}

/// Takes the lines out of a stream of bytes.
#[derive(Debug, Default)]
pub(super) struct Lines {
    rest: Vec<u8>,
    is_record: bool,
}

impl Lines {
    /// Adds bytes; what is no such line is returned.
    pub(super) fn take(&mut self, bytes: &[u8], told: &mut Vec<Line>) -> Vec<u8> {
        let mut other = Vec::new();
        self.rest.extend_from_slice(bytes);
        let mut begin = 0;
        while let Some(length) = self.rest[begin..].iter().position(|byte| *byte == b'\n') {
            let line = &self.rest[begin..=begin + length];
            match Line::parse(line) {
                Some(line) => {
                    self.is_record = line.control == Control::Record;
                    told.extend(Some(line).filter(|_| !self.is_record));
                }
                None if self.is_record => told.push(Line::of_record(line)),
                None => other.extend_from_slice(line),
            }
            begin += length + 1;
        }
        self.rest.drain(..begin);
        if self.rest.len() > LONGEST {
            other.append(&mut self.rest);
        }
        other
    }

    /// Ends the stream; what has no end of line counts as a line.
    pub(super) fn finish(self, told: &mut Vec<Line>) -> Vec<u8> {
        match Line::parse(&self.rest) {
            Some(line) => {
                told.push(line);
                Vec::new()
            }
            None if self.is_record => {
                told.push(Line::of_record(&self.rest));
                Vec::new()
            }
            None => self.rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_from_noise_however_they_arrive() {
        let text = b"motd\nsvcgen: code 3\nsvcgen: nonsense\nsvcgen: record\n{\"a\":1}\n{\"b\nsvcgen: reason a b\n\xff\nsvcgen: end";
        for size in 1..text.len() {
            let (mut lines, mut told, mut other) = (Lines::default(), Vec::new(), Vec::new());
            for bytes in text.chunks(size) {
                other.extend(lines.take(bytes, &mut told));
            }
            other.extend(lines.finish(&mut told));
            let found: Vec<(Control, &str)> =
                told.iter().map(|l| (l.control, l.rest.as_str())).collect();
            let wanted = [
                (Control::Code, "3"),
                (Control::Record, "{\"a\":1}"),
                (Control::Record, "{\"b"),
                (Control::Reason, "a b"),
                (Control::End, ""),
            ];
            assert_eq!(found, wanted);
            assert_eq!(other, b"motd\nsvcgen: nonsense\n\xff\n");
        }
    }
}
