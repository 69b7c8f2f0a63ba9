use std::fmt;
use std::str::FromStr;

use super::coerce;
use super::paint::Paint;
use super::text::Text;
use super::value::Value;
use crate::model::or_did_you_mean;

/// The least level of the records that are shown: the name of one, or any number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level(f64);

/// Each level that has a name, with the name as it is printed, and its colour.
const NAMED: [(f64, &str, Paint); 6] = [
    (10.0, "TRACE", Paint::WHITE),
    (20.0, "DEBUG", Paint::YELLOW),
    (30.0, "INFO", Paint::CYAN),
    (40.0, "WARN", Paint::MAGENTA),
    (50.0, "ERROR", Paint::RED),
    (60.0, "FATAL", Paint::INVERSE),
];

impl Level {
    /// Whether a record of that level is shown: one whose level is no number is, and with zero every one is.
    pub(super) fn is_met_by(self, level: Option<&Value>) -> bool {
        let is_less = coerce::number(level) < self.0;
        !is_less || self.0 == 0.0
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = |(number, name, _): &(f64, &str, Paint)| {
            name.eq_ignore_ascii_case(text).then_some(*number)
        };
        // As `svcgen log` has it.
        let is_warning = text.eq_ignore_ascii_case("warning").then_some(40.0);
        let number = NAMED.iter().find_map(named).or(is_warning);
        let number = number.unwrap_or_else(|| coerce::number_of(&Text::from(text)));
        match number.is_nan() || text.is_empty() {
            true => {
                let names = NAMED.map(|(_, name, _)| name.to_lowercase());
                let near = or_did_you_mean(text, names.iter().map(String::as_str));
                let names = names.join(", ");
                Err(format!("a level is {names}, or a number{near}"))
            }
            false => Ok(Self(number)),
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&coerce::number_text(self.0))
    }
}

/// The name of a record's level, and its colour, where it has one.
pub(super) fn named(level: Option<&Value>) -> Option<(&'static str, Paint)> {
    // A text that is written as the number is as good.
    let level = coerce::text(level).to_string();
    let mut levels = NAMED.iter();
    let found = levels.find(|(number, _, _)| coerce::number_text(*number) == level);
    found.map(|(_, name, paint)| (*name, *paint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_a_name_or_a_number() {
        for (text, number) in [
            ("warn", 40.0),
            ("WARN", 40.0),
            ("warning", 40.0),
            ("35", 35.0),
            ("0", 0.0),
        ] {
            assert_eq!(text.parse(), Ok(Level(number)));
        }
        for text in ["", "warned", "loud"] {
            assert!(text.parse::<Level>().is_err(), "{text}");
        }
        let refused = |text: &str| text.parse::<Level>().unwrap_err();
        for (text, meant) in [("wran", "warn"), ("Eror", "error")] {
            assert!(refused(text).ends_with(&format!("; did you mean `{meant}`?")));
        }
        assert!(refused("loud").ends_with(", fatal, or a number"));
    }
}
