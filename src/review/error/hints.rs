//! What to do about a change that cannot be taken to review: the commands, by what they are about.

use git2::Oid;

use super::{ReviewError, git_in};
use crate::git::GitError;
use crate::review::listed::reference;

impl ReviewError {
    /// Commands that help; at most two.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Git(error) | Self::Commit { source: error } => error.hint().into_iter().collect(),
            Self::Hook { left, .. } => vec![(*left).to_owned()],
            Self::NotAFolder { .. } => vec!["name a folder: the clone is made in it".to_owned()],
            Self::Switch { .. }
            | Self::CheckedOut { .. }
            | Self::InProgress { .. }
            | Self::Detached { .. }
            | Self::OtherModel { .. }
            | Self::NoIdentity { .. } => self.of_checkout(),
            Self::NotOnTopic { .. }
            | Self::CutOff { .. }
            | Self::OnTop { .. }
            | Self::Moved { .. }
            | Self::Several { .. }
            | Self::Series { .. }
            | Self::Others { .. }
            | Self::NoBranch { .. }
            | Self::NoChangeId { .. } => self.of_branch(),
            Self::Diverged { .. }
            | Self::Unrelated { .. }
            | Self::Newer { .. }
            | Self::OtherTarget { .. }
            | Self::Merged { .. } => self.of_upstream(),
            Self::NoBase { .. }
            | Self::Unwritable { .. }
            | Self::NoRemote { .. }
            | Self::Rejected { .. }
            | Self::NoServer { .. }
            | Self::NoGerrit { .. }
            | Self::Occupied { .. } => self.of_server(),
        }
    }

    /// The checkout is not as it has to be before anything is done.
    fn of_checkout(&self) -> Vec<String> {
        match self {
            Self::Switch { root, source, .. } => {
                if matches!(**source, GitError::Missing { .. }) || source.is_full() {
                    return source.hint().into_iter().collect();
                }
                if let Some(hint) = source.left_lock() {
                    return vec![hint];
                }
                let git = git_in(root);
                vec![
                    format!("{git} status"),
                    format!(
                        "{git} stash -u    sets aside what is not committed, including new files"
                    ),
                ]
            }
            Self::CheckedOut { root, path, .. } if !path.exists() => {
                vec![format!("{} worktree prune", git_in(root))]
            }
            Self::CheckedOut { path, command, .. } => {
                let free = format!("{} switch --detach    frees the branch", git_in(path));
                command.iter().cloned().chain([free]).collect()
            }
            Self::InProgress {
                root,
                operation: "bisect",
            } => vec![format!("{} bisect reset", git_in(root))],
            Self::InProgress { root, operation } => {
                let git = git_in(root);
                vec![
                    format!("{git} {operation} --continue"),
                    format!("{git} {operation} --abort"),
                ]
            }
            Self::Detached { root, commit } => {
                vec![format!(
                    "{} branch kept-{commit} {commit}    keeps it",
                    git_in(root)
                )]
            }
            Self::OtherModel {
                root, branch, here, ..
            } => vec![format!(
                "{} rebase {here} {branch}    brings the change to the model that is here",
                git_in(root)
            )],
            Self::NoIdentity { .. } => vec![
                "git config --global user.name 'Your Name'".into(),
                "git config --global user.email you@example.org".into(),
            ],
            _ => Vec::new(),
        }
    }

    /// The topic branch does not hold what it should, or is not where it should be.
    fn of_branch(&self) -> Vec<String> {
        match self {
            Self::NotOnTopic { root, branch } => {
                vec![format!("{} switch {branch}", git_in(root))]
            }
            Self::CutOff { root, .. } => {
                vec![format!("{} fetch --unshallow", git_in(root))]
            }
            Self::OnTop {
                root,
                branch,
                depth,
                is_root,
                ..
            } => {
                let git = git_in(root);
                let below = match is_root {
                    true => "--root".to_owned(),
                    false => format!("HEAD~{}", depth + 1),
                };
                // What svcgen wrote may lie in the work tree, not committed.
                vec![
                    format!("{git} switch {branch} && {git} rebase -i --autostash {below}"),
                    "in the list that it opens, mark yours `fixup`, or move it up".into(),
                ]
            }
            Self::Moved { root, branch, .. } => {
                vec![format!("{} log --oneline -5 {branch}", git_in(root))]
            }
            Self::Several {
                root,
                branch,
                aside,
                upstream,
                ..
            } => {
                let git = git_in(root);
                let since = upstream.as_ref().map(|upstream| format!("{upstream}.."));
                vec![
                    format!("{git} log --oneline {}{branch}", since.unwrap_or_default()),
                    format!("{git} branch -m {branch} {aside}"),
                ]
            }
            Self::Series { command, .. } => vec![command.clone()],
            Self::Others {
                root,
                upstream,
                is_series: true,
                ..
            } => vec![
                format!("{} rebase -i {upstream}", git_in(root)),
                "`--force` sends them, too".into(),
            ],
            Self::Others {
                has_model: true, ..
            } => vec!["`--force` sends them, too: the model is in one of them".into()],
            Self::Others {
                root,
                aside,
                upstream,
                ..
            } => {
                let git = git_in(root);
                vec![format!(
                    "{git} branch {aside} && {git} rebase --onto {upstream} HEAD~1"
                )]
            }
            Self::NoBranch { .. } => {
                vec!["someone has removed it in the meantime: run the same command again".into()]
            }
            Self::NoChangeId {
                root,
                branch,
                commit,
            } => {
                let git = git_in(root);
                // Any name that no other change has will do: with Gerrit's hook `--amend` alone would make one.
                vec![format!(
                    "{git} switch {branch} && {git} commit --amend -m \"$({git} log -1 --format=%B)\" \
                     -m 'Change-Id: I{commit}'"
                )]
            }

            _ => Vec::new(),
        }
    }

    /// The branch does not go with that of the remote.
    fn of_upstream(&self) -> Vec<String> {
        match self {
            // A run that wrote nothing has gone back to another branch.
            Self::Diverged {
                root,
                branch,
                upstream,
                ..
            } => {
                let git = git_in(root);
                vec![format!("{git} rebase --autostash {upstream} {branch}")]
            }
            Self::Unrelated { root, upstream, .. } => {
                vec![format!("{} log --oneline HEAD {upstream}", git_in(root))]
            }
            Self::Newer { .. } => self.of_patch_sets(),
            Self::OtherTarget { base, .. } => vec![
                format!("`--topic NAME` begins another for `{base}`, once this one is abandoned"),
                format!(
                    "`--force` goes on with it, once the review server has moved it to `{base}`"
                ),
            ],
            Self::Merged {
                root,
                branch,
                aside,
                ..
            } => vec![format!("{} branch -m {branch} {aside}", git_in(root))],
            _ => Vec::new(),
        }
    }

    /// Somebody sent patch sets that the branch does not have.
    fn of_patch_sets(&self) -> Vec<String> {
        let Self::Newer {
            root,
            branch,
            remote,
            patch_sets,
            is_last,
            moved,
            can_force,
        } = self
        else {
            return Vec::new();
        };
        let Some(first) = patch_sets.first() else {
            return Vec::new();
        };
        let (git, reference) = (git_in(root), reference(first.number, first.patch_set));
        let short = |commit: &Oid| commit.to_string()[..10].to_owned();
        let ours = match is_last {
            true => "HEAD".to_owned(),
            false => short(&first.ours),
        };
        let next = match (moved, is_last, first.is_sent) {
            (_, _, false) => format!("diff {ours} FETCH_HEAD"),
            (None, true, true) => "reset --keep FETCH_HEAD".to_owned(),
            (None, false, true) => format!("rebase --autostash --onto FETCH_HEAD {ours}"),
            (Some(moved), ..) => {
                let (below, tip) = (short(&moved.0), short(&moved.1));
                let rest = match is_last {
                    true => String::new(),
                    false => format!(" && {git} cherry-pick {ours}..{tip}"),
                };
                format!(
                    "reset --keep FETCH_HEAD && {git} rebase --autostash --onto {below} FETCH_HEAD~1{rest}"
                )
            }
        };
        let mut hints = vec![format!(
            "{git} switch {branch} && {git} fetch {remote} {reference} && {git} {next}"
        )];
        if *can_force {
            let them = match patch_sets.len() {
                1 => "it",
                _ => "them",
            };
            hints.push(format!("`--force` sends yours over {them}"));
        }
        hints
    }

    /// There is nowhere to send changes to, or they are not taken.
    fn of_server(&self) -> Vec<String> {
        match self {
            Self::NoBase { root, remote, .. } => vec![
                format!("{} ls-remote --heads {remote}", git_in(root)),
                "`repositories` of the site or the model names the branch: correct it there".into(),
            ],
            Self::Unwritable { .. } => {
                vec!["let yourself write there; without `--review` nothing is fetched".into()]
            }
            Self::NoRemote { root, url } => {
                let url = url.as_deref().unwrap_or("ssh://USER@HOST:29418/REPOSITORY");
                let url = shell_words::quote(url);
                vec![format!("{} remote add gerrit {url}", git_in(root))]
            }
            Self::Rejected { root, remote, .. } if self.is_about_credentials() => vec![format!(
                "{} remote set-url {remote} ssh://USER@HOST:29418/REPOSITORY",
                git_in(root)
            )],
            // One that was abandoned, say.
            Self::Rejected { reason, .. } if reason.contains(" closed") => vec![
                "restore the change on the review server, and run this again".into(),
                "`--topic NAME` begins another change, on a branch of its own".into(),
            ],
            Self::Rejected { .. } => vec![
                "the commit is kept: correct what the server names, and run this again".into(),
                "ask the people who run the review server, if you lack a permission".into(),
            ],
            Self::Occupied { .. } => vec!["move it elsewhere, or name another folder".into()],
            Self::NoServer { site } => vec![
                format!("`gerrit.url` belongs in the file of the site `{site}`"),
                "`--site NAME` takes another site".into(),
            ],
            Self::NoGerrit {
                root,
                remote,
                reference,
            } => vec![format!(
                "{} push {remote} --delete '{reference}'",
                git_in(root)
            )],
            _ => Vec::new(),
        }
    }

    fn is_about_credentials(&self) -> bool {
        let Self::Rejected { source, .. } = self else {
            return false;
        };
        ["could not read Username", "Authentication failed"]
            .iter()
            .any(|words| source.as_str().contains(words))
    }
}
