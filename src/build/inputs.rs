use std::collections::{BTreeMap, BTreeSet};

use git2::{ObjectType, Oid};
use serde::Serialize;
use serde_json::Value;

use super::error::BuildError;
use super::manifest::{Lock, Manifest};
use super::reason::Reason;
use super::source::Source;
use super::stanza::Stanza;
use crate::model::Build;

/// What decides how `node_modules` looks, besides the versions of the tools: two commits with the same inputs have the
/// same modules.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Inputs {
    /// Members of `package.json`, by section and name.
    dependencies: BTreeMap<String, BTreeMap<String, Value>>,
    /// Scripts that npm runs while it installs.
    scripts: BTreeMap<String, String>,
    lock: Option<LockInput>,
    /// Files and folders of the source that are installed, or that those scripts use.
    files: BTreeMap<String, String>,
    stanza: Stanza,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct LockInput {
    name: &'static str,
    /// Of all that is not for development only.
    hash: String,
}

/// The sections of `package.json` that name production dependencies, or say how they are chosen.
const SECTIONS: [&str; 8] = [
    "dependencies",
    "optionalDependencies",
    "peerDependencies",
    "peerDependenciesMeta",
    "bundleDependencies",
    "bundledDependencies",
    "overrides",
    "workspaces",
];

/// The scripts that npm runs while it installs, in their order.
const SCRIPTS: [&str; 8] = [
    "preinstall",
    "install",
    "postinstall",
    "prepublish",
    "preprepare",
    "prepare",
    "postprepare",
    "dependencies",
];

impl Inputs {
    /// Reads those of a commit; the model stands in where `package.json` has no stanza.
    pub(super) fn of(
        source: &Source,
        commit: Oid,
        manifest: &Manifest,
        model: Option<&Build>,
    ) -> Result<Self, BuildError> {
        let stanza = manifest.stanza.clone();
        let stanza = stanza.or_else(|| model.map(Stanza::from));
        let scripts: BTreeMap<String, String> = manifest
            .texts("scripts")
            .into_iter()
            .filter(|(name, _)| SCRIPTS.contains(name))
            .map(|(name, script)| (name.to_owned(), script.to_owned()))
            .collect();
        let mut files = BTreeMap::new();
        for path in paths(manifest, &scripts) {
            if let Some(object) = source.entry(commit, &path) {
                files.insert(path, object.to_string());
            }
        }
        Ok(Self {
            dependencies: sections(&manifest.package),
            scripts,
            lock: manifest.lock.as_ref().map(LockInput::of).transpose()?,
            files,
            stanza: stanza.unwrap_or_default(),
        })
    }

    /// One name for all of it.
    pub(super) fn hash(&self) -> Result<String, BuildError> {
        hash(self)
    }

    /// The stanza that holds.
    pub(super) fn stanza(&self) -> &Stanza {
        &self.stanza
    }

    /// Whether there is anything to install.
    pub(super) fn has_dependencies(&self) -> bool {
        self.dependencies
            .values()
            .any(|section| !section.is_empty())
    }

    /// How these differ from earlier ones; nothing where they are the same.
    pub(super) fn reasons(&self, earlier: &Self) -> Vec<Reason> {
        let mut reasons = Vec::new();
        let changed = changed(&earlier.dependencies, &self.dependencies);
        if !changed.is_empty() {
            reasons.push(Reason::Dependencies { changed });
        }
        if self.lock != earlier.lock {
            let lock = self.lock.as_ref().or(earlier.lock.as_ref());
            let file = lock.map_or("", |lock| lock.name).to_owned();
            reasons.push(match (&earlier.lock, &self.lock) {
                (None, Some(_)) => Reason::LockNew { file },
                (Some(_), None) => Reason::LockGone { file },
                _ => Reason::Lock { file },
            });
        }
        if self.scripts != earlier.scripts {
            let scripts = differing(&earlier.scripts, &self.scripts);
            reasons.push(Reason::Scripts { scripts });
        }
        if self.files != earlier.files {
            let paths = differing(&earlier.files, &self.files);
            reasons.push(Reason::Files { paths });
        }
        let keys = self.stanza.changed(&earlier.stanza);
        if !keys.is_empty() {
            reasons.push(Reason::Stanza { keys });
        }
        reasons
    }
}

impl LockInput {
    fn of(lock: &Lock) -> Result<Self, BuildError> {
        let mut content = lock.content.clone();
        for member in ["packages", "dependencies"] {
            if let Some(packages) = content.get_mut(member) {
                drop_development(packages);
            }
        }
        if let Some(content) = content.as_object_mut() {
            // What it says about the service itself stands in `package.json`.
            content.retain(|key, _| !matches!(key.as_str(), "name" | "version"));
            let root = content.get_mut("packages").and_then(|it| it.get_mut(""));
            if let Some(root) = root.and_then(Value::as_object_mut) {
                root.retain(|key, _| SECTIONS.contains(&key.as_str()));
            }
        }
        Ok(Self {
            name: lock.name,
            hash: hash(&content)?,
        })
    }
}

/// Drops what is not installed in production from the packages of a lock file, at each depth.
fn drop_development(packages: &mut Value) {
    let Some(packages) = packages.as_object_mut() else {
        return;
    };
    packages.retain(|_, package| package.get("dev") != Some(&Value::Bool(true)));
    for package in packages.values_mut() {
        // The first form of lock files nests them.
        if let Some(nested) = package.get_mut("dependencies") {
            drop_development(nested);
        }
    }
}

fn sections(package: &Value) -> BTreeMap<String, BTreeMap<String, Value>> {
    let mut sections = BTreeMap::new();
    for name in SECTIONS {
        let members: BTreeMap<String, Value> = match package.get(name) {
            Some(Value::Object(members)) => members.clone().into_iter().collect(),
            Some(Value::Array(items)) if !items.is_empty() => {
                BTreeMap::from([(String::new(), Value::Array(items.clone()))])
            }
            _ => BTreeMap::new(),
        };
        if !members.is_empty() {
            sections.insert(name.to_owned(), members);
        }
    }
    sections
}

/// The paths of the source that may matter: settings of npm, packages that are folders, what scripts name.
fn paths(manifest: &Manifest, scripts: &BTreeMap<String, String>) -> BTreeSet<String> {
    let mut paths = BTreeSet::from([".npmrc".to_owned()]);
    let locked = manifest
        .lock
        .as_ref()
        .and_then(|lock| lock.content.get("packages"));
    let locked = locked.and_then(Value::as_object);
    let folders = locked.into_iter().flat_map(|packages| packages.keys());
    paths.extend(
        folders
            .filter(|folder| {
                !folder.is_empty() && !folder.split('/').any(|it| it == "node_modules")
            })
            .cloned(),
    );
    for section in &SECTIONS[..3] {
        let specs = manifest.texts(section).into_values();
        paths.extend(specs.filter_map(folder_of).map(str::to_owned));
    }
    if manifest.lock.is_none() && manifest.package.get("workspaces").is_some() {
        paths.insert(String::new());
    }
    for script in scripts.values() {
        let is_between = |c: char| c.is_whitespace() || "'\"=;&|()".contains(c);
        let words = script
            .split(is_between)
            .map(|word| word.trim_start_matches("./"));
        for word in words.filter(|word| !word.is_empty()) {
            paths.insert(word.trim_end_matches('/').to_owned());
            if word == "patch-package" {
                paths.insert("patches".into());
            }
        }
    }
    paths
}

/// The folder or file of the source that a dependency is.
fn folder_of(spec: &str) -> Option<&str> {
    let path = match spec.strip_prefix("file:") {
        Some(path) => path,
        None if spec.starts_with("./") => spec,
        None => return None,
    };
    Some(path.trim_start_matches("./").trim_end_matches('/'))
}

/// The names of dependencies that differ, as people write them: `+new`, `-gone`, `changed`.
fn changed(
    before: &BTreeMap<String, BTreeMap<String, Value>>,
    after: &BTreeMap<String, BTreeMap<String, Value>>,
) -> Vec<String> {
    let empty = BTreeMap::new();
    let mut names = BTreeSet::new();
    for section in SECTIONS {
        let before = before.get(section).unwrap_or(&empty);
        let after = after.get(section).unwrap_or(&empty);
        for name in before.keys().chain(after.keys()) {
            let shown = if name.is_empty() { section } else { name };
            match (before.get(name), after.get(name)) {
                (old, new) if old == new => {}
                (None, _) => drop(names.insert(format!("+{shown}"))),
                (_, None) => drop(names.insert(format!("-{shown}"))),
                _ => drop(names.insert(shown.to_owned())),
            }
        }
    }
    names.into_iter().collect()
}

/// The keys under which two maps differ.
fn differing(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differing = keys
        .into_iter()
        .filter(|key| before.get(*key) != after.get(*key));
    differing.cloned().collect()
}

/// The hash of a value, which is that of git's for its text.
fn hash(value: &impl Serialize) -> Result<String, BuildError> {
    let text = serde_json::to_vec(value).map_err(|error| BuildError::Hash {
        reason: error.to_string(),
    })?;
    let hash = Oid::hash_object(ObjectType::Blob, &text);
    let hash = hash.map_err(|error| BuildError::Hash {
        reason: error.message().to_owned(),
    })?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lock(packages: Value) -> LockInput {
        let content =
            json!({"name": "a", "version": "1.0.0", "lockfileVersion": 3, "packages": packages});
        LockInput::of(&Lock {
            name: "package-lock.json",
            blob: Oid::ZERO_SHA1,
            content,
        })
        .unwrap()
    }

    #[test]
    fn what_is_only_for_development_is_no_input() {
        let before = lock(json!({
            "": {"name": "a", "version": "1.0.0", "dependencies": {"x": "1"}, "devDependencies": {"d": "1"}},
            "node_modules/x": {"version": "1.0.0"}, "node_modules/d": {"version": "1.0.0", "dev": true},
        }));
        let after = lock(json!({
            "": {"name": "a", "version": "2.0.0", "dependencies": {"x": "1"}, "devDependencies": {"d": "2"}},
            "node_modules/x": {"version": "1.0.0"}, "node_modules/d": {"version": "2.0.0", "dev": true},
        }));
        assert_eq!(before, after);
        let other =
            lock(json!({"": {"dependencies": {"x": "1"}}, "node_modules/x": {"version": "1.0.1"}}));
        assert_ne!(before, other);
    }

    #[test]
    fn what_changed_is_named() {
        let sections = |value: Value| sections(&value);
        let before = sections(json!({"dependencies": {"a": "1", "b": "1", "c": "1"}}));
        let after = sections(
            json!({"dependencies": {"a": "1", "b": "2"}, "optionalDependencies": {"d": "1"}}),
        );
        assert_eq!(changed(&before, &after), ["+d", "-c", "b"]);
        let bundled = sections(json!({"bundleDependencies": ["a"]}));
        assert_eq!(
            changed(&sections(json!({})), &bundled),
            ["+bundleDependencies"]
        );
    }

    #[test]
    fn folders_of_the_source_are_told_from_addresses() {
        assert_eq!(folder_of("file:./lib/x/"), Some("lib/x"));
        assert_eq!(folder_of("./lib"), Some("lib"));
        for spec in ["^1.0.0", "git+https://x/y", "npm:z@1", "github:a/b"] {
            assert_eq!(folder_of(spec), None, "{spec}");
        }
    }
}
