//! Names that somebody else has in the tree.

use camino::{Utf8Path, Utf8PathBuf};

use super::{PuppetTree, SeriesStep, idiom};
use crate::generate::{GenerateError, names};
use crate::model::{Service, Site};

/// Where modules are.
const MODULES: [&str; 3] = ["modules", "vendor_modules", "core_modules"];

/// Refuses names that something has which is in no file of svcgen's; `class` is the file of the class.
pub(super) fn check_names(
    service: &Service,
    tree: &PuppetTree,
    class: &Utf8Path,
) -> Result<(), GenerateError> {
    let name = service.puppet_name.as_str();
    let modules = MODULES.map(|modules| Utf8PathBuf::from(format!("{modules}/{name}")));
    let is_there = tree.text(class).is_some();
    let is_ours = |folder: &Utf8Path| tree.has_written_below(folder);
    for folder in modules
        .iter()
        .filter(|folder| !is_there && !is_ours(folder))
    {
        names::check_module(name, folder, &tree.worktree)?;
    }
    // `profile::a::b` and `role::a::b` are somebody's, where there is neither `profile::a` nor `role::a`.
    for folder in [idiom::PROFILES, idiom::ROLE_MODULE] {
        let folder = Utf8PathBuf::from(format!("{folder}/{name}"));
        if !is_there && !is_ours(&folder) {
            names::check_namespace(name, &folder, &tree.worktree)?;
        }
    }
    let title = names::check_title(service.name.as_str(), &tree.services, |path| {
        *path == *class || !tree.has_foreign(path)
    });
    title.map_err(|error| error.known_as(known_as(service, tree)))?;
    let what = format!("the role `{name}`");
    if let Some((_, path, line)) = tree.stray_roles.iter().find(|(role, ..)| role == name) {
        let owner = format!("`class role::{name}`");
        return Err(names::taken(&what, path, *line, owner));
    }
    for folder in [idiom::ROLE_MODULE, idiom::ROLE_FOLDER] {
        let path = Utf8PathBuf::from(format!("{folder}/{name}.pp"));
        let is_other = folder != tree.idiom.roles;
        names::check_file(
            &what,
            &path,
            tree.text(&path),
            "",
            is_other && tree.has_foreign(&path),
        )?;
    }
    Ok(())
}

/// A service of the same name that the load balancer knows already runs elsewhere, where neither its role nor its class
/// is here; `class` is the file of the class.
pub(super) fn check_catalog(
    service: &Service,
    tree: &PuppetTree,
    class: &Utf8Path,
) -> Result<(), GenerateError> {
    let Some((name, path, line)) = tree.catalog.iter().find(|(name, ..)| {
        [service.name.as_str(), service.puppet_name.as_str()].contains(&name.as_str())
    }) else {
        return Ok(());
    };
    let role = Utf8PathBuf::from(format!("{}/{}.pp", tree.idiom.roles, service.puppet_name));
    let is_here = tree.text(&role).is_some() || tree.text(class).is_some();
    let own = SeriesStep::LoadBalancer.store(tree.worktree.root(), &service.name);
    // Its classes may have had another name when the series brought the entry.
    if is_here || own.has_written(path, name, &tree.worktree) {
        return Ok(());
    }
    Err(GenerateError::Taken {
        what: format!("the name `{name}`"),
        path: path.clone(),
        line: *line,
        owner: "a service that already runs elsewhere".into(),
        free: None,
        is_file: false,
        known_as: known_as(service, tree),
    })
}

/// What the classes are called that declare a service of this name, where they have another name than its own.
fn known_as(service: &Service, tree: &PuppetTree) -> Option<String> {
    let title = service.name.as_str();
    let mut services = tree.services.iter();
    let (path, _) = services.find(|(_, all)| all.iter().any(|it| it.title == title))?;
    let profile = path.strip_prefix(idiom::PROFILES).ok();
    let profile = profile.and_then(|it| it.as_str().strip_suffix(".pp"));
    let module = || {
        let module = path.strip_prefix(MODULES[0]).ok()?;
        module.as_str().strip_suffix("/manifests/init.pp")
    };
    let name = profile.or_else(module)?;
    let is_other = name != service.puppet_name.as_str() && !name.contains('/');
    is_other.then(|| name.to_owned())
}

/// Refuses the key of a deploy source that is not called as the service is and brings another repository.
pub(super) fn check_source(
    service: &Service,
    site: &Site,
    tree: &PuppetTree,
) -> Result<(), GenerateError> {
    let key = service.repositories.key.as_str();
    let first = key.split('/').next().unwrap_or_default();
    if [service.name.as_str(), service.puppet_name.as_str()].contains(&first) {
        return Ok(());
    }
    let environments = tree.environments.iter().flat_map(|(.., list)| list);
    for list in tree.sources.iter().chain(environments) {
        let wanted = list.entry(service, site).value;
        let Some((repository, line)) = list.repository(key, &tree.worktree)? else {
            continue;
        };
        let is_own = wanted.as_object().into_iter().flat_map(|it| it.values());
        if is_own.into_iter().any(|it| *it == repository) || tree.has_written(&list.path, key) {
            continue;
        }
        let what = format!("the deploy source `{key}`");
        return Err(names::taken(
            &what,
            &list.path,
            line,
            format!("`{repository}`"),
        ));
    }
    Ok(())
}
