use camino::Utf8PathBuf;
use tokio::sync::oneshot;

use super::asking::has_terminal;
use crate::count::count;
use crate::deploy::repository::{Behind, DeployRepository, RepositoryError};
use crate::deploy::{Action, Request};
use crate::error::{CommandError, ErrorKind};
use crate::model::Revision;
use crate::ui::{Questions, Ui};

/// How a revision stands to what its user has and may have meant.
struct Standing {
    uncommitted: Vec<Utf8PathBuf>,
    behind: Option<Behind>,
}

/// What is being found out while the hosts are connected to.
pub(super) struct Reading {
    of: Revision,
    found: oneshot::Receiver<Result<Standing, RepositoryError>>,
}

impl Reading {
    /// Begins to find out how the revision of a deploy stands; that of a rollback is what it is.
    pub(super) fn begin(repository: &DeployRepository, request: &Request) -> Option<Self> {
        if request.action != Action::Deploy {
            return None;
        }
        let (tell, found) = oneshot::channel();
        let (root, of) = (repository.root().to_owned(), request.revision.clone());
        let revision = of.clone();
        std::thread::spawn(move || {
            // Of this thread alone, so that looking at every file does not hold the connections up. It is no loss where
            // that is not possible.
            let _lowered = rustix::process::setpriority_process(None, 19);
            let standing = DeployRepository::open(&root).and_then(|repository| {
                Ok(Standing {
                    uncommitted: repository.uncommitted()?,
                    behind: repository.is_behind(&revision, 5)?,
                })
            });
            // Nobody waits for it where the deploy was given up.
            let _told = tell.send(standing);
        });
        Some(Self { of, found })
    }

    /// Says what the user may not know of the revision, and asks where it is not the newest.
    pub(super) async fn warn(self, is_dry: bool, ui: &Ui) -> Result<(), CommandError> {
        let Ok(found) = self.found.await else {
            return Ok(());
        };
        let Standing {
            uncommitted,
            behind,
        } = found?;
        if let Some((first, rest)) = uncommitted.split_first() {
            let (more, have) = match rest.len() {
                0 => (String::new(), "has"),
                more => (format!(" and {more} more"), "have"),
            };
            ui.warning(&format!(
                "`{first}`{more} {have} uncommitted changes, which are not deployed"
            ));
        }
        let Some(behind) = behind else {
            return Ok(());
        };
        let lacking = behind.commits.listed.len() + behind.commits.more;
        let commits = count(lacking, "commit");
        let (short, upstream) = (self.of.short(), &behind.upstream);
        ui.warning(&format!("{short} lacks {commits} of {upstream}"));
        for commit in &behind.commits.listed {
            ui.status(&format!("  {} {}", commit.revision.short(), commit.subject));
        }
        let is_asked = ui.questions == Questions::Ask && has_terminal() && !is_dry;
        if is_asked && !ui.confirm("deploy it all the same?")? {
            let message = "not deployed; nothing was touched";
            return Err(CommandError::new(ErrorKind::Usage, message));
        }
        Ok(())
    }
}
