//! The user's configuration: where checkouts are, and who the user is. Never part of the model.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;
use thiserror::Error;

use crate::model::SiteName;
use crate::place::line_of;
use crate::yaml::parse_strict;

/// `$XDG_CONFIG_HOME/svcgen/config.yaml`.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(
    title = "The configuration of svcgen",
    description = "What is particular to a user and a machine."
)]
pub struct Configuration {
    /// The site of models that name none.
    pub site: Option<String>,
    pub checkouts: Checkouts,
    /// Checkouts of single services, by their names.
    pub services: std::collections::BTreeMap<String, ServiceCheckouts>,
    pub user: User,
    pub ssh: Ssh,
    pub conduit: Conduit,
    pub build: BuildDefaults,
    /// The folder that the configuration is in; sites and templates of the user's are beside it.
    #[serde(skip)]
    pub folder: Option<Utf8PathBuf>,
}

/// Checkouts of the shared repositories.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Checkouts {
    #[schemars(with = "Option<String>")]
    pub vagrant: Option<Utf8PathBuf>,
    #[schemars(with = "Option<String>")]
    pub puppet: Option<Utf8PathBuf>,
}

/// Checkouts of one service.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceCheckouts {
    #[schemars(with = "Option<String>")]
    pub source: Option<Utf8PathBuf>,
    #[schemars(with = "Option<String>")]
    pub deploy: Option<Utf8PathBuf>,
}

/// The user, where git does not know.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct User {
    /// Account on the review server.
    pub gerrit: Option<String>,
    pub name: Option<String>,
    pub email: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Ssh {
    /// An ssh configuration other than the user's own.
    #[schemars(with = "Option<String>")]
    pub config_file: Option<Utf8PathBuf>,
}

#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Conduit {
    /// A file with mode 0600 that holds the token of the ticket system.
    #[schemars(with = "Option<String>")]
    pub token_file: Option<Utf8PathBuf>,
}

#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BuildDefaults {
    /// Network mode of the build container.
    pub network: Option<String>,
}

/// A configuration that cannot be used.
#[derive(Debug, Error)]
pub enum ConfigurationError {
    #[error("`{path}` cannot be read")]
    Unreadable {
        path: Utf8PathBuf,
        source: std::io::Error,
    },
    #[error("`{path}` is wrong: line {line}: {reason}")]
    Wrong {
        path: Utf8PathBuf,
        line: usize,
        reason: String,
    },
}

impl Configuration {
    /// Reads the file that is named, or the user's own, or nothing where that is not there.
    ///
    /// # Errors
    /// Where a named file is not there, or the file is wrong.
    pub fn load(named: Option<&Utf8Path>) -> Result<Self, ConfigurationError> {
        let own = default_folder().map(|folder| folder.join("config.yaml"));
        let Some(path) = named.map(Utf8Path::to_owned).or(own) else {
            return Ok(Self::default());
        };
        let folder = path.parent().map(Utf8Path::to_owned);
        match fs_err::read_to_string(&path) {
            Ok(text) => Ok(Self {
                folder,
                ..Self::parse(&path, &text)?
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => {
                Ok(Self {
                    folder,
                    ..Self::default()
                })
            }
            Err(source) => Err(ConfigurationError::Unreadable { path, source }),
        }
    }

    fn parse(path: &Utf8Path, text: &str) -> Result<Self, ConfigurationError> {
        let wrong = |line, reason| ConfigurationError::Wrong {
            path: path.to_owned(),
            line,
            reason,
        };
        let node = parse_strict(text).map_err(|e| wrong(line_of(text, e.at), e.message))?;
        if node.kind == crate::yaml::Kind::Null {
            return Ok(Self::default());
        }
        let configuration: Self = serde_yaml::from_str(text).map_err(|e| {
            let line = e.location().map_or(1, |l| l.line());
            // It repeats the place.
            let reason = e.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            wrong(line, reason.to_owned())
        })?;
        if let (Some(site), Some(node)) = (&configuration.site, node.find("site")) {
            let line = line_of(text, node.span.start);
            SiteName::parse(site).map_err(|refused| wrong(line, refused.to_string()))?;
        }
        Ok(configuration)
    }

    /// The folder of the user's own sites.
    pub fn sites_folder(&self) -> Option<Utf8PathBuf> {
        self.folder.as_ref().map(|folder| folder.join("sites"))
    }

    /// The folder of the user's own templates.
    pub fn templates_folder(&self) -> Option<Utf8PathBuf> {
        self.folder.as_ref().map(|folder| folder.join("templates"))
    }
}

/// `$XDG_CONFIG_HOME/svcgen`, or `~/.config/svcgen`.
fn default_folder() -> Option<Utf8PathBuf> {
    use etcetera::BaseStrategy as _;
    let folder = etcetera::base_strategy::Xdg::new()
        .ok()?
        .config_dir()
        .join("svcgen");
    Utf8PathBuf::from_path_buf(folder).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_mistake_has_its_line() {
        let reason = |text: &str| {
            let error = Configuration::parse("c.yaml".into(), text).unwrap_err();
            error.to_string()
        };
        for (text, line, words) in [
            ("user: {}\nsite: Not One\n", 2, "is not a site name"),
            ("user: {}\nchekouts: {}\n", 2, "unknown field `chekouts`"),
            (
                "services:\n  a: {deploy: /x}\n  a: {deploy: /y}\n",
                3,
                "the key `a` stands here a second time",
            ),
        ] {
            let found = reason(text);
            assert!(
                found.starts_with(&format!("`c.yaml` is wrong: line {line}: ")),
                "{found}"
            );
            assert!(
                found.contains(words) && !found.contains(" at line "),
                "{found}"
            );
        }
        let empty = Configuration::parse("c.yaml".into(), "# nothing\n").unwrap();
        assert_eq!(empty.site, None);
    }
}
