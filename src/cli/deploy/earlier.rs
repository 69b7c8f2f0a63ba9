//! What earlier deploys left on the hosts: to go on with, or to go back from.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::{Scene, failure, opened, request};
use crate::deploy::limit::Limit;
use crate::deploy::{Action, Crew, Facts, PlanProblem, Request};
use crate::error::CommandError;
use crate::event::DeployId;
use crate::model::{HostName, Revision};

/// All hosts, asked how they are.
pub(super) struct Survey {
    pub(super) crew: Crew,
    facts: IndexMap<HostName, Facts>,
}

impl Survey {
    /// Asks the hosts of all groups.
    ///
    /// # Errors
    /// Where one cannot be reached; a limit leaves it out.
    pub(super) async fn of(scene: &Scene<'_>, limit: Option<&Limit>) -> Result<Self, CommandError> {
        let directory = &scene.opened.working.value;
        let groups = directory.groups.iter();
        let mut hosts: Vec<HostName> = groups.flat_map(|group| group.hosts.clone()).collect();
        if let Some(limit) = limit {
            let chosen = limit.of(&hosts);
            hosts = chosen.map_err(|error| CommandError::usage(format!("--limit: {error}")))?;
        }
        let config = &directory.config;
        let place = config.git_deploy_dir.join(config.git_repo.as_str());
        let transport = scene.opened.transport(scene.context)?;
        // The name and the owner follow once it is known what is done.
        let id = DeployId::new(jiff::Timestamp::now());
        let owner = opened::owner(&id, Action::Deploy.as_str(), "");
        let mut crew = Crew::new(hosts, &transport, &place, &id, &owner);
        let asked = crew.probe(&[], &[], config.batch_size as usize);
        let (facts, unreachable) = scene.unless_interrupted(asked).await?;
        if !unreachable.is_empty() {
            crew.close().await;
            let problems: Vec<PlanProblem> = unreachable.iter().map(PlanProblem::of).collect();
            return Err(failure::refused(&problems, limit.is_some()));
        }
        Ok(Self { crew, facts })
    }

    /// What it takes to go on with a deploy: the one that is named, or the last that was interrupted.
    ///
    /// # Errors
    /// Where there is none.
    pub(super) fn resumed(
        &self,
        scene: &Scene<'_>,
        id: &DeployId,
        named: Option<&str>,
    ) -> Result<Request, CommandError> {
        let named = named.map(DeployId::parse).transpose();
        let named = named.map_err(|refused| CommandError::usage(format!("--resume: {refused}")))?;
        let unfinished = self.facts.values().filter_map(Facts::unfinished);
        let last = unfinished.filter_map(|line| line.deploy.clone()).max();
        let Some(earlier) = named.or(last) else {
            return Err(
                CommandError::usage("no deploy was interrupted on these hosts")
                    .hint("`svcgen history` lists the deploys"),
            );
        };
        let mut revisions: BTreeMap<HostName, Revision> = BTreeMap::new();
        let mut owner = None;
        for (host, facts) in &self.facts {
            let mut lines = facts.record.iter().rev();
            let begun = lines.find(|line| {
                line.deploy.as_ref() == Some(&earlier)
                    && line.step == "deploy"
                    && line.state == "begin"
            });
            if let Some(line) = begun
                && let Some(revision) = &line.rev
            {
                revisions.insert(host.clone(), revision.clone());
                owner = owner.or(line.owner.clone());
            }
        }
        let Some(revision) = commonest(revisions.values()) else {
            return Err(CommandError::usage(format!(
                "the deploy {earlier} did not get as far as to any of these hosts"
            ))
            .hint("`svcgen deploy` begins anew"));
        };
        let owner = owner.unwrap_or_default();
        let action = Action::read(&owner.action);
        scene.ui.status(&format!(
            "going on with the {} {earlier} of {} on {}",
            action.as_str(),
            owner.user,
            owner.machine
        ));
        let mut wanted = request(id, action, revision, &[owner.message]);
        wanted.hosts = Some(revisions.keys().cloned().collect());
        wanted.revisions = revisions;
        wanted.resumes = Some(earlier);
        Ok(wanted)
    }

    /// What it takes to go back: to a revision, or on each host to what was live before the last deploy.
    ///
    /// # Errors
    /// Where a host has nothing to go back to.
    pub(super) fn back(
        &self,
        id: &DeployId,
        to: Option<&Revision>,
        message: &str,
    ) -> Result<Request, CommandError> {
        let mut revisions: BTreeMap<HostName, Revision> = BTreeMap::new();
        let mut without: Vec<&HostName> = Vec::new();
        for (host, facts) in &self.facts {
            let is_open = facts.unfinished().is_some()
                || facts.progress.is_some()
                || facts.current != facts.done;
            let target = match (to, is_open) {
                (Some(to), _) => Some(to.clone()),
                // Where nothing was finished there is nothing to go back to but nothing.
                (None, true) => facts.done.clone().or(facts.current.clone()),
                (None, false) => facts.previous(),
            };
            match target {
                Some(revision) => {
                    revisions.insert(host.clone(), revision);
                }
                None => without.push(host),
            }
        }
        if let Some((first, rest)) = without.split_first() {
            let more = match rest.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            return Err(CommandError::usage(format!(
                "{first}{more} has nothing to go back to that is known"
            ))
            .hint("`--to REV` names a revision"));
        }
        let revision = commonest(revisions.values())
            .ok_or_else(|| CommandError::usage("there are no hosts to go back on"))?;
        let mut wanted = request(id, Action::Rollback, revision, &[message.to_owned()]);
        wanted.revisions = revisions;
        Ok(wanted)
    }
}

/// The revision that most have.
fn commonest<'a>(revisions: impl Iterator<Item = &'a Revision>) -> Option<Revision> {
    let mut counts: BTreeMap<&Revision, usize> = BTreeMap::new();
    for revision in revisions {
        *counts.entry(revision).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    most.map(|(revision, _)| revision.clone())
}
