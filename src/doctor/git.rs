use camino::Utf8Path;

use super::{Finding, Surroundings, said};
use crate::configuration::User;
use crate::review::committer;

/// The oldest git that svcgen is tried with: that of Debian 11.
const OLDEST: (u32, u32) = (2, 30);

const COMMITS: &[&str] = &["vagrant", "puppet", "scap", "source", "generate", "build"];

/// git, and who commits.
pub(super) fn examine(surroundings: &Surroundings<'_>) -> Vec<Finding> {
    let finding = Finding::new("git", "git", &[]);
    let Some(said) = said("git", &["--version"]) else {
        return vec![finding.missing("there is no `git` on this machine", "apt-get install git")];
    };
    let version = said.trim_start_matches("git version ").to_owned();
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let finding = match found >= OLDEST {
        true => finding.fine(version),
        false => finding.doubtful(
            format!("{version} is older than {}.{}", OLDEST.0, OLDEST.1),
            "apt-get install git",
        ),
    };
    let mut findings = vec![finding];
    if surroundings.want(COMMITS) {
        findings.push(identity(surroundings));
        findings.extend(signing());
    }
    findings
}

/// The name and the address of commits, in each checkout: one may have its own.
fn identity(surroundings: &Surroundings<'_>) -> Finding {
    let finding = Finding::new("git.identity", "a name and an address for commits", COMMITS);
    let user = &surroundings.configuration.user;
    let checkouts = surroundings.checkouts.iter();
    let found = checkouts.filter_map(|place| place.found.path());
    let mut folders: Vec<&Utf8Path> = found.collect();
    if folders.is_empty() {
        folders.push(Utf8Path::new("."));
    }
    let mut known = Vec::new();
    for folder in folders {
        match committer(folder, user) {
            Ok(person) if known.contains(&person) => {}
            Ok(person) => known.push(person),
            Err(_) => return nameless(finding, folder, user),
        }
    }
    finding.fine(known.join(", "))
}

/// What git lacks.
fn nameless(finding: Finding, folder: &Utf8Path, user: &User) -> Finding {
    let folder = folder.as_str();
    let set = |key: &str| said("git", &["-C", folder, "config", key]);
    let name = user.name.clone().or_else(|| set("user.name"));
    let email = user.email.as_ref().map(ToString::to_string);
    let email = email.or_else(|| set("user.email"));
    let set_name = "git config --global user.name 'Ada Example'";
    let set_email = "git config --global user.email ada@example.org";
    match (name, email) {
        (None, None) => finding.missing(
            "git has no `user.name`, and no `user.email`",
            format!("{set_name} && {set_email}"),
        ),
        (None, Some(_)) => finding.missing("git has no `user.name`", set_name),
        (Some(_), _) => finding.missing("git has no `user.email`", set_email),
    }
}

/// What signs commits, where they are signed.
fn signing() -> Option<Finding> {
    let setting = |key: &str| said("git", &["config", key]).filter(|value| !value.is_empty());
    if said("git", &["config", "--type=bool", "commit.gpgSign"])? != "true" {
        return None;
    }
    let finding = Finding::new("git.signing", "what signs commits", COMMITS);
    let format = setting("gpg.format").unwrap_or_else(|| "openpgp".to_owned());
    let by_default = match format.as_str() {
        "ssh" => "ssh-keygen",
        "x509" => "gpgsm",
        _ => "gpg",
    };
    let program = setting(&format!("gpg.{format}.program"));
    let program = program.or_else(|| setting("gpg.program").filter(|_| format == "openpgp"));
    let program = program.unwrap_or_else(|| by_default.to_owned());
    Some(match which::which(&program) {
        Ok(_) => finding.fine(program),
        Err(_) => finding.missing(
            format!("git signs commits (`commit.gpgSign`), and there is no `{program}`"),
            match by_default {
                "ssh-keygen" => "apt-get install openssh-client",
                "gpgsm" => "apt-get install gpgsm",
                _ => "apt-get install gnupg",
            },
        ),
    })
}
