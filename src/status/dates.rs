use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Serialize;

use super::{State, Step, road};
use crate::model::{Day, Service, Site};

/// When something has to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    pub what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The step that has to be done first, without which the command would not work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<&'static str>,
    /// The day that is advised.
    pub advised: Date,
    /// The last day that leaves enough time.
    pub latest: Date,
    pub mark: Mark,
}

/// How a date stands to today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    Done,
    Ahead,
    /// The advised day is here, the last one is not over.
    Due,
    Overdue,
}

impl Mark {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Ahead => "",
            Self::Due => "now",
            Self::Overdue => "OVERDUE",
        }
    }
}

impl Due {
    /// Proposes nothing that cannot work yet: another step comes before.
    fn unless(mut self, step: Option<&Step>) -> Self {
        if let Some(first) = step.and_then(|step| step.after) {
            self.command = None;
            self.after = Some(first);
        }
        self
    }
}

/// Counts back from the day of the first deployment, with the steps that are done: requests by the site's weeks, what follows in what is left.
///
/// Also returns what is to be said about the day itself. Nothing where the model names none.
pub fn dates(
    service: &Service,
    site: &Site,
    steps: &[Step],
    today: Date,
) -> (Vec<Due>, Option<String>) {
    let Some(day) = service.timeline.deployment else {
        return (Vec::new(), None);
    };
    let (minimum, advised) = (site.timeline.minimum_weeks, site.timeline.advised_weeks);
    let advised = advised.max(minimum);
    let count = Countdown { day, today, steps };
    // Hosts are assigned between the service request and what needs them; half of the least time is left for both.
    let half = minimum.div_ceil(2);
    let dates = vec![
        count.due(
            "file the service request",
            Some("svcgen request service"),
            (advised, minimum),
            count.is_done(road::SERVICE_REQUEST),
        ),
        count.due(
            "file the request for the repositories",
            Some("svcgen request repositories"),
            (advised, minimum),
            count.is_done(road::REPOSITORIES),
        ),
        count.due(
            "send the patch for production to review",
            // It knows how far the patch is.
            count
                .step(road::PRODUCTION)
                .filter(|step| step.state != State::Done)
                .and_then(|step| step.command.as_deref())
                .or(Some("svcgen puppet --review")),
            (minimum, half),
            count.is_done(road::PRODUCTION),
        ),
        count
            .due(
                "file the access request",
                Some("svcgen request access"),
                (minimum, half),
                service.tickets.access_request.is_some(),
            )
            .unless(count.step(road::ACCESS_REQUEST)),
        count
            .due(
                "announce the deployment",
                site.calendar.as_ref().map(|_| "svcgen schedule"),
                (1.min(minimum), 0),
                count.is_done(road::ANNOUNCEMENT),
            )
            .unless(count.step(road::ANNOUNCEMENT)),
        count.due(
            "deploy for the first time",
            None,
            (0, 0),
            count.is_done(road::FIRST_DEPLOYMENT),
        ),
    ];
    (dates, unusual(day, site))
}

/// The days before a deployment.
struct Countdown<'a> {
    day: Date,
    today: Date,
    steps: &'a [Step],
}

impl Countdown<'_> {
    fn step(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == name)
    }

    fn is_done(&self, name: &str) -> bool {
        let mut states = self.steps.iter().filter(|step| step.name == name);
        states.any(|step| matches!(step.state, State::Done | State::Waiting))
    }

    /// What has to be done between two weeks, counted back.
    fn due(
        &self,
        what: &'static str,
        command: Option<&str>,
        (first, last): (u32, u32),
        is_done: bool,
    ) -> Due {
        let before = |weeks: u32| self.day.saturating_sub(i64::from(weeks).weeks());
        let (advised, latest) = (before(first), before(last));
        let mark = match is_done {
            true => Mark::Done,
            false if self.today > latest => Mark::Overdue,
            false if self.today >= advised => Mark::Due,
            false => Mark::Ahead,
        };
        Due {
            what,
            command: command.map(str::to_owned),
            after: None,
            advised,
            latest,
            mark,
        }
    }
}

/// What is unusual about a day, by the site's calendar.
pub fn unusual(day: Date, site: &Site) -> Option<String> {
    let calendar = site.calendar.as_ref()?;
    let weekday = Day::of(day.weekday());
    if calendar.has(weekday) {
        return None;
    }
    Some(format!(
        "{day} is a {}; {} deploys on {}",
        weekday.long(),
        site.name,
        calendar.days_named().unwrap_or_default()
    ))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::model::Sites;

    fn dates_of(timeline: &str, today: Date) -> (Vec<Due>, Option<String>) {
        let text = format!(
            "version: 1\nname: own\ndescription: d\nport: 6000\nowner: {{name: Ada}}\n{timeline}"
        );
        let parsed = Service::parse("svcgen.yaml".into(), &text, &Sites::new(None), None);
        let (service, site) = parsed.unwrap();
        let filed = Step::new(road::SERVICE_REQUEST, State::Waiting, "");
        let steps = service.tickets.service_request.is_some().then_some(filed);
        dates(&service, &site, steps.as_slice(), today)
    }

    #[test]
    fn dates_are_counted_back_from_the_deployment() {
        let (dates, unusual) = dates_of("timeline: {deployment: 2026-12-15}\n", date(2026, 11, 25));
        assert_eq!(unusual, None);
        let request = &dates[0];
        assert_eq!(request.advised, date(2026, 11, 24));
        assert_eq!(request.latest, date(2026, 12, 1));
        let marks: Vec<Mark> = dates.iter().map(|due| due.mark).collect();
        use Mark::{Ahead, Due};
        assert_eq!(marks, [Due, Due, Ahead, Ahead, Ahead, Ahead]);
    }

    #[test]
    fn what_is_late_is_overdue_and_what_is_filed_is_not() {
        let model = "timeline: {deployment: 2026-12-19}\ntickets: {service_request: T1}\n";
        let (dates, unusual) = dates_of(model, date(2026, 12, 20));
        assert_eq!(dates[0].mark, Mark::Done);
        assert!(dates[1..].iter().all(|due| due.mark == Mark::Overdue));
        assert!(unusual.unwrap().contains("Saturday"));
        assert_eq!(dates_of("", date(2026, 1, 1)), (Vec::new(), None));
    }
}
