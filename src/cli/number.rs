//! Numbers of the command line, refused in words that say what is wanted.

/// The longest that anything waits: a week.
const MOST_SECONDS: u64 = 7 * 24 * 60 * 60;

/// Letters that people write behind a number, and how many seconds each is.
const UNITS: [(char, u64); 4] = [('s', 1), ('m', 60), ('h', 60 * 60), ('d', 24 * 60 * 60)];

/// Reads a number of seconds.
pub(super) fn seconds(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(seconds) if seconds <= MOST_SECONDS => Ok(seconds),
        Ok(_) => Err(format!("at most {MOST_SECONDS} seconds, which is a week")),
        Err(_) => {
            let mut units = UNITS.into_iter();
            let meant = units.find_map(|(letter, seconds)| {
                let number: u64 = text.strip_suffix(letter)?.trim_end().parse().ok()?;
                number.checked_mul(seconds)
            });
            let such_as = match meant.filter(|seconds| *seconds <= MOST_SECONDS) {
                Some(seconds) => format!("`{text}` is {seconds}"),
                None => "such as `300`".to_owned(),
            };
            Err(format!("a number of seconds is wanted, {such_as}"))
        }
    }
}

/// Reads a number of seconds in which something can be done.
pub(super) fn some_seconds(text: &str) -> Result<u64, String> {
    match seconds(text)? {
        0 => Err("at least 1 second is wanted".to_owned()),
        number => Ok(number),
    }
}

/// Reads a number of minutes, up to a day.
pub(super) fn minutes(text: &str) -> Result<u16, String> {
    let minutes = text.parse().ok();
    let minutes = minutes.filter(|minutes| (1..=1440).contains(minutes));
    minutes.ok_or_else(|| "a number of minutes is wanted, from 1 to 1440".to_owned())
}

/// Reads how many of something there shall be.
pub(super) fn how_many(text: &str) -> Result<usize, String> {
    let number = text.parse();
    number.map_err(|_| "a whole number is wanted, such as `20`".to_owned())
}

/// Reads how many of something there shall be, where none would show nothing.
pub(super) fn at_least_one(text: &str) -> Result<usize, String> {
    match how_many(text)? {
        0 => Err("at least 1 is wanted".to_owned()),
        number => Ok(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_refused_with_what_is_wanted() {
        assert_eq!(seconds("300"), Ok(300));
        for (text, words) in [
            ("5x", "a number of seconds is wanted, such as `300`"),
            ("5m", "a number of seconds is wanted, `5m` is 300"),
            ("2 h", "a number of seconds is wanted, `2 h` is 7200"),
            (
                "99999999999999999999",
                "a number of seconds is wanted, such as `300`",
            ),
            ("604801", "at most 604800 seconds, which is a week"),
            ("-5", "a number of seconds is wanted, such as `300`"),
            ("", "a number of seconds is wanted, such as `300`"),
        ] {
            assert_eq!(seconds(text).unwrap_err(), words, "{text}");
        }
        assert_eq!((minutes("1440"), how_many("0")), (Ok(1440), Ok(0)));
        assert_eq!(some_seconds("1"), Ok(1));
        assert_eq!(
            some_seconds("0").unwrap_err(),
            "at least 1 second is wanted"
        );
        assert_eq!(at_least_one("1"), Ok(1));
        assert_eq!(at_least_one("0").unwrap_err(), "at least 1 is wanted");
        assert!(minutes("1441").is_err() && minutes("0").is_err() && how_many("x").is_err());
    }
}
