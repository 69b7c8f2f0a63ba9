use clap::{Args, CommandFactory as _};
use clap_complete::{Shell, generate};

use super::{Cli, Failure};
use crate::ui::Ui;

#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell that completes.
    #[arg(value_enum)]
    shell: Shell,
}

/// Runs `svcgen completions`.
pub(super) fn run(args: &CompletionsArgs, ui: &Ui) -> Result<(), Failure> {
    let mut script = Vec::new();
    generate(args.shell, &mut Cli::command(), "svcgen", &mut script);
    Ok(ui.exact(&String::from_utf8_lossy(&script))?)
}
