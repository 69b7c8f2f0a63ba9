mod bash;

use clap::builder::PossibleValuesParser;
use clap::{Arg, Args, Command, CommandFactory as _, ValueHint};
use clap_complete::{Shell, generate};

use super::{Cli, Failure};
use crate::bunyan::Mode;
use crate::generate::SeriesStep;
use crate::model::Sites;
use crate::ui::Ui;

#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell to write it for.
    #[arg(value_enum)]
    shell: Shell,
}

/// Runs `svcgen completions`.
pub(super) fn run(args: &CompletionsArgs, ui: &Ui) -> Result<(), Failure> {
    let mut script = Vec::new();
    let mut program = proposing(Cli::command());
    generate(args.shell, &mut program, "svcgen", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    let mut script = in_lists(script, args.shell);
    if args.shell == Shell::Bash {
        script = bash::with_hosts_and_revisions(&script, &program);
    }
    if args.shell == Shell::Fish {
        // An option that waits for its value stops the reading of the line, in which there is no command yet.
        script = script.replacen("    or return\n", "    or return 0\n", 1);
        script.push_str(&words_for_fish(&program));
    }
    Ok(ui.exact(&script)?)
}

/// The command line with the words that are worth proposing, where more is taken than those.
fn proposing(program: Command) -> Command {
    let names = program.get_subcommands().filter(|it| !it.is_hide_set());
    let commands = names.map(|it| it.get_name().to_owned()).collect::<Vec<_>>();
    let commands = PossibleValuesParser::from(commands);
    let steps = PossibleValuesParser::from(SeriesStep::ALL.map(SeriesStep::name));
    let levels = PossibleValuesParser::from(LEVELS);
    let modes = PossibleValuesParser::from(Mode::NAMES);
    let sites = PossibleValuesParser::from(Sites::new([]).names());
    let program = program
        .mut_arg("site", |it| it.value_parser(sites))
        .mut_subcommand("doctor", |it| {
            it.mut_arg("commands", |it| it.value_parser(commands))
        })
        .mut_subcommand("tail", |it| {
            it.mut_arg("level", |it| it.value_parser(levels))
                .mut_arg("output", |it| it.value_parser(modes))
        })
        .mut_subcommand("puppet", |it| {
            it.mut_arg("steps", |it| it.value_parser(steps.clone()))
                .mut_arg("without", |it| it.value_parser(steps))
        });
    without_files(program)
}

/// Proposes files for what is a file alone: else a shell does so for every value that it knows nothing of.
fn without_files(program: Command) -> Command {
    let program = program.mut_args(|argument| {
        let is_known = !argument.get_possible_values().is_empty();
        match is_known || is_path(&argument) || !argument.get_action().takes_values() {
            true => argument,
            false => argument.value_hint(ValueHint::Other),
        }
    });
    program.mut_subcommands(without_files)
}

fn is_path(argument: &Arg) -> bool {
    let names = argument.get_value_names().unwrap_or_default();
    names.iter().any(|name| PATHS.contains(&name.as_str()))
}

/// What values are called that are files or folders.
const PATHS: [&str; 4] = ["FILE", "DIR", "PATH", "CHECKOUT"];

/// The levels of bunyan, which takes numbers as well.
const LEVELS: [&str; 6] = ["trace", "debug", "info", "warn", "error", "fatal"];

/// Completes each word of a list that commas part, where the script for a shell knows the first alone.
fn in_lists(script: String, shell: Shell) -> String {
    let steps = SeriesStep::ALL.map(SeriesStep::name).join(" ");
    match shell {
        Shell::Bash => script.replace(
            &format!("-W \"{steps}\" -- \"${{cur}}\""),
            &format!("-P \"${{cur%\"${{cur##*,}}\"}}\" -W \"{steps}\" -- \"${{cur##*,}}\""),
        ),
        Shell::Zsh => script.replace(
            &format!(":STEPS:({steps})"),
            &format!(":STEPS:_values -s , patches {steps}"),
        ),
        Shell::Fish => {
            let words = SeriesStep::ALL.map(|step| format!("{}\\t''", step.name()));
            script.replace(
                &format!("\"{}\"", words.join("\n")),
                &format!("\"(__fish_append , {steps})\""),
            )
        }
        _ => script,
    }
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
