//! An interview that is not held to its end, or not at all: what is kept of it, and how to go on.

use camino::Utf8Path;

use crate::cli::GlobalArgs;
use crate::cli::context::shown;
use crate::cli::generator::{Again, CheckoutArgs};
use crate::error::{CommandError, ErrorKind};
use crate::interrupt;

/// Whether the answers are kept of an interview that was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    Kept,
    Nothing,
}

/// The user wants to stop.
pub(super) fn interrupted(left: Left, global: &GlobalArgs) -> CommandError {
    let kind = interrupt::check()
        .err()
        .map_or(ErrorKind::Interrupted, |error| error.kind);
    match left {
        Left::Kept => CommandError::new(
            kind,
            "interrupted; nothing is written, and your answers are kept",
        )
        .hint(resume(global)),
        Left::Nothing => CommandError::new(kind, "interrupted; nothing is written"),
    }
}

/// Somebody else wrote the model during the interview.
pub(super) fn changed(path: &Utf8Path, global: &GlobalArgs) -> CommandError {
    CommandError::conflict(format!(
        "`{}` was changed by somebody else in the meantime",
        shown(path)
    ))
    .hint(resume(global))
}

/// The command that goes on with the answers that are kept.
pub(super) fn resume(global: &GlobalArgs) -> String {
    Again::completed("svcgen new --resume", global, &CheckoutArgs::default())
}

/// Another interview of the same model is held.
pub(in crate::cli::new) fn held(model: &Utf8Path, by: Option<u32>) -> CommandError {
    let process = by.map(|by| format!(", as process {by}"));
    let message = format!(
        "another interview of `{}` is going on{}",
        shown(model),
        process.unwrap_or_default()
    );
    let kill = by.map(|by| format!("; `kill {by}` ends it and keeps its answers"));
    CommandError::conflict(message)
        .hint(format!("go on in its terminal{}", kill.unwrap_or_default()))
        .hint("`--service FILE` makes another model")
}
