//! Texts as a page may show them: what hosts and commits say steers nothing and hides nothing.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A text in which everything can be seen: control characters, and those that turn the direction of writing, are escaped.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => shown.push(c),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                shown.extend(c.escape_unicode());
            }
            c if c.is_control() => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    shown
}

/// The same, of a bearable length.
pub(super) fn bounded(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", shown(&text[..end])),
        None => shown(text),
    }
}

/// A length of time in words.
pub(super) fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    match whole {
        0..=9 => format!("{:.2} s", seconds.max(0.0)),
        10..=59 => format!("{seconds:.1} s"),
        60..=3599 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

/// A time of the day, in UTC.
pub(super) fn clock(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%H:%M:%S").to_string()
}

/// A day and a time, in UTC.
pub(super) fn moment(at: Timestamp) -> String {
    let at = at.to_zoned(TimeZone::UTC);
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// So many of something.
pub(super) fn count(number: usize, one: &str, more: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        number => format!("{number} {more}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(shown("a\tb\nü"), "a\tb\nü");
        assert_eq!(shown("\u{1b}[31m\0\r"), "\\u{1b}[31m\\u{0}\\r");
        assert_eq!(shown("x\u{202e}y\u{2066}"), "x\\u{202e}y\\u{2066}");
        assert_eq!(bounded("äöü", 2), "äö…");
        assert_eq!(bounded("äö", 2), "äö");
    }

    #[test]
    fn lengths_of_time_are_told_as_people_do() {
        let told = [0.214, 9.4, 41.26, 59.9, 192.0, 3720.0].map(duration);
        let expected = [
            "0.21 s",
            "9.40 s",
            "41.3 s",
            "1 min 00 s",
            "3 min 12 s",
            "1 h 02 min",
        ];
        assert_eq!(told, expected);
    }
}
