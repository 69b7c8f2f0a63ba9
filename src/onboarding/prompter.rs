use std::io;

use super::question::{Choice, Kind};

/// Asks one question and shows what has to be said in between: a terminal, or a script.
pub trait Prompter {
    /// Asks.
    ///
    /// # Errors
    /// `Interrupted` where the user wants to stop and has typed nothing that is worth keeping; anything else where there is nobody to ask.
    fn ask(&mut self, prompt: &Prompt<'_>) -> io::Result<Reply>;

    /// Shows something.
    ///
    /// # Errors
    /// Where nobody can see it.
    fn tell(&mut self, note: &Note<'_>) -> io::Result<()>;
}

/// A question as it is shown.
#[derive(Debug, Clone)]
pub struct Prompt<'a> {
    /// Which one it is, and of how many.
    pub count: Option<(usize, usize)>,
    pub text: &'a str,
    pub kind: Kind,
    pub choices: &'a [Choice],
    /// What Enter answers, and where it comes from.
    pub current: Option<Current>,
    /// How the current answer is typed, where it is to be changed.
    pub typed: String,
    /// Whether that was typed to this question already, and refused.
    pub is_refused: bool,
    /// Whether nothing may be answered instead of what was refused.
    pub can_drop: bool,
}

/// What Enter answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Current {
    pub text: String,
    pub origin: Option<String>,
}

/// What a user says to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    Text(String),
    /// Enter: what is there already.
    Current,
    /// `-`: there is none.
    Nothing,
    /// `?`
    Help,
    /// `<` or Esc.
    Back,
    /// The user wants to stop, and has typed these lines of an answer so far.
    Stopped(String),
}

/// What is said between questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note<'a> {
    /// How it is answered; once at the beginning.
    Keys,
    /// A section begins.
    Heading {
        title: &'a str,
        intro: &'a str,
        index: usize,
        of: usize,
    },
    Help(&'a str),
    /// An answer is refused, for this reason, by this rule.
    Wrong(&'a str, Option<&'a str>),
    /// An answer is taken, and something speaks against it.
    Doubt(&'a str),
    /// Lines of a list or of a review.
    Lines(&'a [String]),
}

/// Nobody: there is no answer to any question.
#[derive(Debug, Clone, Copy)]
pub struct Nobody;

impl Prompter for Nobody {
    fn ask(&mut self, prompt: &Prompt<'_>) -> io::Result<Reply> {
        Err(io::Error::other(format!(
            "nobody answers \"{}\"",
            prompt.text
        )))
    }

    fn tell(&mut self, _: &Note<'_>) -> io::Result<()> {
        Ok(())
    }
}
