use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use git2::{Oid, Repository};

use crate::lines::{Known, Lines, lines_in};
use crate::world::{CLONES, World};

/// All that is there at a moment.
pub(crate) struct Sight {
    pub(crate) clones: BTreeMap<&'static str, Clone>,
    /// The references of the servers.
    servers: BTreeMap<String, Oid>,
    /// The lines that somebody finds: in a file, in the index, in a commit of any reference here or on a server, in a stash.
    pub(crate) found: Lines,
}

/// A clone at a moment.
pub(crate) struct Clone {
    /// What is checked out.
    pub(crate) head: String,
    /// The lines of the commit that is checked out.
    pub(crate) checked_out: Lines,
    pub(crate) references: BTreeMap<String, Oid>,
    /// The lines of the last commit of each branch.
    pub(crate) branches: BTreeMap<String, Lines>,
    /// The files of the work tree.
    pub(crate) files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Clone {
    /// Whether a branch is one that svcgen put something aside on.
    pub(crate) fn is_kept(branch: &str) -> bool {
        branch.starts_with("kept-")
    }

    /// The lines that are in view: in a file, or in the last commit of a branch.
    pub(crate) fn in_view(&self) -> Lines {
        let branches = self
            .branches
            .iter()
            .filter(|(name, _)| !Self::is_kept(name));
        let branches = branches.flat_map(|(_, lines)| lines.iter().copied());
        branches.chain(self.in_files()).collect()
    }

    fn in_files(&self) -> Lines {
        let files = self.files.iter();
        files
            .flat_map(|(path, text)| {
                let mut lines = lines_in(text);
                lines.extend(lines_in(path.as_os_str().as_encoded_bytes()));
                lines
            })
            .collect()
    }

    /// The files that have a line.
    pub(crate) fn with(&self, line: usize) -> Vec<&Path> {
        let files = self
            .files
            .iter()
            .filter(|(_, text)| lines_in(text).contains(&line));
        files.map(|(path, _)| path.as_path()).collect()
    }
}

impl Sight {
    pub(crate) fn new(world: &World, known: &Known) -> Self {
        let mut sight = Self {
            clones: BTreeMap::new(),
            servers: BTreeMap::new(),
            found: Lines::new(),
        };
        for (name, _) in CLONES {
            let server = Repository::open_bare(world.server(name)).unwrap();
            for (reference, id) in references(&server) {
                sight.found.extend(known.past(&server, id));
                sight.servers.insert(format!("{name} {reference}"), id);
            }
            let repository = Repository::open(world.work().join(name)).unwrap();
            sight.clone(name, repository, known);
        }
        sight
    }

    fn clone(&mut self, name: &'static str, mut repository: Repository, known: &Known) {
        let mut stashes = Vec::new();
        repository
            .stash_foreach(|_, _, id| {
                stashes.push(*id);
                true
            })
            .unwrap();
        let references = references(&repository);
        for id in references.values().chain(&stashes) {
            self.found.extend(known.past(&repository, *id));
        }
        for entry in repository.index().unwrap().iter() {
            self.found.extend(known.content(&repository, entry.id));
        }
        let head = repository.find_reference("HEAD").unwrap();
        let head = head.symbolic_target().unwrap().map_or_else(
            || repository.head().unwrap().target().unwrap().to_string(),
            str::to_owned,
        );
        let local = references.iter().filter_map(|(reference, id)| {
            let branch = reference.strip_prefix("refs/heads/")?;
            Some((branch.to_owned(), known.tip(&repository, *id)))
        });
        let mut files = BTreeMap::new();
        read(repository.workdir().unwrap(), Path::new(""), &mut files);
        let tip = repository.head().unwrap().target().unwrap();
        let clone = Clone {
            checked_out: known.tip(&repository, tip),
            head,
            branches: local.collect(),
            references,
            files,
        };
        self.found.extend(clone.in_files());
        self.clones.insert(name, clone);
    }

    /// What differs between two moments, in words.
    pub(crate) fn differences(&self, later: &Self) -> Vec<String> {
        let mut differences = Vec::new();
        let mut differ = |what: String, before: bool, after: bool| {
            differences.push(match (before, after) {
                (true, true) => format!("{what} is another"),
                (true, false) => format!("{what} is gone"),
                (false, _) => format!("{what} is new"),
            });
        };
        for (name, clone) in &self.clones {
            let after = &later.clones[name];
            if clone.head != after.head {
                differ(format!("{name}: HEAD"), true, true);
            }
            for path in clone.files.keys().chain(after.files.keys()) {
                let (before, after) = (clone.files.get(path), after.files.get(path));
                if before != after {
                    differ(
                        format!("{name}/{}", path.display()),
                        before.is_some(),
                        after.is_some(),
                    );
                }
            }
            for key in clone.references.keys().chain(after.references.keys()) {
                let (before, after) = (clone.references.get(key), after.references.get(key));
                if before != after {
                    differ(format!("{name}: {key}"), before.is_some(), after.is_some());
                }
            }
        }
        for key in self.servers.keys().chain(later.servers.keys()) {
            let (before, after) = (self.servers.get(key), later.servers.get(key));
            if before != after {
                differ(format!("server: {key}"), before.is_some(), after.is_some());
            }
        }
        differences
    }

    /// The newest patch set of each change of a server, by its number.
    pub(crate) fn changes(&self, clone: &str) -> BTreeMap<usize, (usize, Oid)> {
        let mut changes = BTreeMap::new();
        for (key, id) in &self.servers {
            let Some(rest) = key.strip_prefix(&format!("{clone} refs/changes/")) else {
                continue;
            };
            let mut parts = rest
                .split('/')
                .skip(1)
                .map(|part| part.parse::<usize>().unwrap());
            let (number, patch) = (parts.next().unwrap(), parts.next().unwrap());
            let newest = changes.entry(number).or_insert((patch, *id));
            if newest.0 < patch {
                *newest = (patch, *id);
            }
        }
        changes
    }
}

fn references(repository: &Repository) -> BTreeMap<String, Oid> {
    let references = repository.references().unwrap().map(Result::unwrap);
    let named = references.filter_map(|it| Some((it.name().unwrap().to_owned(), it.target()?)));
    let mut named: BTreeMap<String, Oid> = named.collect();
    // What is checked out without a branch.
    if repository.head_detached().unwrap_or(false) {
        named.insert(
            "HEAD".to_owned(),
            repository.head().unwrap().target().unwrap(),
        );
    }
    named
}

/// Reads all files below a folder, but for what is git's.
fn read(folder: &Path, below: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder.join(below)).unwrap() {
        let entry = entry.unwrap();
        let path = below.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            if path != Path::new(".git") {
                read(folder, &path, files);
            }
        } else {
            files.insert(path, std::fs::read(entry.path()).unwrap());
        }
    }
}
