//! When an organisation deploys.

use jiff::Zoned;
use jiff::civil::{DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::model::Problem;
use crate::model::choice;
use crate::model::read::{Fields, Read, expected};
use crate::model::text::Line;
use crate::visible::visible;
use crate::yaml::Node;

/// When deploys are allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// The time zone of the hours, as `Europe/Prague`.
    pub time_zone: ZoneName,
    /// What the page calls this time zone, as `SF`; its usual abbreviation where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Line>,
    /// Days of the week, as `Mon`; every day where none is named.
    #[serde(default)]
    pub days: Vec<Day>,
    /// From and to, as `"09:00-16:00"`; a day that ends before it begins ends on the next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// Address of the page with the deployments that are planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<Line>,
}

/// A time zone of the IANA database.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub struct ZoneName(TimeZone);

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// Hours of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String", extend("pattern" = "^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$"))]
pub struct Hours {
    pub from: Time,
    pub to: Time,
}

impl Calendar {
    /// The time zone.
    pub fn zone(&self) -> &TimeZone {
        &self.time_zone.0
    }

    /// Whether deploys are allowed on a day.
    pub fn has(&self, day: Day) -> bool {
        self.days.is_empty() || self.days.contains(&day)
    }

    /// The days in words, as `Mon, Tue`; `None` for every day.
    pub fn days_named(&self) -> Option<String> {
        let names: Vec<&str> = self.days.iter().map(|day| day.short()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// The times at which deploys begin and end to be allowed, of the window that begins on a day; `None` on other days.
    pub fn window(&self, date: jiff::civil::Date) -> Option<(Zoned, Zoned)> {
        if !self.has(Day::of(date.weekday())) {
            return None;
        }
        let midnight = Time::midnight();
        let (from, to) = self
            .hours
            .map_or((midnight, midnight), |hours| (hours.from, hours.to));
        let end = if to > from {
            date
        } else {
            date.tomorrow().ok()?
        };
        let at = |moment: DateTime| moment.to_zoned(self.zone().clone()).ok();
        Some((at(date.to_datetime(from))?, at(end.to_datetime(to))?))
    }
}

impl Day {
    const ALL: [(&'static str, Self, &'static str); 7] = [
        ("Mon", Self::Mon, "Monday"),
        ("Tue", Self::Tue, "Tuesday"),
        ("Wed", Self::Wed, "Wednesday"),
        ("Thu", Self::Thu, "Thursday"),
        ("Fri", Self::Fri, "Friday"),
        ("Sat", Self::Sat, "Saturday"),
        ("Sun", Self::Sun, "Sunday"),
    ];

    /// The day of the week as jiff has it.
    pub fn of(day: Weekday) -> Self {
        Self::ALL[usize::from(day.to_monday_zero_offset().unsigned_abs())].1
    }

    /// As the site file has it.
    pub fn short(self) -> &'static str {
        Self::ALL[self as usize].0
    }

    /// As people write it.
    pub fn long(self) -> &'static str {
        Self::ALL[self as usize].2
    }
}

impl Hours {
    fn times(text: &str) -> Option<(Time, Time)> {
        let (from, to) = text.split_once('-')?;
        let time = |text: &str| {
            let is_one = text.len() == 5 && text.as_bytes()[2] == b':';
            is_one.then(|| Time::strptime("%H:%M", text).ok()).flatten()
        };
        Some((time(from.trim())?, time(to.trim())?))
    }
}

impl std::fmt::Display for Hours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (from, to) = (self.from.strftime("%H:%M"), self.to.strftime("%H:%M"));
        write!(f, "{from}-{to}")
    }
}

impl Serialize for Hours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for ZoneName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.iana_name().unwrap_or("UTC"))
    }
}

impl Read for ZoneName {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let text = String::read(node, problems)?;
        // A file of zones is what knows their names; `..` leads to other files.
        let zone = (!text.contains(".."))
            .then(|| TimeZone::get(&text).ok())
            .flatten();
        if zone.is_none() {
            let message = format!("`{}` is not a time zone", visible(&text));
            problems.push(Problem::new(node.span.clone(), message).rule("such as `Europe/Prague`"));
        }
        zone.map(Self)
    }
}

impl Read for Day {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let known = Self::ALL.map(|(short, day, _)| (short, day));
        choice(node, &known, problems)
    }
}

impl Read for Hours {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let text = String::read(node, problems)?;
        let Some((from, to)) = Self::times(&text) else {
            problems.push(expected("hours, such as `\"09:00-16:00\"`", node));
            return None;
        };
        if from == to {
            let message = format!(
                "`{}` ends when it begins: nothing could ever be deployed",
                visible(&text)
            );
            let rule = "two different times; without `hours` it is the whole day";
            problems.push(Problem::new(node.span.clone(), message).rule(rule));
            return None;
        }
        Some(Self { from, to })
    }
}

impl Read for Calendar {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let time_zone = fields.required("time_zone", problems);
        let label = fields.optional("label", problems);
        let days = fields.or("days", Vec::new(), problems);
        let hours = fields.optional("hours", problems);
        let page = fields.optional("page", problems);
        fields.end(problems);
        Some(Self {
            time_zone: time_zone?,
            label,
            days,
            hours,
            page,
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::model::Site;

    fn site(calendar: &str) -> Result<Site, String> {
        let text = format!("version: 1\nname: here\ncalendar: {calendar}\n");
        Site::parse("sites/here.yaml".into(), &text).map_err(|error| format!("{error:?}"))
    }

    #[test]
    fn a_window_is_of_the_day_on_which_it_begins() {
        let window = |calendar: &str, day| {
            let calendar = site(calendar).unwrap().calendar.unwrap();
            let window = calendar.window(day);
            window.map(|(from, to)| format!("{from:.0} {to:.0}"))
        };
        let (friday, saturday) = (date(2026, 11, 27), date(2026, 11, 28));
        let office = "{time_zone: Europe/Prague, days: [Thu, Fri], hours: '09:00-16:00'}";
        assert_eq!(
            window(office, friday).unwrap(),
            "2026-11-27T09:00:00+01:00[Europe/Prague] 2026-11-27T16:00:00+01:00[Europe/Prague]"
        );
        assert_eq!(window(office, saturday), None);
        let night = "{time_zone: UTC, hours: '22:00-02:00'}";
        assert_eq!(
            window(night, saturday).unwrap(),
            "2026-11-28T22:00:00+00:00[UTC] 2026-11-29T02:00:00+00:00[UTC]"
        );
        assert_eq!(
            window("{time_zone: UTC}", saturday).unwrap(),
            "2026-11-28T00:00:00+00:00[UTC] 2026-11-29T00:00:00+00:00[UTC]"
        );
    }

    #[test]
    fn what_is_no_calendar_is_said_where_it_stands() {
        for (calendar, message) in [
            (
                "{time_zone: Europe/Prag}",
                "`Europe/Prag` is not a time zone",
            ),
            ("{time_zone: ../../etc/passwd}", "is not a time zone"),
            (
                "{time_zone: UTC, days: [Monday]}",
                "`Monday` is not known here",
            ),
            ("{time_zone: UTC, hours: '9-16'}", "expected hours"),
            ("{time_zone: UTC, hours: '09:00-25:00'}", "expected hours"),
            (
                "{time_zone: UTC, hours: '09:00-09:00'}",
                "`09:00-09:00` ends when it begins",
            ),
            (
                "{time_zone: UTC, hours: '00:00-00:00'}",
                "`00:00-00:00` ends when it begins",
            ),
            ("{time_zone: UTC, hours: '9-9'}", "expected hours"),
        ] {
            let error = site(calendar).unwrap_err();
            assert!(error.contains(message), "{calendar}: {error}");
        }
        let kept = "{time_zone: UTC, days: [Mon, Sun], hours: '09:05-16:00'}";
        let calendar = site(kept).unwrap().calendar.unwrap();
        assert_eq!(calendar.hours.unwrap().to_string(), "09:05-16:00");
        assert_eq!(calendar.days_named().unwrap(), "Mon, Sun");
    }
}
