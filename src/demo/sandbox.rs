mod files;
mod ports;
mod repositories;

use std::io;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use include_dir::{Dir, include_dir};
use thiserror::Error;

pub(super) use self::files::{put, put_program};
use self::ports::{HOSTS, Ports};
pub use self::repositories::REPOSITORIES;
use crate::git::GitError;
use crate::render::quoting::yaml_string;

/// The trees and texts of the demo.
static TREES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/demo");

/// Variables that a command of the demo keeps from outside.
const KEPT: [&str; 15] = [
    "PATH",
    "TERM",
    "COLUMNS",
    "LINES",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "NO_COLOR",
    "COLORTERM",
    "TMPDIR",
    // For the browser that shows the report.
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
];

/// Where the modules of the demo's service are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workbench {
    /// In a container, which needs an image and packages from the network.
    Container,
    /// On this machine, with its npm.
    Host,
    /// Nowhere: the service has none.
    None,
}

/// A folder with everything that the demo reads and writes.
#[derive(Debug)]
pub struct Sandbox {
    root: Utf8PathBuf,
    /// svcgen itself, which is what users would type, and what plays the rest of the world.
    program: Utf8PathBuf,
    ports: Ports,
    workbench: Workbench,
}

/// The room that the whole story takes, and as much again, in bytes.
const WANTED: u64 = 8 << 20;

/// Where less is left, something that was to be written was not.
const LITTLE: u64 = 256 << 10;

/// Why the folder cannot be made.
#[derive(Debug, Error)]
pub enum SandboxError {
    #[error("`{path}` cannot be written")]
    Write {
        path: Utf8PathBuf,
        source: io::Error,
    },
    #[error("`{0}` is not empty")]
    Occupied(Utf8PathBuf),
    #[error("the path `{0}` contains a colon, which separates the folders on the search path")]
    Colon(Utf8PathBuf),
    #[error("the path `{0}` is not UTF-8")]
    NotUtf8(String),
    #[error("`{0}` is a file, not a folder")]
    NotAFolder(Utf8PathBuf),
    #[error("there is no room in `{0}` for the demo")]
    NoRoom(Utf8PathBuf),
    #[error("there are no {HOSTS} free ports in a row on this machine")]
    NoPorts,
    #[error(transparent)]
    Git(#[from] GitError),
}

impl Sandbox {
    /// Makes the folder, which has to be empty where it is there, and what is in it before the story begins.
    ///
    /// # Errors
    /// Where it cannot be written, or git fails.
    pub fn new(
        root: Utf8PathBuf,
        program: Utf8PathBuf,
        workbench: Workbench,
    ) -> Result<Self, SandboxError> {
        let failed = |source| SandboxError::Write {
            path: root.clone(),
            source,
        };
        let there = root.ancestors().find(|folder| folder.is_dir());
        if root.exists() && !root.is_dir() {
            return Err(SandboxError::NotAFolder(root));
        }
        let place = fs_err::canonicalize(there.unwrap_or(Utf8Path::new(".")));
        // A folder that is made has a path in which that of this one is.
        if let Ok(place) = place
            && place.to_str().is_none()
        {
            return Err(SandboxError::NotUtf8(place.display().to_string()));
        }
        if room(there.unwrap_or(Utf8Path::new("."))).is_some_and(|free| free < WANTED) {
            return Err(SandboxError::NoRoom(root));
        }
        fs_err::create_dir_all(&root).map_err(failed)?;
        if root.read_dir_utf8().map_err(failed)?.next().is_some() {
            return Err(SandboxError::Occupied(root));
        }
        let root = root.canonicalize_utf8().map_err(failed)?;
        if root.as_str().contains(':') {
            fs_err::remove_dir(&root).map_err(failed)?;
            return Err(SandboxError::Colon(root));
        }
        let sandbox = Self {
            ports: Ports::claim().ok_or(SandboxError::NoPorts)?,
            root,
            program,
            workbench,
        };
        sandbox.write_home()?;
        sandbox.write_shell()?;
        sandbox.write_repositories()?;
        Ok(sandbox)
    }

    /// Whether its disk is full, or as good as full.
    pub fn is_full(&self) -> bool {
        room(&self.root).is_some_and(|free| free < LITTLE)
    }

    /// The folder.
    pub fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// svcgen itself.
    pub(super) fn program(&self) -> &Utf8Path {
        &self.program
    }

    /// Where modules are built.
    pub fn workbench(&self) -> Workbench {
        self.workbench
    }

    /// The home of who plays.
    pub fn home(&self) -> Utf8PathBuf {
        self.root.join("home")
    }

    /// A repository of the review server.
    pub fn repository(&self, name: &str) -> Utf8PathBuf {
        self.root.join("review").join(format!("{name}.git"))
    }

    /// A program in a folder below the home, shut in.
    pub fn command(&self, program: &str, folder: &str) -> Command {
        let mut command = match program {
            "svcgen" => Command::new(&self.program),
            other => Command::new(other),
        };
        let home = self.home();
        command.current_dir(home.join(folder)).env_clear();
        for name in KEPT {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("HOME", &home)
            .env("USER", "ada")
            .env("XDG_CONFIG_HOME", home.join(".config"))
            .env("XDG_STATE_HOME", home.join(".local/state"))
            .env("XDG_CACHE_HOME", home.join(".cache"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_PAGER", "cat")
            .env("EDITOR", "true");
        command
    }

    /// What the deploy repository says of hosts that are folders, and of how its check asks the service.
    pub fn local_files(&self) -> [(&'static str, String); 2] {
        let program = shell_words::quote(self.program.as_str());
        let root = shell_words::quote(self.root.as_str());
        let serve = format!("exec {program} demo-part serve {root}");
        let hosts = format!(
            "# The hosts of the sandbox are folders of this machine.\nversion: 1\nroot: {}\nfirst_port: {}\n\
             services: {{tea-pot: {}}}\n",
            yaml_string(self.root.join("hosts").as_str()),
            self.ports.first,
            // JSON's strings are YAML's in double quotes.
            serde_json::Value::from(serve)
        );
        let check = format!(
            "#!/bin/sh\n# Asks for tea once, as guests do.\nexec {program} demo-part ask\n"
        );
        [("scap/local.yaml", hosts), ("scap/scripts/tea", check)]
    }

    /// Writes a file below the home.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, path: &str, text: &str) -> Result<(), SandboxError> {
        let path = self.home().join(path);
        // A script is meant to be run.
        match text.starts_with("#!") {
            true => put_program(&path, text),
            false => put(&path, text.as_bytes()),
        }
    }

    fn write_home(&self) -> Result<(), SandboxError> {
        let review = self.root.join("review");
        let review = review.as_str().replace('\\', "\\\\").replace('"', "\\\"");
        let config = format!(
            "[user]\n\tname = Ada Example\n\temail = ada@sandbox.example\n[init]\n\tdefaultBranch = master\n\
             [pull]\n\tff = only\n[advice]\n\tdetachedHead = false\n[gitreview]\n\tusername = ada\n[protocol \"file\"]\n\tallow = always\n\
             [url \"{review}/\"]\n\tinsteadOf = https://review.sandbox.example/r/\n\
             \tinsteadOf = ssh://ada@review.sandbox.example:29418/\n\tinsteadOf = ssh://review.sandbox.example:29418/\n"
        );
        self.write(".gitconfig", &config)?;
        let own = "site: sandbox\ncheckouts: {vagrant: ~/vagrant, puppet: ~/puppet}\n\
                   services: {tea-pot: {source: ~/tea-pot/tea-pot, deploy: ~/tea-pot/deploy}}\n";
        self.write(".config/svcgen/config.yaml", own)?;
        let answers = TREES
            .get_file("answers.yaml")
            .and_then(include_dir::File::contents_utf8);
        self.write("answers.yaml", answers.unwrap_or_default())
    }
}

/// What is free on the disk of a folder, in bytes, where that is known.
fn room(folder: &Utf8Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder.as_std_path()).ok()?;
    // What the kernel makes up is on no disk: the attempt says what is wrong with it.
    if found.f_blocks == 0 {
        return None;
    }
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}
