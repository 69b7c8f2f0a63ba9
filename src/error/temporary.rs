use std::io;

use thiserror::Error;

/// Nothing can be written where temporary files are.
#[derive(Debug, Error)]
#[error("cannot write to `{folder}`, the folder for temporary files")]
struct Temporary {
    folder: String,
    source: io::Error,
}

/// Says of an error that it is about the folder for temporary files; its kind stays.
pub(crate) fn temporary(error: io::Error) -> io::Error {
    let folder = std::env::temp_dir().display().to_string();
    io::Error::new(
        error.kind(),
        Temporary {
            folder,
            source: error,
        },
    )
}

/// Whether an error is about the folder for temporary files.
pub(super) fn is_temporary(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Temporary>())
}
