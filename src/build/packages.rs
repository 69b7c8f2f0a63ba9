use serde::Serialize;

use super::stanza::Stanza;
use crate::model::{BuildTarget, Dependency, ImageName};

/// What a service needs of a distribution before npm runs, besides what every build needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Packages {
    /// Of the distribution itself.
    pub apt: Vec<String>,
    /// Package files, by their addresses.
    pub files: Vec<String>,
    /// Of other sources.
    pub sources: Vec<AptSource>,
}

/// Packages of a source of apt other than the distribution's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AptSource {
    pub url: String,
    pub release: String,
    pub pool: String,
    pub packages: Vec<String>,
}

impl Packages {
    /// Those that a stanza asks for, of each distribution that the image is of.
    pub(super) fn of(stanza: &Stanza, image: Option<&ImageName>) -> Self {
        let mut all = Self::default();
        let chosen = stanza
            .dependencies
            .iter()
            .filter(|(key, _)| is_of(key, &stanza.target, image));
        for dependency in chosen.flat_map(|(_, dependencies)| dependencies) {
            match dependency {
                Dependency::Package(name) => all.apt.push(name.as_str().to_owned()),
                Dependency::File { uri } => all.files.push(uri.as_str().to_owned()),
                Dependency::Source {
                    repo_url,
                    release,
                    pool,
                    packages,
                } => all.sources.push(AptSource {
                    url: repo_url.as_str().to_owned(),
                    release: release.as_str().to_owned(),
                    pool: pool.as_str().to_owned(),
                    packages: packages.iter().map(|it| it.as_str().to_owned()).collect(),
                }),
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        all.apt.retain(|package| seen.insert(package.clone()));
        all
    }
}

/// Whether packages that stand under a key are meant for an image: `debian` is in `debian:bookworm`.
fn is_of(key: &str, target: &BuildTarget, image: Option<&ImageName>) -> bool {
    let named = match target {
        BuildTarget::Debian => "debian",
        BuildTarget::Ubuntu => "ubuntu",
        BuildTarget::Image(image) => image.as_str(),
    };
    key == "_all" || key == named || image.is_some_and(|image| image.as_str().contains(key))
}
