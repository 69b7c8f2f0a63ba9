mod committed;
mod deployment;
mod repositories;
mod requests;
mod written;

use self::deployment::{announced, build, environments, first_deployment};
use self::repositories::{clones, repositories};
use self::requests::{access_request, service_request};
use self::written::written;
use super::answers::Answers;
use super::facts::Facts;
use super::{State, Step};
use crate::model::{RepositoryName, Service, Site};

pub(super) const REPOSITORIES: &str = "both repositories";
pub(super) const SERVICE_REQUEST: &str = "service request";
pub(super) const PRODUCTION: &str = "production configuration";
pub(super) const ACCESS_REQUEST: &str = "access request";
pub(super) const ANNOUNCEMENT: &str = "announcement";
pub(super) const FIRST_DEPLOYMENT: &str = "first deployment";

/// The steps of the road in their order, each as far as the facts say.
pub fn road(service: &Service, site: &Site, facts: &Facts) -> Vec<Step> {
    let repositories = repositories(service, site, facts);
    let reviewers = |repository: &Option<RepositoryName>| match repository {
        Some(name) => format!("those who review {name}"),
        None => "those who review it".to_owned(),
    };
    let own = |name: &RepositoryName| Some(name.clone());
    let vagrant = written(
        "MediaWiki-Vagrant",
        "vagrant",
        &facts.vagrant,
        &reviewers(&site.repositories.vagrant),
    );
    let source = written(
        "source repository",
        "source",
        &facts.source,
        &reviewers(&own(&service.repositories.source)),
    );
    let deploy = written(
        "deploy repository",
        "scap",
        &facts.deploy,
        &reviewers(&own(&service.repositories.deploy)),
    );
    let puppet = written(
        PRODUCTION,
        match facts.has_series {
            true => "puppet --series",
            false => "puppet",
        },
        &facts.puppet,
        &reviewers(&site.repositories.puppet),
    );
    let clones = clones(facts, &repositories);
    let request = service_request(service);
    let answers = Answers::of(facts);
    let access = access_request(service, site, &request, answers.as_ref());
    let environments = environments(service, &deploy, &puppet);
    let build = build(facts, &deploy);
    let first = first_deployment(service, site, &[&deploy, &puppet, &build], answers.as_ref());
    let announced = announced(service, site, &puppet);
    let model = Step::new("model", State::Done, facts.model.to_string());
    vec![
        model,
        vagrant,
        repositories,
        clones,
        source,
        deploy,
        request,
        puppet,
        access,
        environments,
        announced,
        build,
        first,
    ]
}

#[cfg(test)]
mod tests;
