use std::path::{Path, PathBuf};
use std::process::Command;

/// A home of its own, an empty environment, a fixed day, and the imaginary organisation of the fixtures as a site.
pub(crate) struct Env {
    folder: tempfile::TempDir,
}

/// What a run left behind.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Env {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sites = folder.path().join("config/svcgen/sites");
        std::fs::create_dir_all(&sites).unwrap();
        std::fs::create_dir_all(folder.path().join("work")).unwrap();
        std::fs::copy(
            fixtures().join("sites/example.yaml"),
            sites.join("example.yaml"),
        )
        .unwrap();
        Self { folder }
    }

    /// The working directory.
    pub(crate) fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.work().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.work().join(path)).unwrap()
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.work().join(path).exists()
    }

    /// The home of the user.
    pub(crate) fn home(&self) -> &Path {
        self.folder.path()
    }

    /// Runs svcgen in the working directory.
    pub(crate) fn svcgen(&self, arguments: &[&str]) -> Run {
        self.run(self.command().args(arguments))
    }

    /// Runs svcgen with another stdout.
    pub(crate) fn svcgen_into(
        &self,
        arguments: &[&str],
        stdout: impl Into<std::process::Stdio>,
    ) -> Run {
        let mut command = self.command();
        command
            .args(arguments)
            .stdout(stdout)
            .stderr(std::process::Stdio::piped());
        let child = command.spawn().unwrap();
        self.ended(child.wait_with_output().unwrap())
    }

    /// svcgen in the working directory.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_svcgen"));
        self.enclose(&mut command);
        command
    }

    /// Shuts a program in: the home, the working directory, the day, no input.
    pub(crate) fn enclose(&self, command: &mut Command) {
        command
            .current_dir(self.work())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.folder.path().join("config"))
            .env("LANG", "C.UTF-8")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_DATE", "1795392000 +0000")
            .env("GIT_COMMITTER_DATE", "1795392000 +0000")
            .env("SOURCE_DATE_EPOCH", "1795392000") // 2026-11-23
            .stdin(std::process::Stdio::null());
    }

    /// Runs a program to its end.
    pub(crate) fn run(&self, command: &mut Command) -> Run {
        self.ended(command.output().unwrap())
    }

    /// What svcgen left behind, which no error of it may be a dead end in.
    pub(crate) fn ended(&self, output: std::process::Output) -> Run {
        let run = self.left_by(output);
        assert!(run.has_way_out(), "a dead end: {}", run.show());
        run
    }

    /// What a program left behind; the home is called HOME.
    pub(crate) fn left_by(&self, output: std::process::Output) -> Run {
        let text = |bytes: Vec<u8>| {
            String::from_utf8(bytes)
                .unwrap()
                .replace(self.folder.path().to_str().unwrap(), "HOME")
        };
        Run {
            code: output.status.code().unwrap(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// What makes a hint needless.
const ENOUGH: [&str; 6] = [
    // Whoever pressed Ctrl-C, or said no, knows what comes next.
    "error: interrupted",
    "error: not deployed; nothing was touched",
    // A mistake that is underlined in its line, or told with its place: that is what to change.
    "\u{256d}\u{2500}[",
    "  +-[",
    "\nline ",
    // The words of the command line itself.
    "For more information, try '--help'.",
];

impl Run {
    /// Whether an error says what to do about it.
    pub(crate) fn has_way_out(&self) -> bool {
        let has = |beginning: &str| self.stderr.lines().any(|line| line.starts_with(beginning));
        let is_enough = ENOUGH.iter().any(|words| self.stderr.contains(words));
        !has("error: ") || has("hint: ") || is_enough
    }

    /// The exit code and both streams, as a snapshot shows them.
    pub(crate) fn show(&self) -> String {
        format!(
            "exit {}\n--- stdout\n{}--- stderr\n{}",
            self.code, self.stdout, self.stderr
        )
    }
}

/// The folder of the fixtures.
pub(crate) fn fixtures() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"))
}

/// A sample tree, by its name: those that the demo has as well are among the templates.
pub(crate) fn sample_tree(name: &str) -> PathBuf {
    let of_demo = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/demo")).join(name);
    match of_demo.is_dir() {
        true => of_demo,
        false => fixtures().join("trees").join(name),
    }
}
