//! The programs that targets need, and the packages of Debian that have them.

use crate::model::CheckKind;
use crate::scap::ScapDirectory;

/// What every deploy takes on a target, by packages. What only makes a message better is not among them.
const PROGRAMS: [(&str, &[&str]); 5] = [
    ("git", &["git"]),
    (
        "coreutils",
        &[
            "base64", "cat", "cp", "date", "dd", "head", "ln", "ls", "mkdir", "mkfifo", "mv", "rm",
            "sleep", "stat", "sync", "tail", "timeout",
        ],
    ),
    ("findutils", &["find"]),
    ("grep", &["grep"]),
    ("util-linux", &["flock"]),
];

/// What only some need.
const MORE: [(&str, &[&str]); 3] = [
    ("mawk", &["awk"]),
    ("util-linux", &[SESSIONS]),
    ("sed", &["sed"]),
];

/// What lists the sockets that listen on a port: one of both will do.
const SOCKETS: &str = "awk/ss";

/// What looks for the command of an NRPE check.
const NRPE: &str = "awk";

/// What starts a service on a host that is a folder.
const SESSIONS: &str = "setsid";

/// What the demo takes on this machine beside what every target needs: git's own scripts need the last.
pub const OF_DEMO: [&str; 3] = [SOCKETS, SESSIONS, "sed"];

/// The programs that every deploy takes on a target.
pub(super) fn programs() -> impl Iterator<Item = &'static str> {
    PROGRAMS.iter().flat_map(|(_, programs)| *programs).copied()
}

/// What deploys of such a directory take on a target beside that.
pub(super) fn of(directory: &ScapDirectory) -> Vec<&'static str> {
    let waits = !directory.config.services.is_empty() && directory.config.service_port.is_some();
    let mut checks = directory.checks.iter();
    let has_nrpe = checks.any(|check| check.kind == CheckKind::Nrpe);
    let programs = [waits.then_some(SOCKETS), has_nrpe.then_some(NRPE)];
    programs.into_iter().flatten().collect()
}

/// What deploys of such a directory to folders of this machine take beside that.
pub fn of_folders(directory: &ScapDirectory) -> Vec<&'static str> {
    let has_services = !directory.config.services.is_empty();
    let mut programs = of(directory);
    programs.extend(has_services.then_some(SESSIONS));
    programs
}

/// What this machine lacks of what every target needs, and of more.
pub fn lacking_here(more: &[&'static str]) -> Vec<&'static str> {
    let is_here = |program: &str| which::which(program).is_ok();
    let lacking = programs().chain(more.iter().copied()).filter_map(|wanted| {
        let mut ways = wanted.split('/');
        let first = ways.clone().next();
        (!ways.any(is_here)).then_some(first?)
    });
    lacking.collect()
}

/// The packages of Debian that have programs; what is not known is an extension of git, named as its package is.
pub fn packages<'a>(programs: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut packages: Vec<&str> = Vec::new();
    for program in programs {
        let mut known = PROGRAMS.iter().chain(&MORE);
        let package = known.find(|(_, programs)| programs.contains(&program));
        let package = package.map_or(program, |(package, _)| package);
        if !packages.contains(&package) {
            packages.push(package);
        }
    }
    packages
}

/// Says of programs that they are missing.
pub fn not_installed<'a>(programs: impl IntoIterator<Item = &'a str>) -> Option<String> {
    const MOST: usize = 5;
    let programs = programs.into_iter().map(|program| format!("`{program}`"));
    let programs: Vec<String> = programs.collect();
    let (last, others) = programs.split_last()?;
    Some(match others {
        [] => format!("{last} is not installed"),
        some if some.len() < MOST => format!("{} and {last} are not installed", some.join(", ")),
        many => format!(
            "{} and {} more are not installed",
            many[..MOST].join(", "),
            programs.len() - MOST
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_with_its_packages() {
        let told = |programs: &[&str]| not_installed(programs.iter().copied());
        assert_eq!(told(&[]), None);
        assert_eq!(told(&["flock"]).unwrap(), "`flock` is not installed");
        assert_eq!(
            told(&["a", "b", "c"]).unwrap(),
            "`a`, `b` and `c` are not installed"
        );
        let all: Vec<&str> = programs().collect();
        assert_eq!(
            told(&all).unwrap(),
            "`git`, `base64`, `cat`, `cp`, `date` and 16 more are not installed"
        );
        let wanted = ["mv", "setsid", "awk", "git-lfs", "date", "flock"];
        let packages = packages(wanted);
        assert_eq!(packages, ["coreutils", "util-linux", "mawk", "git-lfs"]);
    }
}
