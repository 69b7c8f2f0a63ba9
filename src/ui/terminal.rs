use std::io::{self, IsTerminal as _, Write as _};

use dialoguer::console::Term;
use owo_colors::OwoColorize as _;

use super::editor::Edited;
use super::fold::{Commands, fold, rows};
use super::line::{Breaks, End, Line, Typing};
use super::{Drawing, Manner, NARROWEST, Ui, WIDEST, editor};
use crate::onboarding::{Kind, Note, Prompt, Prompter, Reply};

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
const KEYS: &str = "Enter takes what is in brackets, and Tab fetches it to be changed. `?` explains a question, `<` or \
                    Esc goes back, `-` answers that there is nothing. Ctrl-C keeps your answers for later.";

/// What is typed where no key does anything by itself.
const PLAIN_KEYS: &str = "Each answer ends with Enter, and Enter alone takes what is in brackets. `?` explains a question, \
                          `<` goes back, `-` answers that there is nothing. Ctrl-C keeps your answers for later.";

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

    /// Shows the question, what can be chosen, and what Enter answers.
    fn show(&self, prompt: &Prompt<'_>) -> io::Result<()> {
        self.say("")?;
        let count = prompt
            .count
            .map(|(number, of)| format!("{number} of {of}  "));
        let count = count.unwrap_or_default();
        let mark = match prompt.kind {
            Kind::YesNo => "? (yes or no)",
            _ => "",
        };
        let asked = format!("{}{}{mark}", count.dimmed(), prompt.text.bold());
        self.say(&fold(&asked, 0, "", self.width(), Commands::Quoted))?;
        for (index, choice) in prompt.choices.iter().enumerate() {
            let line = format!("  {} {:<10} {}", index + 1, choice.value, choice.text);
            self.say(&rows(line.trim_end(), self.width()))?;
        }
        if let Some(hint) = self.hint(prompt) {
            self.fill(&hint, "  ", |line| line.dimmed().to_string())?;
        }
        if let Some(current) = &prompt.current {
            let origin = current.origin.as_deref();
            let origin = origin
                .map(|origin| format!(" ({origin})"))
                .unwrap_or_default();
            let text = format!("[{}]{origin}", short(&current.text));
            self.fill(&text, "  ", str::to_owned)?;
        }
        match prompt.is_refused {
            true => self.tell_fetched(prompt.kind),
            false => Ok(()),
        }
    }

    /// How a kind of answer is typed, where that does not go without saying.
    fn hint(&self, prompt: &Prompt<'_>) -> Option<String> {
        let lines = match prompt.kind {
            Kind::Words => return Some("separated by commas".into()),
            Kind::Text => "several lines",
            Kind::Hosts => "names and ranges, as many lines as you like",
            Kind::Lines => "one a line",
            Kind::Values => "NAME=VALUE, one a line",
            _ => return None,
        };
        let editor = match self.editor {
            Some(_) => ", `!` opens your editor",
            None => "",
        };
        Some(format!(
            "{lines}; an empty line ends it{editor}. From the second line on, `?` and `<` are text"
        ))
    }

    /// Reads a line, as the terminal may be drawn upon or not.
    fn read(&self, line: Line<'_>, keys: &[char]) -> io::Result<End> {
        match self.manner {
            Manner::Moving => line.read(keys),
            Manner::Plain => line.read_plainly(keys),
        }
    }

    /// Reads one answer, to which Tab fetches what was typed before.
    fn answer(&self, prompt: &Prompt<'_>, typed: &str) -> io::Result<Answer> {
        let before = lines_before(prompt.kind, typed);
        let (first, rest) = before
            .split_first()
            .map_or((None, &[][..]), |(first, rest)| (Some(first), rest));
        let choices = prompt.choices.iter().map(|choice| choice.value.clone());
        let mut proposals: Vec<String> = choices.collect();
        if proposals.is_empty() {
            proposals.extend(first.cloned());
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
            End::Pasted(text) => return Ok(self.further(text, rest)?.into()),
            End::Enter(text) => text,
        };
        Ok(match text.trim() {
            "" => Answer::Reply(Reply::Current),
            "-" => Answer::Reply(Reply::Nothing),
            "?" => Answer::Reply(Reply::Help),
            "<" => Answer::Reply(Reply::Back),
            _ if is_long => self.further(text, rest)?.into(),
            _ => Answer::Reply(Reply::Text(text)),
        })
    }

    /// Reads further lines until an empty one. Each can be fetched as it was typed before.
    fn further(&self, first: String, before: &[String]) -> io::Result<Typed> {
        let mut text = first;
        let mut before = before.iter();
        let keys: &[char] = match &self.editor {
            Some(_) => &['!'],
            None => &[],
        };
        loop {
            let proposals: Vec<String> = before.next().cloned().into_iter().collect();
            let line = Line::new(&self.term, &proposals, &self.typing);
            let line = line.with_breaks(Breaks::Kept);
            match self.read(line, keys)? {
                End::Enter(line) if line.trim().is_empty() => return Ok(Typed::Text(text)),
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
            }
        }
    }

    /// Lets the user write in their editor.
    fn edit(&self, text: &str) -> io::Result<Typed> {
        let Some(program) = &self.editor else {
            return Ok(Typed::Nothing);
        };
        let edited = editor::edit(program, text)?;
        self.typing.expect_enter()?;
        let (typed, message, rule) = match edited {
            Edited::Text(text) => return Ok(Typed::Text(text)),
            Edited::Nothing => {
                let message = "the editor left no text; nothing is changed".to_owned();
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
                let message =
                    format!("the editor `{program}` failed ({how}); its text is not taken");
                let typed = match left.trim() {
                    "" => Typed::Nothing,
                    _ => Typed::Unfinished(left),
                };
                (typed, message, None)
            }
            Edited::Foreign(file) => {
                let message = "what the editor left is no UTF-8; nothing is changed".to_owned();
                let rule = format!("it is kept in `{}`", file.display());
                (Typed::Nothing, message, Some(rule))
            }
        };
        self.tell_wrong(&message, rule.as_deref())?;
        Ok(typed)
    }

    /// Says how to get at what was typed and is not taken.
    fn tell_fetched(&self, kind: Kind) -> io::Result<()> {
        let is_edited = is_long(kind) && self.editor.is_some();
        let ways = match (self.manner, is_edited) {
            (Manner::Moving, true) => "Tab fetches what you typed, `!` opens it in your editor",
            (Manner::Moving, false) => "Tab fetches what you typed",
            (Manner::Plain, true) => "`!` opens what you typed in your editor",
            (Manner::Plain, false) => return Ok(()),
        };
        self.fill(ways, "  ", |line| line.dimmed().to_string())
    }

    fn tell_wrong(&self, message: &str, rule: Option<&str>) -> io::Result<()> {
        self.fill(message, "  ", |line| line.red().to_string())?;
        match rule {
            Some(rule) => self.fill(rule, "  ", str::to_owned),
            None => Ok(()),
        }
    }
}

/// What came of typing several lines.
enum Typed {
    Text(String),
    /// It is no answer yet, and can be fetched.
    Unfinished(String),
    Nothing,
}

/// Whether an answer may have several lines.
fn is_long(kind: Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Hosts | Kind::Lines | Kind::Values)
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
enum Answer {
    Reply(Reply),
    Unfinished(String),
    None,
}

impl From<Typed> for Answer {
    fn from(typed: Typed) -> Self {
        match typed {
            Typed::Text(text) => Self::Reply(Reply::Text(text)),
            Typed::Unfinished(text) => Self::Unfinished(text),
            Typed::Nothing => Self::None,
        }
    }
}

impl Prompter for Terminal {
    fn ask(&mut self, prompt: &Prompt<'_>) -> io::Result<Reply> {
        self.show(prompt)?;
        let mut typed = prompt.typed.clone();
        let mut is_unfinished = false;
        loop {
            match self.answer(prompt, &typed)? {
                // Whoever wrote something does not mean nothing.
                Answer::Reply(Reply::Current) if is_unfinished && prompt.current.is_none() => {}
                Answer::Reply(reply) => return Ok(reply),
                Answer::Unfinished(text) => {
                    typed = text;
                    is_unfinished = true;
                }
                Answer::None => continue,
            }
            self.tell_fetched(prompt.kind)?;
        }
    }

    fn tell(&mut self, note: &Note<'_>) -> io::Result<()> {
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
                self.say("")?;
                if self.manner == Manner::Plain {
                    self.say(&format!("Section {index} of {of}: {title}"))?;
                    return self.fill(intro, "", str::to_owned);
                }
                let width = self.width();
                let count = format!("{index} of {of} sections");
                let used = textwrap::core::display_width(title) + count.len() + 6;
                if used + 2 > width {
                    self.say(&format!("{} {}", "──".dimmed(), title.bold()))?;
                    return self.fill(intro, "", str::to_owned);
                }
                let rule = "─".repeat(width - used);
                self.say(&format!(
                    "── {} {} {}",
                    title.bold(),
                    rule.dimmed(),
                    count.dimmed()
                ))?;
                self.fill(intro, "", str::to_owned)
            }
            Note::Help("") => self.say("  there is no help on this one"),
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

/// The beginning of a text, in one line.
fn short(text: &str) -> String {
    const LONGEST: usize = 200;
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}...", &words[..at]),
        None => words,
    }
}
