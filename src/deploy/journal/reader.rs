use std::fs::{File, TryLockError};
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom};

use camino::Utf8PathBuf;

use super::JournalError;
use crate::event::{Event, VERSION};

/// Reads a journal from its beginning, event after event, also while it is being written.
#[derive(Debug)]
pub struct JournalReader {
    path: Utf8PathBuf,
    file: BufReader<File>,
    /// The line that is being read: its end may not be written yet.
    line: Vec<u8>,
    is_whole: bool,
    unread: usize,
}

/// How much of the end of a journal is read to find its last event.
const END: u64 = 64 * 1024;

impl JournalReader {
    /// Begins to read.
    ///
    /// # Errors
    /// Where there is no such journal, or it cannot be read.
    pub(super) fn open(path: Utf8PathBuf) -> Result<Self, JournalError> {
        match File::open(&path) {
            Ok(file) => Ok(Self {
                path,
                file: BufReader::with_capacity(256 * 1024, file),
                line: Vec::new(),
                is_whole: false,
                unread: 0,
            }),
            Err(source) => Err(JournalError::Read { path, source }),
        }
    }

    /// The next event, with its line; nothing where no more is written, for now or because a crash cut it off.
    ///
    /// Lines that cannot be an event that is wanted need not be understood: `may_be_wanted` sorts them out.
    ///
    /// # Errors
    /// Where it cannot be read, or is of another version.
    pub fn next(
        &mut self,
        may_be_wanted: impl Fn(&[u8]) -> bool,
    ) -> Result<Option<(Event, &[u8])>, JournalError> {
        loop {
            if std::mem::take(&mut self.is_whole) {
                self.line.clear();
            }
            let read = self.file.read_until(b'\n', &mut self.line);
            read.map_err(|source| JournalError::Read {
                path: self.path.clone(),
                source,
            })?;
            if !self.line.ends_with(b"\n") {
                return Ok(None);
            }
            self.is_whole = true;
            if self.line == b"\n" || !may_be_wanted(&self.line) {
                continue;
            }
            match serde_json::from_slice(&self.line) {
                Ok(event) => return Ok(Some((event, self.line.trim_ascii_end()))),
                Err(_) => self.check_version()?,
            }
            self.unread += 1;
        }
    }

    /// The last event of a journal, whatever stands before it.
    ///
    /// # Errors
    /// Where it cannot be read, or is of another version.
    pub fn last(mut self) -> Result<Option<Event>, JournalError> {
        let path = self.path.clone();
        let failed = |source| JournalError::Read { path, source };
        let length = self
            .file
            .get_ref()
            .metadata()
            .map(|metadata| metadata.len());
        let jump = length.and_then(|length| {
            let begin = length.saturating_sub(END);
            self.file.seek(SeekFrom::Start(begin))?;
            // The first line is cut off by the jump.
            let mut cut = Vec::new();
            match begin {
                0 => Ok(0),
                _ => self.file.read_until(b'\n', &mut cut),
            }
        });
        jump.map_err(failed)?;
        let mut last = None;
        while let Some((event, _)) = self.next(|_| true)? {
            last = Some(event);
        }
        Ok(last)
    }

    /// Whether the deploy that writes it still runs. Locks of files end with the process, whatever ends it.
    pub fn is_being_written(&self) -> bool {
        let file = self.file.get_ref();
        match file.try_lock_shared() {
            Ok(()) => {
                // The lock would go with the file; whoever begins to write meanwhile waits for a moment.
                let _unlocked = file.unlock();
                false
            }
            Err(TryLockError::WouldBlock) => true,
            // A file system without locks: it is taken to run until it says that it has ended.
            Err(TryLockError::Error(_)) => true,
        }
    }

    /// How many lines were not understood.
    pub fn unread(&self) -> usize {
        self.unread
    }

    /// A line that is no event is one of another version, or was damaged.
    fn check_version(&self) -> Result<(), JournalError> {
        let value: Option<serde_json::Value> = serde_json::from_slice(&self.line).ok();
        match value.and_then(|value| value["v"].as_u64()) {
            Some(version) if version != u64::from(VERSION) => Err(JournalError::Version {
                path: self.path.clone(),
                version,
            }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use camino::Utf8Path;

    use super::*;
    use crate::deploy::Journals;
    use crate::event::{About, DeployId, EventKind, Level};

    fn line(seq: u64) -> Vec<u8> {
        let event = Event {
            v: VERSION,
            at: jiff::Timestamp::UNIX_EPOCH,
            seq,
            deploy: id(),
            about: About::default(),
            level: Level::Info,
            text: "so".into(),
            kind: EventKind::Warning,
        };
        let mut line = serde_json::to_vec(&event).unwrap();
        line.push(b'\n');
        line
    }

    fn id() -> DeployId {
        DeployId::parse("20261123T140312Z-3f9a01").unwrap()
    }

    fn numbers(reader: &mut JournalReader) -> Vec<u64> {
        std::iter::from_fn(|| Some(reader.next(|_| true).unwrap()?.0.seq)).collect()
    }

    #[test]
    fn what_is_not_written_to_its_end_is_read_once_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().join("a.jsonl");
        let mut file = File::create(&path).unwrap();
        let mut reader = JournalReader::open(path.clone()).unwrap();
        let second = line(2);
        file.write_all(&[&line(1)[..], &second[..20]].concat())
            .unwrap();
        assert_eq!(numbers(&mut reader), [1]);
        assert!(numbers(&mut reader).is_empty());
        file.write_all(&second[20..]).unwrap();
        assert_eq!(numbers(&mut reader), [2]);
        file.write_all(b"damaged\n\n").unwrap();
        file.write_all(&line(3)).unwrap();
        assert_eq!(numbers(&mut reader), [3]);
        assert_eq!(reader.unread(), 1);
        assert_eq!(reader.last().unwrap().unwrap().seq, 3);
        file.write_all(b"{\"v\":2,\"at\":\"later\"}\n").unwrap();
        let error = JournalReader::open(path).unwrap().last().unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("has version 2, and this svcgen reads 1")
        );
    }

    #[test]
    fn the_end_of_a_long_journal_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().join("a.jsonl");
        let lines: Vec<u8> = (1..=2000).flat_map(line).collect();
        assert!(lines.len() as u64 > 2 * END);
        fs_err::write(&path, lines).unwrap();
        let last = JournalReader::open(path).unwrap().last().unwrap();
        assert_eq!(last.unwrap().seq, 2000);
    }

    #[test]
    fn a_journal_is_being_written_for_as_long_as_its_writer_lives() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let journals = Journals::in_folder(folder.to_owned());
        let journal = journals.begin(&id()).unwrap();
        let reader = journals.open(&id()).unwrap();
        assert!(reader.is_being_written());
        let mode = std::os::unix::fs::MetadataExt::mode(&fs_err::metadata(journal.path()).unwrap());
        assert_eq!(
            mode & 0o777,
            0o600,
            "it has the configuration of hosts in it"
        );
        drop(journal);
        assert!(!reader.is_being_written());
        // Nothing was begun: nothing is left of it.
        assert_eq!(journals.list(), []);
    }
}
