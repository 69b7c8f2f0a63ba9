//! Where the changes of a checkout go, and whether that is where they are meant to go.

use camino::Utf8Path;

use super::clone::{host, is_same, rewritten, url};
use super::error::ReviewError;
use super::upstream::remote_of;
use crate::configuration::User;
use crate::git::{Checkout, Git};
use crate::model::{RepositoryName, Site};

/// The remote that a checkout sends its changes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remote {
    /// It leads to the repository that is meant, or there is nothing to compare it with.
    Meant { name: String, url: String },
    /// It leads elsewhere.
    Other {
        name: String,
        url: String,
        meant: String,
    },
    /// There is none.
    None { meant: Option<String> },
}

impl Remote {
    /// Looks at a checkout of what should be this repository.
    ///
    /// # Errors
    /// Where the folder is not the root of a checkout.
    pub fn of(
        root: &Utf8Path,
        repository: Option<&RepositoryName>,
        site: &Site,
        user: &User,
    ) -> Result<Self, ReviewError> {
        let checkout = Checkout::open(root)?;
        let meant = repository.and_then(|name| Some((name, url(site, name, user, root).ok()?)));
        let found = remote_of(&checkout);
        let found = found.and_then(|name| Some((checkout.push_url(&name)?, name)));
        let Some((found, name)) = found else {
            let meant = meant.map(|(_, url)| url);
            return Ok(Self::None { meant });
        };
        let is_meant = match &meant {
            None => true,
            Some((repository, url)) => {
                is_same(&found, url, repository) || found == rewritten(&checkout, url)?
            }
        };
        Ok(match meant.filter(|_| !is_meant) {
            None => Self::Meant { name, url: found },
            Some((_, meant)) => Self::Other {
                name,
                url: found,
                meant,
            },
        })
    }

    /// Whether it leads to another server than the one that is meant; of a folder of this machine nobody knows.
    pub fn is_elsewhere(&self) -> bool {
        self.is_at_meant_server() == Some(false)
    }

    /// Whether it leads to another project of the server that is meant.
    pub fn is_another_project(&self) -> bool {
        self.is_at_meant_server() == Some(true)
    }

    /// Whether another repository is on the server that is meant, where that is known.
    fn is_at_meant_server(&self) -> Option<bool> {
        let Self::Other { url, meant, .. } = self else {
            return None;
        };
        let is_address = url.contains("://") || url.contains(':') && !url.starts_with(['/', '.']);
        let (one, other) = host(url).filter(|_| is_address).zip(host(meant))?;
        // Whether a name is in capitals makes no other host of it.
        Some(one.eq_ignore_ascii_case(other))
    }
}

/// Asks the remote of a checkout whether it lets the user read, without any question to the user.
///
/// # Errors
/// With git's words, or where it takes longer than `within`.
pub fn ask_remote(
    root: &Utf8Path,
    remote: &str,
    within: std::time::Duration,
) -> Result<(), ReviewError> {
    let git = unattended(root, within)?;
    git.run(&["ls-remote", "--quiet", "--", remote, "HEAD"])?;
    Ok(())
}

/// The user's git in a folder, which asks nothing and ends in time.
///
/// # Errors
/// Where git cannot be run.
pub fn unattended(root: &Utf8Path, within: std::time::Duration) -> Result<Git, ReviewError> {
    let git = Git::at(root).within(within);
    let ssh = match std::env::var("GIT_SSH_COMMAND") {
        Ok(ssh) => ssh,
        Err(_) => git.output(&["config", "core.sshCommand"])?.text(),
    };
    let ssh = match ssh.as_str() {
        "" => "ssh",
        ssh => ssh,
    };
    Ok(git
        .having("GIT_TERMINAL_PROMPT", "0")
        .having("GIT_SSH_COMMAND", &format!("{ssh} -o BatchMode=yes")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_project_is_one_of_the_same_server() {
        let is_another = |url: &str| {
            let remote = Remote::Other {
                name: "origin".to_owned(),
                url: url.to_owned(),
                meant: "https://review.farm.example/r/tea".to_owned(),
            };
            remote.is_another_project()
        };
        assert!(is_another("ssh://ada@review.farm.example:29418/cup"));
        assert!(is_another("ada@Review.farm.example:cup"));
        assert!(!is_another("ssh://ada@review.other.example:29418/tea"));
        assert!(!is_another("/srv/cup.git"));
    }

    #[test]
    fn a_host_in_capitals_is_no_other_server() {
        let is_elsewhere = |url: &str| {
            let remote = Remote::Other {
                name: "origin".to_owned(),
                url: url.to_owned(),
                meant: "https://review.farm.example/r/tea".to_owned(),
            };
            remote.is_elsewhere()
        };
        assert!(!is_elsewhere("ssh://ada@Review.FARM.example:29418/cup"));
        assert!(!is_elsewhere("ada@REVIEW.farm.example:cup"));
        assert!(is_elsewhere("ssh://ada@review.other.example:29418/tea"));
        assert!(!is_elsewhere("/srv/tea.git"));
    }
}
