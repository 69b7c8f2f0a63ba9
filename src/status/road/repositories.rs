//! Whether both repositories are there, and cloned.

use super::REPOSITORIES;
use crate::model::{Service, Site};
use crate::status::facts::{Facts, Known, Text};
use crate::status::{State, Step};

/// Whether the review server has them.
pub(super) fn repositories(service: &Service, site: &Site, facts: &Facts) -> Step {
    let name = REPOSITORIES;
    let both = [
        (
            "source",
            &service.repositories.source,
            &facts.source_repository,
        ),
        (
            "deploy",
            &service.repositories.deploy,
            &facts.deploy_repository,
        ),
    ];
    let found: Vec<String> = both
        .iter()
        .map(|(which, _, known)| match known {
            Known::Yes { how } | Known::No { how } => format!("{which}: {how}"),
            Known::Unknown { why } => format!("{which}: {why}"),
        })
        .collect();
    let found = found.join("; ");
    if both
        .iter()
        .all(|(_, _, known)| matches!(known, Known::Yes { .. }))
    {
        return Step::new(name, State::Done, found);
    }
    if both
        .iter()
        .any(|(_, _, known)| matches!(known, Known::No { .. }))
    {
        return Step::new(name, State::Next, found).command("svcgen request repositories");
    }
    let unknown = both
        .iter()
        .find(|(_, _, known)| matches!(known, Known::Unknown { .. }));
    let step = Step::new(name, State::Unknown, found);
    match (&site.gerrit.url, unknown) {
        (Some(url), Some((_, repository, _))) => step.command(format!(
            "git ls-remote {}/{repository}",
            url.as_str().trim_end_matches('/')
        )),
        _ => step.command("svcgen request repositories"),
    }
}

/// Whether checkouts of them are named.
pub(super) fn clones(facts: &Facts, repositories: &Step) -> Step {
    let name = "clones of both";
    let lacking = |text: &Text| match text {
        Text::NoCheckout => Some("is not named"),
        Text::Nowhere { .. } => Some("is not where it is named"),
        _ => None,
    };
    let (found, command) = match [&facts.source, &facts.deploy].map(lacking) {
        [None, None] => return Step::new(name, State::Done, "both are named"),
        [None, Some(lacks)] => (
            format!("the deploy repository {lacks}"),
            "svcgen scap --clone DIR",
        ),
        [Some(lacks), _] => (
            format!("the source repository {lacks}"),
            "svcgen source --clone DIR",
        ),
    };
    if repositories.state == State::Done {
        return Step::new(name, State::Next, found).command(command);
    }
    let found = format!("{found}: after {}", repositories.name);
    Step::new(name, State::Later, found).command(command)
}
