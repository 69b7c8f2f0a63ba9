use camino::{Utf8Path, Utf8PathBuf};
use schemars::JsonSchema;
use serde::Serialize;

use super::config::as_map;
use super::load::{LoadError, parse_file, read_version};
use super::name::{Port, constant};
use super::problem::Problem;
use super::read::{Fields, Read, map};
use super::text::Line;
use crate::yaml::Node;

/// Hosts that are folders of this machine, each with its own root, port and processes: for the engine `local`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalHosts {
    /// The folder that has one for each host; one that is not absolute begins at the deploy repository.
    pub root: Line,
    /// The port of the service on the first host; each other one has the next that is free among them.
    #[serde(default = "default_port")]
    pub first_port: Port,
    /// The command of each service, run by `sh` in the release that is live, with `PORT` and `SVCGEN_HOST`.
    #[serde(default, serialize_with = "as_map")]
    #[schemars(with = "std::collections::BTreeMap<Line, Line>")]
    pub services: Vec<(Line, Line)>,
}

/// The name of the file of a deploy repository, below `scap/` or an environment's folder.
pub const LOCAL_HOSTS_FILE: &str = "local.yaml";

impl LocalHosts {
    /// Parses a file of a deploy repository.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(path: &Utf8Path, text: &str) -> Result<Self, LoadError> {
        parse_file(path, text, |node, problems| {
            read_version(node, "file", problems);
            Self::read_fields(node, FileVersion::Has, problems)
        })
    }

    /// The folder of the hosts, seen from a deploy repository.
    pub fn folder(&self, repository: &Utf8Path) -> Utf8PathBuf {
        repository.join(self.root.as_str())
    }

    fn read_fields(node: &Node, version: FileVersion, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        match version {
            FileVersion::Has => drop(fields.node("version")),
            FileVersion::HasNone => {}
        }
        let root = fields.required("root", problems);
        let first_port = fields.or("first_port", default_port(), problems);
        let services = fields
            .node("services")
            .and_then(|node| map(node, Line::parse, problems))
            .unwrap_or_default();
        fields.end(problems);
        Some(Self {
            root: root?,
            first_port,
            services,
        })
    }
}

/// Whether the fields stand in a file of their own, which has a version.
#[derive(Clone, Copy)]
enum FileVersion {
    Has,
    HasNone,
}

impl Read for LocalHosts {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        Self::read_fields(node, FileVersion::HasNone, problems)
    }
}

fn default_port() -> Port {
    constant(Port::new(6100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_where_the_hosts_are_and_what_runs_on_them() {
        let text = "version: 1\nroot: ../hosts\nservices: {feed: node server.js}\n";
        let hosts = LocalHosts::parse("scap/local.yaml".into(), text).unwrap();
        assert_eq!(hosts.folder("/a/deploy".into()), "/a/deploy/../hosts");
        assert_eq!(u16::from(hosts.first_port), 6100);
        assert_eq!(hosts.services.len(), 1);
        let absolute = LocalHosts::parse("x".into(), "version: 1\nroot: /hosts\n").unwrap();
        assert_eq!(absolute.folder("/a/deploy".into()), "/hosts");
    }

    #[test]
    fn mistakes_have_their_place() {
        let text = "version: 1\nrot: hosts\nfirst_port: 80\n";
        let Err(LoadError::Wrong { problems, .. }) = LocalHosts::parse("x".into(), text) else {
            panic!("it was taken");
        };
        let found: Vec<&str> = problems.iter().map(|p| &text[p.span.clone()]).collect();
        assert_eq!(found, ["", "rot", "80"]);
    }
}
