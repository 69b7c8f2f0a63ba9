//! One try to answer a question on the terminal, in one line or in several.

use std::io;

use super::Terminal;
use super::question::short;
use crate::onboarding::{Kind, Prompt, Reply};
use crate::ui::Manner;
use crate::ui::editor::{self, Edited};
use crate::ui::line::{Breaks, End, LEAD, Line, is_over};

impl Terminal {
    /// Reads a line, as the terminal may be drawn upon or not.
    fn read(&self, line: Line<'_>, keys: &[char]) -> io::Result<End> {
        match self.manner {
            Manner::Moving => line.read(keys),
            Manner::Plain => line.read_plainly(keys),
        }
    }

    /// Reads one answer, to which Tab fetches what was typed before.
    pub(super) fn answer(&self, prompt: &Prompt<'_>, typed: &str) -> io::Result<Answer> {
        let before = lines_before(prompt.kind, typed);
        let choices = prompt.choices.iter().map(|choice| choice.value.clone());
        let mut proposals: Vec<String> = choices.collect();
        if proposals.is_empty() || prompt.is_refused {
            proposals.splice(0..0, before.first().cloned());
        }
        let is_long = is_long(prompt.kind);
        let (keys, breaks): (&[char], _) = match (is_long, &self.editor) {
            (true, Some(_)) => (&['?', '<', '!'], Breaks::Kept),
            (true, None) => (&['?', '<'], Breaks::Kept),
            (false, _) => (&['?', '<'], Breaks::Spaces),
        };
        let current = prompt.current.as_ref();
        let current = current.filter(|_| prompt.kind != Kind::Items);
        let by_itself = current.map(|current| short(&current.text));
        let by_itself = by_itself.unwrap_or_default();
        let line = Line::new(&self.term, &proposals, &self.typing)
            .answered_by_itself(&by_itself)
            .with_breaks(breaks);
        let text = match self.read(line, keys)? {
            End::Key('?') => return Ok(Answer::Reply(Reply::Help)),
            End::Key('<') | End::Escape => return Ok(Answer::Reply(Reply::Back)),
            End::Key(_) => return Ok(self.edit(typed)?.into()),
            End::Pasted(text) if text.trim().is_empty() => return Ok(Answer::None),
            End::Pasted(text) => return Ok(self.further(text, &before)?.into()),
            End::Stopped(text) => return Ok(Answer::Stopped(text)),
            End::Enter(text) => text,
        };
        Ok(match text.trim() {
            "" => Answer::Reply(Reply::Current),
            "-" => Answer::Reply(Reply::Nothing),
            "?" => Answer::Reply(Reply::Help),
            "<" => Answer::Reply(Reply::Back),
            _ if is_long => self.further(text, &before)?.into(),
            _ => Answer::Reply(Reply::Text(text)),
        })
    }

    /// Reads further lines until an empty one. Each can be fetched as it was typed before; where all that is there was, an empty
    /// line fetches the rest.
    fn further(&self, first: String, before: &[String]) -> io::Result<Typed> {
        let mut text = first;
        let keys: &[char] = match &self.editor {
            Some(_) => &['!'],
            None => &[],
        };
        loop {
            let (so_far, rest) = before.split_at(text.split('\n').count().min(before.len()));
            let proposals: Vec<String> = rest.first().cloned().into_iter().collect();
            let line = Line::new(&self.term, &proposals, &self.typing);
            let line = line.with_breaks(Breaks::Kept);
            match self.read(line, keys)? {
                End::Enter(line) if line.trim().is_empty() => {
                    if text.split('\n').eq(so_far) {
                        for line in rest {
                            self.term.write_line(&format!("{LEAD}{line}"))?;
                            text.push('\n');
                            text.push_str(line);
                        }
                    }
                    return Ok(Typed::Text(text));
                }
                End::Enter(line) | End::Pasted(line) => {
                    text.push('\n');
                    text.push_str(&line);
                }
                End::Key(_) => {
                    return Ok(match self.edit(&text)? {
                        Typed::Nothing => Typed::Unfinished(text),
                        other => other,
                    });
                }
                End::Escape => return Ok(Typed::Unfinished(text)),
                End::Stopped(line) => return Ok(Typed::Stopped(format!("{text}\n{line}"))),
            }
        }
    }

    /// Lets the user write in their editor.
    fn edit(&self, text: &str) -> io::Result<Typed> {
        let Some(program) = &self.editor else {
            return Ok(Typed::Nothing);
        };
        let edited = editor::edit(program, text)?;
        // Nobody is told anything any more: what is in the file is kept.
        if is_over() {
            return Ok(Typed::Stopped(match edited {
                Edited::Text(left) | Edited::Failed(_, left) if !left.trim().is_empty() => left,
                _ => text.to_owned(),
            }));
        }
        self.typing.expect_enter()?;
        let (typed, message, rule) = match edited {
            Edited::Text(text) => return Ok(Typed::Text(text)),
            Edited::Nothing => {
                let message = "the editor left no text; nothing was changed".to_owned();
                (Typed::Nothing, message, None)
            }
            Edited::Unstarted(error) => {
                let message = format!("the editor `{program}` cannot be started");
                (
                    Typed::Nothing,
                    message,
                    Some(crate::error::reworded(&error)),
                )
            }
            Edited::Failed(how, left) => {
                let message = format!("the editor `{program}` failed ({how}); its text is ignored");
                let typed = match left.trim() {
                    "" => Typed::Nothing,
                    _ => Typed::Unfinished(left),
                };
                (typed, message, None)
            }
            Edited::Foreign(file) => {
                let message = "what the editor saved is not UTF-8; nothing was changed".to_owned();
                let rule = format!("it is kept in `{}`", file.display());
                (Typed::Nothing, message, Some(rule))
            }
        };
        self.tell_wrong(&message, rule.as_deref())?;
        Ok(typed)
    }
}

/// What came of typing several lines.
enum Typed {
    Text(String),
    /// It is no answer yet, and can be fetched.
    Unfinished(String),
    /// The user wants to stop.
    Stopped(String),
    Nothing,
}

/// Whether an answer may have several lines.
pub(super) fn is_long(kind: Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Hosts | Kind::Lines | Kind::Values)
}

/// Whether an answer is written, and not one of a few words: then it is worth keeping also where it was not ended.
pub(super) fn is_written(kind: Kind) -> bool {
    !matches!(kind, Kind::Choice | Kind::YesNo | Kind::Items)
}

/// What was typed before, as the lines in which it is fetched again.
fn lines_before(kind: Kind, typed: &str) -> Vec<String> {
    match kind {
        // A line end parts hosts as a comma does.
        Kind::Hosts if !typed.is_empty() => {
            let lines = typed.lines().map(str::trim);
            let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
            vec![lines.join(", ")]
        }
        kind if is_long(kind) => typed.lines().map(str::to_owned).collect(),
        _ if typed.contains('\n') => Vec::new(),
        _ => typed.lines().map(str::to_owned).collect(),
    }
}

/// What came of one try to answer.
pub(super) enum Answer {
    Reply(Reply),
    Unfinished(String),
    /// The user wants to stop, and typed this so far.
    Stopped(String),
    None,
}

impl From<Typed> for Answer {
    fn from(typed: Typed) -> Self {
        match typed {
            Typed::Text(text) => Self::Reply(Reply::Text(text)),
            Typed::Unfinished(text) => Self::Unfinished(text),
            Typed::Stopped(text) => Self::Stopped(text),
            Typed::Nothing => Self::None,
        }
    }
}
