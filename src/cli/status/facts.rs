use std::collections::BTreeSet;
use std::time::Duration;

use camino::Utf8PathBuf;

use crate::cli::context::{Loaded, shown};
use crate::cli::deploy::Carrier;
use crate::cli::generator::{
    CheckoutArgs, Generator, Looked, Planner, Series, Target, Upstream, differing, first_commit,
    is_on, look as look_at_series,
};
use crate::drift::Direction;
use crate::error::CommandError;
use crate::git::{Checkout, Git, GitError};
use crate::hosts::{self, Answer};
use crate::interrupt;
use crate::model::{HostName, RepositoryName, Site};
use crate::review::{Sent, Standing, Topic, uncommitted};
use crate::status::{Committed, Facts, Known, Merged, Missing, Series as Lacking, Text};
use crate::worktree::Worktree;

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

/// How far the text of a generator is in its checkout.
fn look(
    planner: &Planner<'_>,
    generator: Generator,
    target: &Target,
    is_online: bool,
) -> Result<Text, CommandError> {
    let worktree = target.open()?;
    let checkout = Checkout::open(worktree.root())?;
    let planned = planner
        .plan(generator, target, &worktree)
        .map_err(CommandError::from)?;
    let series = match generator {
        Generator::Puppet => look_at_series(planner.loaded, &worktree)?,
        Generator::Vagrant | Generator::Scap | Generator::Source => Series::default(),
    };
    let desired = planned.generated.desired.iter();
    let own: Vec<Utf8PathBuf> = desired.map(|desired| desired.path().clone()).collect();
    let begun = series.patches.iter().filter(|patch| patch.is_written());
    let paths: Vec<Utf8PathBuf> = begun
        .flat_map(|patch| patch.paths())
        .chain(own.iter().cloned())
        .collect();
    let places = paths.iter().map(|path| checkout.place(path));
    let places = places.collect::<Result<Vec<_>, GitError>>()?;
    let topic = planner.topic(generator, worktree.root())?;
    let all = lacking(&series, |_| true);
    // Those that svcgen wrote are on the topic branch, wherever this tree is.
    let others = lacking(&series, |patch| !patch.is_written());
    let committed = |standing: Standing, series: &Lacking| {
        let sent = (is_online && !standing.is_merged).then(|| {
            topic
                .sent(&standing.commit)
                .unwrap_or_else(|error| Sent::Silent {
                    why: error.to_string(),
                })
        });
        let merged = match standing.is_merged {
            true => merged(planner, (generator, target), &topic, &worktree, &own)?,
            false => Merged::default(),
        };
        Ok(Text::Committed(Box::new(Committed {
            root: worktree.root().to_owned(),
            standing,
            sent,
            merged,
            series: series.clone(),
        })))
    };
    let (edits, conflicts) = (&planned.edits.edits, &planned.edits.conflicts);
    if !edits.is_empty() || !conflicts.is_empty() {
        if let Some(standing) = topic.elsewhere(&places)? {
            return committed(standing, &others);
        }
        let is_new = own.iter().all(|path| planned.rendered.read(path).is_none());
        if let Some(first) = conflicts.first() {
            return Ok(Text::Conflict {
                what: first.to_string(),
            });
        }
        if is_new {
            return Ok(Text::Absent);
        }
        return Ok(Text::Differs { files: edits.len() });
    }
    if !all.missing.is_empty()
        && let Some(standing) = topic.elsewhere(&places)?
    {
        return committed(standing, &others);
    }
    if !checkout.status(&places)?.is_empty() {
        let found = uncommitted(worktree.root(), &paths, &[&planned.rendered])?;
        return Ok(match found.new.as_slice() {
            [] => Text::Uncommitted,
            new => Text::New {
                files: new.to_vec(),
                command: first_commit(worktree.root(), new),
            },
        });
    }
    match topic.standing(&places)? {
        Some(standing) => committed(standing, &all),
        None => Ok(Text::Uncommitted),
    }
}

/// What the remote's branch has of a text that is merged.
fn merged(
    planner: &Planner<'_>,
    (generator, target): (Generator, &Target),
    topic: &Topic,
    worktree: &Worktree,
    own: &[Utf8PathBuf],
) -> Result<Merged, CommandError> {
    let upstream = Upstream::plan(planner, (generator, target), topic, worktree, own)?;
    let Some(upstream) = upstream else {
        return Ok(Merged::default());
    };
    let (planned, there) = (&upstream.planned, &upstream.worktree);
    let found = differing(planner.loaded, generator, planned, there)?.into_iter();
    let edited = found.filter(|it| matches!(it.direction, Direction::Tree | Direction::Both));
    let edited: BTreeSet<Utf8PathBuf> = edited.map(|it| it.path).collect();
    let read = |tree: &Worktree, path: &Utf8PathBuf| tree.read(path).ok().flatten();
    let is_here = |path: &Utf8PathBuf| read(worktree, path) == read(there, path);
    Ok(Merged {
        is_outdated: upstream.is_outdated(),
        catch_up: topic.catch_up()?,
        is_here: edited.iter().all(is_here),
        edited: edited.into_iter().collect(),
    })
}

/// What a tree lacks of the patches that are meant, whoever began them, but for those that the user left out.
fn lacking(series: &Series, is_meant: impl Fn(&Looked) -> bool) -> Lacking {
    let open = series.patches.iter().filter(|patch| patch.is_open());
    let open = open.filter(|patch| is_meant(patch)).map(|patch| Missing {
        name: patch.step().name(),
        refused: None,
    });
    let refused = series.refused.iter().map(|(step, error)| Missing {
        name: step.name(),
        refused: Some(error.to_string()),
    });
    let left_out: Vec<&'static str> = series.left_out.iter().map(|step| step.name()).collect();
    let missing = open.chain(refused);
    Lacking {
        missing: missing
            .filter(|patch| !left_out.contains(&patch.name))
            .collect(),
        left_out,
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
