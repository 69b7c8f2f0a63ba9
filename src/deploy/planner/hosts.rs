mod warnings;

use camino::Utf8PathBuf;

use super::problem::{PlanProblem, ProblemKind};
use super::{Action, Planner};
use crate::deploy::facts::{Facts, FileState, PathState};
use crate::deploy::needs;
use crate::deploy::plan::{HostPlan, PlannedGroup, RenderedFile, Work};
use crate::deploy::program::Objects;
use crate::deploy::repository::TreeSize;
use crate::deploy::template::ConfigRenderer;
use crate::model::{HostName, Revision};
use crate::scap::{ConfigFile, Files as _};

/// Plans one host after the other.
pub(super) struct HostPlanner<'a> {
    pub(super) planner: &'a Planner<'a>,
    /// What the release takes.
    pub(super) size: TreeSize,
}

/// What a file takes on a disk besides its bytes, on average, in bytes: half a block, its inode, its place in a folder.
const PER_FILE: u64 = 3 * 1024;

impl HostPlanner<'_> {
    /// Plans a host, or says everything that speaks against it.
    pub(super) fn plan(
        &self,
        name: &HostName,
        group: &PlannedGroup,
        facts: &Facts,
    ) -> Result<HostPlan, Vec<PlanProblem>> {
        let request = &self.planner.request;
        let live = facts.current.as_ref();
        let revision = match request.action {
            // It is the service alone; what it runs stays.
            Action::Restart | Action::Start | Action::Stop => live.unwrap_or(&request.revision),
            Action::Deploy | Action::Rollback => {
                request.revisions.get(name).unwrap_or(&request.revision)
            }
        };
        let mut problems = self.unfit(name, facts, revision);
        if let Some((owner, true)) = &facts.lock
            && !request.ignores_locks
        {
            problems.push(PlanProblem {
                host: name.clone(),
                kind: ProblemKind::Locked(owner.clone()),
                reason: match owner.only_locks() {
                    true => format!("locked by {owner}"),
                    false if owner.has_died(&self.planner.config().git_repo) => {
                        format!("{owner} has died, and its lock is not let go yet")
                    }
                    false => format!("{owner} is deploying"),
                },
            });
        }
        if !problems.is_empty() {
            problems.extend(unstartable(name, facts));
            return Err(problems);
        }
        let is_there = facts.releases.contains_key(revision);
        let is_rollback = request.action == Action::Rollback;
        let is_withdrawn = self.is_withdrawn(name, facts);
        if is_rollback && !is_there && !is_withdrawn && *revision != request.revision {
            let reason = format!("the release {} is no longer there", revision.short());
            return Err(vec![PlanProblem::unfit(name, reason)]);
        }
        let (config, config_diff) = match is_withdrawn || is_rollback && is_there {
            // It keeps the configuration that it has.
            true => (None, String::new()),
            false => self.config(name, facts)?,
        };
        let (objects, lacking) = match is_withdrawn || is_rollback && is_there {
            true => (Objects::There, Vec::new()),
            false => self.objects(facts, revision),
        };
        let work = match is_withdrawn {
            true => Work::Withdraw,
            false => self.work(facts, revision, &config_diff),
        };
        let unstartable = unstartable(name, facts);
        if work.handles_service() && !unstartable.is_empty() {
            return Err(unstartable);
        }
        Ok(HostPlan {
            group: group.name.clone(),
            revision: revision.clone(),
            live: facts.current.clone(),
            done: facts.done.clone(),
            old: old(facts).filter(|_| !is_withdrawn),
            work,
            objects,
            lacking,
            config,
            config_diff,
            warnings: self.warnings(facts),
            interrupted: self.interrupted(facts).map(|(id, _)| id.clone()),
            place: facts.place.clone(),
        })
    }

    fn unfit(&self, name: &HostName, facts: &Facts, revision: &Revision) -> Vec<PlanProblem> {
        let action = self.planner.request.action;
        let lacking = needs::not_installed(facts.lacking(action)).map(|reason| {
            let packages = needs::packages(facts.lacking(action));
            PlanProblem {
                host: name.clone(),
                kind: ProblemKind::Lacking(packages.into_iter().map(str::to_owned).collect()),
                reason,
            }
        });
        let mut problems: Vec<PlanProblem> = lacking.into_iter().collect();
        problems.extend(self.gone(name, facts));
        let reasons = facts.unfit(action).into_iter();
        problems.extend(reasons.map(|reason| PlanProblem::unfit(name, reason)));
        let is_there = facts.releases.contains_key(revision) || facts.is_full();
        if let (Some((kib, inodes)), false) = (facts.free, is_there) {
            let need = self.size.bytes + self.size.files * PER_FILE;
            if kib * 1024 < need || (inodes > 0 && inodes < self.size.files) {
                let reason = format!(
                    "the disk is too full: {} MiB are free, the release takes {}",
                    kib / 1024,
                    need.div_ceil(1024 * 1024)
                );
                problems.push(PlanProblem::unfit(name, reason));
            }
        }
        problems
    }

    /// What a service cannot be started from any more: it would be ended, and nothing else begun.
    fn gone(&self, name: &HostName, facts: &Facts) -> Option<PlanProblem> {
        let place = self.planner.place();
        let reason = match (self.planner.request.action, &facts.place) {
            (Action::Restart | Action::Start, PathState::Broken(to)) => {
                format!("{place} leads to `{to}`, which is not there")
            }
            (Action::Restart | Action::Start, PathState::Nothing) if facts.current.is_some() => {
                format!("{place} is not there")
            }
            _ => return None,
        };
        Some(PlanProblem {
            host: name.clone(),
            kind: ProblemKind::Gone(facts.current.clone()),
            reason,
        })
    }

    /// Whether a host goes back to before there was any release.
    fn is_withdrawn(&self, name: &HostName, facts: &Facts) -> bool {
        let request = &self.planner.request;
        let is_there = facts.current.is_some() || facts.progress.is_some() || facts.done.is_some();
        // One that died before it had done anything is still open in the record.
        let is_there = is_there || facts.unfinished().is_some();
        request.action == Action::Rollback && is_there && request.withdrawn.contains(name)
    }

    fn work(&self, facts: &Facts, revision: &Revision, config_diff: &str) -> Work {
        let request = &self.planner.request;
        if request.action.is_of_service() {
            return Work::Service;
        }
        if request.action == Action::Rollback && facts.current.is_none() {
            // There is nothing, as there was before.
            return Work::Nothing;
        }
        let is_live = facts.current.as_ref() == Some(revision)
            && facts.done.as_ref() == Some(revision)
            && leads_to(&facts.place, revision)
            && config_diff.is_empty();
        let is_begun = facts.progress.is_some();
        // What died before it had got its release there, or behind its last step, is still open in the record.
        let is_open = request.action == Action::Rollback && facts.unfinished().is_some();
        match is_live && !request.force {
            true if is_open && (!is_begun || facts.has_only_fetched()) => Work::Tidy,
            true if !is_begun => Work::Nothing,
            true | false => Work::Everything,
        }
    }

    /// The configuration as it will be on a host, and what changes in it.
    fn config(
        &self,
        name: &HostName,
        facts: &Facts,
    ) -> Result<(Option<Vec<RenderedFile>>, String), Vec<PlanProblem>> {
        let directory = &self.planner.directory;
        let is_of_service = self.planner.request.action.is_of_service();
        if directory.config_files.is_empty() || is_of_service {
            return Ok((None, String::new()));
        }
        let wrong = |reason: String| PlanProblem {
            host: name.clone(),
            kind: ProblemKind::Config,
            reason,
        };
        let files = self
            .planner
            .repository
            .files(&self.planner.request.revision);
        let files = files.map_err(|error| vec![wrong(error.to_string())])?;
        let mut renderer = ConfigRenderer::new(name, &directory.vars);
        let (mut rendered, mut diff, mut problems) = (Vec::new(), String::new(), Vec::new());
        for file in &directory.config_files {
            let template = match files.read(&file.template) {
                Ok(template) => template.unwrap_or_default(),
                Err(error) => {
                    problems.push(wrong(error.to_string()));
                    continue;
                }
            };
            if let Some(path) = &file.remote_vars
                && facts.files.get(path) == Some(&FileState::Unreadable)
            {
                problems.push(wrong(format!("{} cannot read {path}", facts.user)));
                continue;
            }
            let remote_vars = file.remote_vars.as_ref().and_then(|path| facts.text(path));
            match renderer.render(file, &template, remote_vars.as_deref()) {
                Ok(text) => {
                    diff.push_str(&difference(file, facts, &text));
                    rendered.push(RenderedFile {
                        path: file.destination.clone(),
                        text,
                    });
                }
                Err(error) => problems.push(wrong(error.to_string())),
            }
        }
        match problems.is_empty() {
            true => Ok((Some(rendered), diff)),
            false => Err(problems),
        }
    }

    /// How the objects get there, and what its stores lack.
    fn objects(
        &self,
        facts: &Facts,
        revision: &Revision,
    ) -> (Objects, Vec<(Utf8PathBuf, Revision, Vec<Revision>)>) {
        let commits = self.planner.commits().into_iter();
        let lacking = commits.filter(|(store, _)| !facts.has.contains(store));
        let lacking = lacking.map(|(store, commit)| {
            let commit = if store == "." {
                revision.clone()
            } else {
                commit
            };
            let tips = facts.tips.get(&store).cloned().unwrap_or_default();
            (store, commit, tips)
        });
        let lacking: Vec<_> = lacking.collect();
        let config = self.planner.config();
        let objects = match (&config.git_server, lacking.is_empty()) {
            (_, true) => Objects::There,
            (Some(server), false) => Objects::Server(format!(
                "{}://{server}/{}/.git",
                config.git_scheme, config.git_repo
            )),
            (None, false) => Objects::Packs,
        };
        (objects, lacking)
    }
}

/// Why its service cannot be started, or not by who deploys.
fn unstartable(name: &HostName, facts: &Facts) -> Vec<PlanProblem> {
    let denied = facts.denied.iter().map(|denial| PlanProblem {
        host: name.clone(),
        kind: ProblemKind::Denied,
        reason: denial.told(&facts.user),
    });
    let taken = facts.taken_port.map(|port| PlanProblem {
        host: name.clone(),
        kind: ProblemKind::PortTaken {
            is_new: facts.current.is_none(),
        },
        reason: format!(
            "another process has the port {port}: something listens on it, and the service does not run"
        ),
    });
    taken.into_iter().chain(denied).collect()
}

/// Where a rollback goes: to the last release that was finished, by svcgen or by Scap.
fn old(facts: &Facts) -> Option<Revision> {
    let done = facts.done.clone();
    // Without a finished one, what is live counts, unless that is an attempt of svcgen's which was not finished: Scap, where
    // Puppet sets a host up by it, finishes nothing.
    done.or_else(|| {
        let current = facts.current.clone();
        current.filter(|_| facts.record.is_empty())
    })
}

/// What changes in a file outside of the release, as a unified diff; nothing where nothing does.
fn difference(file: &ConfigFile, facts: &Facts, text: &str) -> String {
    let path = &file.destination;
    if !path.is_absolute() {
        return String::new();
    }
    let (name, before) = match facts.files.get(path) {
        Some(FileState::Bytes(bytes)) => (path.as_str(), String::from_utf8_lossy(bytes)),
        Some(FileState::Unreadable) => return format!("{path} cannot be read, to compare\n"),
        Some(FileState::Absent) | None => ("/dev/null", "".into()),
    };
    if before == text {
        return String::new();
    }
    let diff = similar::TextDiff::from_lines(before.as_ref(), text);
    diff.unified_diff().header(name, path.as_str()).to_string()
}

fn leads_to(place: &PathState, revision: &Revision) -> bool {
    matches!(place, PathState::Link(target) if target.trim_end_matches('/').ends_with(revision.as_str()))
}
