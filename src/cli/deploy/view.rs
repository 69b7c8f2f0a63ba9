use std::io::IsTerminal as _;

use super::args::ViewArgs;
use crate::event::Reporter;
use crate::report::{Json, Live, Plain};
use crate::ui::{Format, Ui};

/// What shows a deploy: a table that moves on a terminal, lines everywhere else.
pub(super) fn reporter(args: ViewArgs, ui: Ui) -> Box<dyn Reporter> {
    match ui.format {
        Format::Json => Box::new(Json::new(ui)),
        Format::Text if moves(args, ui) => Box::new(Live::new()),
        Format::Text => Box::new(Plain::new(ui)),
    }
}

/// Whether a table can move: not where somebody wants more or less than it shows.
fn moves(args: ViewArgs, ui: Ui) -> bool {
    let is_dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    !args.plain && ui.verbosity == 0 && !is_dumb && std::io::stderr().is_terminal()
}
