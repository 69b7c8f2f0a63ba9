//! Times as people read them: the time of the day or the day, and how long ago that is.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};

/// Since when, such as `since 14:03 (2 minutes ago)`.
pub(super) fn since(second: i64) -> String {
    let Ok(at) = Timestamp::from_second(second) else {
        return "since an unknown time".into();
    };
    let now = Timestamp::now();
    let shown = at.to_zoned(TimeZone::system());
    let is_today = shown.date() == now.to_zoned(TimeZone::system()).date();
    let shown = match is_today {
        true => shown.strftime("%H:%M"),
        false => shown.strftime("%Y-%m-%d %H:%M"),
    };
    match ago(at, now) {
        Some(ago) => format!("since {shown} ({ago} ago)"),
        None => format!("since {shown}"),
    }
}

/// How long ago something was, in the largest unit that fits; nothing where it is to come.
fn ago(at: Timestamp, now: Timestamp) -> Option<String> {
    let seconds = now.since((Unit::Second, at)).ok()?.get_seconds();
    let units = [
        (86400, "day"),
        (3600, "hour"),
        (60, "minute"),
        (1, "second"),
    ];
    let (length, unit) = units.into_iter().find(|(length, _)| seconds >= *length)?;
    Some(match seconds / length {
        1 => format!("1 {unit}"),
        more => format!("{more} {unit}s"),
    })
}

/// How long something took, such as `41 s` or `12 min`.
pub(super) fn took(seconds: f64) -> String {
    match seconds {
        short if short < 10.0 => format!("{short:.1} s"),
        short if short < 120.0 => format!("{short:.0} s"),
        long => format!("{:.0} min", long / 60.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_the_largest_unit_that_fits() {
        let at = |second| Timestamp::from_second(second).unwrap_or_default();
        let ago = |seconds: i64| ago(at(1_000_000), at(1_000_000 + seconds));
        assert_eq!(ago(59).as_deref(), Some("59 seconds"));
        assert_eq!(ago(60).as_deref(), Some("1 minute"));
        assert_eq!(ago(7300).as_deref(), Some("2 hours"));
        assert_eq!(ago(260_000).as_deref(), Some("3 days"));
        assert_eq!((ago(0), ago(-5)), (None, None));
        assert_eq!(
            [took(0.52), took(41.3), took(721.0)],
            ["0.5 s", "41 s", "12 min"]
        );
    }
}
