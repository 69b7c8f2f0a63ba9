//! Reads a `scap/` directory back, as Scap will.

use crate::edit::EditPlan;
use crate::model::{EnvironmentName, Group, HostName, Service, Site};
use crate::scap::{
    CONFIG_FILE, Files, Mistake, Overlay, Reading, ScapDirectory, ScapEnvironment, ScapError,
};
use crate::worktree::{Worktree, WorktreeError};

/// Reads the deploy repository as it will be, for production and for each environment, and lists the mistakes:
/// what Scap would stumble over, and where it would understand something else than the model says. A value that was
/// another one before, and stays so, is somebody's.
///
/// # Errors
/// Where a file cannot be read.
pub fn mistakes(
    service: &Service,
    site: &Site,
    worktree: &Worktree,
    plan: &EditPlan,
) -> Result<Vec<Mistake>, WorktreeError> {
    let files = Overlay { worktree, plan };
    let nothing = EditPlan::default();
    let as_it_is = Overlay {
        worktree,
        plan: &nothing,
    };
    let mut mistakes = Vec::new();
    let production = site
        .domain
        .clone()
        .or_else(|| HostName::parse("localhost").ok());
    let environments = service
        .environments
        .iter()
        .map(|(name, environment)| (Some(name), environment.domain.clone()));
    for (environment, host) in production
        .into_iter()
        .map(|host| (None, host))
        .chain(environments)
    {
        match ScapDirectory::read(&files, &host, None) {
            Ok(Reading { value, .. }) => {
                let mut found = Vec::new();
                compare(service, environment, &host, &value, &files, &mut found);
                let mut before = Vec::new();
                if let Ok(Reading { value, .. }) = ScapDirectory::read(&as_it_is, &host, None) {
                    compare(service, environment, &host, &value, &as_it_is, &mut before);
                }
                let is_new = |mistake: &Mistake| {
                    let mut before = before.iter();
                    !before.any(|it| it.path == mistake.path && it.message == mistake.message)
                };
                mistakes.extend(found.into_iter().filter(is_new));
            }
            Err(ScapError::Wrong(found)) => mistakes.extend(found),
            Err(ScapError::Worktree(error)) => return Err(error),
        }
    }
    let mut unique: Vec<Mistake> = Vec::new();
    mistakes.retain(|mistake| {
        let is_new = !unique.contains(mistake);
        unique.push(mistake.clone());
        is_new
    });
    Ok(mistakes)
}

/// Compares what was read with what the model says.
fn compare(
    service: &Service,
    environment: Option<&EnvironmentName>,
    host: &HostName,
    read: &ScapDirectory,
    files: &dyn Files,
    mistakes: &mut Vec<Mistake>,
) {
    let line = |section: &str, key: &str| {
        let text = files.read(CONFIG_FILE.into()).ok().flatten()?;
        Some(crate::ini::parse(&text).ok()?.find(section, key)?.line)
    };
    let section = environment.map_or("global", |_| host.as_str());
    let mut wrong = |key: &str, message: String| {
        mistakes.push(Mistake::new(
            CONFIG_FILE,
            line(section, key).or(line("global", key)),
            message,
        ));
    };
    let wanted = environment.map(ScapEnvironment::from);
    if read.config.environment != wanted {
        let name =
            |e: Option<&ScapEnvironment>| e.map_or("production".to_owned(), |e| format!("`{e}`"));
        let (found, wanted) = (
            name(read.config.environment.as_ref()),
            name(wanted.as_ref()),
        );
        wrong(
            "environment",
            format!("on `{host}` Scap deploys {found}, not {wanted}"),
        );
    }
    if read.config.service_port != Some(service.port.number()) {
        let found = read.config.service_port.map(|port| port.to_string());
        let found = found.unwrap_or_else(|| "none".to_owned());
        wrong(
            "service_port",
            format!("the port is {found}, not {}", service.port),
        );
    }
    if read.config.git_repo != service.repositories.key {
        let (found, wanted) = (&read.config.git_repo, &service.repositories.key);
        wrong(
            "git_repo",
            format!("the repository is `{found}`, not `{wanted}`"),
        );
    }
    let groups = service.groups(environment);
    let found: Vec<&str> = read
        .groups
        .iter()
        .map(|group| group.group.name.as_str())
        .collect();
    let expected: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    if !groups.is_empty() && found != expected {
        let message = format!(
            "the groups are {}, not {}",
            found.join(", "),
            expected.join(", ")
        );
        wrong("server_groups", message);
    }
    compare_hosts(groups, read, mistakes);
    compare_checks(service, read, mistakes);
}

fn compare_hosts(groups: &[Group], read: &ScapDirectory, mistakes: &mut Vec<Mistake>) {
    let mut earlier: Vec<HostName> = Vec::new();
    for (group, found) in groups.iter().zip(&read.groups) {
        for host in group.host_names() {
            if !found.hosts.contains(&host) && !earlier.contains(&host) {
                let message = format!("the group `{}` lacks `{host}`", group.name);
                mistakes.push(Mistake::new(&found.path, None, message));
            }
        }
        let (size, limit) = (found.group.size, found.group.failure_limit);
        if group.size.is_some() && size != group.size {
            let found = size.map_or_else(|| "not set".to_owned(), |size| size.to_string());
            mistakes.push(Mistake::new(
                CONFIG_FILE,
                None,
                format!("the size of `{}` is {found}, not the model's", group.name),
            ));
        }
        if group.failure_limit.is_some_and(|wanted| wanted != limit) {
            let message = format!(
                "the failure limit of `{}` is `{limit}`, not the model's",
                group.name
            );
            mistakes.push(Mistake::new(CONFIG_FILE, None, message));
        }
        earlier.extend(found.hosts.iter().cloned());
    }
}

fn compare_checks(service: &Service, read: &ScapDirectory, mistakes: &mut Vec<Mistake>) {
    if read.config.environment.is_some() {
        // An environment may switch checks off.
        return;
    }
    for check in &service.deploy.checks {
        let found = read
            .checks
            .iter()
            .find(|found| found.name == check.name.as_str());
        let is_same = found.is_some_and(|found| {
            found.kind == check.kind && found.command == check.command.as_str()
        });
        if !is_same {
            let command = found.map_or("not there", |found| found.command.as_str());
            let message = format!("the check `{}` is not the model's: {command}", check.name);
            mistakes.push(Mistake::new("scap/checks.yaml", None, message));
        }
    }
}
