//! The `include` lines of roles.

use std::ops::Range;

use camino::{Utf8Path, Utf8PathBuf};

use super::SeriesTree;
use crate::edit::blocks::Block;
use crate::generate::GenerateError;
use crate::generate::operations_puppet::idiom::{ROLE_FOLDER, ROLE_MODULE};
use crate::model::Service;
use crate::place::line_end;

/// A role's class in its manifest.
#[derive(Debug)]
pub(super) struct RoleClass {
    pub(super) path: Utf8PathBuf,
    pub(super) text: String,
    includes: Vec<Include>,
    /// The line after the one that opens the class.
    begin: usize,
}

/// One `include`, alone in its line.
#[derive(Debug)]
struct Include {
    lines: Range<usize>,
    /// As it is written, with `::` before it where that is there.
    name: String,
    indent: usize,
}

impl RoleClass {
    /// Finds the class of a role; it may stand in the manifest of the role that it is below of.
    pub(super) fn find(role: &str, tree: &SeriesTree) -> Result<Option<Self>, GenerateError> {
        let whole = role.replace("::", "/");
        let first = role.split("::").next().unwrap_or_default();
        let names = [whole.as_str(), first];
        let folders = [ROLE_MODULE, ROLE_FOLDER];
        let paths = names
            .iter()
            .flat_map(|name| folders.map(|folder| format!("{folder}/{name}.pp")));
        for path in paths {
            let Some(text) = tree.text(&path)? else {
                continue;
            };
            if let Some(found) = Self::in_text(path.into(), text, role) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn in_text(path: Utf8PathBuf, text: String, role: &str) -> Option<Self> {
        let name = format!("class role::{role}");
        let begins = |at: usize| {
            let rest = &text[at..];
            let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
            rest.starts_with(&name) && !rest[name.len()..].starts_with(is_word)
        };
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
        let at = starts.clone().find(|at| begins(*at))?;
        let end = starts
            .clone()
            .find(|next| *next > at && text[*next..].starts_with('}'))
            .unwrap_or(text.len());
        let open = at + text[at..].find('{')?;
        let begin = line_end(&text, open);
        let mut includes = Vec::new();
        for start in starts.filter(|start| (begin..end).contains(start)) {
            let lines = start..line_end(&text, start);
            let line = text[lines.clone()].trim_end();
            let rest = line.trim_start();
            let words = rest.strip_prefix("include ");
            let name = words.map(|words| words.split([' ', '#', ',']).next().unwrap_or_default());
            includes.extend(name.filter(|name| !name.is_empty()).map(|name| Include {
                lines,
                name: name.to_owned(),
                indent: line.len() - rest.len(),
            }));
        }
        Some(Self {
            path,
            includes,
            begin,
            text,
        })
    }

    fn line_with(&self, class: &str) -> Option<&Include> {
        let is_it = |include: &&Include| include.name.trim_start_matches("::") == class;
        self.includes.iter().find(is_it)
    }

    /// The names of all that is included, without `::` before them.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.includes
            .iter()
            .map(|include| include.name.trim_start_matches("::"))
    }

    /// The services besides one that the hosts of the role run: those whose class the tree declares a service in.
    pub(super) fn guests(&self, own: &str, tree: &SeriesTree) -> Vec<&str> {
        let is_service = |class: &&str| {
            let (module, rest) = class.split_once("::").unwrap_or((class, "init"));
            let path = format!("modules/{module}/manifests/{}.pp", rest.replace("::", "/"));
            let mut services = tree.puppet.services.iter();
            class.rsplit("::").next() != Some(own) && services.any(|(other, _)| *other == path)
        };
        self.names().filter(is_service).collect()
    }

    /// The line that includes a class: after the last of those that begin as it does; `None` where somebody's does.
    ///
    /// In a role that is the service's own, nobody else's is there.
    pub(super) fn block(&self, class: &str, is_own: bool, tree: &SeriesTree) -> Option<Block> {
        if let Some(there) = self.line_with(class) {
            let text = self.text[there.lines.clone()].replace("\r\n", "\n");
            let is_written = tree.puppet.has_written(&self.path, &text);
            let is_ours = is_own || is_written;
            let at = there.lines.start;
            // What somebody said beside it is theirs.
            let line = format!("{}include {}\n", " ".repeat(there.indent), there.name);
            let is_commented = text.starts_with(line.trim_end()) && text.contains('#');
            let text = match is_commented && !is_written {
                true => line,
                false => text,
            };
            return is_ours.then_some(Block { text, at });
        }
        let kind = |name: &str| {
            name.trim_start_matches("::")
                .split("::")
                .next()
                .map(str::to_owned)
        };
        let own = kind(class);
        let mut alike = self
            .includes
            .iter()
            .filter(|include| kind(&include.name) == own);
        let neighbour = match alike
            .clone()
            .any(|include| is_below(&include.lines, &self.includes))
        {
            // The last of the first run of them, which is where services stand.
            true => longest_run(alike.collect()),
            false => alike.next_back(),
        };
        let neighbour = neighbour.or(self.includes.last());
        let (indent, absolute, at) = match neighbour {
            Some(near) => {
                let absolute = if near.name.starts_with("::") {
                    "::"
                } else {
                    ""
                };
                (near.indent, absolute, near.lines.end)
            }
            None => (4, "", self.begin),
        };
        Some(Block {
            text: format!("{}include {absolute}{class}\n", " ".repeat(indent)),
            at,
        })
    }
}

fn is_below(lines: &Range<usize>, all: &[Include]) -> bool {
    all.iter().any(|other| other.lines.end == lines.start)
}

/// The last include of the longest run of neighbouring lines.
fn longest_run(includes: Vec<&Include>) -> Option<&Include> {
    let mut best: Option<(usize, &Include)> = None;
    let mut run = 0;
    let mut end = usize::MAX;
    for include in includes {
        run = if include.lines.start == end {
            run + 1
        } else {
            1
        };
        end = include.lines.end;
        if best.is_none_or(|(length, _)| run >= length) {
            best = Some((run, include));
        }
    }
    best.map(|(_, include)| include)
}

/// Whether a role takes in at least two other services of the tree.
pub(super) fn serves_many(role: &str, service: &Service, tree: &SeriesTree) -> bool {
    let Ok(Some(class)) = RoleClass::find(role, tree) else {
        return false;
    };
    let services: Vec<&str> = tree
        .puppet
        .services
        .iter()
        .filter_map(|(path, _)| class_of(path))
        .filter(|name| *name != service.puppet_name.as_str())
        .collect();
    let included = class.names().filter(|name| {
        let mut parts = name.split("::");
        let first = parts.next().unwrap_or_default();
        let name = match first {
            "role" | "profile" => parts.next().unwrap_or_default(),
            other => other,
        };
        services.contains(&name)
    });
    included.count() > 1
}

/// The service that a manifest is about.
fn class_of(path: &Utf8Path) -> Option<&str> {
    match path.file_stem()? {
        "init" => path.components().nth(1).map(|module| module.as_str()),
        stem => Some(stem),
    }
}
