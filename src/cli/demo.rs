//! Plays the whole road, from an idea to an incident, in a folder of its own.

mod part;
mod playing;

use std::io::IsTerminal as _;
use std::os::unix::process::CommandExt as _;
use std::process::Stdio;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

pub(super) use self::part::DemoPart;
use self::playing::{STOPPED, play};
use super::{Failure, given};
use crate::demo::{self, Sandbox, SandboxError, Workbench};
use crate::deploy::needs;
use crate::error::{CommandError, ErrorKind};
use crate::folders::{self, Claim};
use crate::git::GitError;
use crate::interrupt;
use crate::ui::{Format, Questions, Ui};

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Keep the folder and its services, to experiment with them.
    #[arg(long)]
    keep: bool,
    /// Only make the folder, for you to type the commands of the guide in.
    #[arg(long, conflicts_with = "keep")]
    by_hand: bool,
    /// Build the modules in a container; the first time, this downloads an image and packages.
    #[arg(long)]
    container: bool,
    /// The folder to make and keep [default: a temporary one].
    #[arg(value_name = "DIR", value_parser = given::path())]
    folder: Option<Utf8PathBuf>,
}

/// Runs `svcgen demo`.
pub(super) fn run(args: &DemoArgs, ui: &Ui) -> Result<(), Failure> {
    if ui.format == Format::Json {
        let error = CommandError::usage("`--format json`: the demo is meant for people");
        return Err(error
            .hint("leave it out; with `-q`, the demo only says where it is")
            .into());
    }
    check_programs()?;
    tell_of_left(ui);
    interrupt::outlast()?;
    let program = std::env::current_exe()?;
    let program = Utf8PathBuf::from_path_buf(program).map_err(|path| not_utf8(&path))?;
    let (root, is_own) = match &args.folder {
        Some(folder) => (folder.clone(), false),
        None => (new_folder()?, true),
    };
    let workbench = match (args.container, which::which("npm")) {
        (true, _) => Workbench::Container,
        (false, Ok(_)) => Workbench::Host,
        (false, Err(_)) => Workbench::None,
    };
    let sandbox = Sandbox::new(root.clone(), program, workbench).map_err(|error| {
        if !is_own {
            if interrupt::is_pending() {
                ui.status(&format!("the folder is kept: {root}"));
            }
            return CommandError::from(error);
        }
        match fs_err::remove_dir_all(&root) {
            Ok(()) if interrupt::is_pending() => {
                ui.status(&format!("the folder is removed: {root}"));
            }
            Ok(()) => {}
            Err(_) => ui.warning(&format!("`{root}` is kept")),
        }
        in_new_folder(error, &root)
    })?;
    if args.by_hand {
        return welcome(&sandbox, ui);
    }
    let keeps = args.keep || args.folder.is_some();
    let _claim = match keeps {
        true => None,
        false => Some(Claim::new(sandbox.root())?),
    };
    let played = play(&sandbox, keeps, ui);
    let played = played.and_then(|()| Ok(keeps || !may_remove(&sandbox, ui)?));
    match (&played, keeps) {
        (Ok(true), _) => farewell(&sandbox, ui)?,
        (Ok(false), _) => {
            remove(&sandbox, ui)?;
            tell(
                ui,
                "\nThat was all of it, and its folder is removed; `svcgen demo --keep` keeps it, to experiment with.\n",
            )?;
            ui.next(
                "`svcgen doctor`, then `svcgen new` in the repository of a service of your own",
            );
        }
        (Err(_), true) => ui.status(&format!("the folder is kept: {}", sandbox.root())),
        (Err(_), false) => {
            let deploys = sandbox.home().join(".local/state/svcgen/deploys");
            // A deploy that failed has named the command that would look into it.
            let lost = match deploys.is_dir() {
                true => ", and with it what `svcgen log` would show",
                false => "",
            };
            remove(&sandbox, ui)?;
            ui.status(&format!("the folder is removed{lost}: {}", sandbox.root()));
        }
    }
    played.map(drop)
}

/// Looks whether this machine has what the story takes, before it begins.
fn check_programs() -> Result<(), CommandError> {
    let lacking = needs::lacking_here(&needs::OF_DEMO);
    let Some(reason) = needs::not_installed(lacking.iter().copied()) else {
        return Ok(());
    };
    let packages = needs::packages(lacking).join(" ");
    let message = format!("the demo needs more: {reason}");
    let error = CommandError::new(ErrorKind::Unexpected, message);
    Err(error.hint(format!("`apt-get install {packages}`")))
}

/// Asks whether the folder may go: whoever wants to look around does it now.
fn may_remove(sandbox: &Sandbox, ui: &Ui) -> Result<bool, CommandError> {
    if !has_watcher(ui) {
        return Ok(true);
    }
    let home = sandbox.home();
    let question = format!(
        "Everything is in {home}, and the service is running. Stop it, and remove the folder?"
    );
    // The demo is over, and its folder goes by any answer but no.
    ui.confirm(&question).map_err(|mut error| {
        if error.kind.is_interruption() {
            "interrupted after the last step of the demo".clone_into(&mut error.message);
        }
        error
    })
}

fn not_utf8(path: &std::path::Path) -> CommandError {
    CommandError::usage(format!("`{}` is not UTF-8", path.display()))
        .hint("put it where all names are plain letters")
}

/// What helps where the folder that was named has no room.
const ROOMIER: &str = "`svcgen demo DIR` plays it where there is more room";

/// Where the demo finds room by itself.
const ELSEWHERE: &str = "`export TMPDIR=/a/folder/of/yours`, or `svcgen demo DIR`";

fn new_folder() -> Result<Utf8PathBuf, CommandError> {
    let place = Utf8PathBuf::from_path_buf(std::env::temp_dir()).map_err(|place| {
        let place = place.display();
        CommandError::usage(format!(
            "the path of the folder for temporary files, `{place}`, is not UTF-8"
        ))
        .hint(ELSEWHERE)
    })?;
    let folder = tempfile::Builder::new()
        .prefix(demo::PREFIX)
        .tempdir_in(&place)
        .map_err(|error| {
            let message = format!("no folder can be made in `{place}`");
            CommandError::new(ErrorKind::Unexpected, message)
                .refused(&error)
                .hint(ELSEWHERE)
        })?;
    Utf8PathBuf::from_path_buf(folder.keep()).map_err(|path| not_utf8(&path))
}

/// Why there is no sandbox in a folder that nobody named.
fn in_new_folder(error: SandboxError, root: &Utf8Path) -> CommandError {
    match (&error, root.parent()) {
        // Nobody knows the name of what was to be made.
        (SandboxError::NoRoom(_), Some(temporary)) => {
            let error = SandboxError::NoRoom(temporary.to_owned());
            CommandError::from_error(ErrorKind::Unexpected, &error).hint(ELSEWHERE)
        }
        (_, _) => error.into(),
    }
}

/// Tells of the folders of demos that were killed, which could not remove them.
fn tell_of_left(ui: &Ui) {
    for root in folders::left(&std::env::temp_dir(), demo::PREFIX) {
        let root = shell_words::quote(root.as_str());
        ui.warning(&format!(
            "a demo that was killed left its folder: `rm -rf {root}` removes it, and ends its service"
        ));
    }
}

/// Whether somebody is there who is asked.
fn has_watcher(ui: &Ui) -> bool {
    std::io::stdin().is_terminal() && ui.questions == Questions::Ask
}

/// Whether only the titles are printed.
fn is_quiet(ui: &Ui) -> bool {
    ui.verbosity < 0
}

/// Prints what belongs to the story; not with `-q`.
fn tell(ui: &Ui, text: &str) -> std::io::Result<()> {
    match is_quiet(ui) {
        true => Ok(()),
        false => ui.result(text),
    }
}

/// Says how to go on in a folder that is left.
fn farewell(sandbox: &Sandbox, ui: &Ui) -> Result<(), Failure> {
    let home = sandbox.home();
    let root = shell_words::quote(sandbox.root().as_str());
    ui.result(&format!(
        "\nThe folder is kept, and the service is running. To experiment with it, in another shell:\n\n  \
         . {}\n  cd ~/tea-pot/deploy\n  svcgen service status\n  svcgen deploy --help\n\n{APPROVE}\n\n\
         The report of the bad release: {home}/tea-pot/report.html\nTo end it: rm -rf {root}\n",
        shell_words::quote(sandbox.shell().as_str())
    ))?;
    Ok(())
}

/// What is said of who reviews.
const APPROVE: &str = "`approve services/tea-pot/deploy` approves what you sent for review there,\nas a reviewer does.";

/// Where all commands are, those of git too.
const PAGES: &str = "The pages of svcgen's book have every command to type: book/src/guide/idea.md,\nand those after it in book/src/SUMMARY.md, up to retiring.md.\n";

/// Says how to begin in a folder that nothing was done in.
fn welcome(sandbox: &Sandbox, ui: &Ui) -> Result<(), Failure> {
    let root = shell_words::quote(sandbox.root().as_str());
    ui.result(&format!(
        "Everything is in {root}. To begin, in a shell of its own:\n\n  . {}\n  cd\n\n\
         {PAGES}Where they say /tmp/svcgen-demo, put {root} in its place.\n\n{APPROVE}\nTo end it: rm -rf {root}\n",
        shell_words::quote(sandbox.shell().as_str())
    ))?;
    Ok(())
}

/// Ends the services, and removes the folder.
fn remove(sandbox: &Sandbox, ui: &Ui) -> Result<(), CommandError> {
    let deploy = sandbox.home().join("tea-pot/deploy/scap/local.yaml");
    if deploy.is_file() {
        let mut stop = sandbox.command("svcgen", "tea-pot/deploy");
        stop.args(["service", "stop", "--yes", "-q"])
            // Ctrl-C is for the demo, which is at its end.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // Those that are left end with the folder.
        let _stopped = stop.status();
    }
    fs_err::remove_dir_all(sandbox.root()).map_err(|error| {
        ui.warning(&format!("`{}` is left", sandbox.root()));
        CommandError::from(error)
    })
}

impl From<SandboxError> for CommandError {
    fn from(error: SandboxError) -> Self {
        let kind = match &error {
            SandboxError::Occupied(_)
            | SandboxError::NotAFolder(_)
            | SandboxError::NotUtf8(_)
            | SandboxError::Colon(_) => ErrorKind::Usage,
            SandboxError::Git(GitError::Interrupted { .. }) => ErrorKind::Interrupted,
            SandboxError::Write { .. }
            | SandboxError::NoRoom(_)
            | SandboxError::NoPorts
            | SandboxError::Git(_) => ErrorKind::Unexpected,
        };
        let this = match kind.is_interruption() {
            true => Self::new(kind, format!("interrupted; {STOPPED}")),
            false => Self::from_error(kind, &error),
        };
        let hint = match &error {
            SandboxError::Git(error) => error.hint(),
            SandboxError::Occupied(_)
            | SandboxError::NotAFolder(_)
            | SandboxError::NotUtf8(_)
            | SandboxError::Colon(_)
            | SandboxError::Write { .. } => {
                Some("`svcgen demo DIR` plays it in another folder".to_owned())
            }
            SandboxError::NoRoom(_) => Some(ROOMIER.to_owned()),
            SandboxError::NoPorts => Some("end what listens there: `ss -ltnp` lists it".to_owned()),
        };
        hint.into_iter().fold(this, Self::hint)
    }
}
