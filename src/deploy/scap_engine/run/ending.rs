//! What became of it.

use super::follower::Follower;
use super::{Readings, ScapEnd};
use crate::deploy::Outcome;
use crate::deploy::closing::{ClosedHost, Closing};
use crate::deploy::scap_engine::relay::RunEnd;
use crate::deploy::scap_engine::verdict::Case;
use crate::deploy::scribe::count_hosts;
use crate::visible::visible;

impl Follower<'_> {
    /// Says where every host is.
    pub(super) async fn close(mut self, end: Option<RunEnd>, readings: &dyn Readings) -> ScapEnd {
        let is_out_of_reach = end.is_none();
        let after = readings.read().await;
        let is_stopped =
            self.reason.is_some() || end.as_ref().is_none_or(|end| end.code != Some(0));
        let plan = self.plan;
        let mut hosts: Vec<ClosedHost> = Vec::new();
        for (name, host) in &plan.hosts {
            let (track, after) = (
                self.ledger.track(name),
                after.get(name).cloned().unwrap_or_default(),
            );
            let case = Case {
                revision: &plan.revision,
                before: &host.reading,
                after: &after,
                track: &track,
            };
            let verdict = match plan.action.is_of_service() {
                true => case.verdict_of_service(),
                false => case.verdict(),
            };
            hosts.push(ClosedHost {
                host: name.clone(),
                group: host.group.clone(),
                outcome: verdict.outcome,
                live: verdict.live,
                reason: verdict.reason,
                left: None,
                is_promoted: track.is_promoted(),
            });
        }
        let closing = Closing {
            action: plan.action,
            revision: plan.revision.clone(),
            services: plan.services.join(" and "),
            hosts,
            is_stopped,
        };
        for note in closing.notes(self.begun.elapsed().as_secs_f64()) {
            self.scribe.note(note);
        }
        let _written = self.scribe.flush(true);
        self.server.close().await;
        let unknown = closing.counts().unknown;
        let outcome = Outcome {
            result: closing.result(),
            is_interrupted: self.interrupted > 0,
            is_log_whole: self.scribe.is_whole(),
            reason: match (is_stopped, unknown) {
                (true, _) => Some(self.why(end.as_ref())),
                (false, 0) => None,
                (false, some) => Some(format!(
                    "Scap ended as if all were well, but not on {}",
                    count_hosts(some)
                )),
            },
            failed: self.ledger.first_failed().or_else(|| {
                let mut hosts = closing.hosts.iter();
                let failed = hosts.find(|host| host.reason.is_some())?;
                Some(failed.host.clone())
            }),
            hosts: closing
                .hosts
                .into_iter()
                .map(|host| (host.host, host.outcome, host.reason))
                .collect(),
        };
        ScapEnd {
            outcome,
            is_out_of_reach,
        }
    }

    /// Why it did not come to its end.
    fn why(&self, end: Option<&RunEnd>) -> String {
        if let Some(reason) = self.reason.clone().or_else(|| self.ledger.reason()) {
            return reason;
        }
        let Some(end) = end else {
            return format!(
                "{} cannot be reached any more, and Scap is at work there",
                self.plan.server
            );
        };
        let said = String::from_utf8_lossy(&self.tail);
        let last = said
            .lines()
            .rev()
            .map(str::trim)
            .find(|line| !line.is_empty());
        let said = last
            .map(|line| format!(": {}", visible(line)))
            .unwrap_or_default();
        match (end.code, end.signal) {
            (Some(code), _) => format!("Scap ended with exit code {code}{said}"),
            (None, Some(signal)) => format!("Scap was ended by signal {signal}"),
            (None, None) => "Scap is gone, and reported no outcome".into(),
        }
    }
}
