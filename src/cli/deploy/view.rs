use std::io::IsTerminal as _;

use crate::event::Reporter;
use crate::report::{Json, Live, Plain};
use crate::ui::{Below, Format, Manner, Ui};

/// What shows a deploy: a table that moves on a terminal, lines everywhere else; `below` is what questions take.
pub(super) fn reporter(ui: Ui, below: Below) -> Box<dyn Reporter> {
    match ui.format {
        Format::Json => Box::new(Json::new(ui)),
        Format::Text if moves(ui) => Box::new(Live::new(below)),
        Format::Text => Box::new(Plain::new(ui)),
    }
}

/// Whether a table can move: not where somebody wants more or less than it shows.
fn moves(ui: Ui) -> bool {
    ui.manner == Manner::Moving && ui.verbosity == 0 && std::io::stderr().is_terminal()
}
