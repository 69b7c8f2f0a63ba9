//! Plays the whole road, from an idea to an incident, in a folder of its own.

use std::io::IsTerminal as _;
use std::process::Stdio;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, Parser};

use super::Failure;
use crate::demo::{self, Action, ReviewError, Sandbox, SandboxError, Scene, Step, Workbench};
use crate::error::{CommandError, ErrorKind};
use crate::interrupt;
use crate::ui::{Format, Manner, Questions, Ui};

/// Columns of the texts between commands.
const WIDTH: usize = 80;

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Leave the folder and its services, to play with them.
    #[arg(long)]
    keep: bool,
    /// Only make the folder, to type the commands of the guide in it.
    #[arg(long, conflicts_with = "keep")]
    by_hand: bool,
    /// Build the modules in a container; the first time, an image and packages come over the network.
    #[arg(long)]
    container: bool,
    /// The folder, which is made, and left [default: a new one in the folder for temporary files].
    #[arg(value_name = "DIR")]
    folder: Option<Utf8PathBuf>,
}

/// What svcgen plays in the demo besides itself.
#[derive(Debug, Parser)]
#[command(name = "svcgen demo-part")]
pub(super) enum DemoPart {
    /// The service on one host, for as long as the folder is there.
    Serve { sandbox: Utf8PathBuf },
    /// A guest of the service.
    Ask,
    /// The review server, as a hook of git.
    Review,
    /// Somebody who reviews: approves what was sent last to each of these repositories.
    Approve {
        sandbox: Utf8PathBuf,
        #[arg(required = true)]
        repositories: Vec<String>,
    },
}

impl DemoPart {
    /// The part that the command line names, where it names one.
    pub(super) fn named() -> Option<Result<Self, clap::Error>> {
        let mut words = std::env::args_os().skip(1).peekable();
        words.next_if(|word| word == "demo-part")?;
        let name = std::ffi::OsString::from("demo-part");
        Some(Self::try_parse_from(std::iter::once(name).chain(words)))
    }
}

/// Runs `svcgen demo`.
pub(super) fn run(args: &DemoArgs, ui: &Ui) -> Result<(), Failure> {
    if ui.format == Format::Json {
        let error = CommandError::usage("`--format json`: the demo is played for people");
        return Err(error
            .hint("leave it out; with `-q` the demo tells no more than where it is")
            .into());
    }
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
        if is_own && fs_err::remove_dir_all(&root).is_err() {
            ui.warning(&format!("`{root}` is left"));
        }
        CommandError::from(error)
    })?;
    if args.by_hand {
        return welcome(&sandbox, ui);
    }
    let keeps = args.keep || args.folder.is_some();
    let played = play(&sandbox, keeps, ui);
    match (&played, keeps) {
        (Ok(()), true) => farewell(&sandbox, ui)?,
        (Ok(()), false) if !may_remove(&sandbox, ui)? => farewell(&sandbox, ui)?,
        (Ok(()), false) => {
            remove(&sandbox, ui)?;
            tell(
                ui,
                "\nThat was all of it, in a folder that is gone again; `svcgen demo --keep` leaves it to play with.\n",
            )?;
            ui.next(
                "`svcgen doctor`, then `svcgen new` in the repository of a service of your own",
            );
        }
        (Err(_), true) => ui.status(&format!("the folder is left: {}", sandbox.root())),
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
    played
}

/// Asks whether the folder may go: whoever wants to look around does it now.
fn may_remove(sandbox: &Sandbox, ui: &Ui) -> Result<bool, CommandError> {
    if !has_watcher(ui) {
        return Ok(true);
    }
    let home = sandbox.home();
    ui.confirm(&format!(
        "Everything is in {home}, and the service runs. End it, and remove the folder?"
    ))
}

fn not_utf8(path: &std::path::Path) -> CommandError {
    CommandError::usage(format!("`{}` is not UTF-8", path.display()))
        .hint("put it where all names are plain letters")
}

fn new_folder() -> Result<Utf8PathBuf, CommandError> {
    let folder = tempfile::Builder::new().prefix("svcgen-demo-").tempdir()?;
    Utf8PathBuf::from_path_buf(folder.keep()).map_err(|path| not_utf8(&path))
}

/// Plays the story.
fn play(sandbox: &Sandbox, keeps: bool, ui: &Ui) -> Result<(), Failure> {
    tell(ui, &format!("Everything happens in {}.\n", sandbox.root()))?;
    let scenes = demo::story(sandbox);
    let count = scenes.len();
    for (index, Scene { title, text, steps }) in scenes.into_iter().enumerate() {
        let text = textwrap::fill(text, ui.width().min(WIDTH));
        match is_quiet(ui) {
            true => ui.result(&format!("{} of {count}: {title}\n", index + 1))?,
            false => ui.result(&format!(
                "\n== {} of {count}: {title}\n\n{text}\n",
                index + 1
            ))?,
        }
        for step in &steps {
            interrupt::check()?;
            take(step, sandbox, keeps, ui)?;
        }
    }
    Ok(())
}

/// Does one step, and shows it.
fn take(step: &Step, sandbox: &Sandbox, keeps: bool, ui: &Ui) -> Result<(), Failure> {
    let at = match step.folder {
        "" => "~".to_owned(),
        folder => format!("~/{folder}"),
    };
    match &step.action {
        Action::Command { words, ends_with } => {
            tell(ui, &format!("\n{at}$ {}\n", shell_words::join(words)))?;
            let (program, arguments) = words
                .split_first()
                .map_or(("", &[][..]), |(program, rest)| (program.as_str(), rest));
            let mut command = sandbox.command(program, step.folder);
            command.args(arguments);
            if ui.manner == Manner::Plain {
                command.env("SVCGEN_PLAIN", "1");
            }
            // Without a terminal to ask on, the command goes on by itself.
            if !has_watcher(ui) {
                command.stdin(Stdio::null());
            }
            let (status, wrote) = match is_quiet(ui) {
                true => {
                    let ended = command.output()?;
                    (ended.status, [ended.stdout, ended.stderr].concat())
                }
                false => (command.status()?, Vec::new()),
            };
            // The command has told it itself.
            interrupt::check()
                .map_err(|error| CommandError::new(error.kind, "the demo was interrupted"))?;
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            if !code.is_some_and(|code| ends_with.contains(&code)) {
                let message = format!("`{}` ended with {status}", shell_words::join(words));
                let error = CommandError::new(ErrorKind::Unexpected, message);
                if !wrote.is_empty() {
                    ui.always(String::from_utf8_lossy(&wrote).trim_end());
                }
                return Err(match keeps {
                    true => error.hint("what it printed above tells more"),
                    false => {
                        error.hint("`svcgen demo --keep` leaves the folder, to see what went wrong")
                    }
                }
                .into());
            }
        }
        Action::Answer(text) => {
            if has_watcher(ui) {
                tell(ui, &format!("\n# {text}\n"))?;
            }
        }
        Action::Merge { repository } => {
            tell(
                ui,
                &format!("\n# a reviewer approves the change of {repository}\n"),
            )?;
            demo::merge(&sandbox.repository(repository)).map_err(CommandError::from)?;
        }
        Action::Write(files) => {
            for (path, text) in files {
                let folder = Utf8Path::new(step.folder);
                tell(ui, &format!("\n{at}$ cat > {path}\n"))?;
                if !is_quiet(ui) {
                    ui.verbatim(text)?;
                }
                if text.starts_with("#!") {
                    tell(ui, &format!("\n{at}$ chmod +x {path}\n"))?;
                }
                sandbox
                    .write(folder.join(path).as_str(), text)
                    .map_err(CommandError::from)?;
            }
        }
    }
    Ok(())
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
    let (root, home) = (sandbox.root(), sandbox.home());
    ui.result(&format!(
        "\nThe folder is left, and the service runs. To play with it, in another shell:\n\n  \
         . {}\n  cd ~/tea-pot/deploy\n  svcgen service status\n  svcgen deploy --help\n\n{APPROVE}\n\n\
         The report of the bad release: {home}/tea-pot/report.html\nTo end it: rm -r {root}\n",
        sandbox.shell()
    ))?;
    Ok(())
}

/// What is said of who reviews.
const APPROVE: &str = "`approve services/tea-pot/deploy` approves what you sent for review there,\nas a reviewer does.";

/// Where all commands are, those of git too.
const PAGES: &str = "The pages of svcgen's book have every command to type: book/src/guide/idea.md,\nand those behind it in book/src/SUMMARY.md, up to retiring.md.\n";

/// Says how to begin in a folder that nothing was done in.
fn welcome(sandbox: &Sandbox, ui: &Ui) -> Result<(), Failure> {
    let root = sandbox.root();
    ui.result(&format!(
        "Everything is in {root}. To begin, in a shell of its own:\n\n  . {}\n  cd\n\n\
         {PAGES}Where they have /tmp/svcgen-demo, put {root} in its place.\n\n{APPROVE}\nTo end it: rm -r {root}\n",
        sandbox.shell()
    ))?;
    Ok(())
}

/// Ends the services, and removes the folder.
fn remove(sandbox: &Sandbox, ui: &Ui) -> Result<(), CommandError> {
    let deploy = sandbox.home().join("tea-pot/deploy/scap/local.yaml");
    if deploy.is_file() {
        let mut stop = sandbox.command("svcgen", "tea-pot/deploy");
        stop.args(["service", "stop", "--yes", "-q"])
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

/// Runs a part of the demo that is not the user's.
pub(super) fn run_part(part: &DemoPart) -> Result<(), Failure> {
    match part {
        DemoPart::Serve { sandbox } => Ok(demo::serve(port()?, sandbox)?),
        DemoPart::Ask => match demo::ask(port()?)? {
            Ok(_) => Ok(()),
            Err(said) => Err(CommandError::new(ErrorKind::Unexpected, said).into()),
        },
        DemoPart::Approve {
            sandbox,
            repositories,
        } => Ok(approve(sandbox, repositories)?),
        DemoPart::Review => {
            let here = super::context::working_directory()?;
            let told = demo::receive(
                &here,
                &mut std::io::stdin().lock(),
                &mut std::io::stdout().lock(),
            );
            for line in told.map_err(CommandError::from)? {
                let mut err = std::io::stderr().lock();
                std::io::Write::write_fmt(&mut err, format_args!("{line}\n"))?;
            }
            Ok(())
        }
    }
}

/// Approves what was sent last to each repository.
fn approve(sandbox: &Utf8Path, repositories: &[String]) -> Result<(), CommandError> {
    for name in repositories {
        let repository = sandbox.join("review").join(format!("{name}.git"));
        demo::merge(&repository)?;
    }
    Ok(())
}

/// The port that the host of a service gives it.
fn port() -> Result<u16, CommandError> {
    let port = std::env::var("PORT").ok();
    let port = port.and_then(|port| port.parse().ok());
    port.ok_or_else(|| CommandError::usage("the variable `PORT` names no port"))
}

impl From<SandboxError> for CommandError {
    fn from(error: SandboxError) -> Self {
        let kind = match &error {
            SandboxError::Occupied(_) => ErrorKind::Usage,
            SandboxError::Write { .. } | SandboxError::NoPorts | SandboxError::Git(_) => {
                ErrorKind::Unexpected
            }
        };
        let this = Self::from_error(kind, &error);
        let hint = match &error {
            SandboxError::Git(error) => error.hint(),
            SandboxError::Occupied(_) | SandboxError::Write { .. } => {
                Some("`svcgen demo DIR` plays it in another folder".to_owned())
            }
            SandboxError::NoPorts => Some("end what listens there: `ss -ltnp` lists it".to_owned()),
        };
        hint.into_iter().fold(this, Self::hint)
    }
}

impl From<ReviewError> for CommandError {
    fn from(error: ReviewError) -> Self {
        Self::from_error(ErrorKind::Unexpected, &error)
    }
}
