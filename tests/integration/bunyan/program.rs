use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::lacks;

/// The program of npm.
pub(super) struct Bunyan {
    program: PathBuf,
}

/// The version that is compared with.
const VERSION: &str = "bunyan 1.8.15";

impl Bunyan {
    /// The one that `tests/run` installs, or the one of the machine, if it is of that version.
    ///
    /// Where there is none, the test is skipped and named; on CI it fails.
    pub(super) fn find() -> Option<Self> {
        let own = Path::new(env!("CARGO_TARGET_TMPDIR")).join("npm/node_modules/.bin/bunyan");
        let found = [Some(own), which::which("bunyan").ok()]
            .into_iter()
            .flatten()
            .map(|program| Self { program })
            .find(|bunyan| bunyan.version().as_deref() == Some(VERSION));
        if found.is_none() {
            lacks(VERSION);
        }
        found
    }

    fn version(&self) -> Option<String> {
        let output = Command::new(&self.program).arg("--version").output().ok()?;
        Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
    }

    /// What it prints of a log; what it clears the colour with at its end is left out.
    pub(super) fn print(&self, lines: &[String], options: &[&str]) -> String {
        // It leaves a pipe before all is written to it.
        let mut printed = tempfile::tempfile().unwrap();
        let mut child = Command::new(&self.program)
            .args(options)
            .env("TZ", "UTC")
            .stdin(Stdio::piped())
            .stdout(printed.try_clone().unwrap())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let log: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let writer = std::thread::spawn(move || input.write_all(log.as_bytes()));
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        writer.join().unwrap().unwrap();
        let mut text = String::new();
        printed.rewind().unwrap();
        printed.read_to_string(&mut text).unwrap();
        match options.contains(&"--color") {
            true => text.strip_suffix("\u{1b}[0m").unwrap().to_owned(),
            false => text,
        }
    }
}
