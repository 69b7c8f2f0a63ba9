use std::collections::{BTreeMap, HashMap};

use bollard::models::BuildInfo;
use bollard::query_parameters::{
    BuildImageOptions, BuildImageOptionsBuilder, ListImagesOptionsBuilder, RemoveImageOptions,
};
use futures_util::StreamExt as _;
use thiserror::Error;

use super::engine::Engine;
use super::error::{EngineError, lacks_space};
use super::image::Image;
use super::job::BUILD;
use super::lines::{Lines, Output, OutputLine};
use super::network::HostNetwork;
use crate::interrupt;
use crate::transport::Stream;

/// How many images of a name are kept: one can go back to an earlier list of packages and not wait.
const KEPT: usize = 3;

/// What an image is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// What its name begins with, such as `svcgen/mathoid`; its tag follows from all the rest.
    pub name: String,
    /// What it is based on; `FROM` in the Dockerfile should say its id.
    pub base: Image,
    pub dockerfile: String,
    /// What the Dockerfile can copy, by name.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Arguments that change what is made.
    pub arguments: BTreeMap<String, String>,
    /// It does not change what is made.
    pub network: HostNetwork,
}

/// Whether there was anything to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Built {
    /// An image of the same recipe was there.
    Found,
    Made,
}

/// An image that could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BuildError {
    #[error("`{step}` {said}")]
    Step {
        step: String,
        /// How it ended: `ended with code 1`.
        said: String,
    },
    #[error("interrupted while the image was made; what was half done was removed")]
    Interrupted,
    #[error("the files of the image cannot be packed: {0}")]
    Pack(String),
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl BuildError {
    /// What to do about it: commands.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Engine(error) => error.hints(),
            Self::Step { .. } | Self::Interrupted | Self::Pack(_) => Vec::new(),
        }
    }
}

impl Recipe {
    /// The name of the image: equal recipes have equal names.
    ///
    /// # Errors
    /// Where the hash cannot be computed.
    pub fn tag(&self) -> Result<String, BuildError> {
        let mut bytes = Vec::new();
        // With its length, so that no two lists look alike.
        let mut add = |part: &[u8]| {
            bytes.extend_from_slice(&part.len().to_le_bytes());
            bytes.extend_from_slice(part);
        };
        add(self.base.id.as_bytes());
        add(self.dockerfile.as_bytes());
        for (name, content) in &self.files {
            add(name.as_bytes());
            add(content);
        }
        add(b"arguments");
        for (name, value) in &self.arguments {
            add(name.as_bytes());
            add(value.as_bytes());
        }
        let hash = git2::Oid::hash_object(git2::ObjectType::Blob, &bytes)
            .map_err(|error| BuildError::Pack(error.message().to_owned()))?;
        Ok(format!("{}:{hash}", self.name))
    }

    /// The Dockerfile and the files as the engine takes them; the same bytes each time.
    fn pack(&self) -> std::io::Result<Vec<u8>> {
        let mut archive = tar::Builder::new(Vec::new());
        let dockerfile = [("Dockerfile", self.dockerfile.as_bytes())];
        let files = self
            .files
            .iter()
            .map(|(name, content)| (name.as_str(), content.as_slice()));
        for (name, content) in dockerfile.into_iter().chain(files) {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            header.set_mtime(0);
            archive.append_data(&mut header, name, content)?;
        }
        archive.into_inner()
    }

    fn options(&self, tag: &str) -> BuildImageOptions {
        let arguments = self.network.proxies.iter().chain(&self.arguments);
        let arguments: HashMap<String, String> = arguments
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let labels = HashMap::from([(BUILD.to_owned(), self.name.clone())]);
        let options = BuildImageOptionsBuilder::new()
            .t(tag)
            .buildargs(&arguments)
            .labels(&labels)
            .rm(true)
            // After a failure too.
            .forcerm(true);
        match &self.network.mode {
            Some(mode) => options.networkmode(mode).build(),
            None => options.build(),
        }
    }
}

impl Engine {
    /// Makes an image, where there is none of the same recipe.
    ///
    /// # Errors
    /// Where a step fails, the engine does, or a signal came.
    pub async fn build(
        &self,
        recipe: &Recipe,
        output: Output<'_>,
    ) -> Result<(Image, Built), BuildError> {
        let tag = recipe.tag()?;
        if let Some(image) = self.image(&tag).await? {
            return Ok((image, Built::Found));
        }
        let archive = recipe
            .pack()
            .map_err(|error| BuildError::Pack(crate::error::reworded(&error)))?;
        // The engine gives up, and removes what it began, when nobody listens any more.
        tokio::select! {
            made = self.make(recipe.options(&tag), archive, output) => made?,
            () = interrupt::pending() => return Err(BuildError::Interrupted),
        }
        let Some(image) = self.image(&tag).await? else {
            let said = "it made an image that cannot be found".to_owned();
            return Err(EngineError::said(self, MAKING, said).into());
        };
        self.prune(&recipe.name, &image).await;
        Ok((image, Built::Made))
    }

    async fn make(
        &self,
        options: BuildImageOptions,
        archive: Vec<u8>,
        output: Output<'_>,
    ) -> Result<(), BuildError> {
        let docker = self.patient();
        let body = bollard::body_full(archive.into());
        let mut answers = docker.build_image(options, None, Some(body));
        let mut told = Progress::new();
        while let Some(answer) = answers.next().await {
            match answer {
                Ok(answer) => told.take(answer, output),
                Err(bollard::errors::Error::DockerStreamError { error }) => {
                    told.failure = Some(error);
                }
                Err(error) => return Err(EngineError::new(self, MAKING, &error).into()),
            }
        }
        told.lines.end(output);
        let failed = |error: EngineError| Err(error.into());
        match told.failure {
            Some(said) if told.lacks_space || lacks_space(said.as_bytes()) => {
                failed(EngineError::no_space(self, format!("do `{}`", told.step)))
            }
            Some(said) if told.step.is_empty() => failed(EngineError::said(self, MAKING, said)),
            Some(said) => Err(BuildError::Step {
                step: told.step,
                said: ending(&said),
            }),
            None if told.is_done => Ok(()),
            // It ended without a word.
            None => failed(EngineError::lost(self, MAKING)),
        }
    }

    /// Removes the oldest images of a name, but not the one that was made now: what the engine made it of may be old. What cannot
    /// be removed is in use.
    async fn prune(&self, name: &str, made: &Image) {
        let filters = HashMap::from([("reference".to_owned(), vec![name.to_owned()])]);
        let options = ListImagesOptionsBuilder::new().filters(&filters).build();
        let Ok(mut images) = self.api().list_images(Some(options)).await else {
            return;
        };
        images.sort_by_key(|image| (image.id != made.id, std::cmp::Reverse(image.created)));
        for image in images.into_iter().skip(KEPT) {
            for tag in image.repo_tags {
                let _removed = self
                    .api()
                    .remove_image(&tag, None::<RemoveImageOptions>, None)
                    .await;
            }
        }
    }
}

const MAKING: &str = "make the image";

/// What the engine tells while it makes an image.
#[derive(Debug)]
struct Progress {
    lines: Lines,
    /// The instruction that it is at.
    step: String,
    failure: Option<String>,
    lacks_space: bool,
    is_done: bool,
}

impl Progress {
    fn new() -> Self {
        Self {
            lines: Lines::new(Stream::Out),
            step: String::new(),
            failure: None,
            lacks_space: false,
            is_done: false,
        }
    }

    fn take(&mut self, answer: BuildInfo, output: Output<'_>) {
        self.is_done |= answer.aux.is_some();
        if let Some(detail) = answer.error_detail {
            self.failure = detail.message;
        }
        let Some(text) = answer.stream else {
            return;
        };
        let Self {
            lines,
            step,
            lacks_space: lacks,
            is_done,
            ..
        } = self;
        let mut look = |line: OutputLine| {
            let shown = String::from_utf8_lossy(&line.text);
            if let Some(found) = instruction(&shown) {
                found.clone_into(step);
            }
            *lacks |= lacks_space(&line.text);
            *is_done |= shown.starts_with("Successfully tagged");
            output(line);
        };
        let text = COLOURS
            .iter()
            .fold(text, |text, code| text.replace(code, ""));
        lines.take(text.as_bytes(), &mut look);
    }
}

/// What Docker writes around each piece of stderr.
const COLOURS: [&str; 2] = ["\u{1b}[91m", "\u{1b}[0m"];

/// How a step ended, without the command, which the engine repeats.
fn ending(said: &str) -> String {
    const CODES: [&str; 2] = ["returned a non-zero code: ", "exit status "];
    let code = CODES.iter().find_map(|words| said.rsplit_once(words));
    match code.map(|(_, code)| code.trim()) {
        Some(code) if code.parse::<u32>().is_ok() => format!("ended with code {code}"),
        _ => format!("failed: {}", said.trim()),
    }
}

/// The instruction of a line such as `Step 2/5 : RUN true`, or `STEP 2/5: RUN true`.
fn instruction(line: &str) -> Option<&str> {
    let rest = line
        .get(..5)
        .filter(|word| word.eq_ignore_ascii_case("step "))?;
    let (count, instruction) = line[rest.len()..].split_once(':')?;
    count.contains('/').then(|| instruction.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe() -> Recipe {
        Recipe {
            name: "svcgen/tea-pot".into(),
            base: Image {
                id: "sha256:1".into(),
                digest: None,
            },
            dockerfile: "FROM sha256:1\n".into(),
            files: BTreeMap::from([("a".into(), b"b".to_vec())]),
            arguments: BTreeMap::new(),
            network: HostNetwork::default(),
        }
    }

    #[test]
    fn the_tag_follows_from_what_is_made() {
        let tag = recipe().tag().unwrap();
        let others = [
            Recipe {
                dockerfile: "FROM sha256:1\nRUN true\n".into(),
                ..recipe()
            },
            Recipe {
                base: Image {
                    id: "sha256:2".into(),
                    digest: None,
                },
                ..recipe()
            },
            Recipe {
                files: BTreeMap::from([("ab".into(), Vec::new())]),
                ..recipe()
            },
            Recipe {
                arguments: BTreeMap::from([("a".into(), "b".into())]),
                ..recipe()
            },
        ];
        for other in others {
            assert_ne!(other.tag().unwrap(), tag, "{other:?}");
        }
        let mut proxied = recipe();
        proxied
            .network
            .proxies
            .insert("http_proxy".into(), "http://proxy:8080".into());
        assert_eq!(proxied.tag().unwrap(), tag);
    }

    #[test]
    fn the_same_recipe_is_packed_into_the_same_bytes() {
        assert_eq!(recipe().pack().unwrap(), recipe().pack().unwrap());
    }

    #[test]
    fn codes_are_found_in_the_words_of_both_engines() {
        let docker = "The command '/bin/sh -c exit 7' returned a non-zero code: 7";
        let podman = "building at STEP \"RUN exit 7\": while running runtime: exit status 7";
        assert_eq!(ending(docker), "ended with code 7");
        assert_eq!(ending(podman), "ended with code 7");
        assert_eq!(ending("no such file"), "failed: no such file");
    }

    #[test]
    fn steps_are_found_in_the_lines_of_both_engines() {
        assert_eq!(instruction("Step 2/5 : RUN a:b"), Some("RUN a:b"));
        assert_eq!(instruction("STEP 2/5: RUN a:b"), Some("RUN a:b"));
        assert_eq!(instruction(" ---> Running in 1"), None);
        assert_eq!(instruction("stepé"), None);
    }
}
