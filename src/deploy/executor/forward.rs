//! From group to group: no host of a later part is promoted before those of the parts before it are healthy.

use std::sync::Arc;

use super::{Executor, Mode};
use crate::deploy::decide::Question;
use crate::deploy::message::Request;
use crate::deploy::plan::Work;
use crate::deploy::state::Phase;
use crate::model::HostName;

impl Executor<'_> {
    pub(super) async fn go_forward(&mut self) {
        for host in std::mem::take(&mut self.idle) {
            match self.states.phase(&host) {
                Phase::Waiting => self.ask(&host, Request::Prepare).await,
                // Given up within the limit: it does not stay half done.
                Phase::Failed => self.undo(&host).await,
                Phase::Prepared if self.is_due(&host) => self.ask(&host, Request::Promote).await,
                Phase::Prepared
                | Phase::Healthy
                | Phase::Finalized
                | Phase::RolledBack
                | Phase::GivenUp
                | Phase::Lost
                | Phase::Fine => {}
            }
        }
        let plan = Arc::clone(&self.plan);
        let waves = Arc::clone(&self.waves);
        while let Some((group, hosts)) = waves.get(self.wave) {
            let is_new = self.begun_waves == self.wave;
            if is_new && !self.may_begin(*group).await {
                return;
            }
            if is_new {
                self.begun_waves += 1;
                for host in hosts {
                    if self.states.phase(host) == Phase::Prepared && self.states.is_idle(host) {
                        self.ask(host, Request::Promote).await;
                    }
                }
            }
            self.settled += self.states.settled(&hosts[self.settled..]);
            if self.settled < hosts.len() {
                return;
            }
            self.settled = 0;
            if waves
                .get(self.wave + 1)
                .is_none_or(|(next, _)| next != group)
            {
                let all = || plan.groups[*group].waves.iter().flatten();
                let (healthy, failed) = (self.states.healthy(all()), self.states.failed(all()));
                self.scribe
                    .end_group(&plan.groups[*group], plan.action, healthy, failed);
            }
            self.wave += 1;
        }
        self.mode = Mode::Finalizing;
        self.idle = plan.hosts.keys().cloned().collect();
    }

    /// Whether a host belongs to the part that is being promoted.
    fn is_due(&self, host: &HostName) -> bool {
        self.begun_waves > self.wave && self.places.get(host) == Some(&self.wave)
    }

    /// Whether the next part may begin, which is of this group; then the group has begun as well.
    async fn may_begin(&mut self, group: usize) -> bool {
        let is_first = !self.scribe.has_begun(group);
        if let Some(before) = group.checked_sub(1)
            && is_first
            && !self.may_go_on(before).await
        {
            return false;
        }
        // Within a group the last part, so that a host is asked as often with many parts as with few.
        let since = if is_first { 0 } else { self.looked };
        let may_begin = self.still_stand(since).await;
        if is_first && may_begin {
            let plan = Arc::clone(&self.plan);
            self.scribe.begin_group(group, &plan.groups[group]);
        }
        may_begin
    }

    /// Whether the groups behind this one may begin.
    async fn may_go_on(&mut self, group: usize) -> bool {
        let canary = &self.plan.groups[group];
        if !self.options.confirm || !canary.is_canary || self.agreed.contains(&group) {
            return true;
        }
        let question = Question::GoOn {
            after: canary.name.clone(),
        };
        if self.scribe.ask(self.decide, question).await {
            self.agreed.push(group);
            return true;
        }
        let reason = format!("the deploy was not continued after {}", canary.name);
        self.hear_interrupt().await;
        self.stop(reason);
        false
    }

    /// Whether the hosts of the parts since this one were looked at again, and those whose service has stopped since are given
    /// up: it may be long ago that they were healthy, as with a question in between.
    async fn still_stand(&mut self, since: usize) -> bool {
        if self.looked < self.wave {
            self.looked = self.wave;
            self.looking = self.running(since);
            for host in self.looking.clone() {
                self.ask(&host, Request::Look).await;
            }
        }
        self.settled += self.states.settled(&self.looking[self.settled..]);
        let are_settled = self.settled == self.looking.len();
        if are_settled {
            self.settled = 0;
            self.looking.clear();
        }
        are_settled
    }

    /// Hosts of the parts from this one on to the last that was begun, whose services run.
    fn running(&self, since: usize) -> Vec<HostName> {
        if !self.plan.runs_services() {
            return Vec::new();
        }
        let runs = |host: &&HostName| {
            let work = self.plan.hosts.get(*host).map(|host| host.work);
            self.states.phase(host) == Phase::Healthy && work.is_some_and(Work::handles_service)
        };
        let hosts = self.waves[since..self.wave]
            .iter()
            .flat_map(|(_, hosts)| hosts);
        hosts.filter(runs).cloned().collect()
    }

    pub(super) async fn finalize(&mut self) {
        for host in std::mem::take(&mut self.idle) {
            if !self.states.is_idle(&host) {
                continue;
            }
            match self.states.phase(&host) {
                Phase::Healthy => self.ask(&host, Request::Finalize).await,
                // Given up within the limit, as on the way there.
                Phase::Failed if self.states.is_undoable(&host) => self.undo(&host).await,
                Phase::Failed
                | Phase::Waiting
                | Phase::Prepared
                | Phase::Finalized
                | Phase::RolledBack
                | Phase::GivenUp
                | Phase::Lost
                | Phase::Fine => {}
            }
        }
        if !self.states.is_anyone_busy() && self.mode == Mode::Finalizing {
            self.mode = Mode::Over;
        }
    }
}
