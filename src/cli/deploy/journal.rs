use jiff::Timestamp;

use super::failure::untouched;
use crate::deploy::{Journal, Journals};
use crate::error::CommandError;
use crate::event::DeployId;
use crate::model::RepositoryName;
use crate::ui::Ui;

/// Begins the journal of a deploy; a clock that has gone back since the last one is told, since deploys go by it.
pub(super) fn begin(
    repository: &RepositoryName,
    id: &DeployId,
    ui: &Ui,
) -> Result<Journal, CommandError> {
    let journals = Journals::of(repository)?;
    let now = DeployId::new(Timestamp::now());
    if let Some(last) = journals.list().first().filter(|last| **last > now) {
        ui.warning(&format!(
            "the clock of this machine is behind: deploy {last} was earlier than this one; `svcgen doctor` checks the clock"
        ));
    }
    let begun = journals.begin(id).map_err(CommandError::from);
    begun.map_err(untouched)
}
