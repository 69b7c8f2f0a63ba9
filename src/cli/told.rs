//! What the command line itself says: the help, the version, and what is wrong with it.

mod meant;

use std::process::ExitCode;

use crate::error::{CommandError, unprinted};
use crate::model::suggest;
use crate::ui::{Color, Format, Manner, Questions, Ui};

/// Prints the help, the version, or what is wrong with the command line.
pub(super) fn tell(mut told: clap::Error) -> ExitCode {
    propose(&mut told);
    meant::propose(&mut told);
    match told.print() {
        Ok(()) => ExitCode::from(u8::try_from(told.exit_code()).unwrap_or(1)),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let ui = Ui::new(Format::Text, Color::Auto, Questions::Ask, 0, Manner::Plain);
            let error = CommandError::from(unprinted(error));
            ui.error(&error);
            ExitCode::from(error.kind.exit_code())
        }
    }
}

/// Adds the value that was likely meant, where clap itself knows of none.
fn propose(told: &mut clap::Error) {
    use clap::error::{ContextKind, ContextValue};
    let has_one = told.get(ContextKind::SuggestedValue).is_some();
    let (Some(ContextValue::String(wrong)), Some(ContextValue::Strings(valid)), false) = (
        told.get(ContextKind::InvalidValue),
        told.get(ContextKind::ValidValue),
        has_one,
    ) else {
        return;
    };
    if let Some(near) = suggest(wrong, valid.iter().map(String::as_str)) {
        let near = ContextValue::String(near.to_owned());
        told.insert(ContextKind::SuggestedValue, near);
    }
}
