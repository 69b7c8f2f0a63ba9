//! The settings of `scap.cfg`.

use std::collections::HashMap;

use super::groups::{Scope, ScopeGroup};
use super::tree::DeployRepo;
use crate::edit::Desired;
use crate::edit::ini::Entry;
use crate::generate::GenerateError;
use crate::model::{ConfigStyle, Service, Site};
use crate::scap::{CONFIG_FILE, ScapEnvironment, ScapError, Settings};

/// The settings that are wanted, and the lists of hosts that they lead to.
#[derive(Debug)]
pub(super) struct Wanted {
    entries: Vec<Entry>,
    /// The names of the lists: per scope, in the order of its groups, and whether the scope itself says so.
    pub(super) lists: Vec<Vec<(String, bool)>>,
}

impl Wanted {
    pub(super) fn desired(self) -> Desired {
        Desired::Ini {
            path: CONFIG_FILE.into(),
            entries: self.entries,
        }
    }
}

/// Derives the settings of all sections.
pub(super) fn settings(
    service: &Service,
    site: &Site,
    tree: &DeployRepo,
    scopes: &[Scope<'_>],
) -> Result<Wanted, GenerateError> {
    let mut wanted = Wanted {
        entries: Vec::new(),
        lists: Vec::new(),
    };
    for scope in scopes {
        match scope.environment {
            None => production(service, site, tree, scope, &mut wanted),
            Some(_) => environment(tree, scope, &mut wanted)?,
        }
    }
    for entry in &mut wanted.entries {
        if let Some(present) = tree.setting(&entry.section, &entry.key)
            && is_kept(&entry.key, present, &entry.value)
        {
            entry.value = present.to_owned();
        }
    }
    Ok(wanted)
}

/// Whether a value that is there already does for the one that is wanted.
fn is_kept(key: &str, present: &str, wanted: &str) -> bool {
    let list = |text: &str| {
        text.split(',')
            .map(|part| part.trim().to_owned())
            .collect::<Vec<_>>()
    };
    let number = |text: &str| text.parse::<f64>().ok();
    let flag = |text: &str| match text.to_lowercase().as_str() {
        "1" | "yes" | "true" | "on" => Some(true),
        "0" | "no" | "false" | "off" => Some(false),
        _ => None,
    };
    match key {
        "lock_file" => !present.is_empty(),
        "git_submodules" | "config_deploy" => {
            flag(present).is_some() && flag(present) == flag(wanted)
        }
        "git_deploy_dir" => present.trim_end_matches('/') == wanted,
        "server_groups" => list(present) == list(wanted),
        _ => number(present).is_some() && number(present) == number(wanted),
    }
}

fn production(
    service: &Service,
    site: &Site,
    tree: &DeployRepo,
    scope: &Scope<'_>,
    wanted: &mut Wanted,
) {
    let mut set = |key: &str, value: &dyn ToString| {
        wanted
            .entries
            .push(Entry::new("global", key, value.to_string()));
    };
    set("git_repo", &service.repositories.key);
    set("git_deploy_dir", &site.deployment.directory);
    set("ssh_user", &service.deploy.user);
    set("server_groups", &scope.names());
    let mut lists = Vec::new();
    for group in &scope.groups {
        let key = group.list_key();
        let name = tree
            .setting("global", &key)
            .filter(|name| !name.is_empty())
            .unwrap_or_default();
        let name = if name.is_empty() {
            group.list_name()
        } else {
            name.to_owned()
        };
        set(&key, &name);
        if group.is_main && key != "dsh_targets" {
            // Scap's default there is the list of another product.
            set(
                "dsh_targets",
                &tree.setting("global", "dsh_targets").unwrap_or(&name),
            );
        }
        lists.push((name, true));
    }
    for (key, value) in limits(&scope.groups, &HashMap::new()) {
        set(&key, &value);
    }
    set("git_submodules", &"True");
    set("service_name", &service.name);
    set("service_port", &service.port);
    if service.deploy.service_timeout != 120 {
        set("service_timeout", &service.deploy.service_timeout);
    }
    if service.deploy.cache_revisions != 5 {
        set("cache_revs", &service.deploy.cache_revisions);
    }
    set("lock_file", &format!("/tmp/scap.{}.lock", service.name));
    if service.config.style == ConfigStyle::Scap {
        set("config_deploy", &"True");
    }
    wanted.lists.push(lists);
}

fn environment(
    tree: &DeployRepo,
    scope: &Scope<'_>,
    wanted: &mut Wanted,
) -> Result<(), GenerateError> {
    let Some((name, environment)) = scope.environment else {
        return Ok(());
    };
    let section = environment.domain.as_str();
    let global: HashMap<String, String> = wanted
        .entries
        .iter()
        .filter(|entry| entry.section == "global")
        .map(|entry| (entry.key.clone(), entry.value.clone()))
        .collect();
    // What the environment's own file says wins over the section, so it is not said there again.
    let own = own_settings(tree, environment.domain.as_str(), &name.into())?;
    let mut entries: Vec<(String, String)> = vec![("environment".into(), name.to_string())];
    entries.push(("server_groups".into(), scope.names()));
    let mut lists = Vec::new();
    for group in &scope.groups {
        let key = group.list_key();
        let said = tree
            .setting(section, &key)
            .or(own.get(&key).map(String::as_str));
        let inherited = global.get(&key).map(String::as_str);
        let list = said
            .or(inherited)
            .map_or_else(|| group.list_name(), str::to_owned);
        if inherited != Some(list.as_str()) || tree.setting(section, &key).is_some() {
            entries.push((key, list.clone()));
        }
        lists.push((list, said.is_some()));
    }
    entries.extend(limits(&scope.groups, &global));
    entries.retain(|(key, value)| {
        let is_said = own
            .get(key)
            .is_some_and(|said| said == value || is_kept(key, said, value));
        !is_said || tree.setting(section, key).is_some()
    });
    wanted.entries.extend(
        entries
            .into_iter()
            .map(|(key, value)| Entry::new(section, key, value)),
    );
    wanted.lists.push(lists);
    Ok(())
}

/// What the file `scap.cfg` of an environment sets for its domain.
fn own_settings(
    tree: &DeployRepo,
    domain: &str,
    environment: &ScapEnvironment,
) -> Result<HashMap<String, String>, GenerateError> {
    let path = environment.folder().join("scap.cfg");
    if tree.text(&path).is_none() {
        return Ok(HashMap::new());
    }
    let Ok(host) = crate::model::HostName::parse(domain) else {
        return Ok(HashMap::new());
    };
    match Settings::read(tree, &host, Some(environment)) {
        Ok(reading) => {
            let values = reading
                .value
                .values
                .into_iter()
                .filter(|(_, setting)| setting.path == path);
            Ok(values.map(|(key, setting)| (key, setting.value)).collect())
        }
        Err(ScapError::Wrong(mistakes)) => match mistakes.into_iter().next() {
            Some(mistake) => {
                let line = mistake.line.unwrap_or(1);
                Err(GenerateError::NotUnderstood {
                    path: mistake.path,
                    line,
                    reason: mistake.message,
                })
            }
            None => Ok(HashMap::new()),
        },
        Err(ScapError::Worktree(error)) => Err(error.into()),
    }
}

/// The sizes and limits of groups, given what they inherit.
///
/// What the main group has is what all have (`group_size`), as people write it; a group for which that would be
/// wrong gets its own.
fn limits(groups: &[ScopeGroup], inherited: &HashMap<String, String>) -> Vec<(String, String)> {
    let mut all = inherited.clone();
    let mut sizes = Vec::new();
    let mut limits = Vec::new();
    let main_first = || {
        groups
            .iter()
            .filter(|g| g.is_main)
            .chain(groups.iter().filter(|g| !g.is_main))
    };
    for group in main_first() {
        let set = |kind: &str, value: String, all: &mut HashMap<String, String>| {
            let own = format!("{}_{kind}", group.name);
            let key = if group.is_main && !all.contains_key(&own) {
                kind.to_owned()
            } else {
                own
            };
            all.insert(key.clone(), value.clone());
            (key, value)
        };
        let holds = |kind: &str, all: &HashMap<String, String>| {
            all.get(&format!("{}_{kind}", group.name))
                .or(all.get(kind))
                .cloned()
        };
        let size = holds("group_size", &all);
        let hosts = u32::try_from(group.hosts.len()).unwrap_or(u32::MAX).max(1);
        let size_now = size.as_deref().and_then(|text| text.parse::<u32>().ok());
        match group.size {
            Some(wanted) if size_now != Some(wanted) => {
                sizes.push(set("group_size", wanted.to_string(), &mut all))
            }
            None if size_now.is_some_and(|now| now < hosts) => {
                sizes.push(set("group_size", hosts.to_string(), &mut all));
            }
            _ => {}
        }
        let limit = holds("failure_limit", &all);
        match group.failure_limit {
            Some(wanted) if limit != Some(wanted.to_string()) => {
                limits.push(set("failure_limit", wanted.to_string(), &mut all));
            }
            None if limit.is_some_and(|now| now.trim_end_matches('%') != "0") => {
                limits.push(set("failure_limit", "0".into(), &mut all));
            }
            _ => {}
        }
    }
    sizes.extend(limits);
    sizes
}
