use camino::{Utf8Path, Utf8PathBuf};

use super::{DEADLINE, Finding, Fix, Reach, Surroundings, advice, innermost};
use crate::model::RepositoryName;
use crate::review::{Remote, ask_remote};

/// A checkout that a generator would take.
#[derive(Debug, Clone)]
pub struct ExpectedCheckout {
    /// The command that it is for.
    pub command: &'static str,
    /// What it is, as `the checkout of operations/puppet`.
    pub what: &'static str,
    /// The repository that it is to be a checkout of, where that is known.
    pub repository: Option<RepositoryName>,
    pub found: Found,
    /// How svcgen is told where it is, or how it is got.
    pub fix: Fix,
}

/// Where a checkout is.
#[derive(Debug, Clone)]
pub enum Found {
    At(Utf8PathBuf),
    /// Nothing says where, or nothing is there yet: why.
    Nowhere(String),
    /// What is there is another repository, or cannot be used as it is.
    Unfit {
        reason: String,
        fix: Fix,
    },
}

impl Found {
    /// The folder, where it is one that can be used.
    pub(super) fn path(&self) -> Option<&Utf8Path> {
        match self {
            Self::At(path) => Some(path),
            Self::Nowhere(_) | Self::Unfit { .. } => None,
        }
    }
}

/// The ids of the findings of a place, and the commands that need them.
struct Needs {
    checkout: &'static str,
    checkout_by: &'static [&'static str],
    remote: &'static str,
    remote_by: &'static [&'static str],
}

const VAGRANT: Needs = Needs {
    checkout: "checkout.vagrant",
    checkout_by: &["vagrant", "generate", "check"],
    remote: "remote.vagrant",
    remote_by: &["vagrant --review", "generate --review"],
};
const PUPPET: Needs = Needs {
    checkout: "checkout.puppet",
    checkout_by: &["puppet", "generate", "check"],
    remote: "remote.puppet",
    remote_by: &["puppet --review", "generate --review"],
};
const SOURCE: Needs = Needs {
    checkout: "checkout.source",
    checkout_by: &["source", "generate", "check", "build"],
    remote: "remote.source",
    remote_by: &["source --review", "generate --review", "build"],
};
const DEPLOY: Needs = Needs {
    checkout: "checkout.deploy",
    checkout_by: &[
        "scap", "generate", "check", "build", "deploy", "rollback", "service", "lock", "log",
        "tail", "history",
    ],
    remote: "remote.deploy",
    remote_by: &["scap --review", "generate --review", "build"],
};

/// The checkouts, and where their changes go.
pub(super) fn examine(surroundings: &Surroundings<'_>) -> Vec<Finding> {
    std::thread::scope(|scope| {
        let places = surroundings.checkouts.iter();
        let running = places.map(|place| scope.spawn(|| one(place, surroundings)));
        // All are asked before the first is waited for.
        let running: Vec<_> = running.collect();
        let found = running
            .into_iter()
            .map(|one| one.join().unwrap_or_default());
        found.flatten().collect()
    })
}

fn one(place: &ExpectedCheckout, surroundings: &Surroundings<'_>) -> Vec<Finding> {
    let needs = match place.command {
        "vagrant" => VAGRANT,
        "puppet" => PUPPET,
        "source" => SOURCE,
        _ => DEPLOY,
    };
    let finding = Finding::new(needs.checkout, place.what, needs.checkout_by);
    match &place.found {
        Found::At(path) => {
            let remote = Finding::new(
                needs.remote,
                format!("the remote of {path}"),
                needs.remote_by,
            );
            let remote = surroundings
                .want(needs.remote_by)
                .then(|| self::remote(remote, place, path, surroundings));
            [finding.fine(path.to_string())]
                .into_iter()
                .chain(remote)
                .collect()
        }
        // A flag names it as well.
        Found::Nowhere(reason) => vec![finding.doubtful(reason, place.fix.clone())],
        // Its remote is that of another repository: nothing is to be said of it.
        Found::Unfit { reason, fix } => vec![finding.missing(reason, fix.clone())],
    }
}

/// Whether its changes go to the repository that is meant, and whether that lets the user in.
fn remote(
    finding: Finding,
    place: &ExpectedCheckout,
    path: &Utf8Path,
    surroundings: &Surroundings<'_>,
) -> Finding {
    let Some(site) = surroundings.site else {
        return finding.unknown("where it should point is not known");
    };
    let user = &surroundings.configuration.user;
    let git = format!("git -C {}", shell_words::quote(path.as_str()));
    match Remote::of(path, place.repository.as_ref(), site, user) {
        Err(error) => finding.doubtful(error.to_string(), place.fix.clone()),
        Ok(Remote::None { meant: Some(meant) }) => {
            finding.doubtful("there is none", format!("{git} remote add gerrit {meant}"))
        }
        Ok(Remote::None { meant: None }) => finding.doubtful(
            "there is none",
            advice(format!("`{git} remote add gerrit URL`")),
        ),
        Ok(Remote::Other { name, url, meant }) => {
            // Another remote of that name is preferred to `origin`.
            let verb = match name.as_str() {
                "gerrit" => "set-url",
                _ => "add",
            };
            finding.doubtful(
                format!("`{name}` points to {url}, not to {meant}"),
                format!("{git} remote {verb} gerrit {meant}"),
            )
        }
        Ok(Remote::Meant { name, url }) => match surroundings.reach {
            Reach::Machine => finding.fine(format!("`{name}`, {url}; not asked")),
            Reach::Network => match ask_remote(path, &name, DEADLINE) {
                Ok(()) => finding.fine(format!("`{name}`, {url}")),
                Err(error) => finding.missing(
                    format!("`{name}`, {url}: {}", innermost(&error)),
                    format!("{git} ls-remote {name} HEAD"),
                ),
            },
        },
    }
}
