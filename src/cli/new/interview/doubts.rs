//! What speaks against an answer that the model would take: somebody has it already, or it is odd at the site.

use camino::Utf8PathBuf;
use jiff::civil::Date;
use serde_json::Value;

use crate::cli::context::Context;
use crate::generate::tickets::too_soon;
use crate::generate::{Taken, odd_hosts};
use crate::model::{Site, SiteName, Sites};
use crate::onboarding::Answers;
use crate::status::unusual;
use crate::ui::Ui;
use crate::worktree::Worktree;

/// What the checkouts of the configuration have given away.
pub(super) fn given_away(context: &Context) -> Taken {
    let open =
        |path: &Option<Utf8PathBuf>| path.as_ref().and_then(|path| Worktree::open(path).ok());
    let checkouts = &context.configuration.checkouts;
    Taken::read(open(&checkouts.vagrant), open(&checkouts.puppet))
}

/// Whose an answer is already; what the old model says is the service's own.
pub(super) fn whose(
    given: &Taken,
    old: Option<&Value>,
    path: &str,
    value: &Value,
) -> Option<String> {
    if old.is_some_and(|old| old.get(path) == Some(value)) {
        return None;
    }
    match (path, value) {
        ("port", Value::Number(port)) => given.port(u16::try_from(port.as_u64()?).ok()?),
        ("name", Value::String(name)) => given.service(name),
        ("puppet_name", Value::String(name)) => given.class(name),
        _ => None,
    }
}

/// What speaks against an answer that is taken nevertheless.
pub(super) fn about(
    (path, value): (&str, &Value),
    answers: &Value,
    today: Option<Date>,
    sites: &Sites,
) -> Vec<String> {
    match path {
        "timeline.deployment" => about_day(value, answers, today, sites),
        "build.target" => about_target(value, answers, sites).into_iter().collect(),
        "deploy.groups" | "environments" => about_hosts(answers, sites),
        _ => Vec::new(),
    }
}

/// The site that the answers name, where it can be read.
fn site(answers: &Value, sites: &Sites) -> Option<Site> {
    match answers.get("site").and_then(Value::as_str) {
        Some(name) => sites.find(&SiteName::parse(name).ok()?).ok(),
        None => sites.default_site().ok(),
    }
}

/// What the site has against a day for the first deployment.
fn about_day(day: &Value, answers: &Value, today: Option<Date>, sites: &Sites) -> Vec<String> {
    let day = day.as_str().and_then(|day| day.parse::<Date>().ok());
    let (Some(day), Some(today), Some(site)) = (day, today, site(answers, sites)) else {
        return Vec::new();
    };
    let both = [too_soon(day, &site, today), unusual(day, &site)];
    both.into_iter().flatten().collect()
}

/// A distribution that the site has no image for.
fn about_target(target: &Value, answers: &Value, sites: &Sites) -> Option<String> {
    let target = target
        .as_str()
        .filter(|it| ["debian", "ubuntu"].contains(it))?;
    let site = site(answers, sites)?;
    site.image(target).is_none().then(|| {
        format!(
            "the site `{}` does not say which image to use for `{target}`: answer with an image of your own, or add one to the site",
            site.name
        )
    })
}

/// What is odd about the hosts.
fn about_hosts(answers: &Value, sites: &Sites) -> Vec<String> {
    let mut given = Answers::default();
    given.start_with(answers);
    let model = given.resolve(sites);
    model.map_or_else(|_| Vec::new(), |(service, site)| odd_hosts(&service, &site))
}

/// Warns of answers that the interview would not take, because somebody in the checkouts has them.
pub(in crate::cli::new) fn warn_of_taken(
    answers: &Value,
    old: Option<&Value>,
    context: &Context,
    ui: &Ui,
) {
    let given = given_away(context);
    for path in ["port", "name", "puppet_name"] {
        let answer = answers.get(path);
        if let Some(whose) = answer.and_then(|answer| whose(&given, old, path, answer)) {
            ui.warning(&whose);
        }
    }
}
