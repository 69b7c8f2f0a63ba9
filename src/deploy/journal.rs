//! The journal of a deploy on the machine that deploys: written before what it tells of begins.

mod reader;

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};

use camino::{Utf8Path, Utf8PathBuf};
use thiserror::Error;

use crate::event::{DeployId, Event, VERSION};
use crate::folders;
use crate::model::{HostName, RepositoryName};

pub use reader::JournalReader;

/// Where the journals of a repository are.
#[derive(Debug, Clone)]
pub struct Journals {
    folder: Utf8PathBuf,
}

/// The journal of one deploy, to be written; locked for as long as it is, so that others see whether the deploy runs.
#[derive(Debug)]
pub struct Journal {
    file: std::fs::File,
    path: Utf8PathBuf,
    /// What hosts wrote: a file for each.
    outputs: Utf8PathBuf,
    is_empty: bool,
}

/// How many deploys of a repository keep their journal.
const KEPT: usize = 100;

/// Where less is free, in bytes, a journal cannot be written to its end.
const LITTLE: u64 = 16 * 1024;

/// How much of what one host writes in one deploy is kept, in bytes.
const MOST_OUTPUT: u64 = 64 << 20;

/// What stands behind it where that was not all.
const OUTPUT_CUT: &[u8] = b"\nsvcgen keeps no more of what this host writes\n";

/// A journal that cannot be used.
#[derive(Debug, Error)]
pub enum JournalError {
    #[error("the journal `{path}` cannot be written")]
    Write {
        path: Utf8PathBuf,
        source: std::io::Error,
    },
    #[error("the journal `{path}` cannot be read")]
    Read {
        path: Utf8PathBuf,
        source: std::io::Error,
    },
    #[error("`{path}` has version {version}, and this svcgen reads {VERSION}")]
    Version { path: Utf8PathBuf, version: u64 },
    #[error("there is no home folder to keep journals in")]
    NoHome,
}

/// The file with the name of the deploy that began last.
const LAST: &str = "last";

impl Journals {
    /// Those of a repository: `$XDG_STATE_HOME/svcgen/deploys/KEY/`.
    ///
    /// # Errors
    /// Where there is no home.
    pub fn of(repository: &RepositoryName) -> Result<Self, JournalError> {
        let state = folders::state().ok_or(JournalError::NoHome)?;
        Ok(Self::in_folder(
            state.join("deploys").join(repository.as_str()),
        ))
    }

    /// Their folder, where its disk is full: no deploy can be written down there.
    pub fn without_room(&self) -> Option<&Utf8Path> {
        let found = rustix::fs::statvfs(self.folder.as_std_path()).ok()?;
        let free = found.f_bavail.saturating_mul(found.f_frsize);
        (free < LITTLE).then_some(&self.folder)
    }

    /// Those in a folder.
    pub fn in_folder(folder: Utf8PathBuf) -> Self {
        Self { folder }
    }

    /// Begins the journal of a deploy, and removes those that are older than the last 100.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn begin(&self, id: &DeployId) -> Result<Journal, JournalError> {
        let path = self.path(id);
        let failed = |source| JournalError::Write {
            path: path.clone(),
            source,
        };
        make_folder(&self.folder).map_err(failed)?;
        let file = append_to(&path).map_err(failed)?;
        // Where files cannot be locked, nobody sees whether the deploy still runs.
        let _locked = file.lock();
        // Where it cannot be noted, the names tell.
        let _noted = self.note(id);
        self.forget();
        Ok(Journal {
            file,
            outputs: self.outputs(id),
            path,
            is_empty: true,
        })
    }

    /// Notes that no deploy has begun after this one.
    fn note(&self, id: &DeployId) -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        writeln!(file, "{id}")?;
        file.persist(self.folder.join(LAST))?;
        Ok(())
    }

    /// The deploy that began last. Names go by the clock, which may have gone back since: they tell only where nothing was
    /// noted.
    pub fn last(&self) -> Option<DeployId> {
        let noted = std::fs::read_to_string(self.folder.join(LAST)).ok();
        let noted = noted.and_then(|text| DeployId::parse(text.trim()).ok());
        let noted = noted.filter(|id| self.path(id).exists());
        noted.or_else(|| self.list().into_iter().next())
    }

    /// Removes what is older than the last deploys, except where it is still written. What cannot be removed stays: it is
    /// tried again at the next deploy.
    fn forget(&self) {
        let last = self.last();
        let old = self.list().into_iter().skip(KEPT);
        for id in old.filter(|id| Some(id) != last.as_ref()) {
            let is_running = self.open(&id).is_ok_and(|it| it.is_being_written());
            // The journal goes last: without it, nobody would know of what hosts wrote.
            if !is_running && removed(std::fs::remove_dir_all(self.outputs(&id))) {
                let _is_gone = removed(std::fs::remove_file(self.path(&id)));
            }
        }
    }

    /// The folder with what the hosts wrote in a deploy.
    fn outputs(&self, id: &DeployId) -> Utf8PathBuf {
        self.folder.join(format!("{id}.hosts"))
    }

    /// The deploys that have a journal, from the newest on.
    pub fn list(&self) -> Vec<DeployId> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten();
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let ids = names.filter_map(|name| DeployId::parse(name.strip_suffix(".jsonl")?).ok());
        let mut ids: Vec<DeployId> = ids.collect();
        ids.sort();
        ids.reverse();
        ids
    }

    /// The file of a journal.
    pub fn path(&self, id: &DeployId) -> Utf8PathBuf {
        self.folder.join(format!("{id}.jsonl"))
    }

    /// The file with all that a host wrote in a deploy.
    pub fn output(&self, id: &DeployId, host: &HostName) -> Utf8PathBuf {
        self.outputs(id).join(format!("{host}.log"))
    }

    /// Opens a journal, to read it.
    ///
    /// # Errors
    /// Where there is none, or it cannot be read.
    pub fn open(&self, id: &DeployId) -> Result<JournalReader, JournalError> {
        JournalReader::open(self.path(id))
    }
}

impl Journal {
    /// Adds events.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub(super) fn append(&mut self, events: &[Event]) -> Result<(), JournalError> {
        let mut text = Vec::new();
        for event in events {
            serde_json::to_writer(&mut text, event)
                .map_err(|error| self.failed(std::io::Error::other(error)))?;
            text.push(b'\n');
        }
        self.is_empty &= text.is_empty();
        self.file
            .write_all(&text)
            .map_err(|source| self.failed(source))
    }

    /// Waits until everything is on the disk.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub(super) fn flush(&mut self) -> Result<(), JournalError> {
        self.file.sync_data().map_err(|source| self.failed(source))
    }

    /// Keeps what a host wrote, up to [`MOST_OUTPUT`].
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(super) fn keep_output(&self, host: &HostName, bytes: &[u8]) -> Result<(), JournalError> {
        let path = self.outputs.join(format!("{host}.log"));
        let keep = || {
            make_folder(&self.outputs)?;
            let mut file = append_to(&path)?;
            let room = MOST_OUTPUT.saturating_sub(file.metadata()?.len());
            match usize::try_from(room) {
                Ok(0) => Ok(()),
                Ok(room) if room < bytes.len() => {
                    let (kept, _) = bytes.split_at(room);
                    file.write_all(&[kept, OUTPUT_CUT].concat())
                }
                _ => file.write_all(bytes),
            }
        };
        let kept = keep();
        kept.map_err(|source| JournalError::Write { path, source })
    }

    /// Where it is.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    fn failed(&self, source: std::io::Error) -> JournalError {
        JournalError::Write {
            path: self.path.clone(),
            source,
        }
    }
}

/// Makes a folder that nobody else can read, and closes one that is there already.
fn make_folder(path: &Utf8Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(path)?;
    if std::fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
        // Where it belongs to somebody else, he has decided who reads it.
        let _closed = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700));
    }
    Ok(())
}

/// Opens a file that nobody else can read, and that only grows. What changes in the configuration of hosts is in a journal, and
/// in what hosts write: passwords too.
fn append_to(path: &Utf8Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true).mode(0o600).open(path)
}

/// Whether something is not there any more.
fn removed(removal: std::io::Result<()>) -> bool {
    match removal {
        Ok(()) => true,
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if self.is_empty {
            // Nothing was begun: there is nothing to read.
            let _removed = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_else_reads_a_journal_or_what_hosts_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("a/deploy")).unwrap();
        // As an earlier svcgen has left it.
        std::fs::create_dir_all(&path).unwrap();
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&path, open).unwrap();
        let journals = Journals::in_folder(path.clone());
        let id = DeployId::parse("20261123T140000Z-000000").unwrap();
        let host = HostName::parse("a.example.org").unwrap();
        let journal = journals.begin(&id).unwrap();
        journal.keep_output(&host, b"a password").unwrap();
        let output = journals.output(&id, &host);
        for (path, wanted) in [
            (path.as_path(), 0o700),
            (journal.path(), 0o600),
            (output.parent().unwrap(), 0o700),
            (output.as_path(), 0o600),
        ] {
            let mode = std::fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, wanted, "{path}");
        }
    }

    #[test]
    fn a_host_that_never_stops_writing_does_not_fill_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        let journals = Journals::in_folder(path);
        let id = DeployId::parse("20261123T140000Z-000000").unwrap();
        let host = HostName::parse("a.example.org").unwrap();
        let journal = journals.begin(&id).unwrap();
        journal.keep_output(&host, b"first\n").unwrap();
        let output = journals.output(&id, &host);
        let file = std::fs::File::options().write(true).open(&output).unwrap();
        file.set_len(MOST_OUTPUT - 3).unwrap();
        for _ in 0..2 {
            journal.keep_output(&host, b"the last words\n").unwrap();
        }
        let text = std::fs::read(&output).unwrap();
        let end = [b"the", OUTPUT_CUT].concat();
        assert!(text.ends_with(&end));
        assert_eq!(text.len() as u64, MOST_OUTPUT + OUTPUT_CUT.len() as u64);
    }

    #[test]
    fn the_last_deploys_keep_their_journals_and_whatever_still_runs() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("a/deploy")).unwrap();
        let journals = Journals::in_folder(path);
        let id =
            |number: usize| DeployId::parse(&format!("20261123T14{number:04}Z-000000")).unwrap();
        let host = HostName::parse("a.example.org").unwrap();
        let mut running = None;
        for number in 0..KEPT + 3 {
            let mut journal = journals.begin(&id(number)).unwrap();
            journal.keep_output(&host, b"said").unwrap();
            journal.is_empty = false;
            if number == 1 {
                running = Some(journal);
            }
        }
        let mut known = journals.list();
        known.reverse();
        assert_eq!(known.len(), KEPT + 1);
        assert_eq!(known[..2], [id(1), id(3)]);
        for (number, is_kept) in [(0, false), (1, true), (2, false), (3, true)] {
            assert_eq!(
                journals.output(&id(number), &host).exists(),
                is_kept,
                "{number}"
            );
        }
        drop(running);
        drop(journals.begin(&id(KEPT + 3)).unwrap());
        assert!(!journals.path(&id(1)).exists());
    }
}
