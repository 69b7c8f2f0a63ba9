//! The user's folders, where the XDG Base Directory Specification has them; and whose a temporary one is.

mod claim;

use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::PathBuf;

use camino::Utf8PathBuf;
use etcetera::BaseStrategy as _;
use etcetera::base_strategy::Xdg;

pub(crate) use self::claim::{Claim, left, sweep};

/// What is remembered from run to run: `$XDG_STATE_HOME/svcgen`; none where there is no home.
pub(crate) fn state() -> Option<Utf8PathBuf> {
    own(Xdg::new().ok()?.state_dir()?)
}

/// What can be made again: `$XDG_CACHE_HOME/svcgen`; none where there is no home.
pub(crate) fn cache() -> Option<Utf8PathBuf> {
    own(Xdg::new().ok()?.cache_dir())
}

fn own(base: PathBuf) -> Option<Utf8PathBuf> {
    Utf8PathBuf::from_path_buf(base.join("svcgen")).ok()
}

/// A folder of the user's alone among the temporary files, where there is no home. Anybody may make a folder there: one that
/// is not the user's, or open to others, is not taken.
pub(crate) fn temporary() -> Utf8PathBuf {
    let user = rustix::process::geteuid().as_raw();
    let base = Utf8PathBuf::from_path_buf(std::env::temp_dir()).unwrap_or_else(|_| "/tmp".into());
    let path = base.join(format!("svcgen-{user}"));
    // One that is there is looked at.
    let _made = std::fs::DirBuilder::new().mode(0o700).create(&path);
    let is_own = path
        .symlink_metadata()
        .is_ok_and(|found| found.is_dir() && found.uid() == user && found.mode() & 0o077 == 0);
    if is_own {
        return path;
    }
    let made = tempfile::Builder::new().prefix("svcgen-").tempdir();
    let made = made.ok().map(tempfile::TempDir::keep);
    made.and_then(|made| Utf8PathBuf::from_path_buf(made).ok())
        .unwrap_or(path)
}
