use std::collections::BTreeMap;

use serde_json::json;

use super::error::BuildError;
use super::packages::Packages;
use super::stanza::Stanza;
use crate::container::{HostNetwork, Image, Recipe, User};
use crate::render::Templates;

/// The template of the Dockerfile.
const TEMPLATE: &str = "build/Dockerfile";

/// What the certificates of this machine are called beside it.
const CERTIFICATES: &str = "certificates.crt";

/// What an image has besides what all have.
pub(super) struct Contents<'a> {
    pub(super) stanza: &'a Stanza,
    pub(super) packages: &'a Packages,
    /// Where Node and npm come from, where that is not npm's own registry.
    pub(super) registry: Option<&'a str>,
}

/// Says how the image is made in which modules are built.
pub(super) fn recipe(
    service: &str,
    base: Image,
    contents: &Contents<'_>,
    network: HostNetwork,
    templates: &Templates,
) -> Result<Recipe, BuildError> {
    let Contents {
        stanza,
        packages,
        registry,
    } = contents;
    let quote = |text: &String| shell_words::quote(text).into_owned();
    let quoted = |all: &[String]| all.iter().map(quote).collect::<Vec<String>>();
    let sources = packages.sources.iter().map(|source| {
        json!({
            "url": quote(&source.url), "release": quote(&source.release), "pool": quote(&source.pool),
            "packages": quoted(&source.packages),
        })
    });
    let node = stanza.node.as_str();
    let node = if node == "system" { "" } else { node };
    // Where nothing but the distribution's packages is fetched, they do not matter.
    let is_fetching = !node.is_empty()
        || stanza.npm.is_some()
        || !packages.files.is_empty()
        || !packages.sources.is_empty();
    let mut files = BTreeMap::new();
    if let (true, Some(path)) = (is_fetching, &network.certificates) {
        let content = std::fs::read(path).map_err(|source| BuildError::Read {
            path: path.clone(),
            source,
        })?;
        files.insert(CERTIFICATES.to_owned(), content);
    }
    let User { uid, gid } = User::current();
    let values = json!({
        "name": service,
        "base": base.id,
        "certificates": if files.is_empty() { "" } else { CERTIFICATES },
        "node": node,
        "npm": stanza.npm.as_ref().map_or("", |npm| npm.as_str()),
        "registry": registry.map(|it| shell_words::quote(it)).unwrap_or_default(),
        "apt": quoted(&packages.apt),
        "files": quoted(&packages.files),
        "sources": sources.collect::<Vec<_>>(),
        "uid": uid,
        "gid": gid,
    });
    Ok(Recipe {
        name: format!("svcgen/{}", repository(service)),
        base,
        dockerfile: templates.render(TEMPLATE, &values)?,
        files,
        arguments: BTreeMap::new(),
        network,
    })
}

/// The name of a service as engines take it for that of an image.
fn repository(service: &str) -> String {
    let lower = service.to_ascii_lowercase();
    let parts = lower.split(|c: char| !c.is_ascii_alphanumeric());
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    match parts.is_empty() {
        true => "service".into(),
        false => parts.join("-"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::packages::AptSource;

    fn dockerfile(stanza: &Stanza, packages: &Packages) -> String {
        let base = Image {
            id: "sha256:1".into(),
            digest: None,
        };
        let templates = Templates::default();
        let network = HostNetwork::default();
        let contents = Contents {
            stanza,
            packages,
            registry: Some("https://npm.example.org/"),
        };
        let recipe = recipe("@a/Tea", base, &contents, network, &templates).unwrap();
        assert_eq!(recipe.name, "svcgen/a-tea");
        // As root, nobody is added.
        let text = recipe.dockerfile.split("\n# Programs ask").next();
        text.unwrap().trim_end().to_owned()
    }

    #[test]
    fn a_plain_service_needs_one_step() {
        insta::assert_snapshot!(dockerfile(&Stanza::default(), &Packages::default()), @r#"
        # Where the modules of @a/Tea are built. What changes rarely comes first, so that it is not made again.
        FROM sha256:1
        ENV DEBIAN_FRONTEND=noninteractive

        # What npm needs: git for dependencies that are repositories, a compiler and Python for native modules.
        RUN apt-get update \
         && apt-get install --yes --no-install-recommends \
            build-essential ca-certificates git nodejs npm openssh-client python3 wget \
         && rm -rf /var/lib/apt/lists/*
        "#);
    }

    #[test]
    fn what_changes_often_comes_last() {
        let stanza = Stanza {
            node: crate::model::BuildNode::parse("20").unwrap(),
            npm: Some(crate::model::Version::parse("10.8.2").unwrap()),
            ..Stanza::default()
        };
        let packages = Packages {
            apt: vec!["librdkafka-dev".into(), "g++".into()],
            files: vec!["https://example.org/a b.deb".into()],
            sources: vec![AptSource {
                url: "https://apt.example.org/$(x)".into(),
                release: "bookworm".into(),
                pool: "main".into(),
                packages: vec!["libx".into()],
            }],
        };
        insta::assert_snapshot!(dockerfile(&stanza, &packages), @r#"
        # Where the modules of @a/Tea are built. What changes rarely comes first, so that it is not made again.
        FROM sha256:1
        ENV DEBIAN_FRONTEND=noninteractive

        # What npm needs: git for dependencies that are repositories, a compiler and Python for native modules.
        RUN apt-get update \
         && apt-get install --yes --no-install-recommends \
            build-essential ca-certificates git nodejs npm openssh-client python3 wget \
         && rm -rf /var/lib/apt/lists/*

        # Another Node than the distribution's, with its headers, from npm's registry.
        RUN npm install --global --prefix /opt/node --registry https://npm.example.org/ node@20 \
         && ln -s /opt/node/bin/node /usr/local/bin/node \
         && ln -s /opt/node/lib/node_modules/node/node_modules/node-linux-* /opt/node/headers
        ENV npm_config_nodedir=/opt/node/headers

        RUN npm install --global --prefix /usr/local --registry https://npm.example.org/ npm@10.8.2

        # As service-runner does, without a key: only what comes by https cannot be changed on its way.
        RUN echo deb '[trusted=yes]' 'https://apt.example.org/$(x)' bookworm main > /etc/apt/sources.list.d/svcgen-1.list \
         && apt-get update \
         && apt-get install --yes --target-release bookworm libx \
         && rm -rf /var/lib/apt/lists/*

        RUN apt-get update \
         && apt-get install --yes librdkafka-dev g++ \
         && rm -rf /var/lib/apt/lists/*

        # All at once, as they may need one another.
        RUN apt-get update && mkdir /tmp/packages \
         && wget --no-verbose --output-document=/tmp/packages/1.deb 'https://example.org/a b.deb' \
         && apt-get install --yes /tmp/packages/*.deb \
         && rm -rf /tmp/packages /var/lib/apt/lists/*
        "#);
    }
}
