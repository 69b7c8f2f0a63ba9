//! Hosts that are folders and not there yet: one that is misspelt would be made like any other.

use super::engine::Carrier;
use super::opened::Opened;
use crate::model::{HostName, suggest};
use crate::transport::FolderHosts;
use crate::ui::Ui;

impl Opened {
    /// Warns of a host that is not there, where one is that no list names and that resembles it.
    pub(super) fn warn_of_new_hosts<'a>(&self, hosts: impl Iterator<Item = &'a HostName>, ui: &Ui) {
        let Carrier::Local(local) = &self.carrier else {
            return;
        };
        let known = FolderHosts::known(&local.folder(self.repository.root()));
        let named = self.hosts();
        let unnamed = known.iter().map(String::as_str);
        let unnamed = unnamed.filter(|known| !named.iter().any(|host| host.as_str() == *known));
        let unnamed: Vec<&str> = unnamed.collect();
        for host in hosts.filter(|host| !known.iter().any(|known| known == host.as_str())) {
            if let Some(near) = suggest(host.as_str(), unnamed.iter().copied()) {
                ui.warning(&format!(
                    "{host} is a new host: did you mean {near}, which is there and in no list?"
                ));
            }
        }
    }
}
