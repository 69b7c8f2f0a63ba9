use indexmap::IndexMap;

use super::ScapPlanner;
use crate::deploy::Action;
use crate::deploy::scap_engine::refusal::ScapRefusal;
use crate::deploy::scap_engine::survey::Survey;
use crate::deploy::scap_engine::verdict::Reading;
use crate::model::{HostName, Revision};

impl ScapPlanner<'_> {
    /// The revision that is meant: for a rollback, what was live before.
    pub(super) fn revision(
        &self,
        survey: &Survey,
        readings: &IndexMap<HostName, Reading>,
        host: &HostName,
    ) -> Result<Revision, ScapRefusal> {
        if self.wish.action == Action::Rollback && self.wish.rev.is_none() {
            return before_last(&survey.deployed, readings, host, &self.wish.failed);
        }
        survey
            .revision
            .clone()
            .ok_or_else(|| ScapRefusal::NoRevision {
                host: host.clone(),
                directory: self.directory(),
                rev: self.rev().to_owned(),
            })
    }
}

/// What was live before the last deploy, as Scap's tags tell.
fn before_last(
    deployed: &[(String, Revision)],
    readings: &IndexMap<HostName, Reading>,
    host: &HostName,
    failed: &[Revision],
) -> Result<Revision, ScapRefusal> {
    let Some((_, last)) = deployed.first() else {
        return Err(ScapRefusal::NeverDeployed { host: host.clone() });
    };
    let last_words = || last.short().to_owned();
    let mut known = readings.values().filter_map(Reading::live).peekable();
    // Scap tags before it deploys: a deploy that was rolled back has a tag, too.
    if known.peek().is_some() && !known.any(|live| live.as_ref() == Some(last)) {
        return Err(ScapRefusal::NotLive { last: last_words() });
    }
    let is_good = |revision: &Revision| revision != last && !failed.contains(revision);
    let earlier = deployed.iter().find(|(_, revision)| is_good(revision));
    let earlier = earlier.map(|(_, revision)| revision.clone());
    earlier.ok_or_else(|| ScapRefusal::NothingBefore { last: last_words() })
}
