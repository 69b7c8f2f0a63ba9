use crate::cli::given;
use std::io::Read as _;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp, Zoned};
use serde_json::json;

use super::context::{Context, Loaded};
use super::number::minutes;
use super::request::today;
use super::{Failure, GlobalArgs};
use crate::calendar::{Card, Objection, Slot, Taken, next, objection};
use crate::count::count;
use crate::error::CommandError;
use crate::interrupt;
use crate::model::{Calendar, Service, Site};
use crate::ui::{Format, Ui};
use crate::visible::visible;

/// The longest page that is read, in bytes.
const LARGEST: u64 = 4 << 20;

#[derive(Debug, Args)]
pub struct ScheduleArgs {
    /// When the deployment begins, such as `2026-12-01 09:00`, in the time zone of the site [default: the next window].
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// How long it may take, in minutes.
    #[arg(long, value_name = "MINUTES", default_value = "30", allow_negative_numbers = true, value_parser = minutes)]
    length: u16,
    /// The text of the calendar page, to see which windows are taken; `-` reads stdin.
    #[arg(long, value_name = "FILE", value_parser = given::path())]
    page: Option<Utf8PathBuf>,
    /// What will be deployed [default: the first sentence of the description].
    what: Option<String>,
}

pub(super) fn run(args: &ScheduleArgs, global: &GlobalArgs, ui: &Ui) -> Result<(), Failure> {
    let context = Context::new(global, ui)?;
    let loaded = context.load(global)?;
    let Loaded {
        service,
        site,
        templates,
        ..
    } = &loaded;
    let calendar = site.calendar.as_ref().ok_or_else(|| {
        CommandError::usage(format!("the site `{}` has no calendar", site.name))
            .hint("add one as `calendar` to the site file: `time_zone`, `days`, `hours`")
    })?;
    let taken = match &args.page {
        Some(path) => taken(path, calendar, ui)?,
        None => Vec::new(),
    };
    let length = SignedDuration::from_mins(args.length.into());
    let slot = match &args.at {
        Some(text) => Slot::new(&at(text, calendar)?, length).ok_or_else(|| {
            CommandError::usage(format!("--at: `{text}` is too far away"))
                .hint("name an earlier day")
        })?,
        None => proposed(service, calendar, length, &taken)?,
    };
    let warnings = warnings(&slot, site, calendar, &taken);
    for warning in &warnings {
        ui.warning(warning);
    }
    let card = Card {
        service,
        site,
        calendar,
        slot: &slot,
        what: args.what.as_deref(),
    };
    let text = card
        .render(templates)
        .map_err(|error| CommandError::from(crate::generate::GenerateError::from(error)))?;
    if ui.format == Format::Json {
        let value = json!({
            "start": slot.start.timestamp(),
            "end": slot.end.timestamp(),
            "time_zone": calendar.time_zone,
            "text": text,
            "warnings": warnings,
        });
        return Ok(ui.result(&format!("{value:#}\n"))?);
    }
    ui.status(&format!(
        "{} for {}",
        spoken(&slot.start),
        count(usize::from(args.length), "minute")
    ));
    ui.verbatim(&text)?;
    if let Some(page) = &calendar.page {
        ui.next(&format!("add it to {page}"));
    }
    Ok(())
}

/// The time now; that of `SOURCE_DATE_EPOCH` where it is set.
fn now() -> Result<Zoned, CommandError> {
    // The day is checked by whoever reads it.
    today()?;
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok();
    let fixed = fixed.and_then(|seconds| Timestamp::from_second(seconds.parse().ok()?).ok());
    Ok(fixed
        .unwrap_or_else(Timestamp::now)
        .to_zoned(jiff::tz::TimeZone::UTC))
}

/// The windows that are taken on a page.
fn taken(path: &Utf8Path, calendar: &Calendar, ui: &Ui) -> Result<Vec<Taken>, CommandError> {
    let named = path.to_owned();
    let read = interrupt::wait_for(move || match named.as_str() {
        "-" => std::io::read_to_string(std::io::stdin().take(LARGEST)),
        _ => std::io::read_to_string(std::fs::File::open(named)?.take(LARGEST)),
    });
    let Some(read) = read else {
        let message = format!("interrupted while `{path}` was read; nothing was written");
        return Err(CommandError::new(interrupt::kind(), message));
    };
    let text = read
        .map_err(|error| CommandError::usage(format!("`{path}` cannot be read")).refused(&error))?;
    let taken = Taken::read(&text, calendar);
    if taken.is_empty() {
        ui.warning(&format!(
            "there is no card of a deployment in `{path}`; the wikitext of the page is needed, as `?action=raw` gives it"
        ));
    }
    Ok(taken)
}

/// The time that was given: in the site's time zone, unless it has one of its own.
fn at(text: &str, calendar: &Calendar) -> Result<Zoned, CommandError> {
    let zone = calendar.zone();
    let local = || {
        let parsed = DateTime::strptime("%Y-%m-%d %H:%M", text).or_else(|_| text.parse());
        parsed.ok()?.to_zoned(zone.clone()).ok()
    };
    let exact = text.parse::<Timestamp>().ok();
    let exact = exact.map(|time| time.to_zoned(zone.clone()));
    let time = exact.or_else(local).ok_or_else(|| {
        CommandError::usage(format!("--at: `{}` is not a time", visible(text))).hint(
            "such as `2026-12-01 09:00`, in the time zone of the site, or `2026-12-01T17:00Z`",
        )
    })?;
    if time < now()? {
        return Err(
            CommandError::usage(format!("--at: {} has passed", spoken(&time)))
                .hint("without `--at` the next free window is proposed"),
        );
    }
    Ok(time)
}

/// The next free window, on the day of the first deployment or after it where that is still to come.
fn proposed(
    service: &Service,
    calendar: &Calendar,
    length: SignedDuration,
    taken: &[Taken],
) -> Result<Slot, CommandError> {
    let now = now()?;
    let planned = service.timeline.deployment;
    let planned = planned.and_then(|day| day.to_zoned(calendar.zone().clone()).ok());
    let from = planned.filter(|day| *day > now).unwrap_or(now);
    next(calendar, &from, length, taken).ok_or_else(|| {
        CommandError::usage("there is no free window of that length in the next two months")
            .hint("a shorter one: `--length MINUTES`")
            .hint("one of your own choice: `--at TIME`")
    })
}

/// What speaks against a slot.
fn warnings(slot: &Slot, site: &Site, calendar: &Calendar, taken: &[Taken]) -> Vec<String> {
    let objection =
        objection(calendar, slot).map(|objection| unusual(objection, slot, site, calendar));
    let overlaps = slot.overlaps(taken).into_iter().map(|other| {
        let zone = calendar.zone().clone();
        let (from, to) = (
            &other.slot.start,
            other.slot.end.with_time_zone(zone.clone()),
        );
        let from = from.with_time_zone(zone);
        format!(
            "`{}` is planned from {} to {}",
            other.name,
            spoken(&from),
            to.strftime("%H:%M")
        )
    });
    objection.into_iter().chain(overlaps).collect()
}

/// Why a time is not one of the site's, in words.
pub(super) fn unusual(
    objection: Objection,
    slot: &Slot,
    site: &Site,
    calendar: &Calendar,
) -> String {
    let time = slot.start.strftime("%F %H:%M %Z");
    let hours = calendar.hours.map(|hours| format!(", {hours}"));
    let days = calendar.days_named().unwrap_or("every day".to_owned());
    let allowed = format!(
        "{} deploys on {days}{}",
        site.name,
        hours.unwrap_or_default()
    );
    match objection {
        Objection::Day(day) => format!("{time} is a {}; {allowed}", day.long()),
        Objection::Hours => format!("{time} is outside the hours; {allowed}"),
    }
}

/// A time as people say it.
fn spoken(time: &Zoned) -> String {
    time.strftime("%a %F %H:%M %Z").to_string()
}
