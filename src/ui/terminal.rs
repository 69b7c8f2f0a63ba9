use std::io::{self, IsTerminal as _, Write as _};

use dialoguer::Editor;
use dialoguer::console::Term;
use owo_colors::OwoColorize as _;

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
            let options = textwrap::Options::new(self.width())
                .initial_indent(indent)
                .subsequent_indent(indent)
                .word_separator(textwrap::WordSeparator::AsciiSpace)
                .word_splitter(textwrap::WordSplitter::NoHyphenation);
            for line in textwrap::wrap(&words, options) {
                self.say(&style(&line))?;
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
        Ok(())
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
        Some(format!("{lines}; an empty line ends it{editor}"))
    }

    /// Reads a line, as the terminal may be drawn upon or not.
    fn read(&self, line: Line<'_>, keys: &[char]) -> io::Result<End> {
        match self.manner {
            Manner::Moving => line.read(keys),
            Manner::Plain => line.read_plainly(keys),
        }
    }

    /// Reads further lines until an empty one; `None` after Escape. Each can be fetched as it was typed before.
    fn further(&self, first: String, before: &[String]) -> io::Result<Option<String>> {
        let mut text = first;
        let mut before = before.iter();
        loop {
            let proposals: Vec<String> = before.next().cloned().into_iter().collect();
            let line = Line::new(&self.term, &proposals, &self.typing);
            let line = line.with_breaks(Breaks::Kept);
            match self.read(line, &[])? {
                End::Enter(line) if line.trim().is_empty() => return Ok(Some(text)),
                End::Enter(line) | End::Pasted(line) => {
                    text.push('\n');
                    text.push_str(&line);
                }
                End::Escape | End::Key(_) => return Ok(None),
            }
        }
    }

    /// Lets the user write in their editor; `None` where they saved nothing.
    fn edit(&self, text: &str) -> io::Result<Option<String>> {
        let mut editor = Editor::new();
        if let Some(program) = &self.editor {
            editor.executable(program);
        }
        match editor.require_save(false).edit(text) {
            Ok(Some(text)) if !text.trim().is_empty() => Ok(Some(text)),
            Ok(_) => {
                self.tell_wrong("the editor left no text; nothing is changed", None)?;
                Ok(None)
            }
            Err(dialoguer::Error::IO(error)) => {
                self.tell_wrong(
                    "the editor could not be started",
                    Some(&crate::error::reworded(&error)),
                )?;
                Ok(None)
            }
        }
    }

    fn tell_wrong(&self, message: &str, rule: Option<&str>) -> io::Result<()> {
        self.fill(message, "  ", |line| line.red().to_string())?;
        match rule {
            Some(rule) => self.fill(rule, "  ", str::to_owned),
            None => Ok(()),
        }
    }
}

/// Whether an answer may have several lines.
fn is_long(kind: Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Hosts | Kind::Lines | Kind::Values)
}

/// What was typed before, as the lines in which it is fetched again.
fn lines_before(prompt: &Prompt<'_>) -> Vec<String> {
    match prompt.kind {
        // A line end parts hosts as a comma does.
        Kind::Hosts if !prompt.typed.is_empty() => {
            let lines = prompt.typed.lines().map(str::trim);
            let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
            vec![lines.join(", ")]
        }
        kind if is_long(kind) => prompt.typed.lines().map(str::to_owned).collect(),
        _ if prompt.typed.contains('\n') => Vec::new(),
        _ => prompt.typed.lines().map(str::to_owned).collect(),
    }
}

impl Prompter for Terminal {
    fn ask(&mut self, prompt: &Prompt<'_>) -> io::Result<Reply> {
        self.show(prompt)?;
        let mut proposals: Vec<String> = prompt
            .choices
            .iter()
            .map(|choice| choice.value.clone())
            .collect();
        let before = lines_before(prompt);
        let (first, rest) = before
            .split_first()
            .map_or((None, &[][..]), |(first, rest)| (Some(first), rest));
        if proposals.is_empty() {
            proposals.extend(first.cloned());
        }
        let is_long = is_long(prompt.kind);
        let keys: &[char] = match &self.editor {
            Some(_) if is_long => &['?', '<', '!'],
            _ => &['?', '<'],
        };
        loop {
            let current = prompt
                .current
                .as_ref()
                .filter(|_| prompt.kind != Kind::Items);
            let answer = current
                .map(|current| short(&current.text))
                .unwrap_or_default();
            let breaks = match is_long {
                true => Breaks::Kept,
                false => Breaks::Spaces,
            };
            let line = Line::new(&self.term, &proposals, &self.typing)
                .answered_by_itself(&answer)
                .with_breaks(breaks);
            let text = match self.read(line, keys)? {
                End::Key('?') => return Ok(Reply::Help),
                End::Key('<') | End::Escape => return Ok(Reply::Back),
                End::Key(_) => match self.edit(&prompt.typed)? {
                    Some(text) => return Ok(Reply::Text(text)),
                    None => continue,
                },
                End::Pasted(text) if text.trim().is_empty() => continue,
                End::Pasted(text) => match self.further(text, rest)? {
                    Some(text) => return Ok(Reply::Text(text)),
                    None => continue,
                },
                End::Enter(text) => text,
            };
            return Ok(match text.trim() {
                "" => Reply::Current,
                "-" => Reply::Nothing,
                "?" => Reply::Help,
                "<" => Reply::Back,
                _ if is_long => match self.further(text, rest)? {
                    Some(text) => Reply::Text(text),
                    None => continue,
                },
                _ => Reply::Text(text),
            });
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
