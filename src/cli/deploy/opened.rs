use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use nix::unistd::{Uid, User};

use super::access::Access;
use super::args::RepositoryArgs;
use super::engine::Carrier;
use crate::cli::GlobalArgs;
use crate::cli::context::{Context, working_directory};
use crate::cli::generator::{DEPLOY_DIR, Generator, absent, configured, mistaken};
use crate::deploy::repository::{DeployRepository, RepositoryError, pack};
use crate::deploy::{DeployPlan, MakePack, Owner, tag_deploy};
use crate::error::CommandError;
use crate::event::DeployId;
use crate::git::{Git, GitError};
use crate::model::{HostName, MODEL_FILE, Revision, Service, Site, did_you_mean, find_model};
use crate::scap::{CONFIG_FILE, Reading, ScapDirectory, ScapEnvironment};
use crate::ui::Ui;
use crate::visible::visible;
use crate::worktree::Worktree;

/// A deploy repository with its directory, read for the place that is deployed to.
pub(in crate::cli) struct Opened {
    pub(in crate::cli) repository: DeployRepository,
    /// The directory of the working tree.
    pub(in crate::cli) working: Reading<ScapDirectory>,
    /// The organisation, where anything says which.
    pub(in crate::cli) site: Option<Site>,
    /// The configuration of ssh, where it is another than the user's own.
    pub(super) ssh_config: Option<Utf8PathBuf>,
    /// Whom one asks for access.
    pub(in crate::cli) access: Access,
    /// What carries deploys out.
    pub(in crate::cli) carrier: Carrier,
}

impl Opened {
    /// Finds the repository, and reads it.
    ///
    /// # Errors
    /// Where there is none, or its directory is wrong.
    pub(in crate::cli) fn open(
        args: &RepositoryArgs,
        context: &Context,
        global: &GlobalArgs,
    ) -> Result<Self, CommandError> {
        let root = find(args, context)?;
        let repository = DeployRepository::open(&root)?;
        let worktree = Worktree::open(repository.root())?;
        refuse_other(&root, &worktree, args, context)?;
        let environment = args.environment.as_deref();
        let environment = environment.map(|name| named_environment(name, &worktree));
        let environment = environment.transpose()?;
        let domain = match &environment {
            Some(environment) => section_of(environment, &worktree),
            None => None,
        };
        let (service, site) = organisation(repository.root(), context, global)?;
        let of_site = || site.as_ref().and_then(|site| site.domain.clone());
        let domain = match domain.or_else(of_site) {
            Some(domain) => domain,
            None => machine()?,
        };
        let working = ScapDirectory::read(&worktree, &domain, environment.as_ref())?;
        let selected = working.value.config.environment.as_ref();
        let selected = environment.as_ref().or(selected);
        let carrier = Carrier::choose(args.engine, &worktree, selected, site.as_ref())?;
        let ssh_config = context.configuration.ssh_config();
        if !matches!(carrier, Carrier::Local(_)) {
            refuse_absent(ssh_config.as_deref())?;
        }
        let working = match carrier.scap() {
            // Scap takes the sections that hold on the machine where it runs.
            Some(server) => ScapDirectory::read(&worktree, &server.host, environment.as_ref())?,
            None => working,
        };
        Ok(Self {
            repository,
            working,
            ssh_config,
            access: Access::of(service.as_ref(), site.as_ref()),
            site,
            carrier,
        })
    }

    /// What makes packs for the targets of a plan, out of the stores of this machine.
    pub(super) fn pack_maker(&self, plan: &DeployPlan) -> Result<Arc<MakePack>, CommandError> {
        let mut stores =
            std::collections::HashMap::from([(Utf8PathBuf::from("."), self.repository.git_dir()?)]);
        let with_modules = plan.release.modules.iter().filter(|(_, m)| !m.is_empty());
        for (revision, _) in with_modules {
            let links = self.repository.submodules(revision)?;
            stores.extend(links.into_iter().map(|link| (link.module, link.git_dir)));
        }
        Ok(Arc::new(
            move |store: &Utf8Path, want: &Revision, have: &[Revision], to: &std::path::Path| {
                let git_dir = stores
                    .get(store)
                    .ok_or_else(|| std::io::Error::other("no such store"))?;
                let mut command = pack(git_dir, want, have).map_err(std::io::Error::other)?;
                let output = command.stdout(std::fs::File::create(to)?).output()?;
                if output.status.success() {
                    return Ok(());
                }
                let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                Err(std::io::Error::other(format!("git pack-objects: {said}")))
            },
        ))
    }
}

/// How many repositories are listed at a time.
const AT_A_TIME: usize = 8;

impl Opened {
    /// Lists what the repository has for servers without git, from which targets fetch.
    pub(super) fn list_for_servers(&self, revision: &Revision, ui: &Ui) {
        if matches!(self.carrier, Carrier::Local(_)) {
            return;
        }
        let links = self.repository.submodules(revision).unwrap_or_default();
        let stores = links.into_iter().map(|link| link.git_dir);
        let stores: Vec<_> = self
            .repository
            .git_dir()
            .into_iter()
            .chain(stores)
            .collect();
        for some in stores.chunks(AT_A_TIME) {
            std::thread::scope(|scope| {
                let listing = some
                    .iter()
                    .map(|store| (store, scope.spawn(|| list(store))));
                let listing: Vec<_> = listing.collect();
                for (store, listed) in listing {
                    if let Ok(listed) = listed.join() {
                        warn_if_unlisted(store, listed, ui);
                    }
                }
            });
        }
    }

    /// Tells Scap which revision is live, for hosts that are set up later on.
    pub(super) fn publish(&self, head: &str, revision: &Revision, owner: &Owner, ui: &Ui) {
        if matches!(self.carrier, Carrier::Local(_)) {
            return;
        }
        let write = |folder: &Utf8Path| {
            let mut file = tempfile::Builder::new()
                .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o664))
                .tempfile_in(folder)?;
            std::io::Write::write_all(&mut file, head.as_bytes())?;
            file.persist(folder.join("DEPLOY_HEAD"))
                .map_err(|error| error.error)?;
            Ok::<_, std::io::Error>(())
        };
        let written = self.repository.git_dir().map(|folder| write(&folder));
        if let Ok(Err(error)) = written {
            ui.warning(&format!(
                "`.git/DEPLOY_HEAD` cannot be written ({}): a host that is set up by Scap gets the release before",
                crate::error::reworded(&error)
            ));
        }
        let keep = self.working.value.config.tags_to_keep;
        if let Err(error) = tag_deploy(
            self.repository.checkout().repository(),
            revision,
            owner,
            keep,
        ) {
            ui.warning(&format!(
                "the deploy has no tag in the deploy repository ({}): Scap restarts and compares the release before",
                error.message()
            ));
        }
        // A server without git goes on naming tags that are gone, and knows of none that is new.
        if let Ok(store) = self.repository.git_dir() {
            warn_if_unlisted(&store, list(&store), ui);
        }
    }
}

/// Lists what a repository has, for servers without git.
fn list(store: &Utf8Path) -> Result<(), GitError> {
    Git::at(store)
        .run(&["--git-dir=.", "update-server-info"])
        .map(|_| ())
}

fn warn_if_unlisted(store: &Utf8Path, listed: Result<(), GitError>, ui: &Ui) {
    if let Err(error) = listed {
        ui.warning(&format!(
            "a server of `{store}` does not know what is new: {error}"
        ));
    }
}

/// The deploy repository that was named, that is here or above, or that the configuration or git leads to.
pub(in crate::cli) fn find(
    args: &RepositoryArgs,
    context: &Context,
) -> Result<Utf8PathBuf, CommandError> {
    match &args.deploy_repo {
        Some(named) => Ok(named.clone()),
        None => by_default(context),
    }
}

/// The deploy repository here or above, else the one that is configured.
fn by_default(context: &Context) -> Result<Utf8PathBuf, CommandError> {
    let here = working_directory()?;
    if let Some(root) = DeployRepository::above(&here) {
        return Ok(root);
    }
    let model = find_model(&here);
    let source = model.as_deref().and_then(Utf8Path::parent).unwrap_or(&here);
    let own = context.configuration.services.iter();
    let own_folder = own
        .filter(|(_, own)| own.source.as_deref() == Some(source))
        .find_map(|(_, own)| own.deploy.clone());
    let own_folder = own_folder.or_else(|| {
        let name = name_in(model.as_deref()?)?;
        context.configuration.services.get(&name)?.deploy.clone()
    });
    let set = || {
        let checkout = crate::git::Checkout::open(source).ok()?;
        Some(Utf8PathBuf::from(checkout.setting("deploy.dir")?))
    };
    if let Some(path) = own_folder {
        return configured(Generator::Scap, &path, context);
    }
    let path = set().ok_or_else(|| {
        CommandError::usage(format!(
            "there is no deploy repository (`{CONFIG_FILE}`) here or above"
        ))
        .hint("`--deploy-repo DIR` names one")
    })?;
    match path.is_dir() {
        true => Ok(path),
        false => Err(absent(&path, DEPLOY_DIR)),
    }
}

/// Refuses a configuration of ssh that is named and not there, with which no host could be reached.
fn refuse_absent(ssh_config: Option<&Utf8Path>) -> Result<(), CommandError> {
    match ssh_config.filter(|path| !path.exists()) {
        None => Ok(()),
        Some(path) => Err(CommandError::usage(format!(
            "the configuration of ssh is not there: `{path}`"
        ))
        .hint("correct `ssh.config_file` of the configuration, or SVCGEN_SSH_CONFIG")),
    }
}

/// Refuses another repository in the place of the deploy repository, above all the source, which is easily taken for it.
fn refuse_other(
    named: &Utf8Path,
    worktree: &Worktree,
    args: &RepositoryArgs,
    context: &Context,
) -> Result<(), CommandError> {
    let root = worktree.root();
    let others = [Generator::Vagrant, Generator::Puppet, Generator::Source];
    let Some(error) = mistaken(Generator::Scap, worktree, &others) else {
        return Ok(());
    };
    if args.deploy_repo.is_none() {
        let key = Generator::Scap.key();
        let setting = context.configuration.setting_of(key, named);
        let setting = setting.unwrap_or_else(|| DEPLOY_DIR.to_owned());
        return Err(error.hint(format!("correct {setting}, which names it")));
    }
    let other = by_default(context).ok();
    let other = other.filter(|other| other.canonicalize_utf8().is_ok_and(|other| other != root));
    Err(match other {
        Some(other) => error.hint(format!(
            "leave out `--deploy-repo`: the deploy repository is `{other}`"
        )),
        None => error
            .hint("`--deploy-repo DIR` names the deploy repository")
            .hint("`svcgen scap --clone DIR` makes a checkout of it"),
    })
}

/// The name of the service in a model, which may not be right in the rest.
fn name_in(model: &Utf8Path) -> Option<String> {
    let text = fs_err::read_to_string(model).ok()?;
    let name = crate::yaml::parse(&text).ok()?.find("name")?.to_value();
    name.as_str().map(str::to_owned)
}

/// The environment of that name, which has a folder.
fn named_environment(name: &str, worktree: &Worktree) -> Result<ScapEnvironment, CommandError> {
    let named = ScapEnvironment::parse(name);
    if let Some(environment) = named.filter(|it| worktree.has_folder(it.folder())) {
        return Ok(environment);
    }
    let mut known = worktree.list(ScapEnvironment::FOLDER);
    known.retain(|name| {
        ScapEnvironment::parse(name).is_some_and(|it| worktree.has_folder(it.folder()))
    });
    let shown = visible(name);
    let error = CommandError::usage(format!("--environment: there is no environment `{shown}`"));
    Err(match did_you_mean(name, known.iter().map(String::as_str)) {
        Some(question) => error.hint(question),
        None if known.is_empty() => error
            .hint("this repository has none: leave `--environment` out")
            .hint("`environments` of the model and `svcgen scap` make one"),
        None => error.hint(format!("known: {}", known.join(", "))),
    })
}

/// The section of `scap.cfg` that selects an environment.
fn section_of(environment: &ScapEnvironment, worktree: &Worktree) -> Option<HostName> {
    let text = crate::scap::Files::read(worktree, CONFIG_FILE.into()).ok()??;
    let ini = crate::ini::parse(&text).ok()?;
    let mut sections = ini.sections.iter();
    let section = sections.find(|section| {
        let mut settings = section.settings.iter();
        settings.any(|s| s.key == "environment" && s.value == environment.as_str())
    })?;
    HostName::parse(&section.name).ok()
}

/// The model, where there is one, and the site: the one that is named, the model's, or the user's own.
fn organisation(
    root: &Utf8Path,
    context: &Context,
    global: &GlobalArgs,
) -> Result<(Option<Service>, Option<Site>), CommandError> {
    let beside = [root.join(MODEL_FILE), root.join("src").join(MODEL_FILE)];
    let model = global.service.clone();
    let model = model.or_else(|| beside.into_iter().find(|path| path.is_file()));
    let has_model = model.is_some();
    // A model is not needed to deploy; one that is wrong is no reason not to go back at night.
    let loaded = model.and_then(|model| Service::load(&model, &context.sites, None).ok());
    let (service, of_model) = loaded.unzip();
    let site = match (&context.site, &context.configuration.site) {
        (Some(name), _) => Some(context.sites.find(name)?),
        (None, _) if has_model => of_model,
        (None, Some(_)) => Some(context.sites.default_site()?),
        (None, None) => None,
    };
    Ok((service, site))
}

/// The name of this machine.
fn machine() -> Result<HostName, CommandError> {
    let name = rustix::system::uname();
    let name = name.nodename().to_string_lossy().to_ascii_lowercase();
    HostName::parse(&name)
        .or_else(|_| HostName::parse("localhost"))
        .map_err(|refused| CommandError::usage(refused.to_string()))
}

/// Who does something to hosts, from here and now.
pub(in crate::cli) fn owner(id: &DeployId, action: &str, message: &str) -> Owner {
    let user = ["USER", "LOGNAME"].into_iter().find_map(|key| {
        let value = std::env::var(key).ok()?;
        Some(value).filter(|value| !value.is_empty())
    });
    let name = rustix::system::uname();
    Owner {
        deploy: id.to_string(),
        user: user.or_else(account).unwrap_or_default(),
        machine: name.nodename().to_string_lossy().into_owned(),
        at: jiff::Timestamp::now().as_second(),
        message: message.to_owned(),
        action: action.to_owned(),
        limit: None,
        follows: None,
    }
}

/// The account that runs this, where the environment does not say.
fn account() -> Option<String> {
    let user = User::from_uid(Uid::current()).ok()??;
    Some(user.name)
}

impl From<RepositoryError> for CommandError {
    fn from(error: RepositoryError) -> Self {
        let hints = error.hints();
        let this = Self::from_error(crate::error::ErrorKind::Usage, &error);
        hints.into_iter().fold(this, Self::hint)
    }
}
