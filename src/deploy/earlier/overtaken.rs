//! Deploys that others have come after, so that to go on with them would undo what those did.

use super::{Earlier, EarlierError, Sequel};
use crate::deploy::DeployId;
use crate::deploy::facts::{Facts, RecordLine};
use crate::event::HostOutcome;
use crate::model::Revision;

impl Earlier<'_> {
    /// What goes on with a deploy, unless a later one has made another revision live where it would go.
    pub(super) fn unless_overtaken(
        &self,
        earlier: &DeployId,
        sequel: Sequel,
    ) -> Result<Sequel, EarlierError> {
        // What is done to a service changes nothing that is live.
        if sequel.action.is_of_service() {
            return Ok(sequel);
        }
        for host in &sequel.hosts {
            let (facts, wanted) = (self.facts.get(host), sequel.revisions.get(host));
            let later = facts.and_then(|facts| facts.last_done_since(earlier));
            if let Some((later, live)) = later.filter(|(_, live)| wanted != Some(*live)) {
                return Err(EarlierError::Overtaken {
                    earlier: earlier.clone(),
                    later: later.clone(),
                    host: host.clone(),
                    action: sequel.action,
                    revision: wanted.unwrap_or(live).clone(),
                });
            }
        }
        Ok(sequel)
    }
}

impl Facts {
    /// The last deploy that has begun here after another one, and has made live what it was about: that one, and what it
    /// was. Where the other one has not got as far as to this host, the names tell the order.
    fn last_done_since(&self, earlier: &DeployId) -> Option<(&DeployId, &Revision)> {
        let is_it = |line: &RecordLine| line.deploy.as_ref() == Some(earlier);
        let first = self.record.iter().position(is_it);
        let since = self.record.iter().skip(first.unwrap_or_default());
        let begun = since.filter(|line| line.is_begin() && !is_it(line));
        let mut begun: Vec<&RecordLine> = begun.collect();
        begun.reverse();
        begun.into_iter().find_map(|line| {
            let (id, revision) = (line.deploy.as_ref()?, line.rev.as_ref()?);
            let is_later = first.is_some() || id > earlier;
            let told = self.told_of(id).filter(|_| is_later)?;
            (told.outcome == HostOutcome::New).then_some((id, revision))
        })
    }
}
