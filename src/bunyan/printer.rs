use super::{Coloring, Level, Mode, Record};

/// What is shown of a log, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Printer {
    pub mode: Mode,
    pub coloring: Coloring,
    /// Records of a lower level are left out.
    pub level: Option<Level>,
    pub others: Others,
}

/// What becomes of lines that are no records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// They are shown as they are.
    Pass,
    Hide,
}

impl Printer {
    /// What is shown of a line, with the end of its last line; nothing where it is left out. `record` is what it was read as.
    pub fn print(&self, line: &str, record: Option<&Record>) -> Option<String> {
        match record {
            Some(record) if self.level.is_some_and(|level| !record.is_at_least(level)) => None,
            Some(record) => {
                let printed = record.print(self.mode, self.coloring);
                Some(printed.unwrap_or_else(|| format!("{line}\n")))
            }
            None if self.others == Others::Hide => None,
            None => Some(format!("{line}\n")),
        }
    }
}
