use std::io;

use thiserror::Error;

/// A result that could not be printed.
#[derive(Debug, Error)]
#[error("cannot print the result")]
struct Unprinted(#[source] io::Error);

/// Says of an error that it is about stdout; its kind stays.
pub(crate) fn unprinted(error: io::Error) -> io::Error {
    io::Error::new(error.kind(), Unprinted(error))
}

/// Whether an error is about stdout.
pub(super) fn is_unprinted(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Unprinted>())
}
