//! The tags that Scap makes in the deploy repository, `scap/sync/DATE/NUMBER`. It restarts and compares what the last of them
//! names, so that a deploy of svcgen's has to have one.

use git2::{Commit, ErrorCode, Oid, Repository, Signature};
use jiff::Timestamp;

use super::owner::Owner;
use crate::model::Revision;

/// What the names of Scap's tags begin with.
const PREFIX: &str = "refs/tags/scap/sync/";
/// How often the next number is tried, should somebody else have taken it meanwhile.
const TRIES: usize = 5;

/// Tags a revision that is live now, and removes the oldest tags, so that `keep` tags are left. As with Scap, all tags
/// count, and only those of deploys are removed; where none is to be kept, none is made.
///
/// # Errors
/// Where git cannot write.
pub fn tag_deploy(
    repository: &Repository,
    revision: &Revision,
    owner: &Owner,
    keep: u32,
) -> Result<(), git2::Error> {
    if keep > 0 {
        let commit = repository.find_commit(Oid::from_str(revision.as_str())?)?;
        make(repository, &commit, owner)?;
    }
    remove_oldest(repository, keep as usize)
}

fn make(repository: &Repository, commit: &Commit<'_>, owner: &Owner) -> Result<(), git2::Error> {
    let now = Timestamp::now();
    let message = format!("user {}\n\ntimestamp {now}\n", owner.user);
    // Whoever has told git no name is known by the account.
    let account = format!("{}@{}", owner.user, owner.machine);
    let tagger = repository
        .signature()
        .or_else(|_| Signature::now(&owner.user, &account))?;
    let day = now.strftime("%F").to_string();
    let mut tries = 0;
    loop {
        let name = format!("scap/sync/{day}/{:04}", last_number(repository, &day)? + 1);
        let made = repository.tag(&name, commit.as_object(), &tagger, &message, false);
        tries += 1;
        match made {
            Err(error) if error.code() == ErrorCode::Exists && tries < TRIES => {}
            made => return made.map(|_| ()),
        }
    }
}

/// The number of the last tag of a day.
fn last_number(repository: &Repository, day: &str) -> Result<u32, git2::Error> {
    let mut last = 0;
    for name in repository
        .references_glob(&format!("{PREFIX}{day}/*"))?
        .names()
    {
        let number = name?
            .rsplit('/')
            .next()
            .and_then(|number| number.parse().ok());
        last = last.max(number.unwrap_or_default());
    }
    Ok(last)
}

fn remove_oldest(repository: &Repository, keep: usize) -> Result<(), git2::Error> {
    let mut tags = Vec::new();
    for reference in repository.references_glob("refs/tags/*")? {
        let reference = reference?;
        let tag = reference
            .target()
            .and_then(|id| repository.find_tag(id).ok());
        // One that is but a name has no time, and comes first.
        let at = tag.and_then(|tag| tag.tagger().map(|tagger| tagger.when().seconds()));
        let name = reference.name_bytes().to_vec();
        tags.push((at, name, reference));
    }
    tags.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let more = tags.len().saturating_sub(keep);
    for (_, name, mut reference) in tags.into_iter().take(more) {
        if name.starts_with(PREFIX.as_bytes()) {
            reference.delete()?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// Runs git in a repository, as somebody without a name.
    fn git(folder: &std::path::Path, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.arg("-C").arg(folder).args(arguments);
        command.envs([
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
        ]);
        let output = command.output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {words}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    #[test]
    fn a_deploy_has_the_next_tag_of_its_day_and_the_oldest_of_scaps_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        git(path, &["init", "-q"]);
        let commit = [
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "commit",
            "-q",
            "--allow-empty",
            "-m",
            "a",
        ];
        git(path, &commit);
        git(path, &["tag", "v1"]);
        let revision = Revision::parse(&git(path, &["rev-parse", "HEAD"])).unwrap();
        let repository = Repository::open(path).unwrap();
        let owner = Owner {
            user: "ada".into(),
            machine: "deploy1".into(),
            ..Owner::default()
        };
        let names = || {
            git(
                path,
                &[
                    "tag",
                    "--list",
                    "--format=%(refname:short) %(objecttype) %(*objectname)",
                ],
            )
        };
        let day = Timestamp::now().strftime("%F").to_string();
        let tag = |number: u32| format!("scap/sync/{day}/{number:04} tag {revision}");

        tag_deploy(&repository, &revision, &owner, 20).unwrap();
        assert_eq!(names(), format!("{}\nv1 commit", tag(1)));
        let told = git(path, &["tag", "--list", "-n9", "scap/*"]);
        assert!(
            told.contains("user ada") && told.contains("timestamp 20"),
            "{told}"
        );
        // What is no number of Scap's counts for nothing.
        git(path, &["tag", &format!("scap/sync/{day}/late")]);
        tag_deploy(&repository, &revision, &owner, 20).unwrap();
        git(path, &["tag", "-d", &format!("scap/sync/{day}/late")]);
        assert_eq!(names(), format!("{}\n{}\nv1 commit", tag(1), tag(2)));
        tag_deploy(&repository, &revision, &owner, 1).unwrap();
        assert_eq!(names(), format!("{}\nv1 commit", tag(3)));
        tag_deploy(&repository, &revision, &owner, 0).unwrap();
        assert_eq!(names(), "v1 commit");
    }
}
