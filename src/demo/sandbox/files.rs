use std::os::unix::fs::PermissionsExt as _;

use camino::Utf8Path;

use super::SandboxError;

/// Writes a file, with the folders above it.
pub(in crate::demo) fn put(path: &Utf8Path, content: &[u8]) -> Result<(), SandboxError> {
    let failed = |source| SandboxError::Write {
        path: path.to_owned(),
        source,
    };
    if let Some(parent) = path.parent() {
        fs_err::create_dir_all(parent).map_err(failed)?;
    }
    fs_err::write(path, content).map_err(failed)
}

/// Writes a file that can be run.
pub(in crate::demo) fn put_program(path: &Utf8Path, text: &str) -> Result<(), SandboxError> {
    put(path, text.as_bytes())?;
    allow(path)
}

/// Lets a file be run.
fn allow(path: &Utf8Path) -> Result<(), SandboxError> {
    let mode = std::fs::Permissions::from_mode(0o755);
    fs_err::set_permissions(path, mode).map_err(|source| SandboxError::Write {
        path: path.to_owned(),
        source,
    })
}
