//! What speaks against an answer that the model would take: somebody has it already, or it is odd at the site.

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use serde_json::Value;

use super::begin::is_kept;
use super::stopped::resume;
use crate::cli::GlobalArgs;
use crate::cli::context::{Context, shown};
use crate::cli::request::today;
use crate::generate::tickets::too_soon;
use crate::generate::{Taken, odd_hosts};
use crate::model::{Site, SiteName, Sites};
use crate::onboarding::{Answers, Drafts};
use crate::status::unusual;
use crate::ui::Ui;
use crate::visible::visible;
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
        "config.parameters.*" => about_parameters(value),
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

/// Parameters that nothing gives a value in production.
fn about_parameters(parameters: &Value) -> Vec<String> {
    let parameters = parameters.as_array().into_iter().flatten();
    let open = parameters.filter(|parameter| {
        let is_secret = parameter.get("secret") == Some(&Value::Bool(true));
        let values = parameter.get("value");
        let value = values.and_then(|values| values.get("production"));
        !is_secret && parameter.get("default").is_none() && value.is_none()
    });
    let names = open.filter_map(|parameter| parameter.get("name")?.as_str());
    let doubt = |name| {
        format!(
            "`{}` has neither a default nor a value in production: `svcgen puppet` needs one of them",
            visible(name)
        )
    };
    names.map(doubt).collect()
}

/// What is odd about the hosts.
fn about_hosts(answers: &Value, sites: &Sites) -> Vec<String> {
    let mut given = Answers::default();
    given.start_with(answers);
    let model = given.resolve(sites);
    model.map_or_else(|_| Vec::new(), |(service, site)| odd_hosts(&service, &site))
}

/// The answers that something may speak against, by the paths of [`about`].
const DOUBTED: [&str; 5] = [
    "timeline.deployment",
    "build.target",
    "config.parameters.*",
    "deploy.groups",
    "environments",
];

/// Warns of what the interview would have said of the answers that are new.
pub(in crate::cli::new) fn warn_of_doubts(
    answers: &Value,
    old: Option<&Value>,
    context: &Context,
    ui: &Ui,
) {
    let today = today().ok();
    let mut told = Vec::new();
    for path in DOUBTED {
        let pointer = format!("/{}", path.trim_end_matches(".*").replace('.', "/"));
        let answer = answers.pointer(&pointer);
        if answer == old.and_then(|old| old.pointer(&pointer)) {
            continue;
        }
        let doubts = answer.map(|answer| about((path, answer), answers, today, &context.sites));
        for doubt in doubts.into_iter().flatten() {
            if !told.contains(&doubt) {
                ui.warning(&doubt);
                told.push(doubt);
            }
        }
    }
}

/// Says that an interview of the model waits to be gone on with.
pub(in crate::cli::new) fn warn_of_draft(model: &Utf8Path, global: &GlobalArgs, ui: &Ui) {
    if is_kept(Drafts::of_user().as_ref(), model) {
        ui.warning(&format!(
            "there are unfinished answers for `{}` still; `{}` continues with them",
            shown(model),
            resume(global)
        ));
    }
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
