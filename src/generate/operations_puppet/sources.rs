//! Where a Puppet tree lists what is deployed.

use camino::Utf8PathBuf;
use serde_json::json;

use crate::edit::yaml::Entry;
use crate::generate::GenerateError;
use crate::generate::read_yaml;
use crate::model::{HostName, Service, Site};
use crate::place::line_of;
use crate::worktree::Worktree;
use crate::yaml::Node;

/// A list of deploy sources in hieradata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SourceList {
    pub(super) path: Utf8PathBuf,
    pub(super) key: &'static str,
    form: Form,
}

/// What an entry of the list says of its repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `repository:`, for `scap::source`.
    Repository,
    /// `upstream:`, for Trebuchet.
    Upstream,
}

/// The key of the list in trees since 2016-08, and in beta hieradata before.
const SOURCES: &str = "scap::sources";
const SERVER_SOURCES: &str = "scap::server::sources";

/// The file of the list in the newest tree that is known.
pub(super) const NEWEST: &str = "hieradata/role/common/deployment_server/kubernetes.yaml";

/// Finds the list of production. It moved four times; the newest place that has it counts.
pub(super) fn production(worktree: &Worktree) -> Result<Option<SourceList>, GenerateError> {
    let newest = worktree
        .list("hieradata/role/common/deployment_server")
        .into_iter();
    let newest = newest.filter(|name| name.ends_with(".yaml"));
    let newest = newest.map(|name| {
        (
            format!("hieradata/role/common/deployment_server/{name}"),
            SOURCES,
            Form::Repository,
        )
    });
    let older = [
        (
            "hieradata/role/common/deployment_server.yaml",
            SOURCES,
            Form::Repository,
        ),
        (
            "hieradata/role/common/deployment/server.yaml",
            SOURCES,
            Form::Repository,
        ),
        (
            "hieradata/common/scap/server.yaml",
            "sources",
            Form::Repository,
        ),
        (
            "hieradata/common/role/deployment.yaml",
            "repo_config",
            Form::Upstream,
        ),
    ];
    for (path, key, form) in
        newest.chain(older.map(|(path, key, form)| (path.to_owned(), key, form)))
    {
        if has_key(worktree, &path, key)? {
            return Ok(Some(SourceList {
                path: path.into(),
                key,
                form,
            }));
        }
    }
    Ok(None)
}

/// The hieradata of an environment that lives in a cloud project: the first label of its domain.
pub(super) fn environment_file(worktree: &Worktree, domain: &HostName) -> Option<Utf8PathBuf> {
    let project = domain.as_str().split('.').next()?;
    let clouds = worktree
        .list("hieradata/cloud")
        .into_iter()
        .map(|cloud| format!("hieradata/cloud/{cloud}"));
    let folders = clouds.chain(["hieradata/labs".to_owned()]);
    let mut files =
        folders.map(|folder| Utf8PathBuf::from(format!("{folder}/{project}/common.yaml")));
    files.find(|path| worktree.has_file(path))
}

/// Where the hieradata of an environment is assumed to be: its domain names the project and the cloud.
pub(super) fn assumed_environment_file(domain: &HostName) -> Utf8PathBuf {
    let mut labels = domain.as_str().split('.');
    let (project, cloud) = (
        labels.next().unwrap_or_default(),
        labels.next().unwrap_or_default(),
    );
    format!("hieradata/cloud/{cloud}/{project}/common.yaml").into()
}

/// The list of an environment, in its own hieradata.
pub(super) fn of_environment(
    worktree: &Worktree,
    path: &Utf8PathBuf,
) -> Result<Option<SourceList>, GenerateError> {
    for key in [SOURCES, SERVER_SOURCES] {
        if has_key(worktree, path.as_str(), key)? {
            return Ok(Some(SourceList {
                path: path.clone(),
                key,
                form: Form::Repository,
            }));
        }
    }
    Ok(None)
}

fn has_key(worktree: &Worktree, path: &str, key: &str) -> Result<bool, GenerateError> {
    let Some(text) = worktree.read(path)? else {
        return Ok(false);
    };
    // Parsing a large file only to find nothing would cost milliseconds.
    if !text
        .lines()
        .any(|line| line.trim_matches(['"', '\'']).starts_with(key))
    {
        return Ok(false);
    }
    Ok(read_yaml(path.into(), &text)?.find(key).is_some())
}

impl SourceList {
    /// The list of the newest tree that is known, in a file of its own.
    pub(super) fn assumed(path: Utf8PathBuf) -> Self {
        Self {
            path,
            key: SOURCES,
            form: Form::Repository,
        }
    }

    /// The entry of a service. The repository is always written out: what its absence means changed twice.
    pub(super) fn entry(&self, service: &Service, site: &Site) -> Entry {
        let deploy = &service.repositories.deploy;
        let value = match self.form {
            Form::Upstream => {
                let upstream = site.clone_url(deploy).unwrap_or_else(|| deploy.to_string());
                json!({"upstream": upstream, "checkout_submodules": true})
            }
            Form::Repository => json!({"repository": deploy}),
        };
        Entry::sorted(&[self.key], service.repositories.key.to_string(), value)
    }

    /// The repository that an entry of the list brings, and the line of the entry.
    pub(super) fn repository(
        &self,
        key: &str,
        worktree: &Worktree,
    ) -> Result<Option<(String, usize)>, GenerateError> {
        let Some(text) = worktree.read(&self.path)?.filter(|text| text.contains(key)) else {
            return Ok(None);
        };
        let root = read_yaml(self.path.clone(), &text)?;
        let member = match self.form {
            Form::Repository => "repository",
            Form::Upstream => "upstream",
        };
        let entries = root.find(self.key).map(Node::entries).unwrap_or_default();
        let entry = entries.iter().find(|(name, _)| name.text == key);
        Ok(entry.and_then(|(name, entry)| {
            let repository = entry.find(member)?.to_value();
            let line = line_of(&text, name.span.start);
            Some((repository.as_str()?.to_owned(), line))
        }))
    }
}
