use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use dialoguer::console::Term;

use crate::build::Progress;
use crate::ui::{Manner, Ui, printable};

/// Shows how far a build is: lines that stay, and on a terminal one below them that moves.
pub(super) struct Screen {
    ui: Ui,
    term: Option<Term>,
    /// What was said last, where nothing moves.
    said: Option<String>,
    begin: Instant,
    drawn: Option<Instant>,
    fetched: usize,
}

/// How often the line that moves is drawn.
const PAUSE: Duration = Duration::from_millis(100);

impl Screen {
    pub(super) fn new(ui: Ui) -> Self {
        let is_shown = ui.verbosity >= 0 && std::io::stderr().is_terminal();
        let moves = is_shown && ui.manner == Manner::Moving;
        Self {
            ui,
            term: moves.then(Term::stderr),
            said: (is_shown && !moves).then(String::new),
            begin: Instant::now(),
            drawn: None,
            fetched: 0,
        }
    }

    pub(super) fn show(&mut self, progress: &Progress<'_>) {
        match progress {
            Progress::Begun { log } => {
                self.say(&format!("build: the log is {log}"));
                self.draw("getting the source");
            }
            Progress::Image { image } => {
                self.say(&format!("build: an image based on {image}"));
                self.draw("making the image");
            }
            Progress::Installing { command } => {
                self.say(&format!("build: {command}"));
                self.draw("installing");
            }
            Progress::Step(step) => self.draw(step),
            Progress::Line(line) => {
                self.say(&format!("  {line}"));
                self.draw("installing");
            }
            Progress::Fetched(count) => {
                self.fetched = *count;
                if self.drawn.is_none_or(|drawn| drawn.elapsed() >= PAUSE) {
                    self.draw("installing");
                }
            }
            Progress::Storing => self.draw("storing the modules"),
        }
    }

    fn say(&self, line: &str) {
        self.clear();
        self.ui.status(line);
    }

    fn draw(&mut self, what: &str) {
        if let Some(said) = self.said.as_mut().filter(|said| *said != what) {
            what.clone_into(said);
            self.ui.status(&format!("build: {what}..."));
        }
        let Some(term) = &self.term else { return };
        let seconds = self.begin.elapsed().as_secs();
        let fetched = match self.fetched {
            0 => String::new(),
            count => format!(", {count} files fetched"),
        };
        self.clear();
        let columns = usize::from(term.size().1).max(20);
        let text = format!("{seconds} s{fetched}: {what}");
        let shown: String = printable(&text).chars().take(columns - 1).collect();
        // A line that cannot be drawn is no reason not to work.
        let _drawn = term.write_str(&shown);
        self.drawn = Some(Instant::now());
    }

    fn clear(&self) {
        if let Some(term) = &self.term {
            let _cleared = term.clear_line();
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.clear();
    }
}
