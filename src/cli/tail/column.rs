use owo_colors::{AnsiColors, OwoColorize as _};

use crate::bunyan::Coloring;
use crate::model::HostName;

/// The colours that hosts have in turn.
const COLORS: [AnsiColors; 5] = [
    AnsiColors::Cyan,
    AnsiColors::Yellow,
    AnsiColors::Green,
    AnsiColors::Magenta,
    AnsiColors::Blue,
];

/// What parts a name from a line.
const PARTED: &str = " | ";

/// The names of hosts at the beginning of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    names: Vec<String>,
    width: usize,
}

impl Column {
    /// Names as short as they can be while they tell hosts apart, all as wide as the widest; in colour, each in its own.
    pub(super) fn new(hosts: &[HostName], coloring: Coloring) -> Self {
        let short = |host: &HostName| host.as_str().split('.').next().map(str::to_owned);
        let names: Vec<String> = hosts.iter().filter_map(short).collect();
        let are_different = names
            .iter()
            .all(|name| names.iter().filter(|other| *other == name).count() == 1);
        let names = match are_different {
            true => names,
            false => hosts.iter().map(ToString::to_string).collect(),
        };
        let width = names.iter().map(String::len).max().unwrap_or(0);
        let padded = names.iter().zip(COLORS.iter().cycle());
        let padded = padded.map(|(name, color)| match coloring {
            Coloring::Plain => format!("{name:width$}{PARTED}"),
            Coloring::Colored => format!("{}{PARTED}", format!("{name:width$}").color(*color)),
        });
        Self {
            names: padded.collect(),
            width: width + PARTED.len(),
        }
    }

    /// How many columns the names take.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Each line of a text with the name of a host.
    pub(super) fn before(&self, host: usize, text: &str) -> String {
        let name = self.names.get(host).map_or("", String::as_str);
        let lines = text.split_inclusive('\n');
        lines.map(|line| format!("{name}{line}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(hosts: &[&str]) -> Column {
        let hosts: Vec<HostName> = hosts
            .iter()
            .map(|host| HostName::parse(host).unwrap())
            .collect();
        Column::new(&hosts, Coloring::Plain)
    }

    #[test]
    fn names_are_as_short_as_they_can_be() {
        let short = column(&["tea1.east.example", "tea10.west.example"]);
        assert_eq!(short.before(0, "a\n  b\n"), "tea1  | a\ntea1  |   b\n");
        let long = column(&["tea1.east.example", "tea1.west.example", "pot"]);
        assert_eq!(long.before(1, "\n"), "tea1.west.example | \n");
        assert_eq!(long.before(2, "x\n"), "pot               | x\n");
    }
}
