//! Questions that a key answers.

use std::io::IsTerminal as _;

use dialoguer::console::{Key, Term};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::fold::{self, Commands};
use super::{Below, Manner, NARROWEST, Questions, Ui, Unseen, WIDEST, columns};
use crate::error::{CommandError, ErrorKind};
use crate::interrupt;

/// What stands behind a question, in columns: `[Y/n] yes`.
const ANSWERS: usize = 10;

/// What is asked once another key was pressed.
const EITHER: &str = "y or n:";

/// What Enter alone answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Enter {
    Yes,
    No,
    /// Something else was typed before it: whoever types `stop` and Enter does not mean yes.
    Nothing,
}

impl Enter {
    /// What stands behind the question.
    fn choice(self) -> &'static str {
        match self {
            Self::Yes => "[Y/n]",
            Self::No => "[y/N]",
            Self::Nothing => EITHER,
        }
    }

    /// What the keys do.
    fn keys(self) -> &'static str {
        match self {
            Self::Yes => "y, or Enter: yes   n, or Esc: no",
            Self::No => "y: yes   n, or Enter: no",
            Self::Nothing => "y: yes   n, or Esc: no",
        }
    }
}

impl Ui {
    /// Asks before something that cannot be taken back: whoever only presses the return key has not agreed.
    ///
    /// # Errors
    /// Without a terminal: the message names the flag that answers.
    pub fn confirm_danger(&self, question: &str) -> Result<bool, CommandError> {
        self.ask(question, Enter::No, None)
    }

    /// Asks whether to go on.
    ///
    /// # Errors
    /// Without a terminal: the message names the flag that answers.
    pub fn confirm(&self, question: &str) -> Result<bool, CommandError> {
        self.ask(question, Enter::Yes, None)
    }

    /// Asks whether to go on, below what somebody else draws.
    ///
    /// # Errors
    /// Without a terminal: the message names the flag that answers.
    pub(crate) fn confirm_below(
        &self,
        question: &str,
        below: &Below,
    ) -> Result<bool, CommandError> {
        self.ask(question, Enter::Yes, Some(below))
    }

    fn ask(
        &self,
        question: &str,
        enter: Enter,
        below: Option<&Below>,
    ) -> Result<bool, CommandError> {
        if self.questions == Questions::GoOn {
            return Ok(true);
        }
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Err(CommandError::usage(format!(
                "cannot ask \"{question}\" without a terminal"
            ))
            .hint(match enter {
                Enter::Yes => {
                    "add `--yes` to go on without being asked, or `--dry-run` to only look"
                }
                Enter::No | Enter::Nothing => "add `--yes` to go on without being asked",
            }));
        }
        Unseen::begin().forget();
        let rows = rows_of(question);
        // A prompt that takes more than one line is drawn twice once it is answered.
        let question = asked(question);
        let (before, last) = match question.rsplit_once('\n') {
            Some((before, last)) => (Some(before), last),
            None => (None, question.as_str()),
        };
        if let Some(before) = before {
            self.err(before);
        }
        let unseen = Unseen::for_question();
        // Where the cursor does not move the keys are explained below the question.
        let below = below.filter(|_| self.manner == Manner::Moving);
        let answer = self.ask_by_key(last, enter, below.map(|below| (below, rows)));
        // The rest of a word whose first letter was an answer is meant for nobody else.
        unseen.forget();
        answer
    }

    /// Asks for one key. Without moving the cursor what is answered stands behind the question, else in place of the choice.
    fn ask_by_key(
        &self,
        question: &str,
        mut enter: Enter,
        below: Option<(&Below, usize)>,
    ) -> Result<bool, CommandError> {
        let term = Term::stderr();
        let question = self.drawing.of(question);
        // A terminal that has gone is noticed by the read.
        let _asked = term.write_str(&format!("{question} {} ", enter.choice()));
        let mut is_after_mark = false;
        let answer = loop {
            if let Some((below, rows)) = below {
                below.stand(rows);
            }
            let key = wait_for_key().and_then(|()| match self.manner {
                Manner::Moving => term.read_key(),
                Manner::Plain => term.read_key_raw(),
            });
            if let Some((below, _)) = below {
                below.go();
            }
            // An Enter right behind a mark that asks for help, or to go back, is no answer.
            let was_mark =
                std::mem::replace(&mut is_after_mark, matches!(key, Ok(Key::Char('?' | '<'))));
            break match key {
                Ok(Key::Char('?')) => {
                    self.explain_keys(&term, &question, enter);
                    continue;
                }
                Ok(Key::Char('y' | 'Y')) => Ok(true),
                Ok(Key::Char('n' | 'N' | 'q') | Key::Escape) => Ok(false),
                Ok(Key::Enter) if was_mark || enter == Enter::Nothing => continue,
                Ok(Key::Enter) => Ok(enter == Enter::Yes),
                // Ctrl-D is the end of what is typed: nobody answers.
                Ok(Key::CtrlC | Key::Char('\u{4}')) => Err(std::io::ErrorKind::Interrupted.into()),
                Ok(Key::Char('<')) => continue,
                Ok(_) => {
                    Unseen::begin().forget();
                    if enter != Enter::Nothing {
                        enter = Enter::Nothing;
                        self.ask_again(&term, &question, enter);
                    }
                    continue;
                }
                Err(error) => Err(error),
            };
        };
        let word = match answer {
            Ok(true) => "yes",
            Ok(false) => "no",
            Err(_) => "",
        };
        if self.manner == Manner::Moving && answer.is_ok() {
            let _cleared = term.clear_line();
            self.err(&format!("{question} {word}"));
        } else {
            self.err(word);
        }
        answer.map_err(unanswered)
    }

    /// Says what the keys do: without moving the cursor below the question, which is asked again, else in its place, so
    /// that it takes no further row.
    fn explain_keys(&self, term: &Term, question: &str, enter: Enter) {
        let keys = enter.keys();
        if self.manner == Manner::Moving {
            let _cleared = term.clear_line();
            let _shown = term.write_str(&format!("{keys}  "));
        } else {
            self.err(&format!("\n{keys}"));
            let _asked = term.write_str(&format!("{question} {} ", enter.choice()));
        }
    }

    /// Asks in place of the question, or where the cursor does not move below it.
    fn ask_again(&self, term: &Term, question: &str, enter: Enter) {
        if self.manner == Manner::Moving {
            let _cleared = term.clear_line();
        } else {
            self.err("");
        }
        let _asked = term.write_str(&format!("{question} {} ", enter.choice()));
    }
}

/// A question in lines that fit, the last of them with the answer behind it.
fn asked(question: &str) -> String {
    let room = columns(&Term::stderr()).map_or(usize::MAX, |width| {
        width.saturating_sub(ANSWERS).max(NARROWEST)
    });
    fold::fold(question, 0, "", room, Commands::Quoted)
}

/// How many rows a question takes, with its answer.
pub(crate) fn rows_of(question: &str) -> usize {
    let width = columns(&Term::stderr()).unwrap_or(WIDEST);
    let rows = |line: &str| textwrap::core::display_width(line).div_ceil(width).max(1);
    asked(question).split('\n').map(rows).sum()
}

/// Waits until a key is pressed, or the run is to end.
fn wait_for_key() -> std::io::Result<()> {
    let pause = Timespec::try_from(interrupt::BETWEEN_LOOKS).ok();
    loop {
        if interrupt::are_questions_over() {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let stdin = std::io::stdin();
        let mut keys = [PollFd::new(&stdin, PollFlags::IN)];
        match poll(&mut keys, pause.as_ref()) {
            Ok(0) | Err(Errno::INTR) => {}
            // What is wrong with it is noticed by the read.
            Ok(_) | Err(_) => return Ok(()),
        }
    }
}

/// Why a question has no answer.
fn unanswered(error: std::io::Error) -> CommandError {
    let signal = interrupt::signal();
    // A terminal that is closed has no answer either.
    if signal.is_some() || error.kind() == std::io::ErrorKind::Interrupted {
        let message = "interrupted; what was asked about was not done";
        return CommandError::new(signal.unwrap_or(ErrorKind::Interrupted), message);
    }
    error.into()
}
