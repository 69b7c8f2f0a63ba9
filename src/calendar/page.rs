//! The page with the deployments that are planned: its cards are read, and one is written.
//!
//! A card is `{{Deployment calendar event card` with the fields `when` (`2026-12-01 09:00 SF`), `length` (hours),
//! `window`, `who` and `what`, each after a `|` in a line of its own, as Wikitech's "Deployments" has them.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Zoned};
use serde_json::json;

use super::Slot;
use crate::model::{Calendar, Service, Site};
use crate::render::quoting::wikitext;
use crate::render::{RenderError, Templates};

/// What a card begins with, whatever the case of its first letter and the blanks in it.
const CARD: &str = "{{deployment calendar event card";

/// A deployment that somebody has planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub slot: Slot,
    /// What the window is called there.
    pub name: String,
}

/// The card of one deployment, before it is written.
#[derive(Debug, Clone, Copy)]
pub struct Card<'a> {
    pub service: &'a Service,
    pub site: &'a Site,
    pub calendar: &'a Calendar,
    pub slot: &'a Slot,
    /// What is deployed, in the user's words.
    pub what: Option<&'a str>,
}

impl Taken {
    /// Reads the cards of a page; what is no card, or has no time that can be read, is left out.
    pub fn read(page: &str, calendar: &Calendar) -> Vec<Self> {
        let lower = page.to_ascii_lowercase().replace('_', " ");
        let starts = lower.match_indices(CARD).map(|(start, _)| start);
        starts
            .filter_map(|start| Self::parse(&page[start..], calendar))
            .collect()
    }

    fn parse(text: &str, calendar: &Calendar) -> Option<Self> {
        let lines = text.lines().skip(1).map(str::trim);
        let lines: Vec<&str> = lines.take_while(|line| *line != "}}").collect();
        let field = |name: &str| {
            let fields = lines
                .iter()
                .filter_map(|line| line.strip_prefix('|')?.split_once('='));
            let mut values = fields.filter(|(key, _)| key.trim() == name);
            values.next().map(|(_, value)| value.trim())
        };
        let start = time(field("when")?, calendar)?;
        let hours: f64 = field("length").and_then(|hours| hours.parse().ok())?;
        let length = SignedDuration::try_from_secs_f64(hours * 3600.0).ok()?;
        let name = field("window")
            .unwrap_or("a window without a name")
            .to_owned();
        Some(Self {
            slot: Slot::new(&start, length)?,
            name,
        })
    }
}

/// Reads `2026-12-01 09:00 SF`: in UTC where that is said, else in the site's time zone.
fn time(text: &str, calendar: &Calendar) -> Option<Zoned> {
    let mut words = text.split_whitespace();
    let (date, time) = (words.next()?, words.next()?);
    let zone = match words.next() {
        Some("UTC") => TimeZone::UTC,
        _ => calendar.zone().clone(),
    };
    let moment = DateTime::strptime("%Y-%m-%d %H:%M", format!("{date} {time}")).ok()?;
    moment.to_zoned(zone).ok()
}

impl Card<'_> {
    /// Writes the card, below the header of its day.
    ///
    /// # Errors
    /// Where a template of the organisation's own is wrong.
    pub fn render(&self, templates: &Templates) -> Result<String, RenderError> {
        let (service, start) = (self.service, &self.slot.start);
        let label = self.calendar.label.as_ref().map(ToString::to_string);
        let hours = self.slot.end.duration_since(start).as_secs_f64() / 3600.0;
        let url = self.site.phabricator.url.as_ref();
        let task = service.tickets.service_request.as_ref();
        let task = task
            .zip(url)
            .map(|(task, url)| format!("[{}/{task} {task}]", url.as_str().trim_end_matches('/')));
        let what = match self.what {
            Some(text) => text.to_owned(),
            None => service.description.first_sentence(),
        };
        let values = json!({
            "date": start.strftime("%F").to_string(),
            "time": start.strftime("%H:%M").to_string(),
            "zone": label.unwrap_or_else(|| start.strftime("%Z").to_string()),
            // Up to two digits, none in vain: 0.5, 1, 1.25.
            "length": ((hours * 100.0).round() / 100.0).to_string(),
            "service": service.name,
            "nick": service.owner.irc.as_ref().map(|nick| wikitext(nick.as_str())),
            "owner": wikitext(service.owner.name.as_str()),
            "what": wikitext(&what),
            "task": task,
        });
        templates.render("calendar/card", &values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
== Week of November 30 ==
==={{Deployment_day|date=2026-11-30}}===
{{Deployment calendar event card
    |when=2026-11-30 09:00 SF
    |length=0.5
    |window=Tea pots
    |who={{ircnick|ada|Ada}}
    |what=* {{gerrit|1}} x = y
}}
{{deployment_calendar_event_card
|when=2026-11-30 18:00 UTC
|length = 1.25
|window=Kettles
}}
{{Deployment calendar event card
|when=soon
|window=Nobody knows
}}
";

    #[test]
    fn the_cards_of_a_page_are_read() {
        let text = "version: 1\nname: here\ncalendar: {time_zone: America/Los_Angeles}\n";
        let site = Site::parse("here.yaml".into(), text).unwrap();
        let taken = Taken::read(PAGE, &site.calendar.unwrap());
        let shown: Vec<String> = taken
            .iter()
            .map(|taken| {
                format!(
                    "{} {} {}",
                    taken.name,
                    taken.slot.start.timestamp(),
                    taken.slot.end.timestamp()
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                "Tea pots 2026-11-30T17:00:00Z 2026-11-30T17:30:00Z",
                "Kettles 2026-11-30T18:00:00Z 2026-11-30T19:15:00Z",
            ]
        );
    }
}
