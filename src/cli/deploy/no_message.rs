//! A message that was hardly meant as one: the name of a group, a host, an environment, a revision or a deploy alone. Taken
//! for a message it would deploy another revision, or to other hosts, than its user has typed.

use super::limit::group_hint;
use super::{Opened, RepositoryArgs};
use crate::deploy::Action;
use crate::error::CommandError;
use crate::event::DeployId;
use crate::model::{HostName, Revision};
use crate::scap::ScapEnvironment;
use crate::worktree::Worktree;

/// The fewest digits of what is taken for a commit that is not known here: as many as svcgen and git show.
const SHOWN: usize = 7;

/// What a word names.
struct Named {
    what: &'static str,
    hint: String,
}

/// Refuses a message that is one such name, also behind a `to`.
///
/// # Errors
/// The name, how what it names is meant, and how it is told as a message.
pub(super) fn refuse_name(
    message: &[String],
    action: Action,
    opened: &Opened,
    args: &RepositoryArgs,
) -> Result<(), CommandError> {
    let said = message.join(" ");
    let words: Vec<&str> = said.split_whitespace().collect();
    let ([word] | ["to", word]) = words.as_slice() else {
        return Ok(());
    };
    let Some(named) = named(word, action, opened) else {
        return Ok(());
    };
    let verb = action.as_str();
    let example = args.completed(&format!("svcgen {verb} 'because of {word}'"));
    Err(CommandError::usage(format!(
        "`{word}` is {}, and would only be the message of this {verb}; nothing was touched",
        named.what
    ))
    .hint(named.hint)
    .hint(format!("a message has more words, such as `{example}`")))
}

fn named(word: &str, action: Action, opened: &Opened) -> Option<Named> {
    if word.starts_with('-') {
        return Some(Named {
            what: "an option",
            hint: "options stand before `--`; `--dry-run` touches nothing".into(),
        });
    }
    let groups = &opened.working.value.groups;
    if groups.iter().any(|group| group.group.name.as_str() == word) {
        return Some(Named {
            what: "a group",
            hint: group_hint("--limit", word, &[], groups)?,
        });
    }
    let hosts = opened.hosts();
    let is_short = |host: &&HostName| host.as_str().split('.').next() == Some(word);
    let short = hosts.iter().find(is_short).map(HostName::as_str);
    let is_limit = short.is_some() || matches!(opened.limit(Some(word)), Ok(Some(_)));
    if is_limit {
        let limit = short.unwrap_or(word);
        let (what, them) = match limit.contains(['*', '[', '~', '!', ',']) {
            true => ("a pattern of hosts", "them"),
            false => ("a host", "it"),
        };
        return Some(Named {
            what,
            hint: format!("`--limit '{limit}'` chooses {them}"),
        });
    }
    if is_environment(word, opened) {
        return Some(Named {
            what: "an environment",
            hint: format!("`--environment {word}` chooses it"),
        });
    }
    if DeployId::parse(word).is_ok() {
        return Some(Named {
            what: "the name of a deploy",
            hint: match action {
                Action::Deploy => format!("`--resume {word}` goes on with it"),
                _ => format!("`svcgen log {word}` tells of it; `--to REV` goes back to a revision"),
            },
        });
    }
    if is_like_commit(word) || opened.repository.resolve(word).is_ok() {
        return Some(Named {
            what: "a revision",
            hint: match action {
                Action::Rollback => format!("`--to {}` goes back to it", shell_words::quote(word)),
                _ => format!("`--rev {}` deploys it", shell_words::quote(word)),
            },
        });
    }
    None
}

fn is_environment(word: &str, opened: &Opened) -> bool {
    let environment = ScapEnvironment::parse(word);
    let worktree = Worktree::open(opened.repository.root()).ok();
    environment
        .zip(worktree)
        .is_some_and(|(environment, worktree)| worktree.has_folder(environment.folder()))
}

/// Whether it looks like a commit, known here or not: words of the same letters, such as `defaced`, have no digits.
fn is_like_commit(word: &str) -> bool {
    let mut digits = word.bytes();
    let has_length = (SHOWN..=40).contains(&word.len());
    Revision::parse(word).is_ok()
        || has_length
            && word.bytes().all(|byte| byte.is_ascii_hexdigit())
            && digits.any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_told_from_words_and_tickets() {
        assert!(is_like_commit("0ead649"));
        assert!(is_like_commit("4f823bb0"));
        assert!(!is_like_commit("defaced"));
        assert!(!is_like_commit("T123456"));
        assert!(!is_like_commit("again"));
    }
}
