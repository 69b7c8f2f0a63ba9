//! The user's configuration: where checkouts are, and who the user is. Never part of the model.

mod read;

use camino::{Utf8Path, Utf8PathBuf};

use crate::model::{
    LoadError, MailAddress, Problem, Read as _, SiteName, parse_file, read_text, suggest,
};

/// `$XDG_CONFIG_HOME/svcgen/config.yaml`.
#[derive(Debug, Clone, Default, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(
    title = "The configuration of svcgen",
    description = "What is particular to a user and a machine."
)]
pub struct Configuration {
    /// The site of models that name none.
    pub site: Option<SiteName>,
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
    /// The file that it is in, there or not; sites, questions and templates of the user's are beside it.
    #[serde(skip)]
    pub file: Option<Utf8PathBuf>,
}

/// Checkouts of the shared repositories.
#[derive(Debug, Clone, Default, schemars::JsonSchema)]
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
#[derive(Debug, Clone, Default, schemars::JsonSchema)]
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
#[derive(Debug, Clone, Default, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct User {
    /// Account on the review server.
    pub gerrit: Option<String>,
    /// Who commits.
    pub name: Option<String>,
    /// Their address for mail.
    pub email: Option<MailAddress>,
}

#[derive(Debug, Clone, Default, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Ssh {
    /// An ssh configuration other than the user's own.
    #[schemars(with = "Option<String>")]
    pub config_file: Option<Utf8PathBuf>,
}

#[derive(Debug, Clone, Default, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Conduit {
    /// A file with mode 0600 that holds the token of the ticket system.
    #[schemars(with = "Option<String>")]
    pub token_file: Option<Utf8PathBuf>,
    /// Seconds that an answer of the ticket system may take [default: 30].
    pub timeout: Option<std::num::NonZeroU16>,
}

#[derive(Debug, Clone, Default, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BuildDefaults {
    /// Network mode of the build container.
    pub network: Option<String>,
}

impl Configuration {
    /// Reads the file that is named, or the user's own, or nothing where that is not there.
    ///
    /// # Errors
    /// Where a named file is not there, or the file is wrong.
    pub fn load(named: Option<&Utf8Path>) -> Result<Self, LoadError> {
        let own = default_folder().map(|folder| folder.join("config.yaml"));
        let Some(path) = named.map(Utf8Path::to_owned).or(own) else {
            return Ok(Self::default());
        };
        let configuration = match read_text(&path) {
            Ok(text) => Self::parse(&path, &text)?,
            Err(LoadError::Unreadable { error, .. })
                if error.kind() == std::io::ErrorKind::NotFound && named.is_none() =>
            {
                Self::default()
            }
            Err(error) => return Err(error),
        };
        Ok(Self {
            file: Some(path),
            ..configuration
        })
    }

    fn parse(path: &Utf8Path, text: &str) -> Result<Self, LoadError> {
        parse_file(path, text, |node, problems| {
            let mut configuration = Self::read(node, problems)?;
            configuration.place_paths(path);
            if let (Some(folder), Some(node)) =
                (&configuration.organisation, node.find("organisation"))
                && !folder.is_dir()
            {
                let message = format!("`{folder}` is not a folder");
                problems.push(Problem::new(node.span.clone(), message).rule(
                    "the folder with the `sites`, `questions` and `templates` of the organisation",
                ));
            }
            Some(configuration)
        })
    }

    /// The service that is named in place of one that is not: its name is nearly the same.
    pub fn misspelt_service(&self, name: &str) -> Option<&str> {
        let named = self.services.keys().map(String::as_str);
        match self.services.contains_key(name) {
            true => None,
            false => suggest(name, named),
        }
    }

    /// The key of that kind that names a checkout, and the file that it stands in.
    pub fn setting_of(&self, kind: &str, path: &Utf8Path) -> Option<String> {
        let shared = [
            ("checkouts.vagrant", &self.checkouts.vagrant),
            ("checkouts.puppet", &self.checkouts.puppet),
        ];
        let shared = shared.map(|(key, path)| (key.to_owned(), path));
        let services = self.services.iter().flat_map(|(name, own)| {
            [
                (format!("services.{name}.source"), &own.source),
                (format!("services.{name}.deploy"), &own.deploy),
            ]
        });
        let mut keys = shared.into_iter().chain(services);
        let (key, _) = keys.find(|(key, named)| {
            key.rsplit('.').next() == Some(kind) && named.as_deref() == Some(path)
        })?;
        Some(format!("`{key}` of `{}`", self.file.as_ref()?))
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
        let beside = self.file.as_deref().and_then(Utf8Path::parent);
        let folders = [beside, self.organisation.as_deref()].into_iter().flatten();
        folders.map(|folder| folder.join(name)).collect()
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

    /// The mistakes of a text, each with its line.
    fn mistakes(text: &str) -> Vec<String> {
        let error = Configuration::parse("c.yaml".into(), text).unwrap_err();
        let LoadError::Wrong { problems, .. } = error else {
            panic!("{error}");
        };
        let told = problems.iter().map(|problem| {
            let line = crate::place::line_of(text, problem.span.start);
            format!("{line}: {}", problem.message)
        });
        told.collect()
    }

    #[test]
    fn every_mistake_is_told_in_its_line() {
        for (text, told) in [
            (
                "user: {}\nsite: Not One\n",
                vec!["2: `Not One` is not a site name"],
            ),
            (
                "user: {email: ada}\nchekouts: {}\nplain: maybe\n",
                vec![
                    "1: `ada` is not an email address",
                    "2: unknown key `chekouts`",
                    "3: expected true or false, found text",
                ],
            ),
            (
                "conduit: {timeout: 0}\n",
                vec!["1: expected a number of seconds, found an integer"],
            ),
            ("foo\n", vec!["1: expected a mapping, found text"]),
            ("- site: a\n", vec!["1: expected a mapping, found a list"]),
            (
                "checkouts: {}\nuser: {}\ncheckouts: {}\n",
                vec!["3: the key `checkouts` is here twice: remove one of them"],
            ),
            (
                "services:\n  a: {deploy: /x}\n  a: {deploy: /y}\n",
                vec!["3: the key `a` is here twice: remove one of them"],
            ),
        ] {
            assert_eq!(mistakes(text), told, "{text}");
        }
        for empty in ["", "# nothing\n", "\u{feff}", "\u{feff}# nothing\n"] {
            let read = Configuration::parse("c.yaml".into(), empty).unwrap();
            assert_eq!(read.site, None);
        }
    }

    #[test]
    fn the_key_that_names_a_checkout_is_known() {
        let text = "checkouts: {vagrant: /v}\nservices: {tea: {deploy: /d}}\n";
        let read = Configuration::parse("/c/config.yaml".into(), text).unwrap();
        let file = Some("/c/config.yaml".into());
        let read = Configuration { file, ..read };
        let setting = |kind: &str, path: &str| read.setting_of(kind, path.into());
        assert_eq!(
            setting("vagrant", "/v").unwrap(),
            "`checkouts.vagrant` of `/c/config.yaml`"
        );
        assert_eq!(
            setting("deploy", "/d").unwrap(),
            "`services.tea.deploy` of `/c/config.yaml`"
        );
        assert_eq!(setting("puppet", "/v"), None);
        assert_eq!(setting("deploy", "/x"), None);
    }
}
