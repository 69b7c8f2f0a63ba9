//! How a Puppet tree is written: found out from its own manifests, never from a date.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::generate::names::Services;
use crate::generate::puppet_code::LongLines;
use crate::generate::scan::{read_all, scan};
use crate::puppet::{Declaration, declarations};
use crate::worktree::Worktree;

/// Where roles are in trees that load them as a module.
pub(super) const ROLE_MODULE: &str = "modules/role/manifests";
/// Where roles were before.
pub(super) const ROLE_FOLDER: &str = "manifests/role";
/// Where profiles are.
pub(super) const PROFILES: &str = "modules/profile/manifests";

/// The habits of a tree.
#[derive(Debug, Clone)]
pub(super) struct Idiom {
    /// Whether services are declared in profiles, or in modules of their own.
    pub(super) class: ClassIdiom,
    /// The folder of the role manifests.
    pub(super) roles: &'static str,
    /// The function that profiles look up their parameters with.
    pub(super) lookup: &'static str,
    /// Whether new files carry a licence tag.
    pub(super) has_license_tag: bool,
    /// Whether roles declare `system::role`, and how its title begins there.
    pub(super) system_role: Option<&'static str>,
    /// What nearly every role includes, as it is written there.
    pub(super) base: Vec<String>,
    /// What class names begin with in an `include`.
    pub(super) absolute: &'static str,
    pub(super) long_lines: LongLines,
}

/// Where the resource of a service is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClassIdiom {
    Module,
    Profile,
}

impl Idiom {
    /// The habits of the newest tree that is known.
    pub(super) fn newest() -> Self {
        Self {
            class: ClassIdiom::Profile,
            roles: ROLE_MODULE,
            lookup: "lookup",
            has_license_tag: true,
            system_role: None,
            base: vec![
                "profile::base::production".into(),
                "profile::firewall".into(),
            ],
            absolute: "",
            long_lines: LongLines::Free,
        }
    }
}

/// What one manifest tells.
#[derive(Debug, Default)]
struct Habits {
    services: Vec<Declaration>,
    has_license_tag: bool,
    lookups: usize,
    hieras: usize,
    system_role: Option<bool>,
    includes: Vec<String>,
    stray_roles: Vec<(String, usize)>,
}

/// What the manifests tell.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) idiom: Idiom,
    pub(super) services: Services,
    /// Roles that stand in a file of another name: role, file, line.
    pub(super) stray_roles: Vec<(String, Utf8PathBuf, usize)>,
}

/// Reads the manifests that tell the habits, and in which services are declared.
pub(super) fn read(worktree: &Worktree) -> Read {
    let (roles, profiles) = (
        [
            manifests(worktree, ROLE_MODULE),
            manifests(worktree, ROLE_FOLDER),
        ]
        .concat(),
        manifests(worktree, PROFILES),
    );
    let modules = worktree.list("modules").into_iter();
    let modules =
        modules.map(|module| Utf8PathBuf::from(format!("modules/{module}/manifests/init.pp")));
    let paths: Vec<Utf8PathBuf> = roles.into_iter().chain(profiles).chain(modules).collect();
    let all = read_all(worktree, &paths, |path, text| Some(habits(path, text)));
    let idiom = decide(worktree, &all);
    let (mut services, mut stray_roles) = (Services::new(), Vec::new());
    for (path, habits) in all {
        let stray = habits.stray_roles.into_iter();
        stray_roles.extend(stray.map(|(role, line)| (role, path.clone(), line)));
        if !habits.services.is_empty() {
            services.push((path, habits.services));
        }
    }
    services.extend(siblings(worktree, &services));
    Read {
        idiom,
        services,
        stray_roles,
    }
}

/// The manifests in a folder.
fn manifests(worktree: &Worktree, folder: &str) -> Vec<Utf8PathBuf> {
    let names = worktree.list(folder).into_iter();
    let names = names.filter(|name| name.ends_with(".pp"));
    names
        .map(|name| Utf8PathBuf::from(format!("{folder}/{name}")))
        .collect()
}

/// The services that other classes of the same modules declare.
fn siblings(worktree: &Worktree, services: &Services) -> Services {
    let modules = services
        .iter()
        .filter(|(path, _)| path.file_name() == Some("init.pp"));
    let folders = modules.filter_map(|(path, _)| path.parent());
    let files = folders.flat_map(|folder| manifests(worktree, folder.as_str()));
    let files: Vec<Utf8PathBuf> = files
        .filter(|path| path.file_name() != Some("init.pp"))
        .collect();
    let found = scan(worktree, &files, "service::node").into_iter();
    let found = found.map(|(path, text)| (path, declarations(&text, "service::node")));
    found.filter(|(_, declared)| !declared.is_empty()).collect()
}

fn is_role(path: &Utf8Path) -> bool {
    path.starts_with(ROLE_MODULE) || path.starts_with(ROLE_FOLDER)
}

fn habits(path: &Utf8Path, text: &str) -> Habits {
    let mut habits = Habits {
        services: declarations(text, "service::node"),
        has_license_tag: text.starts_with("# SPDX-License-Identifier:"),
        ..Habits::default()
    };
    if is_role(path) {
        habits.stray_roles = stray_roles(path, text);
        let title = text.find("system::role").map(|at| &text[at..]);
        habits.system_role = title.map(|rest| {
            rest.split('\'')
                .nth(1)
                .is_some_and(|t| t.starts_with("role::"))
        });
        let includes = text
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("include "));
        habits.includes = includes
            .map(|rest| rest.split([' ', '#']).next().unwrap_or_default().to_owned())
            .collect();
    } else if path.starts_with(PROFILES) {
        habits.lookups = text.matches("lookup(").count();
        habits.hieras = text.matches("hiera(").count();
    }
    habits
}

/// The roles of a file that are not called as the file is, with their lines.
fn stray_roles(path: &Utf8Path, text: &str) -> Vec<(String, usize)> {
    let own = path.file_stem().unwrap_or_default();
    let role = |(index, line): (usize, &str)| {
        let name = line.trim_start().strip_prefix("class role::")?;
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':');
        let name = &name[..end.unwrap_or(name.len())];
        (!name.is_empty() && name != own).then(|| (name.to_owned(), index + 1))
    };
    text.lines().enumerate().filter_map(role).collect()
}

fn decide(worktree: &Worktree, all: &[(Utf8PathBuf, Habits)]) -> Idiom {
    let roles: Vec<&Habits> = all
        .iter()
        .filter(|(path, _)| is_role(path))
        .map(|(_, habits)| habits)
        .collect();
    let callers: Vec<&Utf8Path> = all
        .iter()
        .filter(|(_, h)| !h.services.is_empty())
        .map(|(p, _)| p.as_path())
        .collect();
    let in_profile = callers.iter().any(|path| path.starts_with(PROFILES));
    let class = match (in_profile, callers.is_empty()) {
        (true, _) => ClassIdiom::Profile,
        (false, true) if worktree.has_folder(PROFILES) => ClassIdiom::Profile,
        (false, _) => ClassIdiom::Module,
    };
    let (lookups, hieras) = all.iter().fold((0, 0), |(l, h), (_, habits)| {
        (l + habits.lookups, h + habits.hieras)
    });
    let described: Vec<bool> = roles
        .iter()
        .filter_map(|habits| habits.system_role)
        .collect();
    let prefixed = described.iter().filter(|prefixed| **prefixed).count();
    let absolute = roles
        .iter()
        .flat_map(|h| &h.includes)
        .filter(|class| class.starts_with("::"))
        .count();
    let lint_options = worktree.read(".puppet-lint.rc").ok().flatten();
    let lint_options = lint_options.unwrap_or_default();
    let includes: usize = roles.iter().map(|habits| habits.includes.len()).sum();
    Idiom {
        class,
        roles: role_folder(worktree, &callers),
        lookup: if hieras > lookups { "hiera" } else { "lookup" },
        has_license_tag: all.iter().any(|(_, habits)| habits.has_license_tag),
        system_role: (described.len() * 2 > roles.len()).then_some(
            if prefixed * 2 > described.len() {
                "role::"
            } else {
                ""
            },
        ),
        base: base(&roles),
        absolute: if absolute * 2 > includes { "::" } else { "" },
        long_lines: LongLines::of(&lint_options),
    }
}

/// The folder that holds most roles of existing services; of none, the newer one where it is there.
fn role_folder(worktree: &Worktree, callers: &[&Utf8Path]) -> &'static str {
    let name = |path: &Utf8Path| match path.file_stem() {
        Some("init") => path
            .components()
            .nth(1)
            .map(|module| module.as_str().to_owned()),
        stem => stem.map(str::to_owned),
    };
    let count = |folder: &str| {
        let names = callers.iter().filter_map(|path| name(path));
        names
            .filter(|name| worktree.has_file(format!("{folder}/{name}.pp")))
            .count()
    };
    let (module, folder) = (count(ROLE_MODULE), count(ROLE_FOLDER));
    if folder > module || (folder == module && !worktree.has_folder(ROLE_MODULE)) {
        ROLE_FOLDER
    } else {
        ROLE_MODULE
    }
}

/// The fewest roles that can have a habit.
const FEWEST_ROLES: usize = 4;

/// The classes that at least three of four roles include: without them a host is not one of the organisation's.
fn base(roles: &[&Habits]) -> Vec<String> {
    if roles.len() < FEWEST_ROLES {
        return Vec::new();
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for class in roles.iter().flat_map(|habits| &habits.includes) {
        *counts.entry(class.trim_start_matches("::")).or_default() += 1;
    }
    let mut base: Vec<(usize, &str)> = counts
        .into_iter()
        .filter(|(_, count)| *count * 4 >= roles.len() * 3)
        .map(|(class, count)| (count, class))
        .collect();
    base.sort_by(|a, b| b.cmp(a));
    base.into_iter()
        .map(|(_, class)| class.to_owned())
        .collect()
}
