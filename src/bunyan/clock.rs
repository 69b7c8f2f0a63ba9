//! Times in the notation of ISO 8601, as moment.js reads them.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use regex::Regex;

use std::sync::LazyLock;

use super::text::Text;
use super::value::Value;

/// A date, a time of the day as exact as wanted, and where it is that time.
static NOTATION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let time = r"(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?([+-]\d\d(?::?\d\d)?|\s*Z)?)?";
    Regex::new(&format!(r"^\s*(\d{{4}})-(\d\d)-(\d\d){time}$")).ok()
});

/// The time of a record, in milliseconds since 1970.
pub(super) fn milliseconds(time: Option<&Value>) -> Option<i64> {
    match time? {
        Value::Number(number) => {
            // Further away, JavaScript has no time.
            let is_time = number.abs() <= 8.64e15;
            is_time.then_some(number.trunc() as i64)
        }
        Value::Text(text) => read(&text.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The time of the day, in UTC, as the short form shows it.
pub(super) fn of_day(time: Option<&Value>) -> Text {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let Some(time) = milliseconds(time).map(|time| time.rem_euclid(DAY)) else {
        return Text::from("Invalid date");
    };
    let (seconds, milliseconds) = (time / 1000, time % 1000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    Text::from(format!(
        "{hours:02}:{minutes:02}:{seconds:02}.{milliseconds:03}Z"
    ))
}

fn read(text: &str) -> Option<i64> {
    let parts = NOTATION.as_ref()?.captures(text)?;
    let number = |group: usize| match parts.get(group) {
        Some(part) => part.as_str().parse::<i8>().ok(),
        None => Some(0),
    };
    let date = Date::new(parts[1].parse().ok()?, number(2)?, number(3)?).ok()?;
    let (hour, minute, second) = (number(4)?, number(5)?, number(6)?);
    // It cuts off what is finer, and makes its own rounding errors.
    let fraction = parts.get(7).map_or("0", |part| part.as_str());
    let fraction: f64 = format!("0.{fraction}").parse().ok()?;
    let millisecond = (fraction * 1000.0) as i32;
    let time = match (hour, minute, second, millisecond) {
        (24, 0, 0, 0) => DateTime::from_parts(date.tomorrow().ok()?, Time::midnight()),
        _ => DateTime::from_parts(
            date,
            Time::new(hour, minute, second, millisecond * 1_000_000).ok()?,
        ),
    };
    let timestamp: Timestamp = match parts.get(8).map(|part| part.as_str().trim()) {
        Some("Z") => TimeZone::UTC.to_timestamp(time),
        Some(offset) => {
            TimeZone::UTC.to_timestamp(time.checked_sub(minutes(offset)?.minutes()).ok()?)
        }
        None => TimeZone::system().to_timestamp(time),
    }
    .ok()?;
    Some(timestamp.as_millisecond())
}

/// An offset such as `+02:00`, in minutes.
fn minutes(offset: &str) -> Option<i64> {
    let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = digits
        .get(2..)
        .filter(|rest| !rest.is_empty())
        .map_or(Some(0), |rest| rest.parse().ok())?;
    let sum = hours * 60 + minutes;
    Some(if offset.starts_with('-') { -sum } else { sum })
}
