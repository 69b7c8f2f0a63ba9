//! Reads the configuration out of YAML: every mistake, each with its place.

use std::num::NonZeroU16;

use camino::Utf8PathBuf;

use super::{BuildDefaults, Checkouts, Conduit, Configuration, ServiceCheckouts, Ssh, User};
use crate::model::{Fields, Line, Problem, Read, expected, map};
use crate::yaml::{Kind, Node};

/// A path, as it is written.
struct Path(Utf8PathBuf);

impl Read for Path {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let line = Line::read(node, problems)?;
        Some(Self(Utf8PathBuf::from(line.as_str())))
    }
}

/// Seconds that are worth waiting for.
struct Seconds(NonZeroU16);

impl Read for Seconds {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let number = match node.kind {
            Kind::Integer(number) => u16::try_from(number).ok().and_then(NonZeroU16::new),
            _ => None,
        };
        if number.is_none() {
            problems.push(
                expected("a number of seconds", node).rule("from 1 to 65535, without quotes"),
            );
        }
        number.map(Self)
    }
}

fn path(
    fields: &mut Fields<'_>,
    key: &'static str,
    problems: &mut Vec<Problem>,
) -> Option<Utf8PathBuf> {
    fields.optional(key, problems).map(|Path(path)| path)
}

fn line(fields: &mut Fields<'_>, key: &'static str, problems: &mut Vec<Problem>) -> Option<String> {
    let line: Option<Line> = fields.optional(key, problems);
    line.map(|line| line.as_str().to_owned())
}

impl Read for Configuration {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let read = Self {
            site: fields.optional("site", problems),
            organisation: path(&mut fields, "organisation", problems),
            checkouts: fields.optional("checkouts", problems).unwrap_or_default(),
            services: fields
                .node("services")
                .and_then(|node| map(node, |name| Ok(name.to_owned()), problems))
                .into_iter()
                .flatten()
                .collect(),
            user: fields.optional("user", problems).unwrap_or_default(),
            ssh: fields.optional("ssh", problems).unwrap_or_default(),
            conduit: fields.optional("conduit", problems).unwrap_or_default(),
            build: fields.optional("build", problems).unwrap_or_default(),
            plain: fields.optional("plain", problems).unwrap_or_default(),
            file: None,
        };
        fields.end(problems);
        Some(read)
    }
}

impl Read for Checkouts {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let vagrant = path(&mut fields, "vagrant", problems);
        let puppet = path(&mut fields, "puppet", problems);
        fields.end(problems);
        Some(Self { vagrant, puppet })
    }
}

impl Read for ServiceCheckouts {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let source = path(&mut fields, "source", problems);
        let deploy = path(&mut fields, "deploy", problems);
        fields.end(problems);
        Some(Self { source, deploy })
    }
}

impl Read for User {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let gerrit = line(&mut fields, "gerrit", problems);
        let name = line(&mut fields, "name", problems);
        let email = fields.optional("email", problems);
        fields.end(problems);
        Some(Self {
            gerrit,
            name,
            email,
        })
    }
}

impl Read for Ssh {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let config_file = path(&mut fields, "config_file", problems);
        fields.end(problems);
        Some(Self { config_file })
    }
}

impl Read for Conduit {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let token_file = path(&mut fields, "token_file", problems);
        let timeout: Option<Seconds> = fields.optional("timeout", problems);
        fields.end(problems);
        Some(Self {
            token_file,
            timeout: timeout.map(|Seconds(seconds)| seconds),
        })
    }
}

impl Read for BuildDefaults {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let network = line(&mut fields, "network", problems);
        fields.end(problems);
        Some(Self { network })
    }
}
