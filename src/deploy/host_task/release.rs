//! The release and its configuration, made beside the one that is live.

use std::sync::Arc;

use super::step::failure;
use super::{Done, FETCH, Failure, HostTask, SHORT};
use crate::deploy::control::Control;
use crate::deploy::plan::{Moment, Work};
use crate::deploy::program::{Module, Objects, Policy, Program, Release, Step};
use crate::deploy::session::Input;
use crate::event::{EventKind, Level};
use crate::model::Revision;
use crate::scap::DeployStage;

impl HostTask {
    pub(super) async fn prepare(&mut self) -> Done {
        if self.host.work != Work::Everything {
            return Ok(());
        }
        let revision = self.host.revision.clone();
        self.checks(&revision, Moment::Before, DeployStage::Fetch)
            .await?;
        self.fetch().await?;
        self.checks(&revision, Moment::After, DeployStage::Fetch)
            .await?;
        let Some(config) = &self.host.config else {
            return Ok(());
        };
        let mut bytes = Vec::new();
        for file in config {
            bytes.extend_from_slice(format!("{} {}\n", file.text.len(), file.path).as_bytes());
            bytes.extend_from_slice(file.text.as_bytes());
        }
        let stage = DeployStage::ConfigDeploy;
        self.checks(&revision, Moment::Before, stage).await?;
        let program = Program::config(&self.plan.id, &revision);
        let step = self.step(stage, Policy::Kill, SHORT, &revision, program);
        self.pass(&step, Input::Bytes(bytes.into())).await?;
        self.checks(&revision, Moment::After, stage).await
    }

    /// Gets the release there: from the git server, and over the connection where that lacks anything.
    async fn fetch(&mut self) -> Done {
        let mut objects = self.host.objects.clone();
        let mut lacking = self.host.lacking.clone();
        loop {
            let input = match objects {
                Objects::Packs => {
                    let packs = Arc::clone(&self.packs);
                    let made = packs.for_stores(&lacking).await;
                    made.map_err(|error| Failure::Failed(error.to_string()))?
                }
                Objects::There | Objects::Server(_) => Input::Nothing,
            };
            let end = {
                let step = self.fetch_step(&objects);
                self.run(&step, input).await?
            };
            if end.passed() {
                return Ok(());
            }
            let stores = end
                .told
                .iter()
                .filter(|line| line.control == Control::LacksObjects);
            let stores: Vec<_> = stores.map(|line| line.rest.clone()).collect();
            if stores.is_empty() || objects == Objects::Packs {
                return Err(failure(&self.fetch_step(&objects), &end));
            }
            let text = match objects {
                Objects::Server(_) => "the git server lacks the revision; it is sent from here",
                Objects::There | Objects::Packs => "objects are missing there; they are sent",
            };
            self.note(Level::Info, text, EventKind::Warning, None).await;
            lacking = stores
                .into_iter()
                .filter_map(|store| {
                    let known = self.host.lacking.iter().find(|(place, ..)| *place == store);
                    let commit = match store.as_str() {
                        "." => Some(self.host.revision.clone()),
                        _ => self.commit_of(&store),
                    };
                    let tips = known.map(|(.., tips)| tips.clone()).unwrap_or_default();
                    Some((store.into(), commit?, tips))
                })
                .collect();
            objects = Objects::Packs;
        }
    }

    fn commit_of(&self, store: &str) -> Option<Revision> {
        let mut modules = self.modules().iter();
        let module = modules.find(|module| module.store == store)?;
        Some(module.commit.clone())
    }

    fn modules(&self) -> &[Module] {
        let modules = self.plan.release.modules.get(&self.host.revision);
        modules.map_or(&[], Vec::as_slice)
    }

    fn fetch_step(&self, objects: &Objects) -> Step {
        let release = &self.plan.release;
        let program = Program::fetch(&Release {
            revision: &self.host.revision,
            objects,
            force: release.force,
            binary_managers: &release.binary_managers,
            lfs_url: release.lfs_url.as_deref(),
            rendered: &release.rendered,
            modules: self.modules(),
        });
        let revision = &self.host.revision;
        self.step(DeployStage::Fetch, Policy::Kill, FETCH, revision, program)
    }
}
