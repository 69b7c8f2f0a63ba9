//! Hosts that something speaks against: which, why, and what to do about it.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::Opened;
use super::engine::Carrier;
use super::failure::{locked, who_listens};
use super::limit::LONGEST;
use crate::deploy::limit::Limit;
use crate::deploy::{Action, Owner, PlanProblem, ProblemKind};
use crate::error::{CommandError, ErrorKind};
use crate::model::HostName;
use crate::report::named;

/// What was to be done on hosts.
pub(in crate::cli) struct Attempt<'a> {
    pub(in crate::cli) opened: &'a Opened,
    /// Nothing where they were only asked.
    pub(in crate::cli) action: Option<Action>,
    /// On how many.
    pub(in crate::cli) hosts: usize,
    /// Whether there was a limit.
    pub(in crate::cli) is_limited: bool,
}

/// The most ways out that are shown.
const MOST: usize = 2;

impl Attempt<'_> {
    /// Why nothing was begun, or who did not answer.
    pub(in crate::cli) fn refused(&self, problems: &[PlanProblem]) -> CommandError {
        let holder = problems.iter().find_map(|problem| match &problem.kind {
            ProblemKind::Locked(owner) => Some(owner),
            _ => None,
        });
        let is_only_locked = problems
            .iter()
            .all(|problem| matches!(problem.kind, ProblemKind::Locked(_)));
        let hosts: BTreeSet<&HostName> = problems.iter().map(|problem| &problem.host).collect();
        let mut error = match holder.filter(|_| is_only_locked) {
            Some(owner) if owner.only_locks() => CommandError::new(
                ErrorKind::Locked,
                "someone holds the locks to keep others from deploying; nothing was touched",
            ),
            Some(owner) if self.has_died(owner) => CommandError::new(
                ErrorKind::Locked,
                "an earlier deploy has died, and its locks are not let go yet; nothing was touched",
            ),
            Some(_) => CommandError::new(
                ErrorKind::Locked,
                "another deploy is under way; nothing was touched",
            ),
            None => CommandError::new(ErrorKind::DeployFailed, self.message(&hosts)),
        };
        let mut alike: IndexMap<&str, Vec<&str>> = IndexMap::new();
        for problem in problems {
            let hosts = alike.entry(&problem.reason).or_default();
            hosts.push(problem.host.as_str());
        }
        for (reason, hosts) in alike {
            error = error.cause(format!("{}: {reason}", named(&hosts)));
        }
        if let Some(owner) = holder.filter(|_| is_only_locked) {
            return match self.has_died(owner) {
                true => error
                    .hint("run this again in a moment, or with `--wait`")
                    .hint("`svcgen history` says how to go on with it, or back from it"),
                false => locked(error, owner),
            };
        }
        let leaving_out = self.leaving_out(&hosts);
        let mut ways: Vec<String> = Vec::new();
        for problem in problems {
            ways.extend(self.way_out(problem).filter(|way| !ways.contains(way)));
        }
        ways.truncate(MOST - leaving_out.iter().len());
        ways.into_iter()
            .chain(leaving_out)
            .fold(error, CommandError::hint)
    }

    /// Whether whoever has a lock is known to be gone.
    fn has_died(&self, owner: &Owner) -> bool {
        owner.has_died(&self.opened.working.value.config.git_repo)
    }

    fn message(&self, hosts: &BTreeSet<&HostName>) -> String {
        let who = match hosts.first() {
            Some(host) if hosts.len() == 1 => host.to_string(),
            _ => format!("{} of {} hosts", hosts.len(), self.hosts),
        };
        let of_service = |done: &str| format!("the service cannot be {done} on {who}");
        let message = match self.action {
            None => return format!("{} of {} hosts did not answer", hosts.len(), self.hosts),
            Some(Action::Deploy) => format!("{who} cannot be deployed to"),
            Some(Action::Rollback) => format!("{who} cannot go back"),
            Some(Action::Restart) => of_service("restarted"),
            Some(Action::Start) => of_service("started"),
            Some(Action::Stop) => of_service("stopped"),
        };
        format!("{message}; nothing was touched")
    }

    /// What can be done about a problem.
    fn way_out(&self, problem: &PlanProblem) -> Option<String> {
        match &problem.kind {
            ProblemKind::Connect(kind) => self.opened.way_in(kind.as_ref(), &problem.host),
            ProblemKind::Denied => Some(self.opened.access.hint()),
            ProblemKind::Config => Some(
                "correct the template or its variables; `svcgen deploy --dry-run` tries all of them"
                    .into(),
            ),
            ProblemKind::Lacking(packages) => {
                let install = format!("`apt-get install {}`", packages.join(" "));
                Some(match self.opened.carrier {
                    Carrier::Local(_) => format!("{install}, and run this again"),
                    Carrier::Ssh | Carrier::Scap(_) => {
                        format!("{install} there, or ask who runs it, and run this again")
                    }
                })
            }
            ProblemKind::Unfit => Some("run this again once that is fixed".into()),
            ProblemKind::Gone(last) => {
                let revision = last.as_ref();
                let revision = revision.map(|last| format!(" --rev {}", last.short()));
                Some(format!(
                    "`svcgen deploy{} -l {}` brings it back there",
                    revision.unwrap_or_default(),
                    problem.host
                ))
            }
            ProblemKind::PortTaken { is_new } => Some(match &self.opened.carrier {
                // It keeps the port that it has.
                Carrier::Local(_) if !is_new => return who_listens(&problem.reason),
                Carrier::Local(hosts) => {
                    let place = self.opened.place_of_local_hosts();
                    let first = u16::from(hosts.first_port);
                    format!(
                        "another `first_port` in {place} gives new hosts other ports; now it is {first}"
                    )
                }
                Carrier::Ssh | Carrier::Scap(_) => {
                    "`ss --listening --tcp --numeric --processes` there shows which process it is, to its user and to root".into()
                }
            }),
            ProblemKind::Locked(_) => None,
        }
    }

    /// How it is done without these hosts, where any others are meant.
    fn leaving_out(&self, hosts: &BTreeSet<&HostName>) -> Option<String> {
        if self.is_limited || hosts.len() >= self.hosts {
            return None;
        }
        let them = match hosts.len() {
            1 => "it",
            _ => "them",
        };
        let limit = Limit::without(hosts.iter().copied());
        Some(match limit.len() <= LONGEST {
            true => format!("`--limit '{limit}'` leaves {them} out"),
            false => {
                format!("`--limit '!HOST,!HOST'` leaves {them} out; `*` and `[1:9]` stand for many")
            }
        })
    }
}
