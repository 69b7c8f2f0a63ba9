mod search;

use camino::{Utf8Path, Utf8PathBuf};

use self::search::{Search, read};
use super::BuildArgs;
use crate::build::{Force, Request, Settings, Workbench};
use crate::cli::GlobalArgs;
use crate::cli::context::{Context, working_directory};
use crate::cli::generator::{CheckoutArgs, Generator, elsewhere, mistaken};
use crate::edit::json;
use crate::error::CommandError;
use crate::git::Checkout;
use crate::model::{BranchName, RepositoryName, Service, Site};
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
        let (service, site) = read(args, &here, context, global, ui)?;
        let search = Search::new(args, context, service.as_ref(), &here);
        let source = search.source(&here)?;
        let deploy = search.deploy(source.as_ref())?;
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

fn master() -> BranchName {
    BranchName::parse("master").unwrap_or_else(|refused| unreachable!("{refused}"))
}

/// The name of the package of a checkout, without its scope.
fn package_name(source: &Checkout) -> Option<String> {
    let text = source.worktree().read("package.json").ok()??;
    let package = json::parse(&text).ok()?;
    let name = package.get("name")?.as_str()?;
    Some(name.rsplit('/').next()?.to_owned())
}
