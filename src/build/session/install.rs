use camino::Utf8Path;
use git2::Oid;

use super::container::{InContainer, Installed, SETTINGS};
use super::listener::Listener;
use super::{Kept, Progress, Session};
use crate::build::complaint::Complaint;
use crate::build::error::BuildError;
use crate::build::link::{check, settle};
use crate::build::log::BuildLog;
use crate::build::npm::{self, HostNpm, NpmError};
use crate::build::npmrc::Npmrc;
use crate::build::provenance::{NO_CONTAINER, Provenance};
use crate::build::standing::MODULES;
use crate::build::strip::strip;
use crate::build::tools::Tools;
use crate::build::tree::{assemble, store};
use crate::build::workshop::Workshop;
use crate::child;
use crate::container::HostNetwork;
use crate::interrupt;

impl Session {
    /// Builds the modules in a folder of their own, and stores them in git.
    pub(super) fn install(
        &self,
        log: &mut BuildLog,
        warnings: &mut Vec<String>,
        tell: &mut (dyn FnMut(Progress<'_>) + Send),
    ) -> Result<Kept, BuildError> {
        let workshop = Workshop::open()?;
        tell(Progress::Begun { log: log.path() });
        let source = workshop.source();
        self.source
            .export(self.next, &source, &workshop.index("source"))?;
        let variables = |name: &str| std::env::var(name).ok();
        let npmrc = Npmrc::find(&source, &variables);
        log.hide(npmrc.secrets());
        let Installed { with, within } = match &self.tools {
            Some(Tools::Container {
                image,
                network,
                bench: Some(bench),
            }) => {
                let container = InContainer {
                    session: self,
                    bench,
                    image,
                    network: HostNetwork::new(network.clone(), &variables),
                    npmrc: &npmrc,
                    settings: npmrc.write(&workshop.settings(), SETTINGS.into())?,
                    workshop: &workshop,
                };
                container.install(log, tell)?
            }
            Some(Tools::Host(host)) => {
                self.run_here(host, &workshop, log, tell)?;
                Installed {
                    with: host.describe(),
                    within: NO_CONTAINER.to_owned(),
                }
            }
            Some(Tools::Container { bench: None, .. }) | None => {
                return Err(BuildError::NotConnected);
            }
        };
        tell(Progress::Storing);
        let modules = self.finish(&workshop, warnings)?;
        let lock = self.manifest.lock.as_ref();
        let provenance = Provenance {
            from: self.next.to_string(),
            with,
            within,
            lock: lock.map(|lock| format!("{} {}", lock.name, lock.blob)),
            inputs: self.inputs.hash()?,
        };
        Ok(Kept {
            modules,
            provenance: Some(provenance),
        })
    }

    /// Runs the npm of this machine.
    fn run_here(
        &self,
        host: &HostNpm,
        workshop: &Workshop,
        log: &mut BuildLog,
        tell: &mut (dyn FnMut(Progress<'_>) + Send),
    ) -> Result<(), BuildError> {
        let stanza = self.inputs.stanza();
        let arguments = npm::arguments(&host.version, self.manifest.lock.is_some(), stanza);
        let shown = npm::shown(&arguments);
        let mut command = npm::command(&workshop.source(), &arguments);
        command
            .env("GIT_CEILING_DIRECTORIES", workshop.path())
            .envs(self.environment())
            .env("PYTHONDONTWRITEBYTECODE", "1");
        for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            command.env_remove(variable);
        }
        let path = log.path().to_owned();
        tell(Progress::Installing { command: &shown });
        let mut listener = Listener::new(log, tell);
        let ended = child::follow(&mut command, |line| listener.hear(line));
        let lines = listener.into_lines();
        match ended {
            _ if interrupt::is_pending() => Err(BuildError::Interrupted),
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(NpmError::Failed {
                command: shown,
                code: status.code(),
                complaint: Complaint::of(&lines),
                log: path,
            }
            .into()),
            Err(source) => Err(NpmError::Missing {
                program: "npm",
                source,
            }
            .into()),
        }
    }

    /// The environment of what runs: what the stanza sets, and a time that is the same in every build of a commit.
    pub(super) fn environment(&self) -> Vec<(String, String)> {
        let mut all = Vec::from([("LINK".to_owned(), "g++".to_owned())]);
        if let Some(time) = self.source.time(self.next) {
            all.push(("SOURCE_DATE_EPOCH".to_owned(), time.to_string()));
        }
        all.extend(self.inputs.stanza().variables());
        all
    }

    /// Makes the modules fit to be committed, and stores them.
    fn finish(
        &self,
        workshop: &Workshop,
        warnings: &mut Vec<String>,
    ) -> Result<Option<Oid>, BuildError> {
        let (source, tree) = (workshop.source(), workshop.tree());
        let modules = source.join(MODULES);
        let failed = |source| BuildError::Write {
            path: modules.clone(),
            source,
        };
        if !settle(&source, MODULES)? {
            return Ok(None);
        }
        strip(&modules).map_err(failed)?;
        check(&source, MODULES)?;
        // In a container, the folder is the same everywhere.
        if let Some(Tools::Host(_)) = self.tools {
            warnings.extend(places(&modules, workshop.path(), &source).map_err(failed)?);
        }
        // Away from the source, whose own `.gitattributes` mean other files.
        std::fs::rename(&modules, tree.join(MODULES)).map_err(failed)?;
        if interrupt::is_pending() {
            return Err(BuildError::Interrupted);
        }
        let rest = assemble(&self.checkout, &self.base, &self.module, self.next, None)?;
        store(&self.checkout, rest, &tree, &workshop.index("modules"))
    }
}

/// Warns of files that name the folder in which they were built: the same build elsewhere would differ.
fn places(
    modules: &Utf8Path,
    folder: &Utf8Path,
    root: &Utf8Path,
) -> std::io::Result<Option<String>> {
    let finder = memchr::memmem::Finder::new(folder.as_str());
    let (mut open, mut found) = (vec![modules.to_owned()], Vec::new());
    while let Some(folder) = open.pop() {
        for entry in folder.read_dir_utf8()? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                open.push(entry.into_path());
            } else if kind.is_file() && finder.find(&fs_err::read(entry.path())?).is_some() {
                let place = entry.path().strip_prefix(root).unwrap_or(entry.path());
                found.push(place.to_string());
            }
        }
    }
    found.sort();
    let first = found.first();
    let warning = first.map(|first| {
        let more = match found.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        format!(
            "`{first}`{more} contains the path that it was built in: another build will differ there"
        )
    });
    Ok(warning)
}
