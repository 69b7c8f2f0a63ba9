use camino::Utf8PathBuf;
use tokio::sync::oneshot;

use super::asking::has_terminal;
use crate::count::count;
use crate::deploy::repository::{Behind, DeployRepository, RepositoryError};
use crate::deploy::{Action, Request};
use crate::error::{CommandError, ErrorKind};
use crate::model::{LOCAL_HOSTS_FILE, Revision};
use crate::scap::{ScapDirectory, ScapEnvironment};
use crate::ui::{Questions, Ui};

/// How a revision stands to what its user has and may have meant.
struct Standing {
    uncommitted: Vec<Utf8PathBuf>,
    /// Of those, what decides where a deploy goes, and how: it is taken from the working copy.
    taken: Vec<Utf8PathBuf>,
    behind: Option<Behind>,
}

/// What is being found out while the hosts are connected to.
pub(super) struct Reading {
    of: Revision,
    found: oneshot::Receiver<Result<Standing, RepositoryError>>,
}

impl Reading {
    /// Begins to find out how the revision of a deploy stands; that of a rollback is what it is.
    pub(super) fn begin(
        repository: &DeployRepository,
        working: &ScapDirectory,
        request: &Request,
    ) -> Option<Self> {
        if request.action != Action::Deploy {
            return None;
        }
        let (tell, found) = oneshot::channel();
        let (root, of) = (repository.root().to_owned(), request.revision.clone());
        let revision = of.clone();
        let deciding = deciding(working);
        std::thread::spawn(move || {
            // Of this thread alone, so that looking at every file does not hold the connections up. It is no loss where
            // that is not possible.
            let _lowered = rustix::process::setpriority_process(None, 19);
            let standing = DeployRepository::open(&root).and_then(|repository| {
                let uncommitted = repository.uncommitted()?.into_iter();
                let (taken, uncommitted) = uncommitted.partition(|path| deciding.contains(path));
                Ok(Standing {
                    uncommitted,
                    taken,
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
            taken,
            behind,
        } = found?;
        if let Some(changes) = changes_of(&taken) {
            ui.warning(&format!(
                "{changes}, which take effect: hosts and settings are those of the working copy"
            ));
        }
        if let Some(changes) = changes_of(&uncommitted) {
            ui.warning(&format!("{changes}, which are not deployed"));
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
        if is_asked && !ui.confirm("deploy it anyway?")? {
            let message = "not deployed; nothing was touched";
            return Err(CommandError::new(ErrorKind::Usage, message));
        }
        Ok(())
    }
}

/// The files that hosts and settings are read from, whatever is deployed.
fn deciding(working: &ScapDirectory) -> Vec<Utf8PathBuf> {
    let mut folders = vec![Utf8PathBuf::from("scap")];
    let environment = working.config.environment.as_ref();
    folders.extend(environment.map(ScapEnvironment::folder));
    let files = folders
        .into_iter()
        .flat_map(|folder| ["scap.cfg", LOCAL_HOSTS_FILE].map(|name| folder.join(name)));
    let lists = working.groups.iter().map(|group| group.path.clone());
    files.chain(lists).collect()
}

fn changes_of(paths: &[Utf8PathBuf]) -> Option<String> {
    let (first, rest) = paths.split_first()?;
    Some(match rest.len() {
        0 => format!("`{first}` has uncommitted changes"),
        more => format!("`{first}` and {more} more have uncommitted changes"),
    })
}
