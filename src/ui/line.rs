mod quiet;
mod typing;

use std::cell::Cell;
use std::io::{self, Write as _};

use dialoguer::console::{Key, Term, measure_text_width};

use self::quiet::Quiet;
pub(super) use self::typing::Typing;
use self::typing::is_typed;
pub(super) use self::typing::{has_hung_up, is_over};
use super::NARROWEST;

/// A line that is being typed.
///
/// It takes one row of the terminal whatever its length, until it is ended: then all of it stays. What a terminal that got
/// narrower has broken off goes with the next key.
pub(super) struct Line<'a> {
    term: &'a Term,
    text: Vec<char>,
    /// Before which character the cursor stands.
    cursor: usize,
    /// What the arrows up and down put into the line.
    proposals: &'a [String],
    /// Which proposal is in the line; their number where none is.
    proposal: usize,
    /// What Enter alone answers.
    by_itself: String,
    typing: &'a Typing,
    breaks: Breaks,
    /// How many columns were drawn before the cursor.
    drawn: Cell<usize>,
}

/// What a line end becomes in a text that is pasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breaks {
    /// The end of the line, after which another is read.
    Kept,
    Spaces,
}

/// How a line was ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    Enter(String),
    /// By a line end in a text that is pasted; more follows.
    Pasted(String),
    /// A key that means something by itself at the beginning of a line.
    Key(char),
    Escape,
    /// By Ctrl-C, Ctrl-D where nothing is typed, or a signal, with what was typed so far.
    Stopped(String),
}

/// How a terminal marks a text that is pasted, `ESC [ 2 0 0 ~` and `ESC [ 2 0 1 ~`, as far as it is read as one key.
const PASTE: [char; 3] = ['[', '2', '0'];

/// What a pasted tab becomes at the beginning of a line.
const INDENT: &str = "    ";

/// What stands before the line.
pub(super) const LEAD: &str = "> ";

impl<'a> Line<'a> {
    /// `typing` outlives the line: a text of several lines is pasted at once.
    pub(super) fn new(term: &'a Term, proposals: &'a [String], typing: &'a Typing) -> Self {
        Self {
            term,
            text: Vec::new(),
            cursor: 0,
            proposals,
            proposal: proposals.len(),
            by_itself: String::new(),
            typing,
            breaks: Breaks::Spaces,
            drawn: Cell::default(),
        }
    }

    /// Says what becomes of line ends in a text that is pasted.
    pub(super) fn with_breaks(self, breaks: Breaks) -> Self {
        Self { breaks, ..self }
    }

    /// Shows an answer in the line after Enter alone.
    pub(super) fn answered_by_itself(self, answer: &str) -> Self {
        let by_itself = answer.to_owned();
        Self { by_itself, ..self }
    }

    /// Reads until Enter, Escape, one of the keys at the beginning of the line, or until the user wants to stop.
    ///
    /// A terminal that has gone is the wish to stop, too.
    ///
    /// # Errors
    /// Where the terminal cannot be used.
    pub(super) fn read(mut self, keys: &[char]) -> io::Result<End> {
        match self.typed(keys) {
            Err(error) if has_hung_up(&error) => Ok(End::Stopped(self.text.iter().collect())),
            other => other,
        }
    }

    fn typed(&mut self, keys: &[char]) -> io::Result<End> {
        let quiet = Quiet::begin();
        loop {
            self.draw()?;
            if !is_typed()? {
                return self.stopped();
            }
            let key = self.term.read_key_raw()?;
            if self.typing.is_after_key.take() && key == Key::Enter {
                continue;
            }
            match key {
                Key::CtrlC => return self.stopped(),
                Key::UnknownEscSeq(sequence) if sequence == PASTE => self.begin_or_end_paste()?,
                Key::Enter if self.typing.is_pasting.get() => match self.breaks {
                    Breaks::Kept => {
                        self.leave()?;
                        return Ok(End::Pasted(self.text.iter().collect()));
                    }
                    Breaks::Spaces => self.space(),
                },
                Key::Tab if self.typing.is_pasting.get() => self.tab(),
                Key::Char(c) if self.typing.is_pasting.get() && !c.is_control() => self.insert(c),
                _ if self.typing.is_pasting.get() => {}
                Key::Enter => {
                    let text: String = self.text.iter().collect();
                    if text.is_empty() {
                        self.set(&self.by_itself.clone());
                    }
                    self.leave()?;
                    drop(quiet);
                    return Ok(End::Enter(text));
                }
                Key::Char('\u{4}') if self.text.is_empty() => return self.stopped(),
                // As in a shell, it is the end of what is typed only where nothing is.
                Key::Char('\u{4}') | Key::Del if self.cursor < self.text.len() => {
                    self.text.remove(self.cursor);
                }
                Key::Escape if self.text.is_empty() => {
                    self.term.write_line("")?;
                    return Ok(End::Escape);
                }
                Key::Escape | Key::Char('\u{15}') => self.set(""),
                Key::Char(c) if self.text.is_empty() && keys.contains(&c) => {
                    self.term.write_line(&c.to_string())?;
                    // After any other key an Enter is not out of habit.
                    self.typing.is_after_key.set(matches!(c, '?' | '<'));
                    return Ok(End::Key(c));
                }
                Key::Char('\u{b}') => self.text.truncate(self.cursor),
                Key::Char('\u{17}') => self.rub_word(),
                Key::Char(c) if !c.is_control() => self.insert(c),
                Key::Backspace if self.cursor > 0 => {
                    self.cursor -= 1;
                    self.text.remove(self.cursor);
                }
                Key::ArrowLeft => self.cursor = self.cursor.saturating_sub(1),
                Key::ArrowRight => self.cursor = (self.cursor + 1).min(self.text.len()),
                Key::Home => self.cursor = 0,
                Key::End => self.cursor = self.text.len(),
                Key::ArrowUp => self.propose(self.proposals.len().max(1) - 1),
                Key::ArrowDown | Key::Tab => self.propose(1),
                _ => {}
            }
        }
    }

    /// Reads a line as the terminal gives it: nothing is drawn but what stands before it, and the terminal shows what is typed.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(super) fn read_plainly(self, keys: &[char]) -> io::Result<End> {
        self.term.write_str(LEAD)?;
        if !is_typed()? {
            return self.stopped();
        }
        let mut text = String::new();
        if io::stdin().read_line(&mut text)? == 0 {
            return self.stopped();
        }
        let text = text.trim_end_matches(['\n', '\r']);
        let key = keys.iter().find(|key| text.trim() == key.to_string());
        Ok(match key {
            Some(key) => End::Key(*key),
            None => End::Enter(text.to_owned()),
        })
    }

    fn stopped(&self) -> io::Result<End> {
        // What was typed is there, whether anybody sees that or not.
        let _shown = self.term.write_line("");
        Ok(End::Stopped(self.text.iter().collect()))
    }

    /// Reads the rest of what a terminal sends before and after a text that is pasted.
    fn begin_or_end_paste(&self) -> io::Result<()> {
        let mark = self.term.read_key_raw()?;
        if self.term.read_key_raw()? == Key::Char('~') {
            self.typing.is_pasting.set(mark == Key::Char('0'));
        }
        Ok(())
    }

    fn insert(&mut self, c: char) {
        self.text.insert(self.cursor, c);
        self.cursor += 1;
    }

    /// Indents a line of a text of several lines, and parts words anywhere else.
    fn tab(&mut self) {
        let is_indent = self.breaks == Breaks::Kept
            && self.text[..self.cursor].iter().all(|c| c.is_whitespace());
        match is_indent {
            true => INDENT.chars().for_each(|c| self.insert(c)),
            false => self.space(),
        }
    }

    /// Parts words, once.
    fn space(&mut self) {
        let before = self.cursor.checked_sub(1).and_then(|at| self.text.get(at));
        if before.is_some_and(|c| !c.is_whitespace()) {
            self.insert(' ');
        }
    }

    fn set(&mut self, text: &str) {
        self.text = text.chars().collect();
        self.cursor = self.text.len();
    }

    /// Puts another proposal into the line, so many further.
    fn propose(&mut self, step: usize) {
        let of = self.proposals.len();
        if of == 0 {
            return;
        }
        self.proposal = match (self.proposal, step) {
            (none, 1) if none >= of => 0,
            (none, _) if none >= of => of - 1,
            (present, step) => (present + step) % of,
        };
        self.set(&self.proposals[self.proposal]);
    }

    fn rub_word(&mut self) {
        let before = &self.text[..self.cursor];
        let end = before
            .iter()
            .rposition(|c| !c.is_whitespace())
            .map_or(0, |at| at + 1);
        let start = before[..end]
            .iter()
            .rposition(|c| c.is_whitespace())
            .map_or(0, |at| at + 1);
        self.text.drain(start..self.cursor);
        self.cursor = start;
    }

    /// Draws as much of the line as fits around the cursor.
    fn draw(&self) -> io::Result<()> {
        let (_, columns) = self.term.size();
        let room = usize::from(columns).saturating_sub(LEAD.len() + 2).max(8);
        let (before, after) = window(&self.text, self.cursor, room);
        let clear = clear(self.drawn.get(), usize::from(columns));
        self.drawn.set(LEAD.len() + measure_text_width(&before));
        let mut out = format!("{clear}{LEAD}{before}{after}");
        let back = measure_text_width(&after);
        if back > 0 {
            out.push_str(&format!("\u{1b}[{back}D"));
        }
        let mut term = self.term;
        term.write_all(out.as_bytes())?;
        term.flush()
    }

    /// Leaves all of the line on the terminal, in rows that are parted between words.
    fn leave(&self) -> io::Result<()> {
        let (_, columns) = self.term.size();
        let text: String = self.text.iter().collect();
        let further = " ".repeat(LEAD.len());
        let options = textwrap::Options::new(usize::from(columns).max(NARROWEST))
            .initial_indent(LEAD)
            .subsequent_indent(&further)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let rows = match text.is_empty() {
            true => LEAD.to_owned(),
            false => textwrap::fill(&text, options),
        };
        let clear = clear(self.drawn.get(), usize::from(columns));
        self.term.write_line(&format!("{clear}{rows}"))
    }
}

/// What takes away a line with so many columns before the cursor: a terminal that became narrower has broken it into rows.
fn clear(drawn: usize, columns: usize) -> String {
    match drawn.saturating_sub(1) / columns.max(1) {
        0 => "\r\u{1b}[K".to_owned(),
        above => format!("\r{}\u{1b}[J", "\u{1b}[A".repeat(above)),
    }
}

/// What is shown before and after the cursor, within so many columns.
fn window(text: &[char], cursor: usize, room: usize) -> (String, String) {
    let width = |c: &char| measure_text_width(&c.to_string());
    let take = |chars: &mut dyn Iterator<Item = &char>, room: usize| {
        let mut taken = Vec::new();
        let mut used = 0;
        for c in chars {
            used += width(c);
            if used > room {
                break;
            }
            taken.push(*c);
        }
        taken
    };
    let mut before = take(&mut text[..cursor].iter().rev(), room);
    before.reverse();
    let used: usize = before.iter().map(width).sum();
    let after = take(&mut text[cursor..].iter(), room - used);
    (before.into_iter().collect(), after.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_shown_around_the_cursor() {
        let text: Vec<char> = "abcdefghij".chars().collect();
        let shown = |cursor| window(&text, cursor, 4);
        assert_eq!(shown(0), (String::new(), "abcd".to_owned()));
        assert_eq!(shown(10), ("ghij".to_owned(), String::new()));
        assert_eq!(shown(3), ("abc".to_owned(), "d".to_owned()));
        let wide: Vec<char> = "日本語".chars().collect();
        assert_eq!(window(&wide, 3, 5), ("本語".to_owned(), String::new()));
    }

    #[test]
    fn a_line_that_the_terminal_has_broken_goes_with_all_its_rows() {
        let shown = |columns: u16, drawn: &str, next: &str| {
            // The terminal has broken it there.
            let rows: Vec<char> = drawn.chars().collect();
            let rows: Vec<String> = rows
                .chunks(columns.into())
                .map(|row| row.iter().collect())
                .collect();
            let clear = clear(drawn.len(), columns.into());
            let bytes = format!("Question\r\n{}{clear}{next}", rows.join("\r\n"));
            let mut terminal = vt100::Parser::new(6, columns, 0);
            terminal.process(bytes.as_bytes());
            terminal.screen().contents()
        };
        let long = "> a name that is longer than twenty columns";
        assert_eq!(shown(20, long, "> next"), "Question\n> next");
        assert_eq!(shown(80, long, "> next"), "Question\n> next");
        assert_eq!(shown(20, &long[..20], "> next"), "Question\n> next");
    }

    #[test]
    fn words_go_and_proposals_come() {
        let term = Term::stderr();
        let proposals = ["inline".to_owned(), "scap".to_owned()];
        let typing = Typing::default();
        let mut line = Line::new(&term, &proposals, &typing);
        line.set("one two  ");
        line.rub_word();
        assert_eq!(line.text.iter().collect::<String>(), "one ");
        let mut seen = Vec::new();
        for step in [1, 1, 1] {
            line.propose(step);
            seen.push(line.text.iter().collect::<String>());
        }
        assert_eq!(seen, ["inline", "scap", "inline"]);
    }
}
