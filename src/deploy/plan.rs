use std::collections::BTreeMap;
use std::time::Duration;

use camino::Utf8PathBuf;
use indexmap::IndexMap;
use serde::Serialize;

use super::action::Action;
use super::facts::PathState;
use super::owner::Owner;
use super::program::{Module, Objects};
use crate::event::DeployId;
use crate::model::{GroupName, HostName, RepositoryName, Revision};
use crate::scap::{DeployCheck, DeployStage, ScapConfig, ServiceUnit};

/// Everything that a deploy will do, known before anything is touched.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeployPlan {
    pub id: DeployId,
    pub action: Action,
    /// The path of the repository below the deploy directory.
    pub repository: RepositoryName,
    /// The path that the service is run from.
    pub place: Utf8PathBuf,
    pub environment: Option<String>,
    pub revision: Revision,
    pub owner: Owner,
    /// The deploy that this one goes on with.
    pub resumes: Option<DeployId>,
    /// In the order in which they are deployed.
    pub groups: Vec<PlannedGroup>,
    pub hosts: IndexMap<HostName, HostPlan>,
    pub service: ServicePlan,
    /// The checks of each revision that may become live.
    pub checks: BTreeMap<Revision, Vec<DeployCheck>>,
    pub release: ReleasePlan,
    /// What Scap goes by afterwards, for each revision that may become live.
    #[serde(skip)]
    pub heads: BTreeMap<Revision, String>,
    /// Hosts that are worked on at a time.
    pub batch_size: usize,
}

/// A group of hosts, in the parts in which it is deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedGroup {
    pub name: GroupName,
    /// Whether any failure in it ends the deploy, whatever its limit.
    pub is_canary: bool,
    /// How many of its hosts may fail.
    pub failure_limit: usize,
    pub waves: Vec<Vec<HostName>>,
}

/// What becomes of one host.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HostPlan {
    pub group: GroupName,
    /// What it gets.
    pub revision: Revision,
    /// What is live on it.
    pub live: Option<Revision>,
    /// The last that was finished on it.
    pub done: Option<Revision>,
    /// Where a rollback goes; nothing where there was nothing before.
    pub old: Option<Revision>,
    pub work: Work,
    pub objects: Objects,
    /// Stores of the target that lack a commit: their place, the commit, and what they have.
    #[serde(skip)]
    pub lacking: Vec<(Utf8PathBuf, Revision, Vec<Revision>)>,
    /// The configuration, rendered for this host; nothing where the release keeps what it has.
    #[serde(skip)]
    pub config: Option<Vec<RenderedFile>>,
    /// What changes in its configuration, as unified diffs.
    pub config_diff: String,
    pub warnings: Vec<String>,
    /// The deploy that was interrupted there, where a warning tells of one.
    #[serde(skip)]
    pub interrupted: Option<DeployId>,
    pub place: PathState,
}

/// How much is to be done on a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    Everything,
    /// The service alone is restarted, started or stopped, and checked.
    Service,
    /// There was nothing before: the links go.
    Withdraw,
    /// An interrupted deploy did no more than get its release there, if that: what stays live is restarted only where it is
    /// not well.
    Tidy,
    /// It is as it should be.
    Nothing,
}

impl Work {
    /// Whether the service cannot do without what sudo allows.
    pub(super) fn handles_service(self) -> bool {
        match self {
            Self::Everything | Self::Service | Self::Tidy => true,
            // Who cannot stop the service takes its release away all the same.
            Self::Withdraw | Self::Nothing => false,
        }
    }
}

/// A file of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedFile {
    /// Absolute, or within the release.
    pub path: Utf8PathBuf,
    pub text: String,
}

/// What is done to the service of a target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServicePlan {
    pub units: Vec<ServiceUnit>,
    pub port: Option<u16>,
    pub timeout: Duration,
    /// Whether services that a target does not have are passed over.
    pub valid_only: bool,
    /// A file that marks hosts as secondary.
    pub secondary: Utf8PathBuf,
    pub nrpe_dir: Utf8PathBuf,
}

/// How releases are made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReleasePlan {
    pub force: bool,
    pub binary_managers: Vec<String>,
    pub lfs_url: Option<String>,
    /// The submodules of each revision.
    #[serde(skip)]
    pub modules: BTreeMap<Revision, Vec<Module>>,
    /// All files that are rendered, absolute or within the release.
    pub rendered: Vec<Utf8PathBuf>,
    /// Releases that stay on a target.
    pub keep: u32,
}

impl ServicePlan {
    /// What `scap.cfg` says of it.
    pub fn of(config: &ScapConfig) -> Self {
        Self {
            units: config.services.clone(),
            port: config.service_port,
            timeout: config.service_timeout,
            valid_only: config.require_valid_service,
            secondary: config.secondary_host_signal_file.clone(),
            nrpe_dir: config.nrpe_dir.clone(),
        }
    }

    /// The names of the services.
    pub fn names(&self) -> String {
        let names = self.units.iter().map(|unit| unit.name.as_str());
        names.collect::<Vec<_>>().join(" and ")
    }
}

impl DeployPlan {
    /// All parts of all groups, in their order.
    pub fn waves(&self) -> impl DoubleEndedIterator<Item = (usize, &Vec<HostName>)> {
        let groups = self.groups.iter().enumerate();
        groups.flat_map(|(index, group)| group.waves.iter().map(move |wave| (index, wave)))
    }

    /// Hosts on which something is to be done.
    pub fn worked_on(&self) -> impl Iterator<Item = (&HostName, &HostPlan)> {
        let hosts = self.hosts.iter();
        hosts.filter(|(_, host)| host.work != Work::Nothing)
    }

    /// Whether a check has its turn in what is planned; around the service alone, that is not each.
    pub fn runs(&self, check: &DeployCheck) -> bool {
        let of_service = Some(DeployStage::HandleService);
        let (begins, ends) = self.action.checks_of_service();
        !self.action.is_of_service()
            || (begins && check.before == of_service)
            || (ends && (check.after == of_service || check.sees_old_process()))
    }

    /// The checks that run before or after a stage on hosts of a group.
    pub(super) fn checks_of(
        &self,
        revision: &Revision,
        group: &GroupName,
        moment: Moment,
        stage: DeployStage,
    ) -> Vec<&DeployCheck> {
        let checks = self.checks.get(revision).map_or(&[][..], Vec::as_slice);
        let applies = |check: &&DeployCheck| {
            let at = match moment {
                Moment::Before => check.before,
                Moment::After => check.after,
            };
            // Before the restart it sees the process that ends; so it looks again after it.
            let again = moment == Moment::After
                && stage == DeployStage::HandleService
                && check.sees_old_process();
            let is_time = at == Some(stage) || again;
            is_time && check.group.as_ref().is_none_or(|only| only == group)
        };
        checks.iter().filter(applies).collect()
    }

    /// Whether there are services that run once they were handled.
    pub(super) fn runs_services(&self) -> bool {
        self.action != Action::Stop && !self.service.units.is_empty()
    }

    /// The files outside of releases that lead into them.
    pub(super) fn linked_config(&self) -> Vec<Utf8PathBuf> {
        let rendered = self.release.rendered.iter();
        rendered
            .filter(|path| path.is_absolute())
            .cloned()
            .collect()
    }
}

/// When a check runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Before,
    After,
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::CheckKind;

    const REVISION: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    /// A plan of groups, each with its hosts and failure limit; of several, the first is the canary.
    pub(in crate::deploy) fn plan(groups: &[(&[&str], usize)]) -> DeployPlan {
        let revision = Revision::parse(REVISION).unwrap();
        let name = |index: usize| GroupName::parse(&format!("g{index}")).unwrap();
        let mut hosts = IndexMap::new();
        let mut planned = Vec::new();
        for (index, (names, failure_limit)) in groups.iter().enumerate() {
            let names: Vec<HostName> = names
                .iter()
                .map(|name| HostName::parse(name).unwrap())
                .collect();
            for host in &names {
                hosts.insert(
                    host.clone(),
                    HostPlan {
                        group: name(index),
                        revision: revision.clone(),
                        live: None,
                        done: None,
                        old: None,
                        work: Work::Everything,
                        objects: Objects::There,
                        lacking: Vec::new(),
                        config: None,
                        config_diff: String::new(),
                        warnings: Vec::new(),
                        interrupted: None,
                        place: PathState::Nothing,
                    },
                );
            }
            planned.push(PlannedGroup {
                name: name(index),
                is_canary: index == 0 && groups.len() > 1,
                failure_limit: *failure_limit,
                waves: vec![names],
            });
        }
        DeployPlan {
            id: DeployId::parse("20261123T140312Z-3f9a01").unwrap(),
            action: Action::Deploy,
            repository: RepositoryName::parse("a/deploy").unwrap(),
            place: "/srv/deployment/a/deploy".into(),
            environment: None,
            revision,
            owner: Owner::default(),
            resumes: None,
            groups: planned,
            hosts,
            service: ServicePlan {
                units: Vec::new(),
                port: None,
                timeout: Duration::from_secs(120),
                valid_only: false,
                secondary: "/etc/scap.secondary".into(),
                nrpe_dir: "/etc/nagios/nrpe.d".into(),
            },
            checks: BTreeMap::new(),
            release: ReleasePlan {
                force: false,
                binary_managers: Vec::new(),
                lfs_url: None,
                modules: BTreeMap::new(),
                rendered: Vec::new(),
                keep: 5,
            },
            heads: BTreeMap::new(),
            batch_size: 80,
        }
    }

    fn check(name: &str, kind: CheckKind, after: DeployStage) -> DeployCheck {
        DeployCheck {
            name: name.into(),
            kind,
            before: None,
            after: Some(after),
            command: "true".into(),
            timeout: Duration::from_secs(30),
            group: None,
            shell: false,
        }
    }

    #[test]
    fn a_check_that_sees_the_old_process_runs_again() {
        let mut plan = plan(&[(&["a"], 0)]);
        let mut only = check("only", CheckKind::Command, DeployStage::HandleService);
        only.group = GroupName::parse("elsewhere").ok();
        let checks = vec![
            check("depool", CheckKind::Command, DeployStage::Promote),
            check("endpoints", CheckKind::Nrpe, DeployStage::Promote),
            check("repool", CheckKind::Command, DeployStage::HandleService),
            only,
        ];
        plan.checks.insert(plan.revision.clone(), checks);
        let group = GroupName::parse("g0").unwrap();
        let names = |moment, stage| -> Vec<&str> {
            let checks = plan.checks_of(&plan.revision, &group, moment, stage);
            checks.iter().map(|check| check.name.as_str()).collect()
        };
        let after = |stage| names(Moment::After, stage);
        assert_eq!(after(DeployStage::Promote), ["depool", "endpoints"]);
        assert_eq!(after(DeployStage::HandleService), ["endpoints", "repool"]);
        assert!(names(Moment::Before, DeployStage::Promote).is_empty());
    }
}
