use regex::Regex;

use super::args::TailArgs;
use super::column::Column;
use crate::bunyan::{Coloring, Mode, Others, Printer};
use crate::model::HostName;
use crate::tail::LogLine;
use crate::ui::{Format, Screen, rows, steady};

/// How lines of logs are shown, and which.
pub(super) struct Lines {
    printer: Printer,
    grep: Option<Regex>,
    column: Option<Column>,
    hosts: Vec<HostName>,
    format: Format,
    screen: Screen,
    /// Whether people read it, and not programs.
    is_text: bool,
}

impl Lines {
    pub(super) fn new(args: &TailArgs, hosts: &[HostName], format: Format, screen: Screen) -> Self {
        let mode = args.mode();
        let is_text = match mode {
            Mode::Long | Mode::Short | Mode::Simple => true,
            // Programs read these.
            Mode::Json(_) | Mode::Bunyan | Mode::Inspect => false,
        };
        let has_column = hosts.len() > 1 && is_text && !args.no_host;
        let coloring = match screen {
            Screen::Colored => Coloring::Colored,
            Screen::Plain | Screen::None => Coloring::Plain,
        };
        Self {
            printer: Printer {
                mode,
                coloring,
                level: args.level,
                others: match args.strict {
                    true => Others::Hide,
                    false => Others::Pass,
                },
            },
            grep: args.grep.clone(),
            column: has_column.then(|| Column::new(hosts, coloring)),
            hosts: hosts.to_vec(),
            format,
            screen,
            is_text,
        }
    }

    /// What is shown of a line, in so many columns where that is a terminal; nothing where it is left out.
    pub(super) fn show(&self, line: &LogLine, width: usize) -> Option<String> {
        let printed = self.printer.print(&line.text, line.record.as_ref())?;
        if !self.is_wanted(line, &printed) {
            return None;
        }
        if self.format == Format::Json {
            return Some(self.json(line));
        }
        let taken = self.column.as_ref().map_or(0, Column::width);
        let printed = match (self.screen, self.is_text) {
            (Screen::None, _) => printed,
            // What a service writes does not steer the terminal.
            (Screen::Colored | Screen::Plain, false) => steady(&printed),
            (Screen::Colored | Screen::Plain, true) => {
                rows(&steady(&printed), width.saturating_sub(taken))
            }
        };
        Some(match &self.column {
            Some(column) => column.before(line.host, &printed),
            None => printed,
        })
    }

    /// Whether what is looked for is found in it, whatever colours it is in.
    fn is_wanted(&self, line: &LogLine, printed: &str) -> bool {
        let Some(grep) = &self.grep else {
            return true;
        };
        let is_in = |text: &str| grep.is_match(text.trim_end_matches('\n'));
        match self.printer.coloring {
            Coloring::Plain => is_in(printed),
            Coloring::Colored => {
                let plain = Printer {
                    coloring: Coloring::Plain,
                    ..self.printer
                };
                let printed = plain.print(&line.text, line.record.as_ref());
                printed.is_some_and(|printed| is_in(&printed))
            }
        }
    }

    /// An object in one line: the host, and the record or the line.
    fn json(&self, line: &LogLine) -> String {
        let host = self.hosts.get(line.host).map(HostName::as_str);
        let host = serde_json::json!(host);
        let record = line.record.as_ref();
        match record.and_then(|record| record.print(Mode::Bunyan, Coloring::Plain)) {
            Some(record) => format!("{{\"host\":{host},\"record\":{}}}\n", record.trim_end()),
            None => format!(
                "{{\"host\":{host},\"line\":{}}}\n",
                serde_json::json!(line.text)
            ),
        }
    }
}
