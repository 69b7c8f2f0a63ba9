use std::io;
use std::os::unix::fs::symlink;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Map, Value, json};

use super::message::{self, Message};
use super::scratch::Scratch;
use super::tools::Puppet;
use super::{PuppetRequest, PuppetTree, data};
use crate::child::{self, DEADLINE};

/// One compilation of a catalogue.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt<'a> {
    /// Folder of its own below the scratch folder.
    pub(super) name: &'a str,
    pub(super) language: Language,
    pub(super) globals: Globals,
    /// What is compiled, in Puppet's language.
    pub(super) code: &'a str,
    /// A manifest of the tree that is evaluated first.
    pub(super) manifest: Option<&'a Utf8Path>,
    /// The role whose data is read.
    pub(super) role: &'a str,
}

/// Which Puppet the surroundings of the service are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Today,
    /// What Puppet 3 let pass, passes.
    Puppet3,
}

/// Whether the manifest is evaluated that sets a production tree's global variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Globals {
    OfTheTree,
    None,
}

/// Where a production tree sets global variables.
pub(super) const REALM: &str = "manifests/realm.pp";
/// The manifest that asks for the role; it comes last.
pub(super) const ROLE: &str = "role.pp";

impl Attempt<'_> {
    /// Compiles; the errors are empty where the catalogue was made.
    ///
    /// # Errors
    /// Where the compiler could not be run, or ended without a word.
    pub(super) fn run(
        &self,
        request: &PuppetRequest<'_>,
        scratch: &Scratch<'_>,
        puppet: &Puppet,
    ) -> io::Result<Vec<Message>> {
        let folder = scratch.path().join(self.name);
        let (node, links) = self.prepare(request, scratch, &folder)?;
        let shim = scratch.path().join("shim.rb");
        let puppet3 = scratch.path().join("puppet3.rb");
        let mut command = match self.language {
            Language::Today => puppet.command(&[&shim]),
            Language::Puppet3 => puppet.command(&[&shim, &puppet3]),
        };
        let hiera = match request.tree {
            PuppetTree::Vagrant => "vagrant-hiera.yaml",
            PuppetTree::Production => "production-hiera.yaml",
        };
        command.args([
            "catalog",
            "compile",
            &node,
            "--color=false",
            "--facts_terminus",
            "yaml",
        ]);
        command.args(["--modulepath", &module_path(request.tree, scratch)]);
        for (option, path) in [
            ("--confdir", folder.join("conf")),
            ("--vardir", folder.join("var")),
            ("--environmentpath", folder.join("environments")),
            ("--manifest", folder.join("manifests")),
            ("--hiera_config", scratch.path().join(hiera)),
        ] {
            command.arg(option).arg(path);
        }
        scratch.enclose(&mut command);
        let output = child::run(&mut command, DEADLINE)?;
        if output.success {
            return Ok(Vec::new());
        }
        let mut errors = message::fatal_errors(&output.stderr);
        for place in errors.iter_mut().flat_map(|error| &mut error.places) {
            if let Some((_, file)) = links.iter().find(|(link, _)| *link == place.path) {
                place.path = scratch.tree().join(file).into_string();
            }
        }
        if errors.is_empty() {
            Err(io::Error::other(child::last_words("puppet", &output)))
        } else {
            Ok(errors)
        }
    }

    /// Writes the manifests, facts and stand-ins; returns the node, and which link stands for which file.
    fn prepare(
        &self,
        request: &PuppetRequest<'_>,
        scratch: &Scratch<'_>,
        folder: &Utf8Path,
    ) -> io::Result<(String, Vec<(Utf8PathBuf, Utf8PathBuf)>)> {
        let manifests = folder.join("manifests");
        for folder in [
            manifests.clone(),
            folder.join("var/yaml/facts"),
            folder.join("environments/production"),
        ] {
            fs_err::create_dir_all(folder)?;
        }
        let mut links = Vec::new();
        for (index, file) in self
            .tree_manifests(request, scratch)
            .into_iter()
            .enumerate()
        {
            let link = manifests.join(format!("{index:02}.pp"));
            symlink(scratch.tree().join(&file), &link)?;
            links.push((link, file));
        }
        fs_err::write(manifests.join(ROLE), self.code)?;
        let (node, facts) = self.facts(request, scratch)?;
        let document = json!({ "name": node, "values": facts });
        let document = format!("--- !ruby/object:Puppet::Node::Facts\n{document}\n");
        fs_err::write(folder.join(format!("var/yaml/facts/{node}.yaml")), document)?;
        Ok((node, links))
    }

    /// The tree's manifests that are evaluated before the role, in order.
    fn tree_manifests(
        &self,
        request: &PuppetRequest<'_>,
        scratch: &Scratch<'_>,
    ) -> Vec<Utf8PathBuf> {
        match request.tree {
            PuppetTree::Vagrant => vec!["puppet/manifests/site.pp".into()],
            PuppetTree::Production => {
                let has_realm =
                    self.globals == Globals::OfTheTree && scratch.tree().join(REALM).is_file();
                // Trees without autoloaded roles load these from the main manifest.
                let roles = scratch
                    .generated("pp")
                    .into_iter()
                    .filter(|path| path.starts_with("manifests"));
                let files = has_realm
                    .then(|| Utf8Path::new(REALM))
                    .into_iter()
                    .chain(self.manifest)
                    .chain(roles);
                files.map(Utf8Path::to_owned).collect()
            }
        }
    }

    fn facts(
        &self,
        request: &PuppetRequest<'_>,
        scratch: &Scratch<'_>,
    ) -> io::Result<(String, Map<String, Value>)> {
        let (file, hostname, site, domain) = match request.tree {
            PuppetTree::Vagrant => (
                "vagrant-facts.yaml",
                "vagrant",
                "local".to_owned(),
                "example".to_owned(),
            ),
            PuppetTree::Production => {
                let domain = request
                    .domain
                    .map_or("example.org", |domain| domain.as_str());
                let site = busiest_site(scratch.root());
                let domain = format!("{site}.{domain}");
                ("production-facts.yaml", "svcgen1001", site, domain)
            }
        };
        let node = format!("{hostname}.{domain}");
        let text = data::text(file)
            .replace("@fqdn@", &node)
            .replace("@hostname@", hostname)
            .replace("@domain@", &domain)
            .replace("@site@", &site)
            .replace("@role@", self.role);
        let mut facts: Map<String, Value> =
            serde_yaml::from_str(&text).map_err(io::Error::other)?;
        if request.tree == PuppetTree::Production && self.globals == Globals::OfTheTree {
            // A variable that the tree sets itself cannot be a fact as well.
            let realm = fs_err::read_to_string(scratch.tree().join(REALM)).unwrap_or_default();
            for name in assigned(&realm) {
                facts.remove(name);
            }
        }
        Ok((node, facts))
    }
}

/// Writes the values that stand in for the private repository, for every attempt.
///
/// # Errors
/// Where the file cannot be written.
pub(super) fn write_secrets(request: &PuppetRequest<'_>, scratch: &Scratch<'_>) -> io::Result<()> {
    let mut secrets: Map<String, Value> =
        serde_yaml::from_str(data::text("private.yaml")).map_err(io::Error::other)?;
    secrets.extend(request.secrets.iter().cloned());
    fs_err::write(
        scratch.path().join("secrets.yaml"),
        Value::Object(secrets).to_string(),
    )
}

fn module_path(tree: PuppetTree, scratch: &Scratch<'_>) -> String {
    let of_tree: &[&str] = match tree {
        PuppetTree::Vagrant => &["tree/puppet/modules"],
        PuppetTree::Production => &["tree/modules", "tree/vendor_modules", "tree/core_modules"],
    };
    let folders = of_tree.iter().chain(&["private", "stubs"]);
    folders
        .map(|folder| scratch.path().join(folder).into_string())
        .collect::<Vec<_>>()
        .join(":")
}

/// The site with the most data of its own: where a service runs, rather than where a cache does.
fn busiest_site(root: &Utf8Path) -> String {
    let roles = root.join("hieradata/role");
    let count = |name: &str| std::fs::read_dir(roles.join(name)).map_or(0, Iterator::count);
    let folders = std::fs::read_dir(&roles)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|e| e.file_name().into_string().ok());
    let is_site = |name: &String| {
        name != "common"
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            && (root.join(format!("hieradata/{name}.yaml")).exists()
                || root.join("hieradata").join(name).exists())
    };
    let mut sites: Vec<String> = folders.filter(is_site).collect();
    sites.sort();
    sites
        .into_iter()
        .rev()
        .max_by_key(|name| count(name))
        .unwrap_or_else(|| "site1".to_owned())
}

/// The variables that a manifest assigns.
fn assigned(manifest: &str) -> impl Iterator<Item = &str> {
    manifest.lines().filter_map(|line| {
        let rest = line.trim_start().strip_prefix('$')?;
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
        let after = rest[length..].trim_start().strip_prefix('=')?;
        (!after.starts_with(['=', '~'])).then_some(&rest[..length])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_are_told_from_comparisons() {
        let manifest =
            "$site = $x ? {\n  $realm   = 'a'\n$y == 1\n$z =~ /x/\n# $c = 1\nif $d == 2 {\n";
        assert_eq!(assigned(manifest).collect::<Vec<_>>(), ["site", "realm"]);
    }

    #[test]
    fn the_site_is_one_that_has_data_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        assert_eq!(busiest_site(root), "site1");
        for file in [
            "role/common/a.yaml",
            "role/common/b.yaml",
            "role/north/a.yaml",
            "role/south/a.yaml",
            "role/south/b.yaml",
            "role/env/a.yaml",
            "north.yaml",
            "south/x.yaml",
        ] {
            let file = root.join("hieradata").join(file);
            fs_err::create_dir_all(file.parent().unwrap()).unwrap();
            fs_err::write(file, "").unwrap();
        }
        assert_eq!(busiest_site(root), "south");
    }
}
