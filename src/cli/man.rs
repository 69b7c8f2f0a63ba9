use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, Command, CommandFactory as _};
use clap_mangen::Man;

use super::{Cli, Failure};
use crate::edit::replace;
use crate::error::{CommandError, ErrorKind};
use crate::ui::Ui;

#[derive(Debug, Args)]
pub struct ManArgs {
    /// The folder that the pages are written into, such as ~/.local/share/man/man1.
    #[arg(value_name = "DIR")]
    folder: Utf8PathBuf,
}

/// Runs `svcgen man`.
pub(super) fn run(args: &ManArgs, ui: &Ui) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        let message = format!("the pages cannot be written into `{}`", args.folder);
        CommandError::new(ErrorKind::Unexpected, message).refused(&error)
    };
    std::fs::create_dir_all(&args.folder).map_err(failed)?;
    // Global options belong to every command once it is built.
    let mut all = Cli::command();
    all.build();
    let mut count = write(&all, "svcgen", &args.folder).map_err(failed)?;
    for command in all
        .get_subcommands()
        .filter(|command| command.get_name() != "help" && !command.is_hide_set())
    {
        let name = format!("svcgen-{}", command.get_name());
        count += write(command, &name, &args.folder).map_err(failed)?;
    }
    ui.status(&format!("{count} pages in `{}`", args.folder));
    ui.next(&format!("man {}/svcgen.1", args.folder));
    Ok(())
}

/// Writes the page of a command; a page that is there is replaced.
fn write(command: &Command, name: &str, folder: &Utf8Path) -> std::io::Result<usize> {
    let command = command
        .clone()
        .name(name.to_owned())
        .version(env!("CARGO_PKG_VERSION"));
    let mut page = Vec::new();
    Man::new(command)
        .source(concat!("svcgen ", env!("CARGO_PKG_VERSION")))
        .manual("svcgen")
        .render(&mut page)?;
    replace(&folder.join(format!("{name}.1")), &page)?;
    Ok(1)
}
