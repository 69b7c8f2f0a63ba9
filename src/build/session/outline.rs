//! What the plan says, in words and figures.

use super::Request;
use crate::build::error::BuildError;
use crate::build::inputs::Inputs;
use crate::build::manifest::Manifest;
use crate::build::npm::{self, HostNpm};
use crate::build::packages::Packages;
use crate::build::plan::{Installation, Modules};
use crate::build::reason::Reason;
use crate::build::standing::Standing;
use crate::build::stanza::Stanza;
use crate::build::submodule::SourceModule;
use crate::build::tools::Tools;
use crate::build::tree::link;
use crate::container::HostNetwork;
use crate::model::{BuildTarget, ImageName, Site, Version};

/// What the plan says about the modules that are built.
pub(super) fn installation(
    reasons: Vec<Reason>,
    manifest: &Manifest,
    inputs: &Inputs,
    tools: &Tools,
    site: &Site,
) -> Modules {
    let stanza = inputs.stanza();
    // In a container, the version is not known yet.
    let (image, version) = match tools {
        Tools::Host(host) => (None, host.version.as_str()),
        Tools::Container { image, .. } => (Some(image.to_string()), ""),
    };
    let arguments = npm::arguments(version, manifest.lock.is_some(), stanza);
    Modules::Built(Box::new(Installation {
        reasons,
        image,
        node: stanza.node.to_string(),
        npm: stanza.npm.as_ref().map(ToString::to_string),
        packages: Packages::of(stanza, self::image(stanza, site).ok()),
        command: npm::shown(&arguments),
        environment: stanza.variables(),
    }))
}

/// The image that a target means.
pub(super) fn image<'a>(stanza: &'a Stanza, site: &'a Site) -> Result<&'a ImageName, BuildError> {
    let named = |target: &'static str| {
        site.image(target).ok_or_else(|| BuildError::NoImage {
            target,
            site: site.name.to_string(),
        })
    };
    match &stanza.target {
        BuildTarget::Debian => named("debian"),
        BuildTarget::Ubuntu => named("ubuntu"),
        BuildTarget::Image(image) => Ok(image),
    }
}

/// What is worth knowing before.
pub(super) fn warnings(
    manifest: &Manifest,
    inputs: &Inputs,
    base: &Standing,
    module: &SourceModule,
    tools: Option<&Tools>,
    request: &Request<'_>,
) -> Vec<String> {
    let mut warnings = Vec::new();
    for (key, meant) in &manifest.strays {
        let meant = meant.map(|meant| format!("; did you mean `{meant}`?"));
        warnings.push(format!(
            "`deploy.{key}` of `package.json` has no meaning{}",
            meant.unwrap_or_default()
        ));
    }
    if let (Some(stanza), Some(model)) = (&manifest.stanza, request.model) {
        for key in stanza.changed(&Stanza::from(model)) {
            // The model has no such field.
            if key != "npm" {
                warnings.push(format!(
                    "`deploy.{key}` of `package.json` differs from `svcgen.yaml`; `package.json` applies"
                ));
            }
        }
    }
    if manifest.lock.is_none() && inputs.has_dependencies() {
        warnings.push(
            "the source has no lock file: each build takes the newest versions that fit".into(),
        );
    }
    if base.has_own_package {
        warnings.push(format!(
            "`package.json` of the deploy repository is not a link to `{}`; it is left unchanged",
            link(&module.path)
        ));
    }
    match tools {
        Some(Tools::Host(host)) => warnings.extend(versions(inputs.stanza(), host)),
        Some(Tools::Container { network, .. }) => warnings.extend(proxy(network.as_ref())),
        None => {}
    }
    warnings
}

/// Warns of a proxy that is of no use in a container.
fn proxy(mode: Option<&String>) -> Option<String> {
    let network = HostNetwork::new(mode.cloned(), &|name| std::env::var(name).ok());
    let proxy = network.unreachable_proxy()?;
    Some(format!(
        "the proxy {proxy} is out of reach of a container; `--network host` makes it reachable"
    ))
}

/// Warns where this machine has not what a stanza asks for.
fn versions(stanza: &Stanza, host: &HostNpm) -> Vec<String> {
    let asked = [
        ("Node", Some(stanza.node.as_str()), &host.node.version),
        (
            "npm",
            stanza.npm.as_ref().map(Version::as_str),
            &host.version,
        ),
    ];
    let missed = asked.into_iter().filter_map(|(what, asked, found)| {
        let asked = asked.filter(|asked| !npm::is_version(asked, found))?;
        Some(format!(
            "`package.json` asks for {what} {asked}, but this machine has {found}"
        ))
    });
    missed.collect()
}
