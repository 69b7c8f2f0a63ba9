//! The streams: results on stdout, everything else on stderr, colour only where wanted, questions only on a terminal.

mod below;
mod confirm;
mod drawing;
pub mod editor;
mod fold;
mod keys;
mod line;
mod reply;
mod screen;
mod terminal;

use std::borrow::Cow;
use std::io::{IsTerminal as _, Write as _};

use clap::ValueEnum;
use dialoguer::console::Term;
use owo_colors::OwoColorize as _;

use crate::error::{CommandError, unprinted};
use crate::locale;
use fold::Commands;

pub(crate) use below::Below;
pub(crate) use confirm::rows_of;
pub use drawing::Drawing;
pub(crate) use fold::rows;
pub(crate) use keys::Unseen;
pub(crate) use screen::{Screen, is_read, steady};
pub(crate) use terminal::Terminal;

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    // A doc comment would turn every `--help` into its long form.
    Auto,
    Always,
    Never,
}

/// Whether questions are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Questions {
    Ask,
    /// Take the answer that goes on.
    GoOn,
}

/// How what goes on is shown on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// A line or a table may be drawn anew.
    Moving,
    /// Lines that stay, in words: for screen readers, recordings, and terminals that do no more.
    Plain,
}

/// The streams of a run.
#[derive(Debug, Clone, Copy)]
pub struct Ui {
    pub format: Format,
    pub questions: Questions,
    /// -1 with `-q`, 1 with `-v`, 2 with `-vv`.
    pub verbosity: i8,
    pub manner: Manner,
    /// What lines and boxes are drawn with on a terminal, and on stderr.
    drawing: Drawing,
}

/// The widest text that is read with ease, in columns.
const WIDEST: usize = 80;

/// Where a terminal says that it is narrower, it is not believed.
const NARROWEST: usize = 20;

/// How far from the left the further lines of a message are.
const INDENT: usize = 7;

impl Ui {
    /// Sets the colour of both streams and returns the streams.
    pub fn new(
        format: Format,
        color: Color,
        questions: Questions,
        verbosity: i8,
        manner: Manner,
    ) -> Self {
        match (color, manner) {
            (Color::Auto, Manner::Moving) => {}
            (Color::Always, _) => anstream::ColorChoice::Always.write_global(),
            (Color::Never, _) | (Color::Auto, Manner::Plain) => {
                anstream::ColorChoice::Never.write_global()
            }
        }
        let locale = locale::named(|name| std::env::var(name).ok());
        Self {
            format,
            questions,
            verbosity,
            manner,
            drawing: match locale::is_utf8(&locale) && manner == Manner::Moving {
                true => Drawing::Unicode,
                false => Drawing::Ascii,
            },
        }
    }

    /// Prints a result; on a terminal, in lines that fit.
    ///
    /// # Errors
    /// Where the stream is closed; `main` ends quietly then.
    pub fn result(&self, text: &str) -> std::io::Result<()> {
        match (self.format, columns(&Term::stdout())) {
            (Format::Text, Some(width)) => self.verbatim(&rows(text, width)),
            (Format::Text, None) | (Format::Json, _) => self.verbatim(text),
        }
    }

    /// Prints a result in the lines that it has: what is quoted from a file or goes into one, and what is copied into
    /// another program.
    ///
    /// # Errors
    /// Where the stream is closed; `main` ends quietly then.
    pub fn verbatim(&self, text: &str) -> std::io::Result<()> {
        let text = match std::io::stdout().is_terminal() {
            true => self.drawing.of(text),
            false => Cow::Borrowed(text),
        };
        let mut out = anstream::stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        written.map_err(unprinted)
    }

    /// Prints what will be done before it is done: somebody who reads only the beginning of it does not keep it from being
    /// done.
    ///
    /// # Errors
    /// Where it cannot be printed for another reason.
    pub fn announce(&self, text: &str) -> std::io::Result<()> {
        announced(self.result(text))
    }

    /// The same in the lines that it has.
    ///
    /// # Errors
    /// Where it cannot be printed for another reason.
    pub fn announce_verbatim(&self, text: &str) -> std::io::Result<()> {
        announced(self.verbatim(text))
    }

    /// Prints a result as it is, whatever the stream is.
    ///
    /// # Errors
    /// Where the stream is closed; `main` ends quietly then.
    pub fn exact(&self, text: &str) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        written.map_err(unprinted)
    }

    /// Prints a line of progress; not with `-q`.
    pub fn status(&self, text: &str) {
        if self.verbosity >= 0 {
            self.line(text);
        }
    }

    /// Prints a line that nobody may miss, with `-q` too.
    pub fn always(&self, text: &str) {
        self.line(text);
    }

    /// Prints a line that is worth knowing for those who look closely (`-v`).
    pub fn detail(&self, text: &str) {
        if self.verbosity >= 1 {
            self.line(text);
        }
    }

    /// Prints what a group of lines is about; not with `-q`.
    pub fn heading(&self, text: &str) {
        if self.verbosity >= 0 && self.format == Format::Text {
            self.err(&format!("\n{}", printable(text).bold().underline()));
        }
    }

    /// Prints the command that comes next; not with `-q`, and not to scripts.
    pub fn next(&self, command: &str) {
        if self.verbosity >= 0 && self.format == Format::Text {
            let command = folded(command, "next: ", Commands::Alone);
            self.err(&format!("{} {command}", "next:".green().bold()));
        }
    }

    /// Does something that takes a while, and says so for as long as it takes; only on a terminal.
    pub fn busy<T>(&self, text: &str, work: impl FnOnce() -> T) -> T {
        if self.verbosity < 0 || !std::io::stderr().is_terminal() {
            return work();
        }
        if self.manner == Manner::Plain {
            self.err(text);
            return work();
        }
        let console = dialoguer::console::Term::stderr();
        // What takes more than a line is not cleared. A line that cannot be drawn is no reason not to work.
        let width = columns(&console).map_or(WIDEST, |width| width - 1);
        let fitting = rows(text, width);
        let _drawn = console.write_str(fitting.lines().next().unwrap_or_default());
        let done = work();
        let _cleared = console.clear_line();
        done
    }

    /// Prints a warning.
    pub fn warning(&self, text: &str) {
        let text = folded(text, "warning: ", Commands::Quoted);
        self.err(&format!("{} {text}", "warning:".yellow().bold()));
    }

    /// Prints a failure with its causes and hints.
    pub fn error(&self, error: &CommandError) {
        let message = match self.manner {
            Manner::Moving => &error.message,
            Manner::Plain => error.in_words(),
        };
        // What is drawn below the first line stays as it is.
        let (first, drawn) = message.split_at(message.find('\n').unwrap_or(message.len()));
        let first = folded(first, "error: ", Commands::Quoted);
        let drawn = printable(drawn);
        self.err(&format!("{} {first}{drawn}", "error:".red().bold()));
        for cause in &error.causes {
            let cause = folded(cause, "cause: ", Commands::Quoted);
            self.err(&format!("{} {cause}", "cause:".bold()));
        }
        for hint in error.hints() {
            let hint = folded(hint, "hint: ", Commands::Alone);
            self.err(&format!("{} {hint}", "hint:".cyan().bold()));
        }
    }

    /// A line of a result, in lines that fit where that is a terminal; `further` begins those after the first.
    pub fn fitted(&self, line: &str, further: &str) -> String {
        match columns(&Term::stdout()) {
            Some(width) => fold::fold(line, 0, further, width.min(WIDEST), Commands::Alone),
            None => line.to_owned(),
        }
    }

    /// How many columns there are for results; so many as are read with ease where nobody knows.
    pub fn width(&self) -> usize {
        columns(&Term::stdout()).unwrap_or(WIDEST)
    }

    /// How wide the lines of a result are made; on a terminal those that do not fit are broken when they are printed.
    pub fn page(&self) -> usize {
        columns(&Term::stdout()).map_or(WIDEST, |_| usize::MAX)
    }

    /// Prints a line beside the results; on a terminal, in lines that fit.
    fn line(&self, text: &str) {
        let text = printable(text);
        match columns(&Term::stderr()) {
            Some(width) => self.err(&rows(&text, width)),
            None => self.err(&text),
        }
    }

    fn err(&self, text: &str) {
        let text = self.drawing.of(text);
        let mut err = anstream::stderr().lock();
        // A closed stderr leaves nowhere to say so.
        let _written = writeln!(err, "{text}");
    }
}

/// How many columns a stream has; nothing where it is no terminal.
pub(crate) fn columns(stream: &Term) -> Option<usize> {
    let width = usize::from(stream.size().1);
    stream.is_term().then(|| width.max(NARROWEST))
}

/// A text behind a word on stderr, in lines that fit where that is a terminal; elsewhere in those that it has.
fn folded(text: &str, before: &str, commands: Commands) -> String {
    let width = columns(&Term::stderr()).map_or(usize::MAX, |width| width.min(WIDEST));
    // Causes and hints are under each other.
    let further = " ".repeat(before.len().max(INDENT));
    fold::fold(&printable(text), before.len(), &further, width, commands)
}

/// What came of printing what will be done.
fn announced(printed: std::io::Result<()>) -> std::io::Result<()> {
    match printed {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}

/// A text that cannot move the cursor or change the colour: messages quote what stands in files and what servers say.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    let is_harmless = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    if text.chars().all(is_harmless) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    for c in text.chars() {
        if is_harmless(c) {
            shown.push(c);
        } else {
            shown.extend(c.escape_default());
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_files_and_servers_say_does_not_steer_the_terminal() {
        assert_eq!(printable("a\tb\nü"), "a\tb\nü");
        assert_eq!(
            printable("\u{1b}[2J\r\u{9b}1m\u{7f}"),
            "\\u{1b}[2J\\r\\u{9b}1m\\u{7f}"
        );
    }
}
