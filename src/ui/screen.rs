use std::io::IsTerminal as _;
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// What results are shown on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Screen {
    /// A terminal with colour, or whatever is to have colour.
    Colored,
    /// A terminal without colour.
    Plain,
    /// No terminal.
    None,
}

impl Screen {
    /// What stdout is.
    pub(crate) fn of_stdout() -> Self {
        let out = std::io::stdout();
        let has_color = anstream::AutoStream::choice(&out) != anstream::ColorChoice::Never;
        match (has_color, out.is_terminal()) {
            (true, _) => Self::Colored,
            (false, true) => Self::Plain,
            (false, false) => Self::None,
        }
    }
}

/// Whether somebody reads a stream still, as far as that is known.
pub(crate) fn is_read(stream: &impl AsFd) -> bool {
    let mut polled = [PollFd::new(stream, PollFlags::empty())];
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let found = poll(&mut polled, Some(&at_once));
    let is_closed = PollFlags::ERR | PollFlags::NVAL;
    found.is_err() || !polled[0].revents().intersects(is_closed)
}

/// A text that changes colours at most, and does nothing else to a terminal.
pub(crate) fn steady(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let is_harmless = !c.is_control() || matches!(c, '\n' | '\t');
        if is_harmless || (c == '\u{1b}' && begins_color(&text[at..])) {
            shown.push(c);
        } else {
            shown.extend(c.escape_default());
        }
    }
    shown
}

/// Whether it begins as `ESC [ numbers m`.
fn begins_color(text: &str) -> bool {
    let Some(numbers) = text.strip_prefix("\u{1b}[") else {
        return false;
    };
    let rest = numbers.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
    rest.starts_with('m')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_pass_and_nothing_else() {
        assert_eq!(
            steady("a\u{1b}[31;1mb\u{1b}[0m\tc\n"),
            "a\u{1b}[31;1mb\u{1b}[0m\tc\n"
        );
        assert_eq!(
            steady("\u{1b}[2J\r\u{1b}]0;x\u{7}"),
            "\\u{1b}[2J\\r\\u{1b}]0;x\\u{7}"
        );
    }
}
