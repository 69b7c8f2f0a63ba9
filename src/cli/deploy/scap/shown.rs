use crate::cli::Failure;
use crate::deploy::Action;
use crate::deploy::scap_engine::{Pull, Reading, ScapPlan};
use crate::ui::{Format, Ui};

/// Prints what would be done.
pub(super) fn plan(plan: &ScapPlan, ui: &Ui) -> Result<(), Failure> {
    let text = match ui.format {
        Format::Json => {
            let document = serde_json::to_value(plan).map_err(std::io::Error::other)?;
            format!("{document:#}\n")
        }
        Format::Text => text(plan),
    };
    ui.result(&text)?;
    Ok(())
}

/// Says what is brought to the server, before that is done.
pub(super) fn beginning(plan: &ScapPlan, ui: &Ui) {
    for line in pull(&plan.pull) {
        ui.status(&line);
    }
    if plan.repeats {
        ui.status(REPEATS);
    }
}

/// Why `--force` stands in the command that nobody has given it to.
const REPEATS: &str =
    "the release is live on a host and was not deployed to its end there: everything is done again";

fn text(plan: &ScapPlan) -> String {
    let short = plan.revision.short();
    let what = match plan.action {
        Action::Deploy => format!("would deploy {}@{short}", plan.repository),
        Action::Rollback => format!("would go back to {}@{short}", plan.repository),
        Action::Restart | Action::Start | Action::Stop => {
            format!(
                "would {} {}",
                plan.action.as_str(),
                plan.services.join(" and ")
            )
        }
    };
    let place = plan.environment.as_ref().map(|name| format!(" in {name}"));
    let place = place.unwrap_or_default();
    let mut text = format!("{what}{place}, with Scap on {}\n", plan.server);
    text.push_str(&format!("\nin {}\n", plan.directory));
    for line in pull(&plan.pull) {
        text.push_str(&format!("    {line}\n"));
    }
    text.push_str(&format!("    {}\n", shell_words::join(&plan.command)));
    if plan.repeats {
        text.push_str(&format!("    {REPEATS}\n"));
    }
    if let Some(holder) = &plan.lock {
        text.push_str(&format!("    not now: {holder} holds Scap's lock\n"));
    }
    for group in &plan.groups {
        let limit = match (group.is_canary, group.failure_limit) {
            (true, _) => ": any failure ends the deploy".to_owned(),
            (false, 0) => String::new(),
            (false, limit) => format!(": up to {limit} may fail"),
        };
        text.push_str(&format!("\ngroup {}{limit}\n", group.name));
        if let (Some(first), true) = (group.waves.first(), group.waves.len() > 1) {
            text.push_str(&format!(
                "  in parts of {}, which Scap chooses\n",
                first.len()
            ));
        }
        for name in group.waves.iter().flatten() {
            let reading = plan.hosts.get(name).map(|host| &host.reading);
            let now = reading
                .map(|reading| now(reading, plan))
                .unwrap_or_default();
            text.push_str(&format!("    {name}: {now}\n"));
        }
    }
    text
}

/// How a host is, and what it gets.
fn now(reading: &Reading, plan: &ScapPlan) -> String {
    let live = match reading {
        Reading::Yes {
            live: Some(live),
            fault: None,
            ..
        } => live.short().to_owned(),
        Reading::Yes { live: None, .. } => "nothing".to_owned(),
        Reading::Yes {
            fault: Some(fault), ..
        } => format!("({fault})"),
        Reading::Silent { reason } => format!("(not known: {reason})"),
        Reading::No => "(not known)".to_owned(),
    };
    match plan.action.is_of_service() {
        true => format!("{}, {live} is live", plan.action.as_str()),
        false => format!("{live} -> {}", plan.revision.short()),
    }
}

/// What a pull brings.
fn pull(pull: &Pull) -> Vec<String> {
    let mut lines = Vec::new();
    if pull.own > 0 {
        lines.push(match pull.own {
            1 => "1 commit there is not pushed".to_owned(),
            own => format!("{own} commits there are not pushed"),
        });
    }
    if pull.count > 0 {
        lines.push(format!(
            "pulled there: {} -> {}",
            pull.from.short(),
            pull.to.short()
        ));
    }
    for (revision, subject) in &pull.commits {
        lines.push(format!("  {} {subject}", revision.short()));
    }
    if pull.count > pull.commits.len() {
        lines.push(format!("  and {} more", pull.count - pull.commits.len()));
    }
    let modules = pull.modules.iter();
    lines.extend(modules.map(|module| format!("  submodule {}", module.words())));
    let stale = pull.stale.iter();
    lines.extend(stale.map(|path| format!("submodule brought up to date there: {path}")));
    lines
}
