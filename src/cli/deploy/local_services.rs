//! The services of hosts that are folders, which the deploy repository itself has to name.

use camino::Utf8PathBuf;

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
        let place = self.place_of_local_hosts();
        match (self.file_of_local_hosts(), hosts.services.is_empty()) {
            (Some(_), false) => format!("`services` of {place}"),
            (Some(_), true) => format!("{place}, without `services`,"),
            (None, _) => place,
        }
    }

    /// What says where such hosts are.
    pub(super) fn place_of_local_hosts(&self) -> String {
        match self.file_of_local_hosts() {
            Some(path) => format!("`{path}`"),
            None => "`deployment.local` of the site".to_owned(),
        }
    }

    /// The file of the deploy repository that says so, where there is one.
    fn file_of_local_hosts(&self) -> Option<Utf8PathBuf> {
        let path = place_of(self.working.value.config.environment.as_ref());
        let worktree = Worktree::open(self.repository.root()).ok()?;
        worktree.has_file(&path).then_some(path)
    }
}
