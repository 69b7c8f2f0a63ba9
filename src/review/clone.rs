//! Clones the repository of a service from the review server, or begins it.

use std::num::NonZeroU16;

use camino::{Utf8Path, Utf8PathBuf};
use git2::Oid;
use serde::Serialize;

use super::answer::Answer;
use super::commit::{new_change_id, record};
use super::commit_message::CommitMessage;
use super::error::ReviewError;
use super::identity::with_identity;
use super::push::{NOTHING_NEW, push};
use super::topic::Topic;
use crate::configuration::User;
use crate::edit::Rendered;
use crate::generate::CommitText;
use crate::git::{Checkout, Git, GitError, Head};
use crate::model::{RepositoryName, Service, Site};

/// The port of Gerrit's own ssh server.
const GERRIT_PORT: u16 = 29418;

/// Which of a service's repositories is cloned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    Source,
    Deploy,
}

/// A checkout that is there now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cloned {
    pub repository: RepositoryName,
    pub path: Utf8PathBuf,
    pub fetched: Fetched,
    pub begun: Begun,
}

/// How the checkout came to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fetched {
    Cloned,
    /// It was there already, and was brought up to date with the server; its files are as they were.
    Fetched,
}

/// What became of an empty deploy repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Begun {
    /// It has commits already, or is not the deploy repository.
    Already,
    /// Its first commit was pushed.
    Pushed,
    /// Its first commit may not be pushed, and was sent for review.
    InReview,
}

/// Clones a repository of a service, with a remote `gerrit`: the source into `FOLDER/NAME`, the deploy repository into
/// `FOLDER/deploy`. An empty deploy repository gets its first commit.
///
/// # Errors
/// Where a folder is there that is something else, or a server refuses.
pub fn clone_repository(
    service: &Service,
    site: &Site,
    folder: &Utf8Path,
    which: Which,
    user: &User,
) -> Result<Cloned, ReviewError> {
    let write = |source| GitError::Write {
        path: folder.to_owned(),
        source,
    };
    if folder.exists() && !folder.is_dir() {
        return Err(ReviewError::NotAFolder {
            path: folder.to_owned(),
        });
    }
    fs_err::create_dir_all(folder).map_err(write)?;
    // Git runs in this folder, from where a relative path leads to another.
    let folder = folder.canonicalize_utf8().map_err(write)?;
    let own = &service.repositories;
    match which {
        Which::Source => {
            let path = folder.join(service.name.as_str());
            clone(service, site, &own.source, path, user)
        }
        Which::Deploy => {
            let mut cloned = clone(service, site, &own.deploy, folder.join("deploy"), user)?;
            cloned.begun = begin(service, &cloned.path, user)?;
            Ok(cloned)
        }
    }
}

fn clone(
    service: &Service,
    site: &Site,
    repository: &RepositoryName,
    path: Utf8PathBuf,
    user: &User,
) -> Result<Cloned, ReviewError> {
    let url = url(site, repository, user, path.parent().unwrap_or(&path))?;
    let is_new = !path.exists();
    let is_empty =
        path.is_dir() && fs_err::read_dir(&path).is_ok_and(|mut entries| entries.next().is_none());
    let fetched = if is_new || is_empty {
        let folder = path.parent().unwrap_or(&path);
        let cloned =
            Git::at(folder)
                .network()
                .run(&["clone", "--quiet", "--", &url, path.as_str()]);
        if let Err(error) = cloned {
            if is_new {
                // What git had to leave when it was stopped; the first error is the one to tell.
                let _removed = fs_err::remove_dir_all(&path);
            }
            return Err(error.into());
        }
        Fetched::Cloned
    } else {
        let occupied = |reason: String| ReviewError::Occupied {
            path: path.clone(),
            reason,
        };
        let checkout =
            Checkout::open(&path).map_err(|_| occupied("is not a git checkout".into()))?;
        let remotes = ["gerrit", "origin"]
            .into_iter()
            .filter_map(|name| Some((name, checkout.remote_url(name)?)));
        let remotes: Vec<(&str, String)> = remotes.collect();
        let real = rewritten(&checkout, &url)?;
        let Some((remote, _)) = remotes
            .iter()
            .find(|(_, found)| *found == real || is_same(found, &url, repository))
        else {
            let of = remotes.first().map_or("nothing".into(), |(_, url)| {
                format!("`{}`", crate::git::Words::new(url.as_bytes()))
            });
            return Err(occupied(format!(
                "is a clone of {of}, not of `{repository}`"
            )));
        };
        checkout
            .git()
            .network()
            .run(&["fetch", "--quiet", remote])?;
        Fetched::Fetched
    };
    let checkout = Checkout::open(&path)?;
    if !checkout.has_remote("gerrit") {
        checkout.git().run(&["remote", "add", "gerrit", &url])?;
    }
    if fetched == Fetched::Cloned {
        check_out(&checkout, service.repositories.branch.as_str())?;
    }
    Ok(Cloned {
        repository: repository.clone(),
        path: checkout.root().to_owned(),
        fetched,
        begun: Begun::Already,
    })
}

/// Checks the model's branch out, where the server's own choice is another.
fn check_out(checkout: &Checkout, branch: &str) -> Result<(), ReviewError> {
    match checkout.head()? {
        Head::Branch { name, .. } | Head::Unborn { name } if name == branch => {}
        Head::Unborn { .. }
            if checkout
                .resolve(&format!("refs/remotes/origin/{branch}"))
                .is_none() =>
        {
            checkout
                .git()
                .run(&["symbolic-ref", "HEAD", &format!("refs/heads/{branch}")])?;
        }
        _ if checkout
            .resolve(&format!("refs/remotes/origin/{branch}"))
            .is_some() =>
        {
            checkout.git().run(&["switch", "--quiet", branch])?;
        }
        // The server's branch is as good as any: the topic is created from what is there.
        _ => {}
    }
    Ok(())
}

/// Makes the first commit of an empty deploy repository, and pushes it; or sends it for review where it must not be.
fn begin(service: &Service, path: &Utf8Path, user: &User) -> Result<Begun, ReviewError> {
    let checkout = Checkout::open(path)?;
    let branch = &service.repositories.branch;
    let remotes = ["gerrit", "origin"];
    let known = remotes
        .iter()
        .filter_map(|remote| checkout.tracking(remote, branch.as_str()));
    if known
        .into_iter()
        .any(|reference| checkout.resolve(&reference).is_some())
    {
        return Ok(Begun::Already);
    }
    let tip = match checkout.head()? {
        Head::Unborn { .. } => first_commit(service, &checkout, user)?,
        // What was committed here in an earlier run that could not push, and nothing else.
        Head::Branch { name, tip }
            if name == branch.as_str() && checkout.commits(tip, None)?.len() == 1 =>
        {
            tip
        }
        Head::Branch { .. } | Head::Detached { .. } => return Ok(Begun::Already),
    };
    let (answer, _) = push(&checkout, "gerrit", &format!("{tip}:refs/heads/{branch}"))?;
    if !matches!(answer, Answer::Refused { .. }) {
        return Ok(Begun::Pushed);
    }
    let topic = Topic::name_for(&service.name)
        .map_or_else(|_| service.name.to_string(), |name| name.to_string());
    let target = format!("{tip}:refs/for/{branch}%topic={topic}");
    let (answer, output) = push(&checkout, "gerrit", &target)?;
    match answer {
        Answer::Refused { reason } if !reason.starts_with(NOTHING_NEW) => {
            Err(ReviewError::Rejected {
                root: checkout.root().to_owned(),
                remote: "gerrit".into(),
                reason,
                source: output.words(),
            })
        }
        Answer::Refused { .. } | Answer::Accepted { .. } | Answer::UpToDate => Ok(Begun::InReview),
    }
}

fn first_commit(service: &Service, checkout: &Checkout, user: &User) -> Result<Oid, ReviewError> {
    let git = with_identity(checkout.git(), user)?;
    let readme = Utf8Path::new("README.md");
    let text = format!(
        "# {}\n\nDeploy repository of `{}`.\n",
        service.repositories.key, service.repositories.source
    );
    let path = checkout.root().join(readme);
    if !path.exists() {
        let failed = |source| GitError::Write {
            path: path.clone(),
            source,
        };
        fs_err::write(&path, &text).map_err(failed)?;
        // So that the generator of the deploy repository may replace it.
        Rendered::of(checkout.root(), &service.name)
            .write(readme, &text)
            .map_err(failed)?;
    }
    let changed = checkout.status(&[readme.to_owned()])?;
    let body = format!(
        "It holds what is deployed of {}: the source, its dependencies, the setup of Scap.",
        service.name
    );
    let message = CommitMessage::new(&CommitText {
        subject: "Begin the deploy repository".into(),
        body,
        later: None,
    });
    let change_id = new_change_id(checkout, &git, None, &changed, &message.to_string())?;
    record(
        checkout,
        &git,
        &changed,
        &message.ensure(&[], &change_id),
        &[],
    )
}

/// The address to clone from: the review server by ssh where the user's account is known, else what anybody can read.
pub(super) fn url(
    site: &Site,
    repository: &RepositoryName,
    user: &User,
    folder: &Utf8Path,
) -> Result<String, ReviewError> {
    let account = match &user.gerrit {
        Some(account) => Some(account.clone()),
        None => {
            let output = Git::at(folder).output(&["config", "--get", "gitreview.username"])?;
            Some(output.text()).filter(|name| !name.is_empty())
        }
    };
    if let (Some(account), Some(host)) = (account, &site.gerrit.host) {
        let port = site.gerrit.port.map_or(GERRIT_PORT, NonZeroU16::get);
        return Ok(format!("ssh://{account}@{host}:{port}/{repository}"));
    }
    site.clone_url(repository)
        .ok_or_else(|| ReviewError::NoServer {
            site: site.name.to_string(),
        })
}

/// Where an address leads by `url.BASE.insteadOf` of git's configuration, which the addresses of remotes went through.
pub(super) fn rewritten(checkout: &Checkout, url: &str) -> Result<String, ReviewError> {
    let output = checkout.git().run(&["ls-remote", "--get-url", url])?;
    Ok(output.text())
}

/// Whether an address leads to this repository; people write them in several ways.
pub(super) fn is_same(found: &str, url: &str, repository: &RepositoryName) -> bool {
    let clean = |url: &str| {
        url.trim_end_matches('/')
            .trim_end_matches(".git")
            .to_owned()
    };
    let (found, url) = (clean(found), clean(url));
    if found == url {
        return true;
    }
    let path = found
        .strip_suffix(repository.as_str())
        .filter(|rest| rest.ends_with(['/', ':']));
    path.is_some() && host(&found).is_some() && host(&found) == host(&url)
}

/// The host of an address, `ssh://user@host:port/…` or `user@host:…`.
pub(super) fn host(url: &str) -> Option<&str> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    Some(host).filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_to_write_an_address_are_one() {
        let name = RepositoryName::parse("services/x/deploy").unwrap();
        let url = "ssh://ada@gerrit.example.org:29418/services/x/deploy";
        for same in [
            url,
            "ssh://gerrit.example.org:29418/services/x/deploy.git",
            "https://gerrit.example.org/r/services/x/deploy",
            "https://gerrit.example.org/r/a/services/x/deploy/",
            "ada@gerrit.example.org:services/x/deploy",
        ] {
            assert!(is_same(same, url, &name), "{same}");
        }
        for other in [
            "https://gerrit.example.org/r/services/x",
            "https://gerrit.example.org/r/other-services/x/deploy",
            "https://mirror.example.org/services/x/deploy",
            "/srv/git/services/x/deploy",
            "",
        ] {
            assert!(!is_same(other, url, &name), "{other}");
        }
    }
}
