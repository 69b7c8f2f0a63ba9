//! What has to stand in the deploy repository of a service: the `scap/` directory, and the papers at its root.

mod checks;
mod config;
mod config_deploy;
mod groups;
mod hosts;
mod papers;
mod targets;
mod tree;

use super::{CommitText, GenerateError, Generated, LaterText};
use crate::model::{Service, Site};
use crate::render::Templates;
use crate::render::markup::wrap;
use crate::scap::CONFIG_FILE;

pub use tree::DeployRepo;

/// Derives what has to stand in a deploy repository that was read.
///
/// # Errors
/// Where a file of the repository is not understood, or the model does not fit it.
pub fn deploy_repo(
    service: &Service,
    site: &Site,
    tree: &DeployRepo,
    templates: &Templates,
) -> Result<Generated, GenerateError> {
    let mut generated = Generated {
        message: message(service),
        ..Generated::default()
    };
    let scopes = groups::scopes(service);
    generated.warnings = hosts::warnings(&scopes, site);
    let settings = config::settings(service, site, tree, &scopes)?;
    targets::targets(service, tree, &scopes, &settings, &mut generated);
    generated.desired.insert(0, settings.desired());
    checks::checks(service, tree, &mut generated)?;
    config_deploy::config_deploy(service, site, templates, &mut generated)?;
    papers::papers(service, site, tree, templates, &mut generated)?;
    generated.tell_strays();
    Ok(generated)
}

/// What is odd about the hosts of a model, and no mistake for sure.
pub fn odd_hosts(service: &Service, site: &Site) -> Vec<String> {
    hosts::warnings(&groups::scopes(service), site)
}

fn message(service: &Service) -> CommitText {
    let subject = format!("scap: Set up the deployment of {}", service.name);
    let subject = if subject.len() <= 50 {
        subject
    } else {
        format!("scap: Deploy {}", service.name)
    };
    let description = wrap(&sentence(service), 72);
    let source = wrap(
        &format!(
            "Targets, checks and settings follow the svcgen.yaml of {}.",
            service.repositories.source
        ),
        72,
    );
    CommitText {
        subject,
        body: format!("{description}\n\n{source}"),
        later: Some(LaterText {
            brought: CONFIG_FILE.into(),
            line: None,
            what: None,
            before: "scap: Update ".into(),
            behind: String::new(),
            service: service.name.to_string(),
        }),
    }
}

/// The first sentence of the description, with its stop.
fn sentence(service: &Service) -> String {
    let sentence = service.description.first_sentence();
    if sentence.ends_with(['.', '!', '?', ':']) {
        sentence
    } else {
        format!("{sentence}.")
    }
}
