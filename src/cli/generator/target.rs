use camino::{Utf8Path, Utf8PathBuf};

use super::{CheckoutArgs, Generator};
use crate::cli::context::{Context, Loaded, working_directory};
use crate::deploy::repository::DeployRepository;
use crate::error::CommandError;
use crate::git::{Checkout, configured_deploy_dir};
use crate::model::{RepositoryName, Site};
use crate::review::ReviewError;
use crate::worktree::Worktree;

/// Where a generator writes.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Checkout {
        path: Utf8PathBuf,
        /// The setting that names it, where none of this command's options does.
        setting: Option<String>,
    },
    /// An empty folder, without a tree to read.
    Output(Utf8PathBuf),
}

/// A checkout that nobody named.
#[derive(Debug)]
pub(crate) struct UnknownCheckout {
    generator: Generator,
    service: String,
    /// The file that could name it.
    configuration: Option<Utf8PathBuf>,
    /// The command that clones it, where the site says from where.
    clone: Option<String>,
    /// The service that the configuration names in place of this one.
    misspelt: Option<String>,
}

impl Target {
    /// A checkout that the command line names.
    pub(crate) fn named(path: &Utf8Path) -> Self {
        Self::Checkout {
            path: path.to_owned(),
            setting: None,
        }
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Utf8Path {
        match self {
            Self::Checkout { path, .. } | Self::Output(path) => path,
        }
    }

    /// The setting that names it.
    pub(crate) fn setting(&self) -> Option<&str> {
        match self {
            Self::Checkout { setting, .. } => setting.as_deref(),
            Self::Output(_) => None,
        }
    }

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
        let configured = match generator {
            Generator::Vagrant => checkouts.vagrant.clone(),
            Generator::Puppet => checkouts.puppet.clone(),
            Generator::Source => own.and_then(|own| own.source.clone()),
            Generator::Scap => own.and_then(|own| own.deploy.clone()),
        };
        let configured = configured.map(|path| {
            let setting = context.configuration.setting_of(generator.key(), &path);
            (path, setting)
        });
        let found = configured.or_else(|| match generator {
            Generator::Vagrant | Generator::Puppet => None,
            Generator::Source => Some((source()?, None)),
            Generator::Scap => {
                let above = DeployRepository::above(&working_directory().ok()?);
                let set = || {
                    let path = configured_deploy_dir(model.parent()?)?;
                    Some((path, Some(DEPLOY_DIR.to_owned())))
                };
                above.map(|root| (root, None)).or_else(set)
            }
        });
        let misspelt = match generator {
            Generator::Vagrant | Generator::Puppet => None,
            Generator::Scap | Generator::Source => context
                .configuration
                .misspelt_service(loaded.service.name.as_str()),
        };
        let unknown = UnknownCheckout {
            misspelt: misspelt.map(str::to_owned),
            generator,
            service: loaded.service.name.to_string(),
            configuration: context.configuration.file.clone(),
            clone: clone_command(generator, &loaded.site),
        };
        found
            .map(|(path, setting)| Self::Checkout { path, setting })
            .ok_or(unknown)
    }

    /// Opens the folder; one to write to has to be empty, and is made by what is written into it.
    pub(crate) fn open(&self) -> Result<Worktree, CommandError> {
        match self {
            Self::Checkout { path, setting } => {
                if let Some(setting) = setting.as_ref().filter(|_| !path.is_dir()) {
                    return Err(absent(path, setting));
                }
                let worktree = Worktree::open(path)?;
                if let Ok(checkout) = Checkout::open(worktree.root()) {
                    checkout.check_whole().map_err(ReviewError::from)?;
                    checkout.check_line_ends().map_err(ReviewError::from)?;
                }
                Ok(worktree)
            }
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

/// How git is told in the source repository where the deploy repository is.
pub(crate) const DEPLOY_DIR: &str = "`git config deploy.dir` in the source repository";

/// Says that a folder is not there, and what it is that names it.
pub(crate) fn absent(path: &Utf8Path, setting: &str) -> CommandError {
    CommandError::usage(format!("there is no folder `{path}`"))
        .cause(format!("{setting} names it"))
        .hint("correct it there, or put a checkout where it says")
}

/// A folder of the configuration's, which has to be there.
pub(crate) fn configured(
    generator: Generator,
    path: &Utf8Path,
    context: &Context,
) -> Result<Utf8PathBuf, CommandError> {
    match context.configuration.setting_of(generator.key(), path) {
        Some(setting) if !path.is_dir() => Err(absent(path, &setting)),
        _ => Ok(path.to_owned()),
    }
}

impl UnknownCheckout {
    /// The repository, in words.
    pub(crate) fn repository(&self) -> &'static str {
        self.generator.repository()
    }

    /// How a command that takes several checkouts is told of this one.
    pub(crate) fn way_out(&self) -> String {
        match &self.misspelt {
            Some(misspelt) => misspelt_service(misspelt, &self.service),
            None => format!(
                "`{} DIR` names its checkout",
                CheckoutArgs::option(self.generator)
            ),
        }
    }
}

/// The command that makes a checkout.
fn clone_command(generator: Generator, site: &Site) -> Option<String> {
    let url = site.gerrit.url.as_ref();
    let from = |name: &Option<RepositoryName>| {
        let url = url?.as_str().trim_end_matches('/');
        Some(format!("git clone {url}/{}", name.as_ref()?))
    };
    match generator {
        Generator::Vagrant => from(&site.repositories.vagrant),
        Generator::Puppet => from(&site.repositories.puppet),
        Generator::Scap | Generator::Source => {
            Some(format!("svcgen {} --clone DIR", generator.name()))
        }
    }
}

/// What to say where the configuration nearly names a service.
pub(crate) fn misspelt_service(misspelt: &str, service: &str) -> String {
    format!("`services` of the configuration names `{misspelt}`; did you mean `{service}`?")
}

impl From<UnknownCheckout> for CommandError {
    fn from(unknown: UnknownCheckout) -> Self {
        let UnknownCheckout {
            generator,
            service,
            configuration,
            clone,
            misspelt,
        } = unknown;
        let what = generator.repository();
        let place = match generator {
            Generator::Vagrant => "checkouts: {vagrant: PATH}".to_owned(),
            Generator::Puppet => "checkouts: {puppet: PATH}".to_owned(),
            Generator::Scap => format!("services: {{{service}: {{deploy: PATH}}}}"),
            Generator::Source => format!("services: {{{service}: {{source: PATH}}}}"),
        };
        let file = configuration.map_or("the configuration".into(), |file| format!("`{file}`"));
        let error = Self::usage(format!("no checkout of {what} is named")).hint(format!(
            "add `--repo CHECKOUT`, or write `{place}` into {file}"
        ));
        match (misspelt, clone) {
            (Some(misspelt), _) => error.hint(misspelt_service(&misspelt, &service)),
            (None, Some(command)) => error.hint(format!("`{command}` makes one")),
            (None, None) => error,
        }
    }
}
