//! Where a build's checkouts and its model are looked for.

use camino::{Utf8Path, Utf8PathBuf};

use super::refuse_other;
use crate::cli::GlobalArgs;
use crate::cli::build::BuildArgs;
use crate::cli::context::Context;
use crate::cli::generator::{Generator, configured, misspelt_service};
use crate::configuration::ServiceCheckouts;
use crate::deploy::repository::DeployRepository;
use crate::error::CommandError;
use crate::git::Checkout;
use crate::model::{Service, Site, find_model};
use crate::ui::Ui;

/// Looks for the checkouts.
pub(super) struct Search<'a> {
    args: &'a BuildArgs,
    context: &'a Context,
    service: Option<&'a Service>,
    /// The deploy repository that the working directory is in.
    above: Option<Utf8PathBuf>,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        args: &'a BuildArgs,
        context: &'a Context,
        service: Option<&'a Service>,
        here: &Utf8Path,
    ) -> Self {
        Self {
            args,
            context,
            service,
            above: deploy_above(here),
        }
    }

    /// The source repository: none is needed where the deploy repository has it as a submodule.
    pub(super) fn source(&self, here: &Utf8Path) -> Result<Option<Checkout>, CommandError> {
        let named = self.args.source_repo.clone();
        let is_named = named.is_some();
        let root = match named {
            None => self.configured(Generator::Source, |own| own.source.as_ref())?,
            named => named,
        };
        let Some(root) = root.or_else(|| source_above(here, self.above.as_deref())) else {
            return Ok(None);
        };
        let source = Checkout::open(&root)?;
        refuse_other(Generator::Source, is_named, &root, &source, self.context)?;
        Ok(Some(source))
    }

    /// Where the deploy repository is, to which a setting of the source repository may lead.
    pub(super) fn deploy(&self, source: Option<&Checkout>) -> Result<Utf8PathBuf, CommandError> {
        let named = self.args.deploy_repo.clone().or(self.above.clone());
        let deploy = match named {
            None => self.configured(Generator::Scap, |own| own.deploy.as_ref())?,
            named => named,
        };
        let set = || source?.setting("deploy.dir").map(Utf8PathBuf::from);
        deploy.or_else(set).ok_or_else(|| self.no_deploy())
    }

    /// A checkout that the configuration has for the service.
    fn configured(
        &self,
        generator: Generator,
        which: impl FnOnce(&ServiceCheckouts) -> Option<&Utf8PathBuf>,
    ) -> Result<Option<Utf8PathBuf>, CommandError> {
        let services = &self.context.configuration.services;
        let own = self
            .service
            .and_then(|service| services.get(service.name.as_str()));
        let path = own.and_then(which);
        path.map(|path| configured(generator, path, self.context))
            .transpose()
    }

    fn no_deploy(&self) -> CommandError {
        let name = self.service.map(|service| service.name.as_str());
        let misspelt = name.and_then(|name| {
            let misspelt = self.context.configuration.misspelt_service(name)?;
            Some(misspelt_service(misspelt, name))
        });
        CommandError::usage("no checkout of the deploy repository is named")
            .hint("`--deploy-repo DIR` names one")
            .hint(misspelt.unwrap_or_else(|| {
                "`git config deploy.dir DIR` in the source repository, permanently".into()
            }))
    }
}

/// The service and its site: of the model that is named, or found above the source repository or the working directory.
pub(super) fn read(
    args: &BuildArgs,
    here: &Utf8Path,
    context: &Context,
    global: &GlobalArgs,
    ui: &Ui,
) -> Result<(Option<Service>, Site), CommandError> {
    let model = match &global.service {
        Some(path) => Some(path.clone()),
        None => find_model(args.source_repo.as_deref().unwrap_or(here)),
    };
    let loaded = match model {
        Some(path) => load(&path, context, global, ui)?,
        None => None,
    };
    Ok(match (loaded, &context.site) {
        (Some((service, site)), _) => (Some(service), site),
        (None, Some(name)) => (None, context.sites.find(name)?),
        (None, None) => (None, context.sites.default_site()?),
    })
}

/// Reads a model; one that is only found and is wrong takes no part, as none is needed.
fn load(
    path: &Utf8Path,
    context: &Context,
    global: &GlobalArgs,
    ui: &Ui,
) -> Result<Option<(Service, Site)>, CommandError> {
    match Service::load(path, &context.sites, context.site.as_ref()) {
        Ok(loaded) => Ok(Some(loaded)),
        Err(error) if global.service.is_some() => Err(error.into()),
        Err(error) => {
            ui.warning(&format!("{error}; it is ignored"));
            Ok(None)
        }
    }
}

/// The deploy repository that a folder is in: with a `scap` directory, or a submodule that `package.json` leads into.
fn deploy_above(here: &Utf8Path) -> Option<Utf8PathBuf> {
    let is_one = |folder: &&Utf8Path| {
        folder.join(".gitmodules").is_file() && folder.join("package.json").is_symlink()
    };
    let linked = here.ancestors().find(is_one).map(Utf8Path::to_owned);
    DeployRepository::above(here).or(linked)
}

/// The source repository that a folder is in: the checkout with a `package.json` that is not the deploy repository, nor the
/// submodule in it.
fn source_above(here: &Utf8Path, deploy: Option<&Utf8Path>) -> Option<Utf8PathBuf> {
    if deploy.is_some() {
        return None;
    }
    let is_one =
        |folder: &&Utf8Path| folder.join("package.json").is_file() && folder.join(".git").exists();
    here.ancestors().find(is_one).map(Utf8Path::to_owned)
}
