use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::edit::Rendered;
use crate::generate::{GenerateError, read_yaml};
use crate::ini::{Ini, parse};
use crate::model::MODEL_FILE;
use crate::scap::{CONFIG_FILE, Files};
use crate::worktree::{Worktree, WorktreeError};
use crate::yaml::Node;

/// What a generator has to know of a deploy repository.
#[derive(Debug, Clone)]
pub struct DeployRepo {
    files: BTreeMap<Utf8PathBuf, String>,
    folders: Vec<Utf8PathBuf>,
    config: Ini,
    rendered: Rendered,
}

/// The files at the root that are looked at.
const PAPERS: [&str; 6] = [
    ".gitreview",
    ".gitmodules",
    "README",
    "README.md",
    "README.rst",
    "README.txt",
];

/// What stands in trees that are no deploy repository.
const FOREIGN: [(&str, &str); 4] = [
    (
        "puppet/modules",
        "a folder without `puppet/modules`, which belongs to a Vagrant tree",
    ),
    (
        "modules",
        "a folder without `modules`, which belongs to a Puppet tree",
    ),
    (
        "manifests",
        "a folder without `manifests`, which belongs to a Puppet tree",
    ),
    (
        "hieradata",
        "a folder without `hieradata`, which belongs to a Puppet tree",
    ),
];

impl DeployRepo {
    /// Looks whether a folder is one, or may become one.
    ///
    /// # Errors
    /// Where it is something else.
    pub fn recognise(worktree: &Worktree) -> Result<(), GenerateError> {
        match worktree.has_file(CONFIG_FILE) {
            true => Ok(()),
            false => refuse_foreign(worktree),
        }
    }

    /// Reads a deploy repository, and what svcgen wrote there; an empty folder is one that begins.
    ///
    /// # Errors
    /// Where the folder is something else, or `scap.cfg` is not understood.
    pub fn read(worktree: &Worktree, rendered: &Rendered) -> Result<Self, GenerateError> {
        Self::recognise(worktree)?;
        let mut files = BTreeMap::new();
        let mut folders = vec![Utf8PathBuf::from("scap")];
        let environments = worktree.list("scap/environments");
        folders.extend(
            environments
                .iter()
                .map(|name| Utf8Path::new("scap/environments").join(name)),
        );
        let below = folders.iter().flat_map(|folder| {
            worktree
                .list(folder)
                .into_iter()
                .map(|name| folder.join(name))
        });
        for path in below
            .chain(PAPERS.iter().map(Utf8PathBuf::from))
            .filter(|path| worktree.has_file(path))
        {
            match worktree.read(&path) {
                Ok(Some(text)) => {
                    files.insert(path, text);
                }
                Ok(None) | Err(WorktreeError::NotText { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let text = files
            .get(Utf8Path::new(CONFIG_FILE))
            .map(String::as_str)
            .unwrap_or_default();
        let config = parse(text).map_err(|error| GenerateError::NotUnderstood {
            path: CONFIG_FILE.into(),
            line: error.line,
            reason: error.message,
        })?;
        Ok(Self {
            files,
            folders,
            config,
            rendered: rendered.clone(),
        })
    }

    /// The text of a file as svcgen wrote it last.
    pub(super) fn written(&self, path: &Utf8Path) -> Option<String> {
        self.rendered.read(path)
    }

    /// The text of a file that is looked at.
    pub(super) fn text(&self, path: impl AsRef<Utf8Path>) -> Option<&str> {
        self.files.get(path.as_ref()).map(String::as_str)
    }

    /// The text of a file, where it is not as svcgen left it.
    pub(super) fn of_others(&self, path: &str) -> Option<&str> {
        let text = self.text(path)?;
        let is_left = self.written(path.into()).is_some_and(|left| left == text);
        Some(text).filter(|_| !is_left)
    }

    /// The value of a setting of `scap.cfg`.
    pub(super) fn setting(&self, section: &str, key: &str) -> Option<&str> {
        self.config
            .find(section, key)
            .map(|setting| setting.value.as_str())
    }

    /// A YAML file.
    pub(super) fn yaml(&self, path: impl AsRef<Utf8Path>) -> Result<Option<Node>, GenerateError> {
        let path = path.as_ref();
        let Some(text) = self.text(path) else {
            return Ok(None);
        };
        read_yaml(path.to_owned(), text).map(Some)
    }

    /// Whether the repository has a README of any kind.
    pub(super) fn has_readme(&self) -> bool {
        self.files
            .keys()
            .any(|path| path.as_str().starts_with("README"))
    }
}

impl Files for DeployRepo {
    fn read(&self, path: &Utf8Path) -> Result<Option<String>, WorktreeError> {
        Ok(self.files.get(path).cloned())
    }

    fn has_folder(&self, path: &Utf8Path) -> bool {
        self.folders.iter().any(|folder| folder == path)
    }
}

fn refuse_foreign(worktree: &Worktree) -> Result<(), GenerateError> {
    let mut found: Vec<String> = FOREIGN
        .iter()
        .filter(|(folder, _)| worktree.has_folder(folder))
        .map(|(_, why)| (*why).to_owned())
        .collect();
    if let Some(file) = source_file(worktree) {
        found.push(format!(
            "no source of a service: `{file}` is there, without `.gitmodules`"
        ));
    }
    if found.is_empty() {
        return Ok(());
    }
    found.insert(0, format!("`{CONFIG_FILE}`, or an empty folder"));
    let root = worktree.root().to_owned();
    Err(GenerateError::Unrecognised {
        root,
        tree: "a deploy repository",
        looked_for: found,
    })
}

/// The file by which a folder is known as the source of a service: its package, or its model beside files of a program.
fn source_file(worktree: &Worktree) -> Option<&'static str> {
    if worktree.has_file(".gitmodules") {
        return None;
    }
    if worktree.has_file("package.json") {
        return Some("package.json");
    }
    if worktree.has_folder("scap") {
        return None;
    }
    let is_of_any = |name: &String| {
        let papers = ["README", "LICENSE", "COPYING", "."];
        name == MODEL_FILE || papers.iter().any(|begin| name.starts_with(begin))
    };
    let has_program = || !worktree.list("").iter().all(is_of_any);
    (worktree.has_file(MODEL_FILE) && has_program()).then_some(MODEL_FILE)
}
