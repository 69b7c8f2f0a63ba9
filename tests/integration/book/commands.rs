//! Every command of svcgen that a page shows is one.

use clap::{CommandFactory as _, Parser as _};
use svcgen::cli::Cli;

use super::pages::{Block, pages};

/// What blocks may be. Those of `console` are run as a session, those of `sh` are parsed.
const LANGUAGES: [&str; 8] = ["", "console", "diff", "json", "jinja", "scap", "sh", "yaml"];

/// Words of the shell that end a command.
const ENDS: [&str; 7] = ["|", "&&", "||", ";", ">", ">>", "&"];

/// The commands of svcgen in a text of the shell, each as words.
fn commands(text: &str) -> Vec<Vec<String>> {
    let joined = text.replace("\\\n", " ");
    let mut found = Vec::new();
    for line in joined.lines() {
        let words = shell_words::split(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        let parts = words.split(|word| ENDS.contains(&word.as_str()));
        let own = parts.filter(|words| words.first().is_some_and(|word| word == "svcgen"));
        found.extend(own.map(<[String]>::to_vec));
    }
    found
}

/// What is a command in a block, as far as svcgen is concerned.
fn typed(block: &Block) -> String {
    let lines = block.text.lines();
    match block.language.as_str() {
        "sh" => block.text.clone(),
        "console" => lines
            .filter(|line| line.starts_with(['~', '$']))
            .filter_map(|line| line.split_once("$ "))
            .fold(String::new(), |text, (_, command)| text + command + "\n"),
        _ => lines
            .map(|line| line.trim_start_matches(['$', ' ']))
            .filter(|line| line.starts_with("svcgen "))
            .fold(String::new(), |text, line| text + line + "\n"),
    }
}

#[test]
fn every_command_in_a_block_is_one() {
    let (mut count, mut problems) = (0, Vec::new());
    for page in pages() {
        for block in page.blocks() {
            let at = format!("{}:{}", page.name, block.line);
            if !LANGUAGES.contains(&block.language.as_str()) {
                problems.push(format!("{at}: no language of the book"));
            }
            for words in commands(&typed(&block)) {
                count += 1;
                if let Err(error) = Cli::try_parse_from(&words) {
                    problems.push(format!("{at}: {}\n{error}", words.join(" ")));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(count > 80, "{count}");
}

/// The name of a command in a text need not be a complete one, but what is there has to exist.
#[test]
fn every_command_in_a_text_exists() {
    let program = Cli::command();
    let (mut count, mut problems) = (0, Vec::new());
    for page in pages() {
        for code in page.code_in_text() {
            let Some(rest) = code.strip_prefix("svcgen ") else {
                continue;
            };
            count += 1;
            if let Some(problem) = unknown(&program, rest) {
                problems.push(format!("{}: `{code}`: there is no `{problem}`", page.name));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(count > 80, "{count}");
}

/// The first word of a command line that svcgen does not have.
fn unknown<'t>(program: &clap::Command, text: &'t str) -> Option<&'t str> {
    let (name, options) = text.split_once(' ').unwrap_or((text, ""));
    // A name in capitals stands for any, and so do three dots.
    if name.starts_with('-') || name == "…" || name.chars().all(char::is_uppercase) {
        return None;
    }
    let Some(command) = program.find_subcommand(name) else {
        return Some(name);
    };
    let arguments = || command.get_arguments().chain(program.get_arguments());
    options.split(' ').find(|word| {
        let short = word.strip_prefix('-').and_then(|rest| rest.chars().next());
        match (word.strip_prefix("--"), short) {
            (Some(long), _) => !arguments().any(|argument| argument.get_long() == Some(long)),
            (None, Some(short)) => !arguments().any(|a| a.get_short() == Some(short)),
            (None, None) => false,
        }
    })
}
