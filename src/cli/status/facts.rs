mod looking;

use std::time::Duration;

use self::looking::look;
use crate::cli::context::{Loaded, shown};
use crate::cli::deploy::Carrier;
use crate::cli::generator::{CheckoutArgs, Generator, Planner, Target, is_on};
use crate::error::CommandError;
use crate::git::{Git, GitError};
use crate::hosts::{self, Answer};
use crate::interrupt;
use crate::model::{HostName, RepositoryName, Site};
use crate::status::{Facts, Known, Text};

/// How long the review server may take to answer for a repository.
const DEADLINE: Duration = Duration::from_secs(30);

/// Finds out what can be found out; the review server is asked only where that is wanted.
pub(super) fn gather(
    planner: &Planner<'_>,
    checkouts: &CheckoutArgs,
    is_online: bool,
) -> Result<Facts, CommandError> {
    let mut texts = Vec::new();
    for generator in Generator::ALL {
        interrupt::check(interrupt::UNWRITTEN)?;
        let target = target(planner, checkouts, generator);
        let found = match &target {
            None => Text::NoCheckout,
            Some(target) => {
                look(planner, generator, target, is_online).unwrap_or_else(|error| match target {
                    Target::Checkout { path, .. } if !path.is_dir() => Text::Nowhere {
                        message: [vec![error.message], error.causes].concat().join("; "),
                    },
                    Target::Checkout { .. } | Target::Output(_) => Text::Failed {
                        message: error.message,
                    },
                })
            }
        };
        texts.push((generator, found));
    }
    let text = |wanted: Generator| {
        let found = texts.iter().find(|(generator, _)| *generator == wanted);
        found.map_or(Text::NoCheckout, |(_, text)| text.clone())
    };
    let Loaded {
        service,
        site,
        path,
        ..
    } = planner.loaded;
    let hosts = is_online.then(|| ask_hosts(planner, checkouts));
    interrupt::check(interrupt::UNWRITTEN)?;
    let (source, deploy) = (text(Generator::Source), text(Generator::Scap));
    let names = &service.repositories;
    Ok(Facts {
        model: shown(path),
        vagrant: text(Generator::Vagrant),
        puppet: text(Generator::Puppet),
        has_series: has_series(planner, checkouts),
        source_repository: repository(&names.source, &source, site, is_online),
        deploy_repository: repository(&names.deploy, &deploy, site, is_online),
        build: build(target(planner, checkouts, Generator::Scap).as_ref()),
        source,
        deploy,
        hosts,
    })
}

/// Whether the branch for operations/puppet carries patches of the series.
fn has_series(planner: &Planner<'_>, checkouts: &CheckoutArgs) -> bool {
    let Some(Ok(worktree)) = target(planner, checkouts, Generator::Puppet)
        .as_ref()
        .map(Target::open)
    else {
        return false;
    };
    let topic = planner.topic(Generator::Puppet, worktree.root());
    topic.is_ok_and(|topic| is_on(&topic, &worktree, planner.loaded))
}

/// Asks all hosts of production which release they run, where deploys find them.
fn ask_hosts(planner: &Planner<'_>, checkouts: &CheckoutArgs) -> Vec<(HostName, Answer)> {
    let Loaded { service, site, .. } = planner.loaded;
    let names = service.host_names();
    let link = site
        .deployment
        .directory
        .join(service.repositories.key.as_str());
    let deploy = target(planner, checkouts, Generator::Scap);
    if let Some(Ok(worktree)) = deploy.as_ref().map(Target::open)
        && let Ok(Carrier::Local(local)) = Carrier::choose(None, &worktree, None, Some(site))
    {
        return hosts::look(&names, &link, &local.folder(worktree.root()));
    }
    let ssh_config = planner.context.configuration.ssh_config();
    hosts::ask(&names, &link, ssh_config.as_deref())
}

fn target(planner: &Planner<'_>, checkouts: &CheckoutArgs, generator: Generator) -> Option<Target> {
    match checkouts.named(generator) {
        Some(path) => Some(Target::named(path)),
        None => Target::find(generator, planner.context, planner.loaded).ok(),
    }
}

/// Whether a repository is on the review server: something was fetched from it, or it answers.
fn repository(name: &RepositoryName, text: &Text, site: &Site, is_online: bool) -> Known {
    if let Text::Committed(committed) = text
        && let Ok(upstream) = &committed.standing.upstream
    {
        return Known::Yes {
            how: format!("fetched as `{upstream}`"),
        };
    }
    if !is_online {
        let why = "the server was not asked".to_owned();
        return Known::Unknown { why };
    }
    let Some(url) = &site.gerrit.url else {
        let why = format!("{} names no address of the server", site.name);
        return Known::Unknown { why };
    };
    let url = format!("{}/{name}", url.as_str().trim_end_matches('/'));
    let git = Git::at(".".into()).within(DEADLINE);
    match git.run(&["ls-remote", "--heads", "--", &url]) {
        Ok(_) => Known::Yes {
            how: "on the server".into(),
        },
        Err(GitError::Failed { source, .. }) if is_absent(source.as_str()) => Known::No {
            how: "not on the server".into(),
        },
        Err(error) => Known::Unknown {
            why: error.to_string(),
        },
    }
}

/// Whether git's words say that there is no such repository, and not that the server could not be asked.
fn is_absent(words: &str) -> bool {
    let words = words.to_lowercase();
    [
        "not found",
        "does not exist",
        "does not appear to be a git repository",
    ]
    .iter()
    .any(|said| words.contains(said))
        && !words.contains("host")
}

/// Whether a build put the dependencies into the deploy repository.
fn build(target: Option<&Target>) -> Known {
    let Some(Ok(worktree)) = target.map(Target::open) else {
        return Known::Unknown {
            why: "no checkout of the deploy repository is named".into(),
        };
    };
    if worktree.has_folder("node_modules") {
        Known::Yes {
            how: "`node_modules` is in the deploy checkout".into(),
        }
    } else {
        Known::No {
            how: "there is no `node_modules` in the deploy checkout".into(),
        }
    }
}
