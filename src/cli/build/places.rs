use camino::{Utf8Path, Utf8PathBuf};

use super::BuildArgs;
use crate::build::{Force, Request, Settings, Workbench};
use crate::cli::GlobalArgs;
use crate::cli::context::{Context, working_directory};
use crate::cli::generator::{
    CheckoutArgs, Generator, configured, elsewhere, misspelt_service, mistaken,
};
use crate::deploy::repository::DeployRepository;
use crate::edit::json;
use crate::error::CommandError;
use crate::git::Checkout;
use crate::model::{BranchName, RepositoryName, Service, Site, find_model};
use crate::review::Remote;
use crate::ui::Ui;
use crate::worktree::Worktree;

/// The checkouts of a build, and what is known of the service without them.
pub(super) struct Places {
    deploy: Utf8PathBuf,
    settings: Settings,
    name: Option<String>,
    site: Site,
    service: Option<Service>,
}

impl Places {
    /// Finds both checkouts: those that are named, that the working directory is in, or that the configuration leads to.
    pub(super) fn find(
        args: &BuildArgs,
        context: &Context,
        global: &GlobalArgs,
        ui: &Ui,
    ) -> Result<Self, CommandError> {
        let here = working_directory()?;
        let model = match &global.service {
            Some(path) => Some(path.clone()),
            None => find_model(args.source_repo.as_deref().unwrap_or(&here)),
        };
        let loaded = match model {
            Some(path) => load(&path, context, global, ui)?,
            None => None,
        };
        let (service, site) = match (loaded, &context.site) {
            (Some((service, site)), _) => (Some(service), site),
            (None, Some(name)) => (None, context.sites.find(name)?),
            (None, None) => (None, context.sites.default_site()?),
        };
        let own = service
            .as_ref()
            .and_then(|it| context.configuration.services.get(it.name.as_str()));
        let above = deploy_above(&here);
        let source = args.source_repo.clone();
        let configured = |generator, path: Option<&Utf8PathBuf>| {
            let path = path.map(|path| configured(generator, path, context));
            path.transpose()
        };
        let source = match source {
            None => configured(Generator::Source, own.and_then(|own| own.source.as_ref()))?,
            named => named,
        };
        let source = source.or_else(|| source_above(&here, above.as_deref()));
        let source = match source {
            Some(root) => {
                let source = Checkout::open(&root)?;
                let is_named = args.source_repo.is_some();
                refuse_other(Generator::Source, is_named, &root, &source, context)?;
                Some(source)
            }
            None => None,
        };
        let deploy = args.deploy_repo.clone().or(above);
        let deploy = match deploy {
            None => configured(Generator::Scap, own.and_then(|own| own.deploy.as_ref()))?,
            named => named,
        };
        let set = || {
            source
                .as_ref()?
                .setting("deploy.dir")
                .map(Utf8PathBuf::from)
        };
        let deploy = deploy.or_else(set).ok_or_else(|| {
            let name = service.as_ref().map(|service| service.name.as_str());
            let misspelt = name.and_then(|name| {
                let misspelt = context.configuration.misspelt_service(name)?;
                Some(misspelt_service(misspelt, name))
            });
            CommandError::usage("no checkout of the deploy repository is named")
                .hint("`--deploy-repo DIR` names one")
                .hint(misspelt.unwrap_or_else(|| {
                    "`git config deploy.dir DIR` in the source repository, permanently".into()
                }))
        })?;
        let opened = Checkout::open(&deploy);
        if let Ok(opened) = &opened {
            let is_named = args.deploy_repo.is_some();
            refuse_other(Generator::Scap, is_named, &deploy, opened, context)?;
            if let Some(source) = &source {
                refuse_same(source, opened)?;
            }
        }
        let settings = match &source {
            Some(source) => Settings::of(source),
            None => Settings::of(&opened?),
        };
        let name = service.as_ref().map(|service| service.name.to_string());
        let name = name.or_else(|| package_name(source.as_ref()?));
        Ok(Self {
            deploy,
            settings,
            name,
            site,
            service,
        })
    }

    /// What is asked for.
    pub(super) fn request<'a>(
        &'a self,
        context: &'a Context,
        workbench: Workbench,
        force: Force,
    ) -> Request<'a> {
        let service = self.service.as_ref();
        let branch = service.map(|service| service.repositories.branch.clone());
        Request {
            root: self.deploy.clone(),
            settings: self.settings.clone(),
            name: self.name.clone(),
            url: self.url(),
            branch: branch.unwrap_or_else(master),
            model: service.map(|service| &service.build),
            site: &self.site,
            templates: &context.templates,
            workbench,
            force,
            user: context.configuration.user.clone(),
        }
    }

    /// What is said where the change would be sent to a server that is not the site's; of a site that nobody named nothing is.
    pub(super) fn elsewhere(&self, context: &Context) -> Option<String> {
        let repository = match &self.service {
            Some(service) => Some(service.repositories.deploy.clone()),
            None if context.site.is_some() => self.repository("/deploy"),
            None => None,
        };
        let user = &context.configuration.user;
        // What is wrong with the checkout is told by what comes next.
        let remote = Remote::of(&self.deploy, repository.as_ref(), &self.site, user).ok()?;
        elsewhere(&remote, &self.deploy, &self.site)
    }

    /// The repository that the site has for the service where no model says so, and what is behind its name.
    fn repository(&self, behind: &str) -> Option<RepositoryName> {
        let name = self.settings.name.as_ref().or(self.name.as_ref())?;
        let prefix = self.site.gerrit.prefix.as_ref()?;
        RepositoryName::parse(&format!("{prefix}/{name}{behind}")).ok()
    }

    /// Where the source is cloned from, where there is no submodule yet.
    fn url(&self) -> Option<String> {
        if let Some(url) = &self.settings.submodule {
            return Some(url.clone());
        }
        if let Some(service) = &self.service {
            return self.site.clone_url(&service.repositories.source);
        }
        self.site.clone_url(&self.repository("")?)
    }
}

/// Refuses a repository of the site's in the place of one of the service's.
fn refuse_other(
    wanted: Generator,
    is_named: bool,
    path: &Utf8Path,
    checkout: &Checkout,
    context: &Context,
) -> Result<(), CommandError> {
    let mut others = vec![Generator::Vagrant, Generator::Puppet];
    if wanted == Generator::Scap && !is_begun(checkout.worktree()) {
        others.push(Generator::Source);
    }
    let Some(error) = mistaken(wanted, checkout.worktree(), &others) else {
        return Ok(());
    };
    let setting = context.configuration.setting_of(wanted.key(), path);
    Err(match setting.filter(|_| !is_named) {
        Some(setting) => error.hint(format!("correct {setting}, which names it")),
        None => error.hint(format!(
            "`{} DIR` names {}",
            CheckoutArgs::option(wanted),
            wanted.repository()
        )),
    })
}

/// Whether a build was made in a checkout: it leaves a submodule, and a link into that for a `package.json`.
fn is_begun(worktree: &Worktree) -> bool {
    let package = worktree.root().join("package.json");
    worktree.has_file(".gitmodules") || package.is_symlink()
}

/// Refuses to make the source a submodule of itself.
fn refuse_same(source: &Checkout, deploy: &Checkout) -> Result<(), CommandError> {
    let root = source.worktree().root();
    if root != deploy.worktree().root() {
        return Ok(());
    }
    let message =
        format!("`{root}` is named as both the source repository and the deploy repository");
    Err(CommandError::usage(message)
        .cause("the modules are committed beside the source, in a repository of their own")
        .hint("`--deploy-repo DIR` names the deploy repository"))
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

fn master() -> BranchName {
    BranchName::parse("master").unwrap_or_else(|refused| unreachable!("{refused}"))
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

/// The name of the package of a checkout, without its scope.
fn package_name(source: &Checkout) -> Option<String> {
    let text = source.worktree().read("package.json").ok()??;
    let package = json::parse(&text).ok()?;
    let name = package.get("name")?.as_str()?;
    Some(name.rsplit('/').next()?.to_owned())
}
