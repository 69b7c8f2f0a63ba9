use camino::{Utf8Path, Utf8PathBuf};
use include_dir::{Dir, include_dir};
use thiserror::Error;

use super::load::{LoadError, read_text};
use super::name::{SiteName, constant};
use super::site::Site;
use super::suggest::did_you_mean;

/// The sites that come with svcgen.
static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/onboarding/sites");

/// A site that cannot be used.
#[derive(Debug, Error)]
pub enum SiteError {
    #[error("there is no site `{name}`")]
    Unknown {
        name: String,
        /// The one that was likely meant, or all that there are.
        known: String,
    },
    #[error(transparent)]
    Load(#[from] LoadError),
}

/// The sites that can be named: those of the user, then those that come with svcgen.
#[derive(Debug, Clone)]
pub struct Sites {
    folders: Vec<Utf8PathBuf>,
    default: Option<SiteName>,
}

/// The site of models that name none, as the contract of the model says.
const DEFAULT_SITE: &str = "wikimedia";

impl Sites {
    /// Looks for sites in these folders before those that come with svcgen.
    pub fn new(folders: impl IntoIterator<Item = Utf8PathBuf>) -> Self {
        Self {
            folders: folders.into_iter().collect(),
            default: None,
        }
    }

    /// Takes another site for models that name none.
    #[must_use]
    pub fn with_default(self, default: Option<SiteName>) -> Self {
        Self { default, ..self }
    }

    /// Reads the site of models that name none.
    ///
    /// # Errors
    /// As [`Sites::find`].
    pub fn default_site(&self) -> Result<Site, SiteError> {
        match &self.default {
            Some(name) => self.find(name),
            None => self.find(&constant(SiteName::parse(DEFAULT_SITE))),
        }
    }

    /// Lists the names of all sites.
    pub fn names(&self) -> Vec<String> {
        let own = self
            .folders
            .iter()
            .flat_map(|folder| fs_err::read_dir(folder).into_iter().flatten().flatten());
        let own = own.filter_map(|entry| Utf8PathBuf::from_path_buf(entry.path()).ok());
        let built_in = BUILT_IN
            .files()
            .filter_map(|f| Utf8Path::from_path(f.path()).map(Utf8Path::to_owned));
        let mut names: Vec<String> = own
            .chain(built_in)
            .filter(|path| path.extension() == Some("yaml"))
            .filter_map(|path| path.file_stem().map(str::to_owned))
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// Reads a site.
    ///
    /// # Errors
    /// Where there is none of that name, or its file is wrong.
    pub fn find(&self, name: &SiteName) -> Result<Site, SiteError> {
        let file = format!("{name}.yaml");
        for folder in &self.folders {
            let path = folder.join(&file);
            match read_text(&path) {
                Ok(text) => return Ok(Site::parse(&path, &text)?),
                Err(LoadError::Unreadable { error, .. })
                    if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        match BUILT_IN
            .get_file(&file)
            .and_then(include_dir::File::contents_utf8)
        {
            Some(text) => Ok(Site::parse(Utf8Path::new(&file), text)?),
            None => {
                let known = self.names();
                let near = did_you_mean(name.as_str(), known.iter().map(String::as_str));
                Err(SiteError::Unknown {
                    name: name.to_string(),
                    known: near.unwrap_or_else(|| format!("known: {}", known.join(", "))),
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_site_that_comes_along_is_right() {
        for name in Sites::new(None).names() {
            let site = Sites::new(None).find(&SiteName::parse(&name).unwrap());
            assert_eq!(site.unwrap().name.as_str(), name);
        }
    }
}
