use std::time::Duration;

use camino::Utf8PathBuf;
use serde::Serialize;

use super::CONFIG_FILE;
use super::authority::Authority;
use super::environment::ScapEnvironment;
use super::files::Files;
use super::keys;
use super::mistake::{Findings, Mistake, Reading, ScapError};
use super::settings::Settings;
use super::value::{
    absolute, any_number, bad, boolean, count, failure_limit, optional, port, seconds, word,
};
use crate::model::{AccountName, FailureLimit, GroupName, HostName, RepositoryName};

/// The configuration of a deploy, with Scap's defaults filled in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScapConfig {
    pub environment: Option<ScapEnvironment>,
    /// Path of the repository below the deploy directory.
    pub git_repo: RepositoryName,
    pub git_deploy_dir: Utf8PathBuf,
    /// The server that targets fetch from; the deploying machine where there is none.
    pub git_server: Option<Authority>,
    pub git_scheme: String,
    /// The revision to deploy where none is named.
    pub git_rev: Option<String>,
    pub git_submodules: bool,
    /// Whether submodules come from where `.gitmodules` says, not from the server.
    pub git_upstream_submodules: bool,
    /// Names such as `git-lfs` and `git-fat`.
    pub git_binary_managers: Vec<String>,
    /// The account on the targets; that of the user where there is none.
    pub ssh_user: Option<AccountName>,
    pub keyholder_key: Option<String>,
    /// In the order in which they are deployed.
    pub groups: Vec<TargetGroup>,
    /// Hosts that are worked on at a time.
    pub batch_size: u32,
    /// What is said of single stages, by their names.
    pub batch_sizes: Vec<(String, u32)>,
    pub services: Vec<ServiceUnit>,
    pub service_port: Option<u16>,
    /// How long the port may take to open.
    pub service_timeout: Duration,
    /// Whether services that a target does not have are passed over.
    pub require_valid_service: bool,
    pub config_deploy: bool,
    pub perform_checks: bool,
    pub nrpe_dir: Utf8PathBuf,
    /// A file that marks targets as secondary.
    pub secondary_host_signal_file: Utf8PathBuf,
    pub tags_to_keep: u32,
    /// Releases that stay on each target.
    pub cache_revs: u32,
    pub lock_file: Option<Utf8PathBuf>,
}

/// A group of targets as `scap.cfg` describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TargetGroup {
    pub name: GroupName,
    /// The list of its hosts, as it is written: a name that is looked for, or an absolute path.
    pub file: Utf8PathBuf,
    /// Hosts that are deployed at a time; all where there is none.
    pub size: Option<u32>,
    pub failure_limit: FailureLimit,
    /// Where the list is named: file and line; nothing where the name is Scap's default.
    pub named: Option<(Utf8PathBuf, usize)>,
}

/// A service that a deploy restarts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServiceUnit {
    pub name: String,
    pub action: ServiceAction,
    /// Whether it is stopped on targets that are marked as secondary.
    pub disable_secondary: bool,
}

/// What is done to a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceAction {
    Restart,
    Reload,
}

impl ScapConfig {
    /// Reads the configuration that holds on a host, and for an environment where one is named.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn read(
        files: &dyn Files,
        host: &HostName,
        environment: Option<&ScapEnvironment>,
    ) -> Result<Reading<Self>, ScapError> {
        let mut findings = Findings::default();
        let settings = findings.take(Settings::read(files, host, environment))?;
        let config = settings.and_then(|settings| Self::of(&settings, &mut findings));
        findings.finish(config)
    }

    /// Reads the settings as values; what is wrong is added to the findings.
    pub(super) fn of(settings: &Settings, findings: &mut Findings) -> Option<Self> {
        let flag = |key: &str, default: bool, findings: &mut Findings| {
            optional(settings, key, findings, boolean).unwrap_or(default)
        };
        let path = |key: &str, findings: &mut Findings| optional(settings, key, findings, absolute);
        let number = |key: &str, findings: &mut Findings| optional(settings, key, findings, count);
        let text = |key: &str, findings: &mut Findings| optional(settings, key, findings, word);
        let repository = |text: &str| RepositoryName::parse(text).map_err(|refused| refused.rule);
        if settings.find("git_repo").is_none() {
            let mistake = Mistake::new(CONFIG_FILE, None, "`git_repo` is not set");
            let advice = "set it in `[global]`, such as `git_repo: NAME/deploy`";
            findings
                .mistakes
                .push(mistake.rule(settings.wanted("git_repo", advice)));
        }
        let git_repo = optional(settings, "git_repo", findings, repository);
        let groups = groups(settings, findings);
        Some(Self {
            environment: settings.environment.clone(),
            git_deploy_dir: path("git_deploy_dir", findings)
                .unwrap_or_else(|| "/srv/deployment".into()),
            git_server: optional(settings, "git_server", findings, Authority::parse),
            git_scheme: text("git_scheme", findings).unwrap_or_else(|| "http".into()),
            git_rev: text("git_rev", findings),
            git_submodules: flag("git_submodules", false, findings),
            git_upstream_submodules: flag("git_upstream_submodules", false, findings),
            git_binary_managers: binary_managers(settings, findings),
            ssh_user: optional(settings, "ssh_user", findings, |text| {
                AccountName::parse(text).map_err(|refused| refused.rule)
            }),
            keyholder_key: text("keyholder_key", findings),
            groups,
            batch_size: number("batch_size", findings).unwrap_or(80),
            batch_sizes: keys::BATCHES
                .iter()
                .filter_map(|stage| {
                    number(&format!("{stage}_batch_size"), findings)
                        .map(|size| ((*stage).to_owned(), size))
                })
                .collect(),
            services: services(settings, findings),
            service_port: optional(settings, "service_port", findings, port),
            service_timeout: optional(settings, "service_timeout", findings, seconds)
                .unwrap_or(Duration::from_secs(120)),
            require_valid_service: flag("require_valid_service", false, findings),
            config_deploy: flag("config_deploy", false, findings),
            perform_checks: flag("perform_checks", true, findings),
            nrpe_dir: path("nrpe_dir", findings).unwrap_or_else(|| "/etc/nagios/nrpe.d".into()),
            secondary_host_signal_file: path("secondary_host_signal_file", findings)
                .unwrap_or_else(|| "/etc/scap.secondary".into()),
            tags_to_keep: optional(settings, "tags_to_keep", findings, any_number).unwrap_or(20),
            cache_revs: optional(settings, "cache_revs", findings, any_number).unwrap_or(5),
            lock_file: path("lock_file", findings),
            git_repo: git_repo?,
        })
    }
}

fn groups(settings: &Settings, findings: &mut Findings) -> Vec<TargetGroup> {
    let list = settings.get("server_groups").unwrap_or("default");
    let mut groups: Vec<TargetGroup> = Vec::new();
    let mut seen: Vec<GroupName> = Vec::new();
    for name in list.split(',').map(str::trim) {
        let wrong = |rule: &str| {
            let Some(setting) = settings.find("server_groups") else {
                return Mistake::new(CONFIG_FILE, None, rule);
            };
            bad(setting, "server_groups", rule)
        };
        let Ok(name) = GroupName::parse(name) else {
            findings
                .mistakes
                .push(wrong("write the names of groups, separated by commas"));
            continue;
        };
        if seen.contains(&name) {
            findings
                .mistakes
                .push(wrong(&format!("the group `{name}` is listed twice")));
            continue;
        }
        seen.push(name.clone());
        if let Some(group) = group(settings, name, findings) {
            groups.push(group);
        }
    }
    groups
}

fn group(settings: &Settings, name: GroupName, findings: &mut Findings) -> Option<TargetGroup> {
    let key = match name.as_str() {
        "default" => "dsh_targets".to_owned(),
        other => format!("{other}_dsh_targets"),
    };
    let Some(setting) = settings.find(&key) else {
        let at = settings.find("server_groups");
        let (path, line) = at.map_or((CONFIG_FILE.into(), None), |s| {
            (s.path.clone(), Some(s.line))
        });
        let message = format!("the group `{name}` has no list of hosts");
        findings.mistakes.push(
            Mistake::new(path, line, message).rule(settings.wanted(&key, &format!("set `{key}`"))),
        );
        return None;
    };
    let file = Utf8PathBuf::from(&setting.value);
    if file.components().any(|c| c.as_str() == "..") || setting.value.contains(char::is_control) {
        findings
            .mistakes
            .push(bad(setting, &key, "write the name of a file below `scap/`"));
        return None;
    }
    let of_group = |key: &str| {
        let own = format!("{name}_{key}");
        if settings.find(&own).is_some() {
            own
        } else {
            key.to_owned()
        }
    };
    let (size, limit) = (of_group("group_size"), of_group("failure_limit"));
    Some(TargetGroup {
        size: optional(settings, &size, findings, count),
        failure_limit: optional(settings, &limit, findings, failure_limit)
            .unwrap_or(FailureLimit::Percent(0)),
        named: Some((setting.path.clone(), setting.line)),
        name,
        file,
    })
}

fn services(settings: &Settings, findings: &mut Findings) -> Vec<ServiceUnit> {
    let Some(setting) = settings.find("service_name") else {
        return Vec::new();
    };
    let mut units = Vec::new();
    for part in setting.value.split(',').map(str::trim) {
        match service_unit(part) {
            Some(unit) => units.push(unit),
            None => {
                let rule = "write the names of services, separated by commas, each with `=reload` or \
                            `=restart:disable-secondary` where it is not just restarted";
                findings.mistakes.push(bad(setting, "service_name", rule));
                return Vec::new();
            }
        }
    }
    units
}

fn service_unit(text: &str) -> Option<ServiceUnit> {
    let (name, action) = text.split_once('=').unwrap_or((text, "restart"));
    let (action, secondary) = action.split_once(':').unwrap_or((action, ""));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '@');
    let is_name = name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(plain);
    let action = match action {
        "restart" => ServiceAction::Restart,
        "reload" => ServiceAction::Reload,
        _ => return None,
    };
    let disable_secondary = match secondary {
        "" => false,
        "disable-secondary" => true,
        _ => return None,
    };
    is_name.then(|| ServiceUnit {
        name: name.to_owned(),
        action,
        disable_secondary,
    })
}

/// Git's managers of large files; `git_fat` is the old way to say `git-fat`.
fn binary_managers(settings: &Settings, findings: &mut Findings) -> Vec<String> {
    let mut managers: Vec<String> = optional(settings, "git_binary_manager", findings, |text| {
        let names = text
            .split(',')
            .map(|name| name.trim().to_owned())
            .collect::<Vec<_>>();
        match names
            .iter()
            .all(|name| matches!(name.as_str(), "git-lfs" | "git-fat"))
        {
            true => Ok(names),
            false => Err("write `git-lfs` or `git-fat`".into()),
        }
    })
    .unwrap_or_default();
    let old = optional(settings, "git_fat", findings, boolean).unwrap_or_default();
    if old && !managers.iter().any(|name| name == "git-fat") {
        managers.push("git-fat".into());
    }
    managers
}
