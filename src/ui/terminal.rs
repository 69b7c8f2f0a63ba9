mod answer;
mod question;

use std::io::{self, IsTerminal as _, Write as _};

use dialoguer::console::Term;
use owo_colors::OwoColorize as _;

use self::answer::{Answer, is_long, is_written};
use super::fold::{Commands, fold, rows};
use super::line::{Typing, has_hung_up};
use super::{Drawing, Manner, NARROWEST, Ui, WIDEST, editor};
use crate::onboarding::{Note, Prompt, Prompter, Reply};

/// Asks on the terminal: questions and what is typed are on stderr, so that stdout stays for results.
pub(crate) struct Terminal {
    term: Term,
    drawing: Drawing,
    manner: Manner,
    /// The user's editor, where one is named or found.
    editor: Option<String>,
    is_begun: bool,
    typing: Typing,
}

/// What keys do.
const KEYS: &str = "Enter accepts what is in brackets, and Tab lets you edit it. `?` explains a question, `<` or Esc \
                    goes back, `-` means none. Ctrl-C keeps your answers for later.";

/// What is typed where no key does anything by itself.
const PLAIN_KEYS: &str = "End each answer with Enter; Enter alone accepts what is in brackets. `?` explains a question, `<` \
                          goes back, `-` means none. Ctrl-C keeps your answers for later.";

impl Terminal {
    /// Takes the terminal; `None` where there is none.
    pub(crate) fn new(ui: &Ui) -> Option<Self> {
        let is_there = io::stdin().is_terminal() && io::stderr().is_terminal();
        is_there.then(|| Self {
            term: Term::stderr(),
            drawing: ui.drawing,
            manner: ui.manner,
            editor: editor::chosen(&|name| std::env::var(name).ok()),
            is_begun: false,
            typing: Typing::default(),
        })
    }

    fn width(&self) -> usize {
        usize::from(self.term.size().1).clamp(NARROWEST, WIDEST)
    }

    /// Prints a line.
    fn say(&self, text: &str) -> io::Result<()> {
        let mut err = anstream::stderr().lock();
        writeln!(err, "{}", self.drawing.of(text))
    }

    /// Prints a text in lines that fit, so far from the left.
    fn fill(&self, text: &str, indent: &str, style: fn(&str) -> String) -> io::Result<()> {
        for paragraph in text.split("\n\n") {
            let words = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
            let text = format!("{indent}{words}");
            let text = fold(&text, 0, indent, self.width(), Commands::Quoted);
            for line in text.lines() {
                self.say(&style(line))?;
            }
        }
        Ok(())
    }
}

impl Prompter for Terminal {
    fn ask(&mut self, prompt: &Prompt<'_>) -> io::Result<Reply> {
        self.asked(prompt).map_err(stopped)
    }

    fn tell(&mut self, note: &Note<'_>) -> io::Result<()> {
        self.told(note).map_err(stopped)
    }
}

impl Terminal {
    fn asked(&self, prompt: &Prompt<'_>) -> io::Result<Reply> {
        self.show(prompt)?;
        let mut typed = prompt.typed.clone();
        let mut is_unfinished = false;
        loop {
            match self.answer(prompt, &typed)? {
                // Whoever wrote something does not mean what is there, nor nothing.
                Answer::Reply(Reply::Current) if is_unfinished => {}
                Answer::Reply(Reply::Nothing) if is_unfinished && prompt.current.is_some() => {
                    typed.clone_from(&prompt.typed);
                    is_unfinished = false;
                    self.show(prompt)?;
                    continue;
                }
                Answer::Reply(reply) => return Ok(reply),
                Answer::Unfinished(text) => {
                    typed = text;
                    is_unfinished = true;
                }
                Answer::Stopped(text) => {
                    let text = match (text.trim(), is_unfinished) {
                        ("", true) => typed,
                        _ => text,
                    };
                    let is_kept = is_written(prompt.kind) && !text.trim().is_empty();
                    return match is_kept {
                        true => Ok(Reply::Stopped(text)),
                        false => Err(io::ErrorKind::Interrupted.into()),
                    };
                }
                Answer::None => continue,
            }
            self.tell_fetched(prompt)?;
        }
    }

    fn told(&mut self, note: &Note<'_>) -> io::Result<()> {
        match note {
            Note::Keys if !self.is_begun => {
                self.is_begun = true;
                self.fill(
                    match self.manner {
                        Manner::Moving => KEYS,
                        Manner::Plain => PLAIN_KEYS,
                    },
                    "",
                    str::to_owned,
                )
            }
            Note::Keys => Ok(()),
            Note::Heading {
                title,
                intro,
                index,
                of,
            } => {
                self.head(title, (*index, *of))?;
                self.fill(intro, "", str::to_owned)
            }
            Note::Help("") => self.say("  there is no help for this question"),
            Note::Help(help) => self.fill(help, "  ", |line| line.cyan().to_string()),
            Note::Wrong(message, rule) => self.tell_wrong(message, *rule),
            Note::Doubt(doubt) => {
                let warning = format!("warning: {doubt}");
                self.fill(&warning, "  ", |line| line.yellow().to_string())
            }
            Note::Lines(lines) => {
                let mut lines = lines.iter();
                lines.try_for_each(|line| self.say(&rows(line, self.width())))
            }
        }
    }
}

/// An error of the terminal: one that has gone is the wish to stop.
fn stopped(error: io::Error) -> io::Error {
    match has_hung_up(&error) {
        true => io::ErrorKind::Interrupted.into(),
        false => error,
    }
}
