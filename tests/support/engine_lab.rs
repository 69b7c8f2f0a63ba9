use std::path::{Path, PathBuf};
use std::process::Command;

use svcgen::container::{ConnectError, Engine};

use super::skip;

/// A container engine.
pub(crate) struct Lab {
    socket: PathBuf,
}

impl Lab {
    /// The image that everything is made of.
    pub(crate) const BASE: &str = "svcgen-test:base";

    /// The engine that `tests/run` started.
    ///
    /// Where there is none, the test is skipped; on CI it fails.
    pub(crate) fn get() -> Option<Self> {
        let socket = std::env::var_os("SVCGEN_TEST_ENGINE").filter(|name| !name.is_empty());
        if let Some(socket) = socket {
            return Some(Self::at(socket.into()));
        }
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "this needs a container engine, which `tests/run` starts"
        );
        skip::skip("a container engine: root, and docker.io");
        None
    }

    pub(crate) fn at(socket: PathBuf) -> Self {
        Self { socket }
    }

    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    /// Its address, as `DOCKER_HOST` has it.
    pub(crate) fn address(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    /// Connects to it.
    pub(crate) async fn connect(&self) -> Result<Engine, ConnectError> {
        let address = self.address();
        Engine::connect(&move |name| (name == "DOCKER_HOST").then(|| address.clone())).await
    }

    /// A text without what is particular to this engine.
    pub(crate) fn plain(&self, text: &dyn std::fmt::Display) -> String {
        let name = format!(r"Docker \S+ at {}", self.socket.display());
        let name = regex::Regex::new(&name).unwrap();
        name.replace_all(&text.to_string(), "ENGINE").into_owned()
    }

    /// Runs `tests/engine` for it; returns what that says.
    #[track_caller]
    pub(crate) fn engine(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(SCRIPT);
        command
            .args(arguments)
            .env("SVCGEN_TEST_ENGINE", &self.socket);
        let output = command.output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {words}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs the docker program.
    #[track_caller]
    pub(crate) fn docker(&self, arguments: &[&str]) -> String {
        self.engine(&[&["docker"], arguments].concat())
    }

    /// The containers that are for something, whatever their state.
    #[track_caller]
    pub(crate) fn containers(&self, purpose: &str) -> Vec<String> {
        let filter = format!("label=svcgen.build={purpose}");
        let listed = self.docker(&["ps", "--all", "--filter", &filter, "--format", "{{.Names}}"]);
        listed.lines().map(str::to_owned).collect()
    }
}

/// What starts engines.
pub(crate) const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engine");
