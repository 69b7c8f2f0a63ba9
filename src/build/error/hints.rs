//! What to do about a build that cannot be done, by what it fails at.

use camino::Utf8Path;

use super::BuildError;
use crate::error::is_lack_of_room;
use crate::review::ReviewError;

impl BuildError {
    /// Commands that help, or what to change; at most two.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Git(error) => error.hint().into_iter().collect(),
            Self::Review(error) => error.hints(),
            Self::Npm(error) => error.hints(),
            Self::Dirty { .. }
            | Self::CheckedOut { .. }
            | Self::NotOurs { .. }
            | Self::Branch { .. }
            | Self::NoBranch { .. } => self.of_checkout(),
            Self::NoRemote { .. }
            | Self::UnknownRemote { .. }
            | Self::Fetch { .. }
            | Self::FetchDeploy { .. }
            | Self::NoSourceBranch { .. }
            | Self::MissingCommit { .. } => self.of_servers(),
            Self::NoSubmodule { .. }
            | Self::Submodules { .. }
            | Self::UnsafeSubmodule { .. }
            | Self::Occupied { .. }
            | Self::NoPackage { .. }
            | Self::NotText { .. }
            | Self::Outward { .. } => self.of_content(),
            Self::Write { .. } | Self::Log { .. } | Self::Workshop { .. } => self.of_disk(),
            Self::Template(_)
            | Self::NoImage { .. }
            | Self::Connect(_)
            | Self::Obtain(_)
            | Self::Step(_)
            | Self::Image { .. }
            | Self::Run { .. } => self.of_container(),
            Self::NotConnected | Self::Hash { .. } => {
                vec!["this is a bug in svcgen: please report it".into()]
            }
            // Those that are about files say more in their causes, and mistakes are shown in their lines.
            Self::Package(_) | Self::Read { .. } | Self::Runtime(_) | Self::Interrupted => {
                Vec::new()
            }
        }
    }

    /// The deploy repository is not as it has to be before anything is done.
    fn of_checkout(&self) -> Vec<String> {
        match self {
            Self::Dirty { is_own: true, .. } => {
                vec!["svcgen scap --commit    commits what svcgen wrote there".to_owned()]
            }
            Self::Dirty { root, .. } => vec![
                format!("{} status    lists them", git_in(root)),
                format!("{} stash    sets them aside", git_in(root)),
            ],
            Self::CheckedOut { path, .. } => vec![format!(
                "{} switch --detach    frees the branch",
                git_in(path)
            )],
            Self::NotOurs {
                root,
                branch,
                aside,
                ..
            } => vec![format!("{} branch -m {branch} {aside}", git_in(root))],
            Self::NoBranch { root, .. } => vec![
                format!(
                    "{} branch --remotes    lists the existing ones",
                    git_in(root)
                ),
                "`git config deploy.deploybranch NAME` names another".into(),
            ],
            Self::Branch { key, .. } => vec![format!(
                "git config {key} NAME    sets the name of a branch"
            )],
            _ => Vec::new(),
        }
    }

    /// What is to be fetched does not come.
    fn of_servers(&self) -> Vec<String> {
        match self {
            Self::NoRemote { root } => {
                vec![format!("{} remote add origin ADDRESS", git_in(root))]
            }
            Self::UnknownRemote { root, .. } => vec![format!(
                "{} remote -v    lists the existing ones",
                git_in(root)
            )],
            // The server has answered: it is this machine that cannot take it.
            Self::Fetch { source, .. } if source.is_full() => source.hint().into_iter().collect(),
            Self::Fetch { url, .. } => vec![format!(
                "git ls-remote {}    tries it by hand",
                shell_words::quote(url)
            )],
            Self::FetchDeploy { source, .. } if matches!(&**source, ReviewError::Git(error) if error.is_full()) => {
                source.hints()
            }
            Self::FetchDeploy { root, remote, .. } => {
                vec![format!(
                    "{} ls-remote {remote}    tries it by hand",
                    git_in(root)
                )]
            }
            Self::NoSourceBranch { .. } => {
                vec!["`git config deploy.srcbranch NAME` names another".into()]
            }
            Self::MissingCommit { root, path, .. } => vec![
                format!(
                    "push it from where it was made: {} push",
                    git_in(&root.join(path))
                ),
                "`svcgen build --force` continues without the list of changes".into(),
            ],
            _ => Vec::new(),
        }
    }

    /// What is in one of the two repositories will not do.
    fn of_content(&self) -> Vec<String> {
        match self {
            Self::NoSubmodule { .. } => vec![
                "git config deploy.submodule ADDRESS".into(),
                "`svcgen scap` writes `.gitmodules`".into(),
            ],
            Self::Submodules { .. } | Self::UnsafeSubmodule { .. } => {
                vec!["correct `.gitmodules` of the deploy repository, and commit it".into()]
            }
            Self::Occupied { path, .. } => vec![
                format!(
                    "git rm -r {}    makes room for the submodule",
                    shell_words::quote(path.as_str())
                ),
                "`git config deploy.dir` and `deploy.submodule` say where the source belongs"
                    .into(),
            ],
            Self::NoPackage { .. } => {
                vec!["npm init    creates one, in the source repository".into()]
            }
            Self::NotText { .. } => vec!["save it as UTF-8; `file` shows what it is".into()],
            Self::Outward { .. } => {
                vec!["move it into the source repository, or publish it as a package".into()]
            }
            _ => Vec::new(),
        }
    }

    /// Something cannot be written.
    fn of_disk(&self) -> Vec<String> {
        match self {
            Self::Write { source, .. } | Self::Workshop { source, .. }
                if is_lack_of_room(source) =>
            {
                vec![
                    "`export XDG_CACHE_HOME=/a/folder/of/yours` builds where there is more room"
                        .into(),
                ]
            }
            Self::Log { .. } => {
                vec!["`export XDG_STATE_HOME=/a/folder/of/yours` keeps logs elsewhere".into()]
            }
            Self::Workshop { .. } => {
                vec!["`export XDG_CACHE_HOME=/a/folder/of/yours` builds elsewhere".into()]
            }
            _ => Vec::new(),
        }
    }

    /// What the modules are built with is not there, or fails.
    fn of_container(&self) -> Vec<String> {
        match self {
            Self::Template(_) => {
                vec!["correct the template, or remove it: svcgen has one of its own".into()]
            }
            Self::NoImage { target, site } => vec![
                format!("add `images: {{{target}: NAME:TAG}}` to the site `{site}`"),
                "or name an image as `deploy.target` of `package.json`".into(),
            ],
            Self::Connect(error) => error.hints(&|name| std::env::var(name).ok()),
            Self::Obtain(error) => error.hints(),
            Self::Step(error) => error.hints(),
            Self::Image { source, log } => with_log(source.hints(), log),
            Self::Run { source, log } => with_log(source.hints(), log),
            _ => Vec::new(),
        }
    }
}

/// Hints, and where all is that was written.
fn with_log(mut hints: Vec<String>, log: &Utf8Path) -> Vec<String> {
    hints.truncate(1);
    hints.push(format!("`{log}` has the complete output"));
    hints
}

fn git_in(root: &Utf8Path) -> String {
    format!("git -C {}", shell_words::quote(root.as_str()))
}
