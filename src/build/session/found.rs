//! What a build needs, as it is found: the deploy repository, the branch that is built upon, the source, the change that waits.

use camino::{Utf8Path, Utf8PathBuf};
use git2::Oid;

use super::Request;
use crate::build::error::BuildError;
use crate::build::manifest::Manifest;
use crate::build::provenance::is_build;
use crate::build::settings::Settings;
use crate::build::source::Source;
use crate::build::standing::Standing;
use crate::build::submodule::SourceModule;
use crate::edit::Rendered;
use crate::git::{Checkout, GitError};
use crate::model::{BranchName, ServiceName};
use crate::review::{Pending, ReviewError, Topic, uncommitted};

/// Refuses changes that are not committed: a build would go on without them. What git does not know, and which commit of a
/// submodule is checked out, does not matter.
pub(super) fn refuse_dirty(checkout: &Checkout, service: Option<&str>) -> Result<(), BuildError> {
    let args = [
        "--no-optional-locks",
        "status",
        "--porcelain",
        "-z",
        "--untracked-files=no",
        "--ignore-submodules=all",
        "--no-renames",
    ];
    let output = checkout.git().run(&args)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let paths: Vec<String> = text
        .split('\0')
        .filter_map(|entry| entry.get(3..).map(str::to_owned))
        .collect();
    if paths.is_empty() {
        return Ok(());
    }
    Err(BuildError::Dirty {
        root: checkout.root().to_owned(),
        is_own: service.is_some_and(|service| is_own(checkout, &paths, service)),
        paths,
    })
}

/// Whether changes are those that `svcgen scap` has just made for a service.
fn is_own(checkout: &Checkout, paths: &[String], service: &str) -> bool {
    let Ok(service) = ServiceName::parse(service) else {
        return false;
    };
    let paths: Vec<Utf8PathBuf> = paths.iter().map(Utf8PathBuf::from).collect();
    let store = Rendered::of(checkout.root(), &service).by("scap");
    uncommitted(checkout.root(), &paths, &[&store]).is_ok_and(|found| found.others.is_empty())
}

pub(super) fn open_topic(checkout: &Checkout, request: &Request<'_>) -> Result<Topic, BuildError> {
    let base = match &request.settings.deploy_branch {
        Some(name) => parse_branch("deploy.deploybranch", name)?,
        None => request.branch.clone(),
    };
    // Its name is that of the service, which may be known only once the source is here.
    let branch = parse_branch("deploy.name", "svcgen/build")?;
    let topic = Topic::open(checkout.root(), branch, base, request.user.clone())?;
    let Settings { remote, .. } = &request.settings;
    if let Some(remote) = remote
        && !checkout.has_remote(remote)
    {
        return Err(BuildError::UnknownRemote {
            root: checkout.root().to_owned(),
            remote: remote.clone(),
        });
    }
    Ok(topic.at_remote(remote.clone()))
}

fn parse_branch(key: &'static str, name: &str) -> Result<BranchName, BuildError> {
    BranchName::parse(name).map_err(|_| BuildError::Branch {
        key,
        value: name.to_owned(),
    })
}

/// Fetches the branch that is built upon.
pub(super) fn target(checkout: &Checkout, topic: &Topic) -> Result<(String, Oid), BuildError> {
    let Some(remote) = topic.remote() else {
        return Err(BuildError::NoRemote {
            root: checkout.root().to_owned(),
        });
    };
    let no_branch = || BuildError::NoBranch {
        root: checkout.root().to_owned(),
        remote: remote.to_owned(),
        branch: topic.base().clone(),
    };
    topic.fetch().map_err(|source| match source {
        ReviewError::NoBase { .. } => no_branch(),
        source => BuildError::FetchDeploy {
            root: checkout.root().to_owned(),
            remote: remote.to_owned(),
            source: Box::new(source),
        },
    })?;
    topic.target().ok_or_else(no_branch)
}

pub(super) fn open_source(
    checkout: &Checkout,
    module: &SourceModule,
    request: &Request<'_>,
) -> Result<Source, BuildError> {
    let named = request.settings.source_branch.as_deref();
    let branch = match named.or(module.branch.as_deref()) {
        Some(name) => parse_branch("deploy.srcbranch", name)?,
        None => request.branch.clone(),
    };
    let git_dir = checkout.repository().commondir();
    let git_dir = Utf8Path::from_path(git_dir).ok_or_else(|| GitError::NotACheckout {
        root: checkout.root().to_owned(),
    })?;
    Source::open(git_dir, &module.name, module.url.clone(), branch)
}

/// The name of the service: as it is configured, else that of its package.
pub(super) fn name(request: &Request<'_>, manifest: &Manifest) -> String {
    let configured = request
        .settings
        .name
        .clone()
        .or_else(|| request.name.clone());
    let name = configured.or_else(|| manifest.name().map(str::to_owned));
    name.unwrap_or_else(|| "service".into())
}

/// The topic branch: not that of the generators, whose change to the deploy repository is another.
pub(super) fn branch(service: &str) -> Result<BranchName, BuildError> {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' || c == '_' {
            c
        } else {
            '-'
        }
    };
    let name: String = service.chars().map(plain).collect();
    parse_branch("deploy.name", &format!("svcgen/{name}-build"))
}

/// The change that waits; it has to be a build's, and checked out nowhere.
pub(super) fn find_pending(
    checkout: &Checkout,
    topic: &Topic,
) -> Result<Option<Pending>, BuildError> {
    if let Some(path) = topic.checked_out_in()? {
        return Err(BuildError::CheckedOut {
            branch: topic.branch().clone(),
            path,
        });
    }
    match topic.pending()? {
        Some(pending) if !is_build(&pending.message) => Err(BuildError::NotOurs {
            root: checkout.root().to_owned(),
            branch: topic.branch().clone(),
            aside: topic.free_name("old").into(),
            subject: pending.message.subject().to_owned(),
        }),
        pending => Ok(pending),
    }
}

pub(super) fn refuse_occupied(
    checkout: &Checkout,
    base: &Standing,
    path: &Utf8Path,
) -> Result<(), BuildError> {
    let tree = checkout.repository().find_tree(base.tree);
    match tree.and_then(|tree| tree.get_path(path.as_std_path())) {
        Ok(_) => Err(BuildError::Occupied {
            path: path.to_owned(),
            commit: base.short(),
        }),
        Err(_) => Ok(()),
    }
}
