use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::time::timeout;

use super::error::BuildError;
use crate::container::{BuildError as ImageBuildError, Engine, Image, Job, Output, Recipe};

/// How long is waited for what would only be good to know.
const GLANCE: Duration = Duration::from_millis(500);

/// A container engine, for whoever does not wait for several things at once.
#[derive(Debug)]
pub(super) struct Bench {
    engine: Engine,
    /// Its connections belong to it.
    runtime: Runtime,
}

impl Bench {
    /// Finds an engine that answers.
    pub(super) fn connect() -> Result<Self, BuildError> {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_all().build().map_err(BuildError::Runtime)?;
        let variables = |name: &str| std::env::var(name).ok();
        let engine = runtime.block_on(Engine::connect(&variables))?;
        Ok(Self { engine, runtime })
    }

    /// What an image is now, where an engine is there and says so at once: `sha256:…`.
    pub(super) fn glance(image: &str) -> Option<String> {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_all().build().ok()?;
        let variables = |name: &str| std::env::var(name).ok();
        let look = async {
            let engine = Engine::connect(&variables).await.ok()?;
            engine.image(image).await.ok()?
        };
        let found = runtime.block_on(async { timeout(GLANCE, look).await.ok()? })?;
        Some(digest(&found).to_owned())
    }

    /// An image, which is pulled where the engine does not have it.
    pub(super) fn obtain(&self, image: &str, output: Output<'_>) -> Result<Image, BuildError> {
        let obtained = self.runtime.block_on(self.engine.obtain(image, output));
        Ok(obtained?)
    }

    /// Makes an image, where there is none of the same recipe.
    pub(super) fn make(
        &self,
        recipe: &Recipe,
        output: Output<'_>,
    ) -> Result<Image, ImageBuildError> {
        let made = self.runtime.block_on(self.engine.build(recipe, output));
        made.map(|(image, _)| image)
    }

    /// Runs a command in a container until its end.
    pub(super) fn run(
        &self,
        job: &Job,
        output: Output<'_>,
    ) -> Result<(), crate::container::RunError> {
        self.runtime.block_on(self.engine.run(job, output))
    }
}

/// What is in an image, by its digest; by its id where it did not come from a registry.
pub(super) fn digest(image: &Image) -> &str {
    image.identity().rsplit('@').next().unwrap_or_default()
}
