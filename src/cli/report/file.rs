use std::fs::Permissions;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::NamedTempFile;

use super::Subject;
use crate::error::CommandError;

/// The file that a report goes into: known to be writable before anything is done.
#[derive(Debug)]
pub(in crate::cli) struct ReportFile {
    path: Utf8PathBuf,
}

impl ReportFile {
    /// Takes the file that was named, if one was, and tries whether it can be written.
    ///
    /// # Errors
    /// Where it cannot.
    pub(in crate::cli) fn named(path: Option<&Utf8Path>) -> Result<Option<Self>, CommandError> {
        let Some(path) = path else {
            return Ok(None);
        };
        let this = Self {
            path: path.to_owned(),
        };
        match this.try_out() {
            Ok(()) => Ok(Some(this)),
            Err(error) => Err(
                CommandError::usage(format!("--report: `{path}` cannot be written"))
                    .refused(&error)
                    .hint("name a file in a folder that is there, and yours"),
            ),
        }
    }

    /// Its path, as it was named.
    pub(in crate::cli) fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// Writes the report of a deploy: all of it, or what was there before stays.
    ///
    /// # Errors
    /// Where it cannot be made or written.
    pub(in crate::cli) fn write(&self, subject: &Subject<'_>) -> Result<(), CommandError> {
        let page = subject.page()?;
        let written = match self.special() {
            true => std::fs::write(&self.path, page),
            false => self.replace(&page),
        };
        written.map_err(|error| {
            CommandError::usage(format!("`{}` cannot be written", self.path)).refused(&error)
        })
    }

    fn try_out(&self) -> std::io::Result<()> {
        if self.path.is_dir() {
            return Err(std::io::Error::other("it is a folder"));
        }
        match self.special() {
            true => std::fs::OpenOptions::new()
                .write(true)
                .open(&self.path)
                .map(drop),
            false => self.beside().map(drop),
        }
    }

    /// Whether it is there and no plain file: a pipe or a device is written to, and not replaced.
    fn special(&self) -> bool {
        let metadata = std::fs::metadata(&self.path);
        metadata.is_ok_and(|metadata| !metadata.is_file())
    }

    fn replace(&self, page: &str) -> std::io::Result<()> {
        let mut file = self.beside()?;
        file.write_all(page.as_bytes())?;
        file.persist(self.target())?;
        Ok(())
    }

    /// A new file in the same folder.
    fn beside(&self) -> std::io::Result<NamedTempFile> {
        let target = self.target();
        let folder = target.parent().filter(|folder| *folder != "");
        let folder = folder.unwrap_or(".".into());
        if !folder.is_dir() {
            let error = format!("there is no folder `{folder}`");
            return Err(std::io::Error::other(error));
        }
        let made = tempfile::Builder::new()
            .prefix(".svcgen-report-")
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder);
        // The name of a file that nobody has heard of says nothing.
        made.map_err(|error| error.kind().into())
    }

    /// Where the text goes: a link is followed.
    fn target(&self) -> Utf8PathBuf {
        let real = self.path.canonicalize_utf8();
        real.unwrap_or_else(|_| self.path.clone())
    }
}
