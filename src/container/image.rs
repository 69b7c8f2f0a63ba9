use bollard::query_parameters::CreateImageOptionsBuilder;
use futures_util::StreamExt as _;
use thiserror::Error;

use super::engine::Engine;
use super::error::{EngineError, is_unknown};
use super::lines::{Output, OutputLine};
use crate::interrupt;
use crate::transport::Stream;

/// An image that the engine has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// `sha256:…`, which says what is in it.
    pub id: String,
    /// `name@sha256:…`, as the registry knows it; none where it did not come from one.
    pub digest: Option<String>,
}

impl Image {
    /// What names it most lasting: its digest, else its id.
    pub fn identity(&self) -> &str {
        self.digest.as_deref().unwrap_or(&self.id)
    }
}

/// An image that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImageError {
    #[error("the image `{image}` is not here, and cannot be pulled: {said}")]
    Missing {
        image: String,
        said: String,
        program: &'static str,
    },
    #[error("interrupted while the image `{image}` was pulled")]
    Interrupted { image: String },
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl ImageError {
    /// What to do about it: commands.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Missing { image, program, .. } => vec![format!("{program} pull {image}")],
            Self::Interrupted { .. } => Vec::new(),
            Self::Engine(error) => error.hints(),
        }
    }
}

impl Engine {
    /// Looks whether the engine has an image, by its name or id.
    ///
    /// # Errors
    /// Where the engine does not say.
    pub async fn image(&self, name: &str) -> Result<Option<Image>, EngineError> {
        match self.api().inspect_image(name).await {
            Ok(found) => Ok(Some(Image {
                id: found.id.unwrap_or_default(),
                digest: found.repo_digests.unwrap_or_default().into_iter().next(),
            })),
            Err(error) if is_unknown(&error) => Ok(None),
            Err(error) => {
                let doing = format!("look for the image `{name}`");
                Err(EngineError::new(self, doing, &error))
            }
        }
    }

    /// Finds an image, and pulls it where the engine does not have it.
    ///
    /// # Errors
    /// Where it cannot be had, or a signal came.
    pub async fn obtain(&self, name: &str, output: Output<'_>) -> Result<Image, ImageError> {
        if let Some(image) = self.image(name).await? {
            return Ok(image);
        }
        let missing = |said: String| ImageError::Missing {
            image: name.to_owned(),
            said,
            program: self.name().program(),
        };
        tokio::select! {
            pulled = self.pull(name, output) => pulled.map_err(|error| match error {
                EngineError::Refused { said, .. } => missing(said),
                error => error.into(),
            })?,
            () = interrupt::pending() => return Err(ImageError::Interrupted { image: name.to_owned() }),
        }
        let found = self.image(name).await?;
        found.ok_or_else(|| missing("the pulled image has another name".into()))
    }

    async fn pull(&self, name: &str, output: Output<'_>) -> Result<(), EngineError> {
        let doing = format!("pull the image `{name}`");
        // Without a tag, all of them would come.
        let wanted = match name.rsplit('/').next() {
            Some(last) if last.contains(':') || last.contains('@') => name.to_owned(),
            _ => format!("{name}:latest"),
        };
        let options = CreateImageOptionsBuilder::new().from_image(&wanted).build();
        let docker = self.patient();
        let mut answers = docker.create_image(Some(options), None, None);
        while let Some(answer) = answers.next().await {
            let answer = answer.map_err(|error| EngineError::new(self, &*doing, &error))?;
            // Each layer tells its progress many times over; what remains is what has happened.
            if answer
                .progress_detail
                .is_none_or(|detail| detail.total.is_none())
                && let Some(status) = answer.status
            {
                let text = match answer.id {
                    Some(id) => format!("{id}: {status}"),
                    None => status,
                };
                let stream = Stream::Out;
                output(OutputLine {
                    stream,
                    text: text.into_bytes(),
                });
            }
        }
        Ok(())
    }
}
