//! What targets are asked before there is a plan.

use camino::Utf8PathBuf;

use super::Planner;
use crate::deploy::needs;
use crate::deploy::plan::ServicePlan;
use crate::deploy::program::Inquiry;
use crate::model::Revision;

impl Planner<'_> {
    /// What targets are asked.
    pub(super) fn inquiry(&self) -> Inquiry {
        let makes_releases = !self.request.action.is_of_service();
        Inquiry {
            commits: self.commits(),
            files: self.files(),
            programs: needs::of(&self.directory),
            tools: match makes_releases {
                true => self.config().git_binary_managers.clone(),
                false => Vec::new(),
            },
            services: Some((ServicePlan::of(self.config()), self.request.action)),
            again: self.request.force || self.request.action.is_of_service(),
        }
    }

    /// Commits that targets are asked for, by their stores.
    pub(super) fn commits(&self) -> Vec<(Utf8PathBuf, Revision)> {
        let main = (Utf8PathBuf::from("."), self.request.revision.clone());
        let modules = self.modules.get(&self.request.revision).into_iter();
        let modules = modules.flatten();
        let modules = modules.map(|module| (module.store.clone(), module.commit.clone()));
        [main].into_iter().chain(modules).collect()
    }

    /// Files of targets that matter: variables, and the configuration as it is.
    fn files(&self) -> Vec<Utf8PathBuf> {
        let files = self.directory.config_files.iter();
        let files = files.flat_map(|file| {
            let own = Some(file.destination.clone()).filter(|path| path.is_absolute());
            own.into_iter().chain(file.remote_vars.clone())
        });
        let mut files: Vec<Utf8PathBuf> = files.collect();
        files.sort();
        files.dedup();
        files
    }
}
