//! The services of hosts that are folders, which the deploy repository itself has to name.

use super::engine::{Carrier, place_of};
use super::opened::Opened;
use crate::error::CommandError;
use crate::model::{LocalHosts, suggest};
use crate::worktree::Worktree;

impl Opened {
    /// Looks whether hosts that are folders have the services that `service_name` names; other hosts know that themselves.
    ///
    /// # Errors
    /// Where one is missing: its restart would fail on the first host.
    pub(in crate::cli) fn check_local_services(&self) -> Result<(), CommandError> {
        let config = &self.working.value.config;
        let Carrier::Local(hosts) = &self.carrier else {
            return Ok(());
        };
        // What is not there may be passed over.
        if config.require_valid_service {
            return Ok(());
        }
        let known = || hosts.services.iter().map(|(name, _)| name.as_str());
        let named = || config.services.iter().map(|service| service.name.as_str());
        let Some(missing) = named().find(|name| !known().any(|known| known == *name)) else {
            return Ok(());
        };
        let others: Vec<&str> = known()
            .filter(|known| !named().any(|name| name == *known))
            .collect();
        let near = match others.as_slice() {
            // Nobody writes a service there that is not needed.
            [one] => Some(*one),
            some => suggest(missing, some.iter().copied()),
        };
        let message = format!("{} has no `{missing}`", self.place_of_services(hosts));
        let error = CommandError::usage(message).cause("`service_name` of `scap.cfg` names it");
        Err(match near {
            Some(near) => error.hint(format!("did you mean `{near}`, which it has?")),
            None => error.hint(format!(
                "add it there, with the command that runs it: `{missing}: COMMAND`"
            )),
        })
    }

    /// What says which services such hosts have.
    fn place_of_services(&self, hosts: &LocalHosts) -> String {
        let environment = self.working.value.config.environment.as_ref();
        let place = place_of(environment);
        let worktree = Worktree::open(self.repository.root());
        let is_there = worktree.is_ok_and(|worktree| worktree.has_file(&place));
        match (is_there, hosts.services.is_empty()) {
            (true, false) => format!("`services` of `{place}`"),
            (true, true) => format!("`{place}`, without `services`,"),
            (false, _) => "`deployment.local` of the site".to_owned(),
        }
    }
}
