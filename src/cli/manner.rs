//! How a run shows what it does, by the command line and what is around it.

use std::io::IsTerminal as _;

use super::GlobalArgs;
use crate::configuration::Configuration;
use crate::ui::Manner;

/// Whether the command line or the environment wants no colour, before either is understood.
pub(super) fn is_colorless() -> bool {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let is_never = words.windows(2).any(|two| two == ["--color", "never"]);
    let variable = std::env::var("SVCGEN_PLAIN").unwrap_or_default();
    words
        .iter()
        .any(|word| word == "--plain" || word == "--color=never")
        || is_never
        || !["", "0", "false", "no", "off", "n", "f"].contains(&variable.as_str())
}

/// How the run shows what it does: as the flag, the environment, the terminal or the configuration says.
pub(super) fn manner(global: &GlobalArgs) -> Manner {
    let term = std::env::var_os("TERM");
    let is_dumb = std::io::stderr().is_terminal()
        && term.is_none_or(|term| term.is_empty() || term == "dumb");
    let is_wished = || {
        // What is wrong with it is told by the command.
        let configuration = Configuration::load(global.config.as_deref());
        configuration.is_ok_and(|configuration| configuration.plain)
    };
    match global.plain || is_dumb || is_wished() {
        true => Manner::Plain,
        false => Manner::Moving,
    }
}
