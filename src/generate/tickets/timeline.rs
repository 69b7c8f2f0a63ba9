use jiff::civil::Date;

use crate::model::{Service, Site};

/// What is to be said about a day for the first deployment: it has passed, or leaves the site too little time.
pub fn too_soon(day: Date, site: &Site, today: Date) -> Option<String> {
    let days = today.until(day).map_or(0, |span| span.get_days());
    let (minimum, advised) = (site.timeline.minimum_weeks, site.timeline.advised_weeks);
    let is_sooner = |weeks: u32| i64::from(days) < 7 * i64::from(weeks);
    if days < 0 {
        Some(format!(
            "the day of the first deployment, {day}, has passed"
        ))
    } else if is_sooner(minimum) {
        Some(format!(
            "the first deployment is {}; {} asks for {} at least",
            in_days(days),
            site.name,
            in_weeks(minimum)
        ))
    } else if is_sooner(advised) {
        Some(format!(
            "the first deployment is {}; {} advises {}",
            in_days(days),
            site.name,
            in_weeks(advised)
        ))
    } else {
        None
    }
}

/// The day of the first deployment in words, and what is to be said about it.
pub(super) fn timeline(service: &Service, site: &Site, today: Date) -> (String, Vec<String>) {
    let Some(day) = service.timeline.deployment else {
        let warning =
            "the model has no day for the first deployment; add it as `timeline.deployment`";
        return (
            "the day of the first deployment is not decided yet".into(),
            vec![warning.into()],
        );
    };
    (
        format!("first deployment on {day}"),
        too_soon(day, site, today).into_iter().collect(),
    )
}

fn in_days(days: i32) -> String {
    match days {
        0 => "today".into(),
        1 => "tomorrow".into(),
        days => format!("in {days} days"),
    }
}

fn in_weeks(weeks: u32) -> String {
    if weeks == 1 {
        "a week".into()
    } else {
        format!("{weeks} weeks")
    }
}
