//! An interview that is not held to its end, or not at all: what is kept of it, and how to go on.

use camino::Utf8Path;
use serde_json::Value;

use crate::cli::GlobalArgs;
use crate::cli::context::shown;
use crate::cli::generator::{Again, CheckoutArgs};
use crate::error::CommandError;
use crate::interrupt;
use crate::ui::Ui;

/// Whether the answers are kept of an interview that was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    Kept,
    /// They could not be kept, and are printed.
    Printed(Older),
    Nothing,
}

/// Whether an older draft is there of answers that could not be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Older {
    Kept,
    None,
}

/// The user wants to stop.
pub(super) fn interrupted(left: Left, global: &GlobalArgs) -> CommandError {
    let kind = interrupt::kind();
    match left {
        Left::Kept => CommandError::new(
            kind,
            "interrupted; nothing was written, and your answers are kept",
        )
        .hint(resume(global)),
        Left::Printed(older) => {
            let message = "interrupted; nothing was written, and your answers could not be saved: \
                           they are the lines above";
            let from_file = "svcgen new --answers FILE";
            let from_file = Again::completed(from_file, global, &CheckoutArgs::default());
            let error = CommandError::new(kind, message)
                .hint(format!("`{from_file}` takes these lines from a file"));
            match older {
                Older::Kept => error.hint(format!(
                    "`{}` continues with the older ones that were saved before",
                    resume(global)
                )),
                Older::None => error,
            }
        }
        Left::Nothing => CommandError::new(kind, "interrupted; nothing was written"),
    }
}

/// Prints answers of which there is no other copy, as a file of answers has them.
pub(super) fn print(answers: &Value, older: Older, ui: &Ui) -> Left {
    let text = serde_yaml::to_string(answers).unwrap_or_default();
    match answers.as_object().is_some_and(|map| !map.is_empty()) && ui.verbatim(&text).is_ok() {
        true => Left::Printed(older),
        false => Left::Nothing,
    }
}

/// Somebody else wrote the model during the interview.
pub(super) fn changed(path: &Utf8Path, global: &GlobalArgs) -> CommandError {
    CommandError::conflict(format!(
        "`{}` was changed by someone else in the meantime",
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
        .hint(format!(
            "continue in its terminal{}",
            kill.unwrap_or_default()
        ))
        .hint("`--service FILE` writes another model")
}
