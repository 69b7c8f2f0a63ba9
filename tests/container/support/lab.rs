use std::path::PathBuf;

use svcgen::container::{ConnectError, Engine};

use super::skip;

/// The engine of this run.
pub(crate) struct Lab {
    folder: PathBuf,
}

impl Lab {
    /// The image that everything is made of.
    pub(crate) const BASE: &str = "svcgen-test:base";

    /// The lab that `tests/run` started.
    ///
    /// Where there is none, the test is skipped; on CI it fails.
    pub(crate) fn get() -> Option<Self> {
        if let Some(folder) = std::env::var_os("SVCGEN_TEST_ENGINE").filter(|name| !name.is_empty())
        {
            return Some(Self {
                folder: folder.into(),
            });
        }
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "this needs a container engine, which `tests/run` starts"
        );
        skip::skip("a container engine: root, and docker.io");
        None
    }

    /// The address of the engine, as `DOCKER_HOST` has it.
    pub(crate) fn address(&self) -> String {
        format!("unix://{}/docker.sock", self.folder.display())
    }

    pub(crate) async fn connect(&self) -> Result<Engine, ConnectError> {
        let address = self.address();
        Engine::connect(&move |name| (name == "DOCKER_HOST").then(|| address.clone())).await
    }
}
