use super::{Finding, Surroundings, said};

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
    vec![finding, identity(surroundings)]
}

/// The name and the address of commits.
fn identity(surroundings: &Surroundings<'_>) -> Finding {
    let finding = Finding::new("git.identity", "a name and an address for commits", COMMITS);
    let user = &surroundings.configuration.user;
    let setting =
        |key: &str, own: &Option<String>| own.clone().or_else(|| said("git", &["config", key]));
    let name = setting("user.name", &user.name);
    let email = setting("user.email", &user.email);
    match (name, email) {
        (Some(name), Some(email)) => finding.fine(format!("{name} <{email}>")),
        (None, _) => finding.missing(
            "git has no `user.name`",
            "git config --global user.name 'Ada Example'",
        ),
        (_, None) => finding.missing(
            "git has no `user.email`",
            "git config --global user.email ada@example.org",
        ),
    }
}
