//! Draws: takes the last picture away, writes the lines that stay, and the next picture below them.

use std::fmt::Write as _;

use dialoguer::console::measure_text_width;
use owo_colors::OwoColorize as _;

use super::frame::{FrameLine, Style};
use crate::ui::rows;

/// The size of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) width: usize,
    pub(super) height: usize,
}

/// Knows what is on the screen.
#[derive(Debug, Default)]
pub(super) struct Painter {
    pub(super) has_color: bool,
    /// Of the terminal when it was drawn on last.
    pub(super) size: Option<Size>,
    /// How wide each line of the picture is that is there.
    drawn: Vec<usize>,
}

impl Painter {
    /// What to write so that the lines stay above, and the picture is below them.
    pub(super) fn paint(&mut self, lines: &[String], frame: Vec<FrameLine>, size: Size) -> String {
        let mut out = self.erase(size);
        self.size = Some(size);
        for line in lines {
            // A line that fills the last column leaves some terminals in doubt where they are.
            out.push_str(&rows(line, size.width.saturating_sub(1).max(20)));
            out.push('\n');
        }
        self.drawn.clear();
        for line in frame {
            self.drawn.push(measure_text_width(&line.text));
            match self.has_color {
                true => out.push_str(&styled(&line)),
                false => out.push_str(&line.text),
            }
            out.push('\n');
        }
        out
    }

    /// What to write so that the picture is drawn anew in its place, above so many rows with the cursor in the last of them;
    /// nothing where not all of it can be reached, or the new one takes other rows.
    pub(super) fn repaint(&mut self, frame: &[FrameLine], below: usize, size: Size) -> String {
        let up = (self.drawn.len() + below).saturating_sub(1);
        let widths: Vec<usize> = frame
            .iter()
            .map(|line| measure_text_width(&line.text))
            .collect();
        let fits = widths
            .iter()
            .chain(&self.drawn)
            .all(|width| *width < size.width);
        let is_in_place = self.size == Some(size) && fits && frame.len() == self.drawn.len();
        if !is_in_place || frame.is_empty() || up >= size.height {
            return String::new();
        }
        self.drawn = widths;
        let lines = frame.iter().map(|line| match self.has_color {
            true => format!("\x1b[2K{}\r\n", styled(line)),
            false => format!("\x1b[2K{}\r\n", line.text),
        });
        format!("\x1b7\r\x1b[{up}A{}\x1b8", lines.collect::<String>())
    }

    /// How many lines the picture has.
    pub(super) fn lines(&self) -> usize {
        self.drawn.len()
    }

    /// Lets the picture stay where it is.
    pub(super) fn leave(&mut self) {
        self.drawn.clear();
    }

    /// What to write so that the picture goes and what stands in so many rows below it stays.
    pub(super) fn withdraw(&mut self, below: usize, size: Size) -> String {
        let reached = size.height.saturating_sub(1).saturating_sub(below);
        let rows = self.rows(size).min(reached);
        self.drawn.clear();
        match rows {
            0 => String::new(),
            // The rows below move up, and the cursor goes behind them again.
            _ => {
                let down = "\x1b[B".repeat(below);
                format!("\r\x1b[{}A\x1b[{rows}M{down}", rows + below)
            }
        }
    }

    /// How many rows of the screen the picture takes. A terminal that has become narrower has broken the lines that do not
    /// fit any more.
    fn rows(&self, size: Size) -> usize {
        let rows = |width: &usize| width.div_ceil(size.width.max(1)).max(1);
        self.drawn.iter().map(rows).sum()
    }

    fn erase(&self, size: Size) -> String {
        let rows = self.rows(size);
        // What has left the screen cannot be reached. Line by line: where all of the screen is cleared at once, tmux keeps
        // what was there, and every picture would end up above the next one.
        let reached = rows.min(size.height.saturating_sub(1));
        let up = "\x1b[A\x1b[2K".repeat(reached);
        match reached {
            0 => up,
            _ => format!("\r{up}"),
        }
    }
}

fn styled(line: &FrameLine) -> String {
    let text = &line.text;
    let mut out = String::new();
    // Writing into a string does not fail.
    let _written = match line.style {
        Style::Plain => write!(out, "{text}"),
        Style::Heading => write!(out, "{}", text.bold()),
        Style::Faint => write!(out, "{}", text.dimmed()),
        Style::Good => write!(out, "{}", text.green()),
        Style::Bad => write!(out, "{}", text.red().bold()),
    };
    out
}
