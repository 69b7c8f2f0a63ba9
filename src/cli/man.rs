use camino::{Utf8Path, Utf8PathBuf};
use clap::{Arg, Args, Command, CommandFactory as _};
use clap_mangen::Man;
use jiff::Timestamp;

use super::{Cli, Failure, given};
use crate::edit::replace;
use crate::error::{CommandError, ErrorKind};
use crate::ui::Ui;

#[derive(Debug, Args)]
pub struct ManArgs {
    /// The folder to write the pages into, such as ~/.local/share/man/man1.
    #[arg(value_name = "DIR", value_parser = given::path())]
    folder: Utf8PathBuf,
}

/// Runs `svcgen man`.
pub(super) fn run(args: &ManArgs, ui: &Ui) -> Result<(), Failure> {
    if args.folder.exists() && !args.folder.is_dir() {
        let error = CommandError::usage(format!("`{}` is a file, not a folder", args.folder));
        return Err(error.hint("svcgen man ~/.local/share/man/man1").into());
    }
    let failed = |error: std::io::Error| {
        let message = format!("the pages cannot be written into `{}`", args.folder);
        CommandError::new(ErrorKind::Unexpected, message).refused(&error)
    };
    std::fs::create_dir_all(&args.folder).map_err(failed)?;
    // Global options belong to every command once it is built.
    let mut all = Cli::command().disable_help_subcommand(true);
    all.build();
    let date = date();
    let mut count = write(&all, "svcgen", &date, &args.folder).map_err(failed)?;
    for command in all.get_subcommands() {
        let name = format!("svcgen-{}", command.get_name());
        count += write(command, &name, &date, &args.folder).map_err(failed)?;
    }
    ui.status(&format!("{count} pages in `{}`", args.folder));
    ui.next(&format!("man {}/svcgen.1", args.folder));
    Ok(())
}

/// Writes the page of a command; a page that is there is replaced.
fn write(command: &Command, name: &str, date: &str, folder: &Utf8Path) -> std::io::Result<usize> {
    let mut command = command
        .clone()
        .name(name.to_owned())
        .version(env!("CARGO_PKG_VERSION"))
        .mut_args(with_variable);
    let usage = command.render_usage().to_string();
    let examples = command.get_after_help().map(ToString::to_string);
    let has_commands = command.has_subcommands();
    let man = Man::new(command)
        .title(name.to_uppercase())
        .date(date)
        .source(concat!("svcgen ", env!("CARGO_PKG_VERSION")))
        .manual("svcgen");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    let usage = usage.trim_start_matches("Usage: ");
    page.extend(section("SYNOPSIS", usage).into_bytes());
    man.render_description_section(&mut page)?;
    let mut options = Vec::new();
    man.render_options_section(&mut options)?;
    // An empty line breaks the line by itself.
    let options = String::from_utf8_lossy(&options).replace(".br\n\n.br\n", "\n");
    page.extend(options.into_bytes());
    if has_commands {
        man.render_subcommands_section(&mut page)?;
    }
    if let Some(examples) = examples {
        let lines = ["Example:\n", "Examples:\n"].map(|head| examples.strip_prefix(head));
        let lines = lines.into_iter().flatten().next().unwrap_or(&examples);
        page.extend(section("EXAMPLES", lines).into_bytes());
    }
    man.render_version_section(&mut page)?;
    let page = folded(&String::from_utf8_lossy(&page));
    replace(&folder.join(format!("{name}.1")), page.as_bytes())?;
    Ok(1)
}

/// The day that the program is of: the same for all its pages, whenever they are written.
fn date() -> String {
    let program = std::env::current_exe().and_then(|program| program.metadata()?.modified());
    let time = program.ok().and_then(|time| Timestamp::try_from(time).ok());
    let time = time.unwrap_or_else(Timestamp::now);
    time.strftime("%Y-%m-%d").to_string()
}

/// Says of an option which variable stands for it, as `--help` does.
fn with_variable(option: Arg) -> Arg {
    let Some(variable) = option.get_env().filter(|_| !option.is_hide_env_set()) else {
        return option;
    };
    let help = option
        .get_help()
        .map(ToString::to_string)
        .unwrap_or_default();
    let help = format!("{help} [env: {}]", variable.display());
    option.help(help)
}

/// The most bytes that a line of a page's text has, for those who read what it is made of.
const LONGEST: usize = 80;

/// Breaks lines that are too long, but for those that stay as they are.
fn folded(page: &str) -> String {
    let (mut out, mut is_filled) = (String::new(), true);
    for line in page.lines() {
        match line {
            ".nf" => is_filled = false,
            ".fi" => is_filled = true,
            _ => {}
        }
        let is_text = is_filled && !line.starts_with(['.', '\'']);
        let mut rest = line;
        while let Some(at) = is_text.then(|| fold(rest)).flatten() {
            out.push_str(&rest[..at]);
            out.push('\n');
            rest = &rest[at + 1..];
        }
        out.push_str(rest);
        out.push('\n');
    }
    out
}

/// The last blank at which a line that is too long can be broken: where no sentence ends, which would get more room, and what
/// follows is no command.
fn fold(line: &str) -> Option<usize> {
    if line.len() <= LONGEST {
        return None;
    }
    let blanks = line.match_indices(' ').map(|(at, _)| at);
    let mut places = blanks.filter(|at| {
        let is_end = line[..*at].ends_with(['.', '?', '!', ' ']);
        *at <= LONGEST && !is_end && !line[at + 1..].starts_with(['.', '\'', ' '])
    });
    places.next_back()
}

/// A section whose lines stay as they are.
fn section(heading: &str, lines: &str) -> String {
    let lines = lines.replace('\\', "\\\\").replace('-', "\\-");
    let mut out = format!(".SH {heading}\n.nf\n");
    for line in lines.lines() {
        // A dot or an apostrophe at the beginning would be a command.
        let guard = if line.starts_with(['.', '\'']) {
            "\\&"
        } else {
            ""
        };
        out.push_str(&format!("{guard}{line}\n"));
    }
    out.push_str(".fi\n");
    out
}
