//! Scap's own lock on a deployment server, so that the two tools never deploy at once from there.
//!
//! Scap takes POSIX locks: an exclusive one on a file of the repository, and a shared one on a file that all of Scap
//! shares, which whoever forbids every deploy holds exclusively (`scap/lock.py`).

use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{FlockOperation, Mode, OFlags, fchmod, fcntl_lock, open};
use rustix::io::Errno;
use thiserror::Error;

use super::Owner;
use crate::scap::ScapConfig;

/// The file that all of Scap shares.
const GLOBAL: &str = "/var/lock/scap-global-lock";
/// Where Scap is configured: the machine is one that Scap deploys from.
const CONFIGURATION: &str = "/etc/scap.cfg";

/// The locks, for as long as this lives.
#[derive(Debug)]
pub struct ScapLock {
    /// Held by being open.
    _global: Option<File>,
    own: Option<File>,
}

/// A lock of Scap's that cannot be taken.
#[derive(Debug, Error)]
pub enum ScapLockError {
    #[error("Scap is deploying, or someone forbids it (`{path}`){}", shown(.said))]
    Held {
        path: Utf8PathBuf,
        /// What stands in the file.
        said: String,
    },
    #[error("the lock of Scap `{path}` cannot be taken")]
    Failed {
        path: Utf8PathBuf,
        source: std::io::Error,
    },
}

fn shown(said: &str) -> String {
    match said.trim() {
        "" => String::new(),
        said => format!(": {said}"),
    }
}

impl ScapLock {
    /// Takes the locks where Scap would; elsewhere there is nothing to take.
    ///
    /// # Errors
    /// Where somebody else holds one.
    pub fn take(config: &ScapConfig, owner: &Owner) -> Result<Self, ScapLockError> {
        let default = || {
            let name = config.git_repo.as_str().replace('/', "_");
            Utf8PathBuf::from(format!("/var/lock/scap.{name}.lock"))
        };
        let path = config.lock_file.clone().unwrap_or_else(default);
        let is_server = Utf8Path::new(CONFIGURATION).exists() || path.exists();
        Self::take_files(Utf8Path::new(GLOBAL), is_server.then_some(&path), owner)
    }

    fn take_files(
        global: &Utf8Path,
        own: Option<&Utf8PathBuf>,
        owner: &Owner,
    ) -> Result<Self, ScapLockError> {
        let _global = match global.exists() {
            true => Some(lock(global, FlockOperation::NonBlockingLockShared)?),
            false => None,
        };
        let mut taken = None;
        if let Some(path) = own {
            let mut file = lock(path, FlockOperation::NonBlockingLockExclusive)?;
            let reason = serde_json::json!({
                "locker": owner.user,
                "pid": std::process::id(),
                "timestamp_utc": jiff::Timestamp::now().strftime("%a %b %e %H:%M:%S %Y").to_string(),
                "reason": format!("svcgen {}: {}", owner.action, owner.message),
            });
            // What stands there is for people: a lock without it is a lock.
            let _written = file.set_len(0).and_then(|()| write!(file, "{reason}"));
            taken = Some(file);
        }
        Ok(Self {
            _global,
            own: taken,
        })
    }
}

impl Drop for ScapLock {
    fn drop(&mut self) {
        if let Some(file) = &self.own {
            // Whoever looks next sees no old reason.
            let _cleared = file.set_len(0);
            let mut file = file;
            let _written = file.rewind().and_then(|()| write!(file, "{{}}"));
        }
    }
}

fn lock(path: &Utf8Path, how: FlockOperation) -> Result<File, ScapLockError> {
    let failed = |source| ScapLockError::Failed {
        path: path.to_owned(),
        source,
    };
    let opened = match how {
        FlockOperation::NonBlockingLockShared => opened(path, OFlags::RDONLY),
        _ => opened_or_made(path),
    };
    let mut file = opened.map_err(|errno| match errno {
        Errno::LOOP => failed(std::io::Error::other("it is a symbolic link")),
        errno => failed(errno.into()),
    })?;
    match fcntl_lock(&file, how) {
        Ok(()) => Ok(file),
        Err(Errno::AGAIN | Errno::ACCESS) => {
            let mut said = String::new();
            let _rewound = file.rewind();
            let _read = (&file).take(4096).read_to_string(&mut said);
            Err(ScapLockError::Held {
                path: path.to_owned(),
                said,
            })
        }
        Err(error) => Err(failed(error.into())),
    }
}

/// Opens a file of a folder that everybody may write into: not where a link leads, and without waiting for the other end of a
/// pipe.
fn opened(path: &Utf8Path, how: OFlags) -> Result<File, Errno> {
    let how = how | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    open(path.as_std_path(), how, Mode::from_raw_mode(0o666)).map(File::from)
}

/// Opens the lock of a repository. One that is missing is made as Scap makes it, for all users, whatever the mask is: it stays,
/// and the next one to deploy may be somebody else.
fn opened_or_made(path: &Utf8Path) -> Result<File, Errno> {
    // Where it is there it is opened without `CREATE`: Linux refuses that for somebody else's file (`fs.protected_regular`).
    match opened(path, OFlags::RDWR) {
        Err(Errno::NOENT) => {}
        opened => return opened,
    }
    match opened(path, OFlags::RDWR | OFlags::CREATE | OFlags::EXCL) {
        // Somebody else was faster.
        Err(Errno::EXIST) => opened(path, OFlags::RDWR),
        made => {
            let file = made?;
            fchmod(&file, Mode::from_raw_mode(0o666))?;
            Ok(file)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::process::Command;

    use super::*;

    /// POSIX locks belong to processes: another one has to try. Exits with 9 where the lock is held.
    fn other(path: &Utf8Path) -> i32 {
        let script = "import fcntl,sys\nf=open(sys.argv[1],'r+')\ntry: fcntl.lockf(f, fcntl.LOCK_EX|fcntl.LOCK_NB)\nexcept OSError: sys.exit(9)\n";
        let mut python = Command::new("python3");
        let status = python.args(["-c", script, path.as_str()]).status().unwrap();
        status.code().unwrap()
    }

    #[test]
    fn scap_waits_while_it_is_held_and_not_after() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let (global, own) = (folder.join("global"), folder.join("own"));
        fs_err::write(&global, "").unwrap();
        let owner = Owner {
            user: "ada".into(),
            ..Owner::default()
        };
        let held = ScapLock::take_files(&global, Some(&own), &owner).unwrap();
        // Whoever closes a file lets all locks go that the process has on it: hence not read here.
        let said = Command::new("cat").arg(&own).output().unwrap().stdout;
        assert!(String::from_utf8(said).unwrap().contains("\"ada\""));
        assert_eq!((other(&own), other(&global)), (9, 9));
        drop(held);
        assert_eq!((other(&own), other(&global)), (0, 0));
        assert_eq!(fs_err::read_to_string(&own).unwrap(), "{}");
    }
    #[test]
    fn a_lock_that_was_missing_is_made_for_all_users_and_not_where_a_link_leads() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let take = |own: &Utf8PathBuf| {
            ScapLock::take_files(&folder.join("none"), Some(own), &Owner::default())
        };
        let own = folder.join("own");
        drop(take(&own).unwrap());
        let mode = fs_err::metadata(&own).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o666);
        // One that is there stays as it is.
        fs_err::set_permissions(&own, std::fs::Permissions::from_mode(0o660)).unwrap();
        drop(take(&own).unwrap());
        let mode = fs_err::metadata(&own).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o660);

        let (secret, link) = (folder.join("secret"), folder.join("link"));
        for is_there in [false, true] {
            if is_there {
                fs_err::write(&secret, "kept").unwrap();
            } else {
                fs_err::os::unix::fs::symlink(&secret, &link).unwrap();
            }
            let error = take(&link).unwrap_err();
            let cause = std::error::Error::source(&error).unwrap().to_string();
            assert_eq!(cause, "it is a symbolic link");
        }
        assert_eq!(fs_err::read_to_string(&secret).unwrap(), "kept");
    }
}
