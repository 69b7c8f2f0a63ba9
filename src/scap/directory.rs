use camino::Utf8Path;
use serde::Serialize;

use super::check::DeployCheck;
use super::config::ScapConfig;
use super::config_files::ConfigFile;
use super::environment::ScapEnvironment;
use super::files::Files;
use super::mistake::{Findings, Mistake, Reading, ScapError};
use super::submodule::{Submodule, read_submodules};
use super::targets::HostGroup;
use super::vars::{Vars, read_vars};
use crate::model::{CheckKind, HostName};

/// Everything that a deploy repository says about its deploys, in one place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScapDirectory {
    pub config: ScapConfig,
    /// The groups with their hosts, in the order in which they are deployed.
    pub groups: Vec<HostGroup>,
    /// In the order in which they run.
    pub checks: Vec<DeployCheck>,
    /// What is rendered on each target; empty where `config_deploy` is off.
    pub config_files: Vec<ConfigFile>,
    pub vars: Vars,
    pub submodules: Vec<Submodule>,
}

impl ScapDirectory {
    /// Reads the directory as Scap would on a host, and for an environment where one is named.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn read(
        files: &dyn Files,
        host: &HostName,
        environment: Option<&ScapEnvironment>,
    ) -> Result<Reading<Self>, ScapError> {
        let mut findings = Findings::default();
        let config = findings.take(ScapConfig::read(files, host, environment))?;
        let selected = config
            .as_ref()
            .and_then(|config| config.environment.clone());
        let environment = environment.cloned().or(selected);
        let environment = environment.as_ref();
        let groups = match &config {
            Some(config) => findings.take(HostGroup::read_all(files, config))?,
            None => None,
        };
        let renders = config.as_ref().is_none_or(|config| config.config_deploy);
        let release = Release::read(files, environment, renders, &mut findings)?;
        let (Some(config), Some(groups), Some(release)) = (config, groups, release) else {
            return findings.finish(None);
        };
        Self::of(config, groups, release, findings)
    }

    /// Reads the directory of a revision, whose hosts and settings are those of the working copy: as with Scap they are
    /// the deployer's, and a list of hosts that a revision names may be long gone.
    ///
    /// # Errors
    /// Every mistake in what is read.
    pub fn read_revision(files: &dyn Files, working: &Self) -> Result<Reading<Self>, ScapError> {
        let (config, mut findings) = (&working.config, Findings::default());
        let environment = config.environment.as_ref();
        let release = Release::read(files, environment, config.config_deploy, &mut findings)?;
        let Some(release) = release else {
            return findings.finish(None);
        };
        Self::of(config.clone(), working.groups.clone(), release, findings)
    }

    /// Looks whether the scripts that checks run are among the files: a deploy would fail on the first host without one.
    ///
    /// # Errors
    /// A mistake for each that is not there.
    pub fn check_scripts(&self, files: &dyn Files) -> Result<(), ScapError> {
        if !self.config.perform_checks {
            return Ok(());
        }
        let mut mistakes = Vec::new();
        for check in &self.checks {
            let runs = check.before.is_some() || check.after.is_some();
            if check.kind != CheckKind::Script || !runs {
                continue;
            }
            let path = Utf8Path::new("scap/scripts").join(&check.command);
            if is_missing(files, &path) {
                let message = format!("the check `{}` runs it, but it does not exist", check.name);
                mistakes.push(
                    Mistake::new(path, None, message)
                        .rule("add it, or correct the `command` of the check"),
                );
            }
        }
        match mistakes.is_empty() {
            true => Ok(()),
            false => Err(ScapError::Wrong(mistakes)),
        }
    }

    fn of(
        config: ScapConfig,
        groups: Vec<HostGroup>,
        release: Release,
        mut findings: Findings,
    ) -> Result<Reading<Self>, ScapError> {
        warn_groups(&config, &release.checks, &mut findings);
        findings.finish(Some(Self {
            config,
            groups,
            checks: release.checks,
            config_files: release.config_files,
            vars: release.vars,
            submodules: release.submodules,
        }))
    }
}

/// What a revision brings with it.
struct Release {
    checks: Vec<DeployCheck>,
    config_files: Vec<ConfigFile>,
    vars: Vars,
    submodules: Vec<Submodule>,
}

impl Release {
    /// Reads all of it, and nothing where there are mistakes.
    fn read(
        files: &dyn Files,
        environment: Option<&ScapEnvironment>,
        renders: bool,
        findings: &mut Findings,
    ) -> Result<Option<Self>, ScapError> {
        let checks = findings.take(DeployCheck::read_all(files, environment))?;
        let (config_files, vars) = match renders {
            true => (
                findings.take(ConfigFile::read_all(files, environment))?,
                findings.take(read_vars(files, environment))?,
            ),
            false => (Some(Vec::new()), Some(Vars::default())),
        };
        let submodules = match files.read(".gitmodules".into())? {
            Some(text) => {
                let submodules = read_submodules(".gitmodules".into(), &text);
                findings.take(submodules.map(|value| Reading {
                    value,
                    warnings: Vec::new(),
                }))?
            }
            None => Some(Vec::new()),
        };
        let (Some(checks), Some(config_files), Some(vars), Some(submodules)) =
            (checks, config_files, vars, submodules)
        else {
            return Ok(None);
        };
        Ok(Some(Self {
            checks,
            config_files,
            vars,
            submodules,
        }))
    }
}

/// Whether a file is known not to be there. What a submodule has nobody knows here.
fn is_missing(files: &dyn Files, path: &Utf8Path) -> bool {
    let is_nothing = |path: &Utf8Path| matches!(files.read(path), Ok(None));
    let mut above = path.ancestors().skip(1);
    is_nothing(path)
        && above.all(|folder| {
            folder.as_str().is_empty() || files.has_folder(folder) || is_nothing(folder)
        })
}

/// Warns of checks for groups that are not deployed.
fn warn_groups(config: &ScapConfig, checks: &[DeployCheck], findings: &mut Findings) {
    for check in checks {
        if let Some(group) = &check.group
            && !config.groups.iter().any(|known| known.name == *group)
        {
            let message = format!(
                "the check `{}` is for a group `{group}` that is not deployed",
                check.name
            );
            findings
                .warnings
                .push(Mistake::new("scap/checks.yaml", None, message));
        }
    }
}
