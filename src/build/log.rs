//! The log of a build, without secrets.

use std::io::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;

use super::error::BuildError;
use super::npmrc::Secrets;
use crate::folders;

/// What the tools of a build wrote, kept in a file.
#[derive(Debug)]
pub struct BuildLog {
    path: Utf8PathBuf,
    file: std::fs::File,
    secrets: Secrets,
}

/// How many logs of a service are kept.
const KEPT: usize = 20;

impl BuildLog {
    /// Begins one in `$XDG_STATE_HOME/svcgen/builds/NAME/`; the oldest go.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn begin(service: &str) -> Result<Self, BuildError> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let folder = folder().join(service);
        let time = Timestamp::now().strftime("%Y%m%dT%H%M%S");
        let path = folder.join(format!("{time}-{}.log", std::process::id()));
        let failed = |source| BuildError::Log {
            path: path.clone(),
            source,
        };
        std::fs::create_dir_all(&folder).map_err(failed)?;
        forget(&folder);
        let mut options = std::fs::OpenOptions::new();
        // What a build writes may hold names of hosts and of people.
        let options = options.create(true).append(true).mode(0o600);
        let file = options.open(&path).map_err(failed)?;
        Ok(Self {
            path,
            file,
            secrets: Secrets::default(),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// Names what no line may show from now on.
    pub(super) fn hide(&mut self, secrets: &Secrets) {
        self.secrets = secrets.clone();
    }

    /// Adds a line; returns it as others may see it.
    pub(super) fn line(&mut self, line: &[u8]) -> Vec<u8> {
        let line = self.secrets.hidden(line);
        let bytes = [&line[..], b"\n"].concat();
        // A log that cannot be written is no reason to end a build that goes well.
        let _written = self.file.write_all(&bytes);
        line
    }
}

/// The folder of all logs; a temporary one where there is no home.
fn folder() -> Utf8PathBuf {
    folders::state()
        .unwrap_or_else(folders::temporary)
        .join("builds")
}

/// Removes the oldest.
fn forget(folder: &Utf8Path) {
    let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
    let mut logs: Vec<Utf8PathBuf> = entries.map(|entry| entry.into_path()).collect();
    logs.sort();
    for old in logs.iter().rev().skip(KEPT - 1) {
        // One that stays is tried again at the next build.
        let _removed = std::fs::remove_file(old);
    }
}
