use std::fmt;

use camino::Utf8Path;

use super::{Finding, Fix, writable};

/// Where less is free, nothing that is worth it can be written.
const FULL: u64 = 1 << 20;

/// Where there is room for fewer files, a build or a release may not get in.
const FEW_FILES: u64 = 10_000;

/// What is free on the disk of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Free {
    bytes: u64,
    /// How many files can be made; none where the file system does not count them.
    files: Option<u64>,
}

impl Free {
    /// Asks the file system.
    pub(super) fn of(folder: &Utf8Path) -> std::io::Result<Self> {
        let found = rustix::fs::statvfs(folder.as_std_path())?;
        Ok(Self {
            bytes: found.f_bavail.saturating_mul(found.f_frsize),
            files: (found.f_files > 0).then_some(found.f_favail),
        })
    }

    /// Says how that is, where so much is wanted; `more` makes room, or finds it elsewhere.
    pub(super) fn judge(
        self,
        finding: Finding,
        place: &str,
        wanted: u64,
        more: impl Into<Fix>,
    ) -> Finding {
        let found = match place {
            "" => self.to_string(),
            place => format!("{place}, {self}"),
        };
        if self.bytes < FULL || self.files == Some(0) {
            finding.missing(found, more)
        } else if self.bytes < wanted || self.files.is_some_and(|files| files < FEW_FILES) {
            finding.doubtful(found, more)
        } else {
            finding.fine(found)
        }
    }
}

impl fmt::Display for Free {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bytes as f64 {
            small if small < 1e9 => write!(f, "{:.0} MB free", small / 1e6)?,
            large => write!(f, "{:.1} GB free", large / 1e9)?,
        }
        match self.files {
            Some(files) if files < FEW_FILES => write!(f, " for at most {files} files"),
            _ => Ok(()),
        }
    }
}

/// A folder that is written to: whether that is allowed, and whether there is room for so much.
pub(super) fn folder(
    finding: Finding,
    place: &str,
    folder: &Utf8Path,
    wanted: u64,
    elsewhere: &str,
) -> Finding {
    let there = match writable(folder) {
        Ok(there) => there,
        Err(reason) => return finding.missing(reason, elsewhere),
    };
    match Free::of(there) {
        Ok(free) => free.judge(finding, place, wanted, elsewhere),
        Err(error) => finding.unknown(format!(
            "how much is free is not known: {}",
            crate::error::reworded(&error)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    #[test]
    fn little_room_is_doubtful_and_none_is_missing() {
        let judge = |bytes, files| {
            let finding = Finding::new("x", "x", &[]);
            let judged = Free { bytes, files }.judge(finding, "", 2 << 30, "export X=Y");
            (judged.state, judged.found)
        };
        for (bytes, files, state, found) in [
            (3 << 30, None, State::Fine, "3.2 GB free"),
            (1 << 30, Some(1 << 20), State::Doubtful, "1.1 GB free"),
            (
                3 << 30,
                Some(12),
                State::Doubtful,
                "3.2 GB free for at most 12 files",
            ),
            (
                3 << 30,
                Some(0),
                State::Missing,
                "3.2 GB free for at most 0 files",
            ),
            (4096, None, State::Missing, "0 MB free"),
        ] {
            assert_eq!(judge(bytes, files), (state, found.to_owned()));
        }
    }
}
