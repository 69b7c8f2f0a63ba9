use super::args::TailArgs;
use super::line::Lines;
use super::trouble::{summary, way_out};
use crate::cli::Failure;
use crate::cli::deploy::Opened;
use crate::error::{CommandError, ErrorKind};
use crate::model::HostName;
use crate::tail::{Extent, HostNews, News, Trouble, Wanted};
use crate::ui::{Screen, Ui};

/// What is shown of the logs while they are read.
pub(super) struct Shown<'a> {
    lines: Lines,
    wanted: &'a Wanted,
    opened: &'a Opened,
    ui: Ui,
    /// What is wrong with hosts that will not be read.
    troubles: Vec<(HostName, Trouble)>,
    /// Whether anything is in the logs, and whether any of that was shown.
    has_any: bool,
    has_lines: bool,
}

impl<'a> Shown<'a> {
    pub(super) fn new(args: &TailArgs, wanted: &'a Wanted, opened: &'a Opened, ui: Ui) -> Self {
        Self {
            lines: Lines::new(args, &wanted.hosts, ui.format, Screen::of_stdout()),
            wanted,
            opened,
            ui,
            troubles: Vec::new(),
            has_any: false,
            has_lines: false,
        }
    }

    /// Says what is followed: a log may be quiet for long.
    pub(super) fn begin(&self) {
        let log = &self.wanted.log;
        match (self.wanted.extent, self.wanted.hosts.as_slice()) {
            (Extent::ToEnd, _) => {}
            (Extent::Follow, [one]) => self.ui.status(&format!("following `{log}` on {one}")),
            (Extent::Follow, more) => {
                let count = more.len();
                self.ui
                    .status(&format!("following `{log}` on {count} hosts"));
            }
        }
    }

    /// Shows what has come.
    ///
    /// # Errors
    /// Where nobody reads the output.
    pub(super) fn take(&mut self, news: Vec<News>) -> std::io::Result<()> {
        let mut text = String::new();
        let width = self.ui.width();
        for news in news {
            match news {
                News::Line(line) => {
                    self.has_any = true;
                    text.extend(self.lines.show(&line, width));
                }
                News::Host(host, what) => {
                    self.print(&mut text)?;
                    self.hear(host, what);
                }
            }
        }
        self.print(&mut text)
    }

    fn print(&mut self, text: &mut String) -> std::io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        self.has_lines = true;
        self.ui.exact(&std::mem::take(text))
    }

    fn hear(&mut self, host: usize, what: HostNews) {
        let Some(host) = self.wanted.hosts.get(host) else {
            return;
        };
        match what {
            HostNews::Trouble(trouble) => {
                if self.wanted.extent == Extent::Follow {
                    let way_out =
                        way_out(&trouble, host, self.opened).map(|way| format!("; {way}"));
                    let way_out = way_out.unwrap_or_default();
                    self.ui.warning(&format!("{host}: {trouble}{way_out}"));
                }
                self.troubles.push((host.clone(), trouble));
            }
            HostNews::Paused(trouble) => {
                self.ui.warning(&format!("{host}: {trouble}; trying again"));
            }
            HostNews::Awaited => {
                let log = &self.wanted.log;
                let text = format!("{host}: `{log}` is not there yet; it will be shown once it is");
                self.ui.warning(&text);
            }
            HostNews::Back => self.ui.status(&format!("{host}: its log is read again")),
            HostNews::Gap => {
                let text = "lines that were written in the meantime may be missing";
                self.ui.warning(&format!("{host}: {text}"));
            }
            HostNews::Said(text) => self.ui.warning(&format!("{host}: {text}")),
        }
    }

    /// The end, where there is no more to come.
    pub(super) fn end(&self) -> Result<(), Failure> {
        if !self.troubles.is_empty() {
            return Err(match self.wanted.extent {
                Extent::ToEnd => summary(&self.troubles, self.wanted, self.opened).into(),
                Extent::Follow => {
                    let message = "there is no host left whose log can be followed";
                    CommandError::new(ErrorKind::Unexpected, message)
                        .hint("run this again once that is fixed")
                        .into()
                }
            });
        }
        if !self.has_lines {
            self.ui.status(&self.nothing());
        }
        Ok(())
    }

    /// Why nothing was shown.
    fn nothing(&self) -> String {
        let Wanted {
            log, lines, hosts, ..
        } = self.wanted;
        // Of a log that is longer, no line was wanted.
        let is_asked_for = !lines.starts_with('+') && lines.parse::<u64>().is_ok_and(|it| it > 0);
        match (self.has_any || !is_asked_for, hosts.as_slice()) {
            (true, _) => "nothing to show; `-n` looks at more lines of each log".to_owned(),
            (false, [_]) => format!("`{log}` is empty"),
            (false, _) => format!("`{log}` is empty on all of these hosts"),
        }
    }
}
