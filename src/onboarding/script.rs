//! Somebody who answers from a list, for tests.

use std::collections::VecDeque;
use std::io;

use super::prompter::{Note, Prompt, Prompter, Reply};

/// The replies that are left, and everything that was shown.
#[derive(Debug, Default)]
pub(super) struct Script {
    replies: VecDeque<String>,
    pub(super) seen: Vec<String>,
}

impl Script {
    /// One reply a word: `` Enter, `?` help, `<` back, `-` nothing, `^C` to stop, which may stand below lines; anything else is typed.
    pub(super) fn new(replies: &[&str]) -> Self {
        let replies = replies.iter().map(|&reply| reply.to_owned()).collect();
        Self {
            replies,
            seen: Vec::new(),
        }
    }

    /// Whether every reply was asked for.
    pub(super) fn is_over(&self) -> bool {
        self.replies.is_empty()
    }
}

impl Prompter for Script {
    fn ask(&mut self, prompt: &Prompt<'_>) -> io::Result<Reply> {
        let current = prompt.current.as_ref();
        let current = current.map(|current| match &current.origin {
            Some(origin) => format!(" [{}] ({origin})", current.text),
            None => format!(" [{}]", current.text),
        });
        let count = prompt
            .count
            .map(|(n, of)| format!("{n} of {of} "))
            .unwrap_or_default();
        self.seen.push(format!(
            "{count}{}{}",
            prompt.text,
            current.unwrap_or_default()
        ));
        if prompt.is_refused {
            self.seen.push(format!("typed before: {}", prompt.typed));
        }
        let reply = self.replies.pop_front();
        let reply =
            reply.ok_or_else(|| io::Error::other(format!("no reply to `{}`", prompt.text)))?;
        match reply.as_str() {
            "" => Ok(Reply::Current),
            "?" => Ok(Reply::Help),
            "<" => Ok(Reply::Back),
            "-" => Ok(Reply::Nothing),
            text if text.ends_with("\n^C") => {
                Ok(Reply::Stopped(text.trim_end_matches("\n^C").to_owned()))
            }
            "^C" => Err(io::ErrorKind::Interrupted.into()),
            text => Ok(Reply::Text(text.to_owned())),
        }
    }

    fn tell(&mut self, note: &Note<'_>) -> io::Result<()> {
        match note {
            Note::Lines(lines) => self.seen.extend(lines.iter().cloned()),
            note => self.seen.push(format!("{note:?}")),
        }
        Ok(())
    }
}
