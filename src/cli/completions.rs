use clap::{Args, Command, CommandFactory as _};
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
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if args.shell == Shell::Fish {
        script.push_str(&words_for_fish(&Cli::command()));
    }
    Ok(ui.exact(&script)?)
}

/// The fixed words that commands take: the script for fish knows those of options alone.
fn words_for_fish(program: &Command) -> String {
    let mut lines = String::new();
    for command in program.get_subcommands().filter(|it| !it.is_hide_set()) {
        let arguments = command.get_positionals();
        let words = arguments.flat_map(|argument| argument.get_possible_values());
        for word in words.filter(|word| !word.is_hide_set()) {
            let help = word.get_help().map(ToString::to_string).unwrap_or_default();
            lines.push_str(&format!(
                "complete -c svcgen -n \"__fish_svcgen_using_subcommand {}\" -f -a \"{}\" -d '{}'\n",
                command.get_name(),
                word.get_name(),
                help.replace('\\', "\\\\").replace('\'', "\\'"),
            ));
        }
    }
    lines
}
