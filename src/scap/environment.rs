use std::fmt;

use camino::Utf8PathBuf;
use serde::Serialize;

use crate::model::EnvironmentName;

/// The name of an environment in a deploy repository: of a folder below `scap/environments`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ScapEnvironment(String);

impl ScapEnvironment {
    /// Where the folders of all environments are.
    pub const FOLDER: &str = "scap/environments";

    /// Takes the name of a folder; `None` where it could be anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let is_name = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
            && text.chars().all(plain);
        (is_name && text.len() <= 128).then(|| Self(text.to_owned()))
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder of the environment.
    pub fn folder(&self) -> Utf8PathBuf {
        Utf8PathBuf::from(Self::FOLDER).join(&self.0)
    }
}

impl From<&EnvironmentName> for ScapEnvironment {
    fn from(name: &EnvironmentName) -> Self {
        Self(name.as_str().to_owned())
    }
}

impl fmt::Display for ScapEnvironment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The places of a file: that of the environment first, then that of all.
pub(super) fn places(environment: Option<&ScapEnvironment>, name: &str) -> Vec<Utf8PathBuf> {
    let own = environment.map(|environment| environment.folder().join(name));
    own.into_iter()
        .chain([Utf8PathBuf::from("scap").join(name)])
        .collect()
}
