//! The plan, for people and for scripts.

use std::collections::{BTreeMap, BTreeSet};

use super::ways_on::before_that;
use crate::cli::Failure;
use crate::count::count;
use crate::deploy::repository::DeployRepository;
use crate::deploy::{Action, DeployPlan, HostPlan, Journals, Objects, PastDeploy, Work};
use crate::event::DeployId;
use crate::model::{HostName, RepositoryName, Revision};
pub(in crate::cli) use crate::report::named;
use crate::ui::{Format, Ui};

/// Prints what would be done.
pub(super) fn plan(
    plan: &DeployPlan,
    repository: &DeployRepository,
    ui: &Ui,
) -> Result<(), Failure> {
    if ui.format == Format::Json {
        let document = serde_json::to_value(plan).map_err(std::io::Error::other)?;
        ui.result(&format!("{document:#}\n"))?;
        return Ok(());
    }
    let mut text = String::new();
    let verb = match plan.action {
        Action::Deploy => "would deploy",
        Action::Rollback => "would go back to",
        Action::Restart => "would restart",
        Action::Start => "would start",
        Action::Stop => "would stop",
    };
    match plan.action.is_of_service() {
        true => text.push_str(&format!("{verb} {}", plan.service.names())),
        false => {
            let short = plan.revision.short();
            text.push_str(&format!("{verb} {}@{short}", plan.repository));
        }
    }
    if let Some(environment) = &plan.environment {
        text.push_str(&format!(" in {environment}"));
    }
    text.push('\n');
    if !plan.action.is_of_service() {
        text.push_str(&commits(plan, repository));
    }
    for group in &plan.groups {
        let limit = match (group.is_canary, group.failure_limit) {
            (true, _) => ": any failure ends the deploy".to_owned(),
            (false, 0) => String::new(),
            (false, limit) => format!(": up to {limit} may fail"),
        };
        text.push_str(&format!("\ngroup {}{limit}\n", group.name));
        for (index, wave) in group.waves.iter().enumerate() {
            if group.waves.len() > 1 {
                text.push_str(&format!("  part {}\n", index + 1));
            }
            for name in wave {
                if let Some(host) = plan.hosts.get(name) {
                    let what = match (host.work, plan.action) {
                        (Work::Nothing, _) => "nothing to do".to_owned(),
                        (Work::Service, action) => {
                            let live = host.live.as_ref().map_or("nothing", Revision::short);
                            format!("{}, {live} is live", action.as_str())
                        }
                        (Work::Withdraw, _) => "nothing was live before: the links go".to_owned(),
                        (Work::Tidy, _) => format!(
                            "{} stays live, and is restarted only where it is not well",
                            host.revision.short()
                        ),
                        (Work::Everything, _) => {
                            let live = host.live.as_ref().map_or("nothing", Revision::short);
                            let how = match host.objects {
                                Objects::There => "",
                                Objects::Server(_) => ", from the git server",
                                Objects::Packs => ", from here",
                            };
                            format!("{live} -> {}{how}", host.revision.short())
                        }
                    };
                    text.push_str(&format!("    {name}: {what}\n"));
                    for warning in &host.warnings {
                        text.push_str(&format!("      warning: {warning}\n"));
                    }
                }
            }
        }
    }
    for first in room_first(plan.worked_on(), &plan.repository) {
        text.push_str(&format!("\nfirst: {first}\n"));
    }
    text.push_str(&checks(plan));
    text.push_str(&config(plan));
    ui.result(&text)?;
    Ok(())
}

/// The commits between what is live and what will be.
fn commits(plan: &DeployPlan, repository: &DeployRepository) -> String {
    let mut text = String::new();
    let mut live: Vec<&Revision> = plan
        .hosts
        .values()
        .filter_map(|h| h.live.as_ref())
        .collect();
    live.sort();
    live.dedup();
    for from in live.into_iter().filter(|from| **from != plan.revision) {
        match repository.commits(from, &plan.revision, 20) {
            Ok(commits) if commits.listed.is_empty() => {
                let back = repository.commits(&plan.revision, from, 20);
                let back = back.map_or(0, |b| b.listed.len() + b.more);
                let commits = count(back, "commit");
                text.push_str(&format!("{commits} back from {}\n", from.short()));
            }
            Ok(commits) => {
                text.push_str(&format!("new since {}:\n", from.short()));
                for commit in &commits.listed {
                    text.push_str(&format!(
                        "  {} {}\n",
                        commit.revision.short(),
                        commit.subject
                    ));
                }
                if commits.more > 0 {
                    text.push_str(&format!("  and {} more\n", commits.more));
                }
            }
            Err(_) => text.push_str(&format!(
                "{} is live, which is not known here\n",
                from.short()
            )),
        }
    }
    text
}

fn checks(plan: &DeployPlan) -> String {
    let Some(checks) = plan
        .checks
        .get(&plan.revision)
        .filter(|checks| !checks.is_empty())
    else {
        return String::new();
    };
    let mut text = String::new();
    for check in checks.iter().filter(|check| plan.runs(check)) {
        if text.is_empty() {
            text.push_str("\nchecks\n");
        }
        let before = check
            .before
            .map(|stage| format!("before {}", stage.as_str()));
        let after = check.after.map(|stage| format!("after {}", stage.as_str()));
        let when: Vec<String> = before.into_iter().chain(after).collect();
        text.push_str(&format!(
            "    {} ({}, {} s): {}\n",
            check.name,
            when.join(" and "),
            check.timeout.as_secs_f64(),
            check.command
        ));
    }
    text
}

/// What changes in the configuration; the same change is shown once, with all its hosts.
fn config(plan: &DeployPlan) -> String {
    let mut diffs: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, host) in plan.worked_on() {
        if !host.config_diff.is_empty() {
            diffs
                .entry(&host.config_diff)
                .or_default()
                .push(name.as_str());
        }
    }
    let mut text = String::new();
    for (diff, hosts) in diffs {
        text.push_str(&format!("\nconfiguration of {}\n{diff}", hosts.join(", ")));
    }
    text
}

/// Tells of what is odd about hosts, each thing once.
pub(super) fn warnings<'a>(hosts: impl Iterator<Item = (&'a HostName, &'a HostPlan)>, ui: &Ui) {
    let mut warnings: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, host) in hosts {
        for warning in &host.warnings {
            warnings.entry(warning).or_default().push(name.as_str());
        }
    }
    for (warning, hosts) in warnings {
        ui.warning(&format!("{}: {warning}", named(&hosts)));
    }
}

/// What has to be done before deploys that were interrupted on hosts are gone on with, or back from.
fn room_first<'a>(
    hosts: impl Iterator<Item = (&'a HostName, &'a HostPlan)>,
    repository: &RepositoryName,
) -> BTreeSet<String> {
    let interrupted: BTreeSet<&DeployId> = hosts
        .filter_map(|(_, host)| host.interrupted.as_ref())
        .collect();
    // Without journals nothing is known of that, and a deploy says so when it begins its own.
    let journals = Journals::of(repository).ok();
    let past = |id| PastDeploy::of_journal(journals.as_ref()?, id).ok()?;
    let interrupted = interrupted.into_iter().filter_map(past);
    let first = interrupted.filter_map(|past| before_that(journals.as_ref()?, &past));
    first.collect()
}

/// Says what begins.
pub(super) fn beginning(plan: &DeployPlan, ui: &Ui) {
    warnings(plan.worked_on(), ui);
    for first in room_first(plan.worked_on(), &plan.repository) {
        ui.status(&format!("first: {first}"));
    }
    let all = plan.checks.values().flatten();
    let mut early: Vec<&str> = all
        .filter(|check| check.sees_old_process())
        .map(|check| check.name.as_str())
        .collect();
    early.sort_unstable();
    early.dedup();
    for name in early {
        ui.warning(&format!(
            "the check `{name}` runs before the restart, where it sees the old process; it runs again after it"
        ));
    }
}
