//! operations/puppet: the class or profile of a service, its role, its deploy source, and its hieradata.

mod claimed;
mod class;
mod hieradata;
mod idiom;
mod named_ports;
mod role;
mod series;
mod sources;
mod taken;
mod tree;

use camino::Utf8PathBuf;

pub use self::claimed::{Claimed, ClaimedNumber};
use self::class::{class_name, class_text, is_sensitive};
use self::hieradata::{environment_hieradata, role_hieradata, secrets};
use self::idiom::ClassIdiom;
pub(super) use self::named_ports::named_ports;
use self::role::role_text;
pub use self::series::{LeftOut, Patch, SeriesStep, SeriesTree, series_patch};
use self::taken::{check_catalog, check_names, check_source};
pub use self::tree::PuppetTree;
pub(super) use self::tree::{CatalogName, given_away};
use super::{CommitText, GenerateError, Generated, LaterText, names, ports, values};
use crate::edit::Desired;
use crate::model::{ConfigStyle, Service, Site};
use crate::render::Templates;

/// The tag that new files carry, where the tree has it.
const LICENSE_TAG: &str = "SPDX-License-Identifier: Apache-2.0";

/// Derives the files of a service.
///
/// # Errors
/// Where the port or a name is taken, or the tree needs what the model does not say.
pub fn operations_puppet(
    service: &Service,
    site: &Site,
    tree: &PuppetTree,
    templates: &Templates,
) -> Result<Generated, GenerateError> {
    let name = service.puppet_name.as_str();
    let class = class_name(service, tree);
    let (path, template) = match tree.idiom.class {
        ClassIdiom::Module => (
            format!("modules/{name}/manifests/init.pp"),
            format!("modules/{name}/templates/config.yaml.erb"),
        ),
        ClassIdiom::Profile => (
            format!("modules/profile/manifests/{name}.pp"),
            format!("modules/profile/templates/{name}/config.yaml.erb"),
        ),
    };
    let mut warnings = Vec::new();
    let path = Utf8PathBuf::from(path);
    check_catalog(service, tree, &path)?;
    check_names(service, tree, &path)?;
    let text = class_text(service, tree, templates, &class, &mut warnings)?;
    names::check_file(
        &format!("the class `{class}`"),
        &path,
        tree.text(&path),
        &text,
        tree.is_refused(&path),
    )?;
    let mut desired = vec![Desired::File { path, text }];
    if service.config.style == ConfigStyle::Template {
        let license = tree.idiom.has_license_tag.then_some(LICENSE_TAG);
        desired.push(Desired::File {
            path: template.into(),
            text: values::erb_config(service, license, |parameter| is_sensitive(parameter, tree)),
        });
    }

    let role = Utf8PathBuf::from(format!("{}/{name}.pp", tree.idiom.roles));
    let text = role_text(service, tree, templates, &class)?;
    names::check_file(
        &format!("the role `{name}`"),
        &role,
        tree.text(&role),
        &text,
        tree.is_refused(&role),
    )?;
    let brought = role.clone();
    desired.push(Desired::File { path: role, text });

    match &tree.sources {
        Some(list) => desired.push(Desired::Yaml {
            path: list.path.clone(),
            entries: vec![list.entry(service, site)],
        }),
        None => warnings.push("this tree has no list of deploy sources; none is written".into()),
    }
    desired.extend(role_hieradata(service, tree, &class, &mut warnings)?);
    desired.extend(environment_hieradata(
        service,
        site,
        tree,
        &class,
        &mut warnings,
    ));

    check_source(service, site, tree)?;
    check_port(service, tree)?;
    Ok(Generated {
        desired,
        warnings,
        message: message(service, tree, brought),
        secrets: secrets(service, &class),
        strays: Vec::new(),
    })
}

fn check_port(service: &Service, tree: &PuppetTree) -> Result<(), GenerateError> {
    let (title, name) = (service.name.as_str(), service.puppet_name.as_str());
    let own = format!("`service::node {{ '{title}' }}`");
    // The entry that the series wrote; somebody else's of that name is refused before.
    let entries = [title, name].map(|name| format!("the entry `{name}` of "));
    ports::check(service.port, &tree.ports, |found| {
        found.owner == own
            || entries.iter().any(|entry| found.owner.starts_with(entry))
            || tree.has_given(found)
    })
}

/// What the commit says; a later one is known by the role that the first one brings.
fn message(service: &Service, tree: &PuppetTree, role: Utf8PathBuf) -> CommitText {
    let name = &service.puppet_name;
    let what = match tree.idiom.class {
        ClassIdiom::Module => "module",
        ClassIdiom::Profile => "profile",
    };
    CommitText {
        subject: format!("{name}: Add role and {what}"),
        body: service.description.paragraphs().join("\n\n"),
        later: Some(LaterText {
            brought: role,
            line: None,
            what: None,
            before: format!("{name}: Update "),
            behind: String::new(),
            service: service.name.to_string(),
        }),
    }
}
