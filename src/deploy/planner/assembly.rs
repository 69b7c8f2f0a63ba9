//! The plan, put together of the hosts' parts and of what the revisions say that these have or get.

use std::borrow::Cow;
use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::{Planner, PlannerError};
use crate::deploy::Action;
use crate::deploy::deploy_head::DeployHead;
use crate::deploy::plan::{DeployPlan, HostPlan, ReleasePlan, ServicePlan};
use crate::model::{HostName, Revision};
use crate::scap::{Files, ScapDirectory};

impl Planner<'_> {
    /// Puts a plan together, of what is done on each host.
    pub(super) fn assemble(
        &self,
        hosts: IndexMap<HostName, HostPlan>,
    ) -> Result<DeployPlan, PlannerError> {
        let (config, request) = (self.config(), &self.request);
        let (mut checks, mut heads) = (BTreeMap::new(), BTreeMap::new());
        let revisions = hosts
            .values()
            .flat_map(|host| host.old.iter().chain([&host.revision]));
        for revision in revisions {
            if heads.contains_key(revision) {
                continue;
            }
            let directory = self.directory_of(revision);
            heads.insert(revision.clone(), self.head(revision, &directory));
            if config.perform_checks {
                checks.insert(revision.clone(), directory.checks.clone());
            }
        }
        let files = self.directory.config_files.iter();
        Ok(DeployPlan {
            id: request.id.clone(),
            action: request.action,
            repository: config.git_repo.clone(),
            place: self.place(),
            environment: config.environment.as_ref().map(ToString::to_string),
            revision: request.revision.clone(),
            owner: request.owner.clone(),
            resumes: request.resumes.clone(),
            groups: self.groups.clone(),
            hosts,
            service: ServicePlan::of(config),
            checks,
            release: ReleasePlan {
                force: request.force && request.action == Action::Deploy,
                binary_managers: config.git_binary_managers.clone(),
                lfs_url: self.lfs_url(),
                modules: self.modules.clone(),
                rendered: files.map(|file| file.destination.clone()).collect(),
                keep: config.cache_revs,
            },
            heads,
            batch_size: config.batch_size as usize,
        })
    }

    /// The directory of a revision; that of the deployed one where the other is not known here.
    fn directory_of(&self, revision: &Revision) -> Cow<'_, ScapDirectory> {
        let own = Cow::Borrowed(&self.directory);
        if *revision == self.request.revision {
            return own;
        }
        let Ok(files) = self.repository.files(revision) else {
            return own;
        };
        match ScapDirectory::read_revision(&files, &self.directory) {
            Ok(read) => Cow::Owned(read.value),
            // An earlier revision may have a directory that is not understood any more; its release is on the targets.
            Err(_) => own,
        }
    }

    /// What Scap goes by once a revision is live.
    fn head(&self, revision: &Revision, directory: &ScapDirectory) -> String {
        let files = self.repository.files(revision).ok();
        let origin = self.repository.checkout().setting("remote.origin.url");
        let head = DeployHead {
            directory,
            revision,
            owner: &self.request.owner,
            origin: origin.as_deref(),
            files: files.as_ref().map(|files| files as &dyn Files),
        };
        head.text()
    }

    /// Where large files come from: beside the repository's own origin, as Scap has it.
    fn lfs_url(&self) -> Option<String> {
        if self.config().git_binary_managers.is_empty() {
            return None;
        }
        let origin = self.repository.checkout().setting("remote.origin.url")?;
        Some(format!("{}/info/lfs", origin.trim_end_matches('/')))
    }
}
