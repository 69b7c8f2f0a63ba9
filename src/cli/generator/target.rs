use camino::{Utf8Path, Utf8PathBuf};

use super::Generator;
use crate::cli::context::{Context, Loaded, working_directory};
use crate::error::CommandError;
use crate::worktree::Worktree;

/// Where a generator writes.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Checkout(Utf8PathBuf),
    /// An empty folder, without a tree to read.
    Output(Utf8PathBuf),
}

/// A checkout that nobody named.
#[derive(Debug)]
pub(crate) struct UnknownCheckout {
    generator: Generator,
    service: String,
}

impl Target {
    /// The checkout that the configuration names, or that the working directory or the model is in.
    pub(crate) fn find(
        generator: Generator,
        context: &Context,
        loaded: &Loaded,
    ) -> Result<Self, UnknownCheckout> {
        let checkouts = &context.configuration.checkouts;
        let own = context
            .configuration
            .services
            .get(loaded.service.name.as_str());
        let model = loaded
            .path
            .canonicalize_utf8()
            .unwrap_or_else(|_| loaded.path.clone());
        let source = || {
            let folder = model.parent()?;
            folder
                .join("package.json")
                .is_file()
                .then(|| folder.to_owned())
        };
        let found = match generator {
            Generator::Vagrant => checkouts.vagrant.clone(),
            Generator::Puppet => checkouts.puppet.clone(),
            Generator::Source => own.and_then(|own| own.source.clone()).or_else(source),
            Generator::Scap => own
                .and_then(|own| own.deploy.clone())
                .or_else(|| deploy_above(&working_directory().ok()?))
                .or_else(|| configured_deploy_dir(model.parent()?)),
        };
        let unknown = UnknownCheckout {
            generator,
            service: loaded.service.name.to_string(),
        };
        found.map(Self::Checkout).ok_or(unknown)
    }

    /// Opens the folder; one to write to has to be empty, and is made by what is written into it.
    pub(super) fn open(&self) -> Result<Worktree, CommandError> {
        match self {
            Self::Checkout(path) => Ok(Worktree::open(path)?),
            Self::Output(path) => {
                let worktree = Worktree::planned(path)?;
                if worktree.list("").is_empty() {
                    return Ok(worktree);
                }
                Err(CommandError::conflict(format!("`{path}` is not empty"))
                    .hint("name an empty folder, or a checkout with `--repo`"))
            }
        }
    }
}

/// A deploy repository that a folder is in.
fn deploy_above(folder: &Utf8Path) -> Option<Utf8PathBuf> {
    folder
        .ancestors()
        .find(|folder| folder.join("scap/scap.cfg").is_file())
        .map(Utf8Path::to_owned)
}

/// The deploy repository that the source checkout names in its git configuration.
fn configured_deploy_dir(source: &Utf8Path) -> Option<Utf8PathBuf> {
    let folder = crate::git::Checkout::open(source)
        .ok()?
        .setting("deploy.dir")?;
    Some(Utf8PathBuf::from(folder)).filter(|folder| folder.is_dir())
}

impl From<UnknownCheckout> for CommandError {
    fn from(unknown: UnknownCheckout) -> Self {
        let UnknownCheckout { generator, service } = unknown;
        let (what, place) = match generator {
            Generator::Vagrant => ("MediaWiki-Vagrant", "checkouts: {vagrant: PATH}".to_owned()),
            Generator::Puppet => ("operations/puppet", "checkouts: {puppet: PATH}".to_owned()),
            Generator::Scap => (
                "the deploy repository",
                format!("services: {{{service}: {{deploy: PATH}}}}"),
            ),
            Generator::Source => (
                "the source repository",
                format!("services: {{{service}: {{source: PATH}}}}"),
            ),
        };
        Self::usage(format!("no checkout of {what} is named"))
            .hint("add `--repo CHECKOUT`")
            .hint(format!("or write `{place}` into the configuration"))
    }
}
