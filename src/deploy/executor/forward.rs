//! From group to group: no host of a later part is promoted before those of the parts before it are healthy.

use std::sync::Arc;

use super::{Executor, Mode};
use crate::deploy::decide::Question;
use crate::deploy::message::Request;
use crate::deploy::state::Phase;
use crate::model::HostName;

impl Executor<'_> {
    pub(super) async fn go_forward(&mut self) {
        let waiting: Vec<HostName> = self.idle_in(Phase::Waiting);
        for host in waiting {
            self.ask(&host, Request::Prepare).await;
        }
        // Given up within the limit: it does not stay half done.
        for host in self.idle_in(Phase::Failed) {
            self.undo(&host).await;
        }
        let plan = Arc::clone(&self.plan);
        let waves: Vec<(usize, &Vec<HostName>)> = plan.waves().collect();
        while let Some((group, hosts)) = waves.get(self.wave) {
            let is_first = plan.groups[*group].waves.first() == Some(*hosts);
            if is_first && !self.scribe.has_begun(*group) {
                if let Some(before) = group.checked_sub(1)
                    && !self.may_go_on(before).await
                {
                    return;
                }
                self.scribe.begin_group(*group, &plan.groups[*group]);
            }
            for host in hosts.iter() {
                if self.states.phase(host) == Phase::Prepared && self.states.is_idle(host) {
                    self.ask(host, Request::Promote).await;
                }
            }
            if !self.states.are_settled(hosts) {
                return;
            }
            if plan.groups[*group].waves.last() == Some(*hosts) {
                let all = || plan.groups[*group].waves.iter().flatten();
                let (healthy, failed) = (self.states.healthy(all()), self.states.failed(all()));
                self.scribe.end_group(&plan.groups[*group], healthy, failed);
            }
            self.wave += 1;
        }
        self.mode = Mode::Finalizing;
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
        self.stop(format!("not gone on after {}", canary.name));
        false
    }

    pub(super) async fn finalize(&mut self) {
        for host in self.idle_in(Phase::Healthy) {
            self.ask(&host, Request::Finalize).await;
        }
        if !self.states.is_anyone_busy() && self.mode == Mode::Finalizing {
            self.mode = Mode::Over;
        }
    }
}
