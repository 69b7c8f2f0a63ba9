use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::HostPlanner;
use crate::deploy::facts::{Facts, PathState};
use crate::deploy::{Action, Owner};
use crate::event::DeployId;

impl HostPlanner<'_> {
    /// What is odd about a host, and keeps nobody from deploying there.
    pub(super) fn warnings(&self, facts: &Facts) -> Vec<String> {
        let mut warnings: Vec<String> = facts.clock_off().into_iter().collect();
        if let Some((owner, false)) = &facts.lock {
            warnings.push(format!(
                "the lock of {owner} is left over, and is taken over"
            ));
        }
        let request = &self.planner.request;
        if let Some(owner) = facts.holder() {
            warnings.push(match owner.has_died(&self.planner.config().git_repo) {
                true => format!("{owner} has died, and lets its lock go in a moment"),
                false => under_way(owner, &request.owner.machine),
            });
        } else if let Some((id, owner)) = self.interrupted(facts) {
            warnings.push(format!(
                "{owner} was interrupted here; `svcgen deploy --resume {id}` goes on with that, `svcgen rollback` goes back"
            ));
        }
        if facts.place == PathState::Other {
            let place = self.planner.place();
            warnings.push(format!("{place} is not a link, and will be moved aside"));
        }
        warnings
    }

    /// The deploy that was interrupted on a host, and whose; nothing where this one is about that, or where one is under way.
    pub(super) fn interrupted<'f>(&self, facts: &'f Facts) -> Option<(&'f DeployId, Owner)> {
        let request = &self.planner.request;
        let is_new = request.action == Action::Deploy && request.resumes.is_none();
        if !is_new || facts.holder().is_some() {
            return None;
        }
        let line = facts.unfinished()?;
        Some((
            line.deploy.as_ref()?,
            line.owner.clone().unwrap_or_default(),
        ))
    }
}

impl Facts {
    /// Who holds the lock, and is alive.
    fn holder(&self) -> Option<&Owner> {
        match &self.lock {
            Some((owner, true)) => Some(owner),
            Some((_, false)) | None => self.locked_later.as_ref(),
        }
    }
}

/// Says what is done there now, and how somebody on this machine watches it.
fn under_way(owner: &Owner, machine: &str) -> String {
    let at = Timestamp::from_second(owner.at).unwrap_or_default();
    let at = at.to_zoned(TimeZone::system());
    let since = at.strftime("%Y-%m-%d %H:%M");
    if owner.only_locks() {
        return format!("locked by {owner}, since {since}; `svcgen lock show` shows more");
    }
    let action = match owner.action.as_str() {
        "" => "deploy",
        action => action,
    };
    let place = match owner.machine == machine {
        true => String::new(),
        false => format!("on {}, ", owner.machine),
    };
    format!(
        "a {action} is under way here, since {since}: {owner}; {place}`svcgen log --follow` watches it"
    )
}
