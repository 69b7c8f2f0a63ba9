//! The user's configuration: where checkouts are, and who the user is. Never part of the model.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;
use thiserror::Error;

use crate::model::{SiteName, suggest};
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
    /// A folder with the `sites`, `questions` and `templates` of an organisation; the user's own win over them.
    #[schemars(with = "Option<String>")]
    pub organisation: Option<Utf8PathBuf>,
    pub checkouts: Checkouts,
    /// Checkouts of single services, by their names.
    pub services: std::collections::BTreeMap<String, ServiceCheckouts>,
    pub user: User,
    pub ssh: Ssh,
    pub conduit: Conduit,
    pub build: BuildDefaults,
    /// Whether lines that stay are printed, as with `--plain`.
    pub plain: bool,
    /// The folder that the configuration is in; sites, questions and templates of the user's are beside it.
    #[serde(skip)]
    pub folder: Option<Utf8PathBuf>,
}

/// Checkouts of the shared repositories.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Checkouts {
    /// A checkout of MediaWiki-Vagrant.
    #[schemars(with = "Option<String>")]
    pub vagrant: Option<Utf8PathBuf>,
    /// A checkout of operations/puppet.
    #[schemars(with = "Option<String>")]
    pub puppet: Option<Utf8PathBuf>,
}

/// Checkouts of one service.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceCheckouts {
    /// A checkout of its source repository.
    #[schemars(with = "Option<String>")]
    pub source: Option<Utf8PathBuf>,
    /// A checkout of its deploy repository.
    #[schemars(with = "Option<String>")]
    pub deploy: Option<Utf8PathBuf>,
}

/// The user, where git does not know.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct User {
    /// Account on the review server.
    pub gerrit: Option<String>,
    /// Who commits.
    pub name: Option<String>,
    /// Their address.
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
    /// Seconds that an answer of the ticket system may take [default: 30].
    pub timeout: Option<std::num::NonZeroU16>,
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
        /// The key that was meant, where one is unknown.
        suggestion: Option<String>,
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
        // The error names the path itself, once: hence not `fs_err`.
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let mut configuration = Self::parse(&path, &text)?;
                configuration.place_paths(&path);
                if let Some(organisation) = &configuration.organisation
                    && !organisation.is_dir()
                {
                    let node = parse_strict(&text).ok();
                    let at = node.as_ref().and_then(|node| node.find("organisation"));
                    return Err(ConfigurationError::Wrong {
                        line: at.map_or(1, |node| line_of(&text, node.span.start)),
                        reason: format!("`{organisation}` is not a folder"),
                        suggestion: None,
                        path,
                    });
                }
                Ok(Self {
                    folder,
                    ..configuration
                })
            }
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
        let wrong = |line, reason: String| ConfigurationError::Wrong {
            path: path.to_owned(),
            line,
            suggestion: meant(&reason),
            reason,
        };
        let node = parse_strict(text).map_err(|e| wrong(line_of(text, e.at), e.message))?;
        if node.kind == crate::yaml::Kind::Null {
            return Ok(Self::default());
        }
        let configuration: Self = serde_yaml::from_str(text).map_err(|e| {
            let line = e.location().map_or(1, |l| l.line());
            // The place is said once, before the reason.
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

    /// The service that is named in place of one that is not: its name is nearly the same.
    pub fn misspelt_service(&self, name: &str) -> Option<&str> {
        let named = self.services.keys().map(String::as_str);
        match self.services.contains_key(name) {
            true => None,
            false => suggest(name, named),
        }
    }

    /// The file that it is in, there or not.
    pub fn file(&self) -> Option<Utf8PathBuf> {
        self.folder
            .as_ref()
            .map(|folder| folder.join("config.yaml"))
    }

    /// Makes the paths those that they are meant to be: `~/` is the home, and others begin beside the file.
    fn place_paths(&mut self, file: &Utf8Path) {
        let home = etcetera::home_dir().ok();
        let home = home.and_then(|home| Utf8PathBuf::from_path_buf(home).ok());
        let beside = file.parent().unwrap_or(Utf8Path::new("."));
        let services = self
            .services
            .values_mut()
            .flat_map(|own| [&mut own.source, &mut own.deploy]);
        let paths = services.chain([
            &mut self.organisation,
            &mut self.checkouts.vagrant,
            &mut self.checkouts.puppet,
            &mut self.ssh.config_file,
            &mut self.conduit.token_file,
        ]);
        for path in paths.flatten() {
            *path = match (path.strip_prefix("~"), &home) {
                (Ok(rest), Some(home)) => home.join(rest),
                _ => beside.join(&*path),
            };
        }
    }

    /// The configuration of ssh, where it is another than the user's own: that of `SVCGEN_SSH_CONFIG` goes first.
    pub fn ssh_config(&self) -> Option<Utf8PathBuf> {
        let named = std::env::var("SVCGEN_SSH_CONFIG").ok();
        let named = named.filter(|path| !path.is_empty()).map(Utf8PathBuf::from);
        named.or_else(|| self.ssh.config_file.clone())
    }

    /// The folders of own sites; an earlier one wins.
    pub fn sites_folders(&self) -> Vec<Utf8PathBuf> {
        self.own("sites")
    }

    /// The folders of own questions; a later one wins.
    pub fn questions_folders(&self) -> Vec<Utf8PathBuf> {
        let mut folders = self.own("questions");
        folders.reverse();
        folders
    }

    /// The folders of own templates; an earlier one wins.
    pub fn templates_folders(&self) -> Vec<Utf8PathBuf> {
        self.own("templates")
    }

    /// A folder of the user's, and one of the organisation's.
    fn own(&self, name: &str) -> Vec<Utf8PathBuf> {
        let folders = [&self.folder, &self.organisation].into_iter().flatten();
        folders.map(|folder| folder.join(name)).collect()
    }
}

/// The key that an unknown one is near to, from serde's message: it quotes the unknown one, then the known ones.
fn meant(reason: &str) -> Option<String> {
    let (_, quoted) = reason.split_once("unknown field `")?;
    let mut words = quoted.split('`').step_by(2);
    let unknown = words.next()?;
    suggest(unknown, words).map(str::to_owned)
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
    use super::*;

    #[test]
    fn paths_begin_at_home_or_beside_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let file = folder.join("config.yaml");
        let text = "checkouts: {vagrant: ~/vagrant, puppet: /srv/puppet}\n\
                    services: {a: {source: ../a, deploy: ~}}\n";
        fs_err::write(&file, text).unwrap();
        let configuration = Configuration::load(Some(&file)).unwrap();
        let home = Utf8PathBuf::from_path_buf(etcetera::home_dir().unwrap()).unwrap();
        assert_eq!(configuration.checkouts.vagrant, Some(home.join("vagrant")));
        assert_eq!(configuration.checkouts.puppet, Some("/srv/puppet".into()));
        let own = &configuration.services["a"];
        assert_eq!(own.source, Some(folder.join("../a")));
        assert_eq!(own.deploy, None);
    }

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
                "checkouts: {}\nuser: {}\ncheckouts: {}\n",
                3,
                "the key `checkouts` stands here a second time",
            ),
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
