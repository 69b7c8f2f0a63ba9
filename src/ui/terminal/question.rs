//! A question on the terminal, and what is said about its answer.

use std::io;

use owo_colors::OwoColorize as _;

use super::{Terminal, is_long};
use crate::onboarding::{Kind, Prompt};
use crate::ui::Manner;
use crate::ui::fold::{Commands, fold, rows};

impl Terminal {
    /// Begins a section, which is one of so many.
    pub(super) fn head(&self, title: &str, (index, of): (usize, usize)) -> io::Result<()> {
        self.say("")?;
        if self.manner == Manner::Plain {
            return self.say(&format!("Section {index} of {of}: {title}"));
        }
        let width = self.width();
        let count = format!("{index} of {of} sections");
        let used = textwrap::core::display_width(title) + count.len() + 6;
        if used + 2 > width {
            return self.say(&format!("{} {}", "──".dimmed(), title.bold()));
        }
        let rule = "─".repeat(width - used);
        self.say(&format!(
            "── {} {} {}",
            title.bold(),
            rule.dimmed(),
            count.dimmed()
        ))
    }

    /// Shows the question, what can be chosen, and what Enter answers.
    pub(super) fn show(&self, prompt: &Prompt<'_>) -> io::Result<()> {
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
            true => self.tell_fetched(prompt),
            false => Ok(()),
        }
    }

    /// How a kind of answer is typed, where that does not go without saying.
    fn hint(&self, prompt: &Prompt<'_>) -> Option<String> {
        let lines = match prompt.kind {
            Kind::Words => {
                return Some("separated by commas; put a name with a comma in quotes".into());
            }
            Kind::Text => "several lines",
            Kind::Hosts => "names and ranges, as many lines as you like",
            Kind::Lines => "one a line",
            Kind::Values => "NAME=VALUE, one per line",
            _ => return None,
        };
        let editor = match self.editor {
            Some(_) => ", `!` opens your editor",
            None => "",
        };
        Some(format!(
            "{lines}; an empty line ends the answer{editor}. From the second line on, `?` and `<` are ordinary text"
        ))
    }

    /// Says how to get at what was typed and is not taken.
    pub(super) fn tell_fetched(&self, prompt: &Prompt<'_>) -> io::Result<()> {
        let is_edited = is_long(prompt.kind) && self.editor.is_some();
        let fetched = match (self.manner, is_edited) {
            (Manner::Moving, true) => "Tab brings back what you typed, `!` opens it in your editor",
            (Manner::Moving, false) => "Tab brings back what you typed",
            (Manner::Plain, true) => "`!` opens what you typed in your editor",
            (Manner::Plain, false) => "what you typed is not taken",
        };
        let ways = match prompt.can_drop {
            true => format!("{fetched}, `-` drops it"),
            false => fetched.to_owned(),
        };
        self.fill(&ways, "  ", |line| line.dimmed().to_string())
    }

    pub(super) fn tell_wrong(&self, message: &str, rule: Option<&str>) -> io::Result<()> {
        self.fill(message, "  ", |line| line.red().to_string())?;
        match rule {
            Some(rule) => self.fill(rule, "  ", str::to_owned),
            None => Ok(()),
        }
    }
}

/// The beginning of a text, in one line.
pub(super) fn short(text: &str) -> String {
    const LONGEST: usize = 200;
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}...", &words[..at]),
        None => words,
    }
}
