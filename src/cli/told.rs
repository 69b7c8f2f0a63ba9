//! What the command line itself says: the help, the version, and what is wrong with it.

mod meant;

use std::io::Write as _;
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind as Wrong};
use dialoguer::console::Term;

use super::Cli;
use super::generator::{CheckoutArgs, Generator};
use crate::error::{CommandError, unprinted};
use crate::model::suggest;
use crate::ui::{Color, Format, Manner, Questions, Ui, columns, rows};

/// Prints the help, the version, or what is wrong with the command line.
pub(super) fn tell(mut told: clap::Error) -> ExitCode {
    propose(&mut told);
    propose_command(&mut told);
    meant::propose(&mut told);
    if let Some(tip) = tip(&told) {
        let tips = ContextValue::StyledStrs(vec![StyledStr::from(tip)]);
        told.insert(ContextKind::Suggested, tips);
    }
    match print(&told) {
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

/// Prints it as clap does; on a terminal, in lines that fit.
fn print(told: &clap::Error) -> std::io::Result<()> {
    let term = match told.use_stderr() {
        true => Term::stderr(),
        false => Term::stdout(),
    };
    let Some(width) = columns(&term) else {
        return told.print();
    };
    let text = rows(&told.render().ansi().to_string(), width);
    match told.use_stderr() {
        true => anstream::stderr().write_all(text.as_bytes()),
        false => anstream::stdout().write_all(text.as_bytes()),
    }
}

/// Has the value be proposed that was likely meant.
fn propose(told: &mut clap::Error) {
    let (Some(ContextValue::String(wrong)), Some(ContextValue::Strings(valid))) = (
        told.get(ContextKind::InvalidValue),
        told.get(ContextKind::ValidValue),
    ) else {
        return;
    };
    let has_one = told.get(ContextKind::SuggestedValue).is_some();
    let valid: Vec<&str> = valid.iter().map(String::as_str).collect();
    if let Some(near) = likely(wrong, &valid, has_one) {
        let near = ContextValue::String(near.to_owned());
        told.insert(ContextKind::SuggestedValue, near);
    }
}

/// Has the command be proposed that was likely meant, also where its help is asked for.
fn propose_command(told: &mut clap::Error) {
    let Some(ContextValue::String(wrong)) = told.get(ContextKind::InvalidSubcommand) else {
        return;
    };
    let has_one = told.get(ContextKind::SuggestedSubcommand).is_some();
    let all = Cli::command();
    let names = all.get_subcommands().map(clap::Command::get_name);
    if let Some(near) = likely(wrong, &names.collect::<Vec<_>>(), has_one) {
        let near = ContextValue::Strings(vec![near.to_owned()]);
        told.insert(ContextKind::SuggestedSubcommand, near);
    }
}

/// What is proposed instead of a word: the only one that begins so, which is no slip but half of it; else one that looks like
/// it, unless clap itself `has_one`.
fn likely<'a>(word: &str, names: &[&'a str], has_one: bool) -> Option<&'a str> {
    let mut begun = names.iter().filter(|name| name.starts_with(word));
    match (begun.next(), begun.next()) {
        (Some(only), None) if !word.is_empty() => Some(only),
        _ if has_one => None,
        _ => suggest(word, names.iter().copied()),
    }
}

/// The way out where clap itself knows of none: what can be said, or what another command's option is called here.
fn tip(told: &clap::Error) -> Option<String> {
    let mut all = Cli::command();
    all.build();
    let mut words = std::env::args_os().skip(1);
    let command = words.find_map(|word| all.find_subcommand(word))?;
    let options = || command.get_arguments().filter_map(clap::Arg::get_long);
    let has_repo = options().any(|option| option == "repo");
    match (told.kind(), told.get(ContextKind::InvalidArg)?) {
        (Wrong::MissingRequiredArgument, ContextValue::Strings(missing)) => {
            let mut arguments = command.get_arguments();
            let argument = arguments.find(|it| missing.contains(&it.to_string()))?;
            let values = argument.get_possible_values();
            let names: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
            (!names.is_empty()).then(|| format!("{argument} is one of {}", names.join(", ")))
        }
        (Wrong::UnknownArgument, ContextValue::String(wrong)) => {
            let generator = Generator::ALL
                .into_iter()
                .find(|generator| generator.name() == command.get_name());
            match generator {
                Some(generator) if wrong == CheckoutArgs::option(generator) => {
                    Some("here the checkout is named by '--repo'".to_owned())
                }
                Some(_) if has_repo && !wrong.starts_with('-') => Some(format!(
                    "the checkout is named by '--repo {}'",
                    shell_words::quote(wrong)
                )),
                None if wrong == "--repo" => {
                    let names = options().filter(|option| option.ends_with("-repo"));
                    let names: Vec<String> = names.map(|name| format!("'--{name}'")).collect();
                    (!names.is_empty())
                        .then(|| format!("the checkouts are named by {}", names.join(", ")))
                }
                _ => None,
            }
        }
        _ => None,
    }
}
