//! Reads the texts of `scap.cfg` as values.

use std::time::Duration;

use super::mistake::{Findings, Mistake};
use super::settings::{Setting, Settings};
use crate::model::FailureLimit;
use crate::visible::visible;

/// Reads a setting that may be absent; what is wrong is added to the mistakes.
pub(super) fn optional<T>(
    settings: &Settings,
    key: &str,
    findings: &mut Findings,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Option<T> {
    let setting = settings.find(key)?;
    parse(&setting.value)
        .map_err(|rule| findings.mistakes.push(bad(setting, key, &rule)))
        .ok()
}

/// The mistake of a setting with a bad value.
pub(super) fn bad(setting: &Setting, key: &str, rule: &str) -> Mistake {
    let message = format!("`{key}` cannot be `{}`", visible(&setting.value));
    Mistake::new(&setting.path, Some(setting.line), message).rule(rule)
}

/// Reads a boolean by the words that ConfigParser takes.
pub(super) fn boolean(text: &str) -> Result<bool, String> {
    match text.to_lowercase().as_str() {
        "1" | "yes" | "true" | "on" => Ok(true),
        "0" | "no" | "false" | "off" => Ok(false),
        _ => Err("write `True` or `False`".into()),
    }
}

/// Reads a number that is at least one.
pub(super) fn count(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("write a number that is at least 1".into()),
    }
}

/// Reads a number that may be none.
pub(super) fn any_number(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "write a whole number".into())
}

/// Reads a TCP port.
pub(super) fn port(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("write a port, from 1 to 65535".into()),
    }
}

/// Reads seconds.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = text.parse().ok();
    seconds
        .and_then(duration)
        .ok_or_else(|| "write a number of seconds, such as `120`".into())
}

/// A duration that a deploy can wait for.
pub(super) fn duration(seconds: f64) -> Option<Duration> {
    let sensible = seconds > 0.0 && seconds <= 7.0 * 24.0 * 3600.0;
    sensible
        .then(|| Duration::try_from_secs_f64(seconds).ok())
        .flatten()
}

/// Reads how many hosts of a group may fail.
pub(super) fn failure_limit(text: &str) -> Result<FailureLimit, String> {
    let rule = || "write a number of hosts, or a percentage from `0%` to `100%`".to_owned();
    match text.strip_suffix('%') {
        Some(number) => match number.trim().parse() {
            Ok(number) if number <= 100 => Ok(FailureLimit::Percent(number)),
            _ => Err(rule()),
        },
        None => text.parse().map(FailureLimit::Hosts).map_err(|_| rule()),
    }
}

/// Reads an absolute path.
pub(super) fn absolute(text: &str) -> Result<camino::Utf8PathBuf, String> {
    let path = camino::Utf8Path::new(text);
    let is_plain =
        !text.contains(char::is_control) && path.components().all(|c| c.as_str() != "..");
    if path.is_absolute() && is_plain {
        return Ok(path.to_owned());
    }
    Err("write an absolute path".into())
}

/// Reads one word, such as a reference or a scheme.
pub(super) fn word(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._/+@~^-".contains(c);
    match text.chars().all(plain) && !text.starts_with('-') {
        true => Ok(text.to_owned()),
        false => Err("write one word".into()),
    }
}
