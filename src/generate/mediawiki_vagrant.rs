//! MediaWiki-Vagrant: the class of a service, its hieradata, its role, and what the role forwards.

mod module;
mod tree;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use serde_json::{Value, json};

use self::module::module_text;
use self::tree::HIERADATA;
pub use self::tree::VagrantTree;
use super::ports::PortUse;
use super::puppet_code::comment;
use super::{CommitText, GenerateError, Generated, LaterText, names, ports, values};
use crate::edit::{Desired, yaml::Entry};
use crate::model::{ConfigStyle, Parameter, Service, Site};
use crate::render::Templates;
use crate::render::quoting::{hiera_value, yaml_entry};

/// The environment whose values go to this tree.
const ENVIRONMENT: &str = "vagrant";

/// Derives the files of a service.
///
/// # Errors
/// Where the port or a name is taken, or the tree needs what the model does not say.
pub fn mediawiki_vagrant(
    service: &Service,
    site: &Site,
    tree: &VagrantTree,
    templates: &Templates,
) -> Result<Generated, GenerateError> {
    let class = service.puppet_name.as_str();
    let mut warnings = Vec::new();
    let mut desired = Vec::new();

    let folder = Utf8PathBuf::from(format!("puppet/modules/{class}"));
    let module = folder.join("manifests/init.pp");
    if tree.text(&module).is_none() && !tree.has_written_below(&folder) {
        names::check_module(class, &folder, &tree.worktree)?;
    }
    names::check_title(service.name.as_str(), &tree.services, |path| {
        *path == module || !tree.has_foreign(path)
    })?;
    let text = module_text(service, site, tree, templates, &mut warnings)?;
    names::check_file(
        &format!("the class `{class}`"),
        &module,
        tree.text(&module),
        &text,
        tree.is_refused(&module),
    )?;
    desired.push(Desired::File { path: module, text });

    if service.config.style == ConfigStyle::Template {
        let path = Utf8PathBuf::from(format!("puppet/modules/{class}/templates/config.yaml.erb"));
        desired.push(Desired::File {
            path,
            text: values::erb_config(service, None, |_| false),
        });
    }
    let entries = hieradata(service, tree, &mut warnings);
    desired.push(Desired::Yaml {
        path: HIERADATA.into(),
        entries,
    });

    let role = role(service, tree, templates)?;
    let brought = role.path().clone();
    desired.push(role);
    desired.extend(settings(service));
    // What is marked in a file that is to be written is told as the conflict that it is.
    let is_conflict = |path: &Utf8PathBuf| desired.iter().any(|wanted| wanted.path() == path);
    let unread = tree
        .unread
        .iter()
        .filter(|it| !(it.is_marked && is_conflict(&it.path)));
    warnings.extend(unread.map(|it| format!("{}: the ports there are not known", it.reason)));

    check_port(service, tree, &folder, &brought)?;
    let message = CommitText {
        subject: format!("Add a role for {}", service.name),
        body: service.description.paragraphs().join("\n\n"),
        later: Some(LaterText {
            brought,
            line: None,
            what: None,
            before: "Update ".into(),
            behind: format!(" of {}", service.name),
            service: service.name.to_string(),
        }),
    };
    Ok(Generated {
        desired,
        warnings,
        message,
        ..Generated::default()
    })
}

#[derive(Serialize)]
struct RoleView {
    role: String,
    class: String,
    description: String,
}

/// The role, which a virtual machine has the service by.
fn role(
    service: &Service,
    tree: &VagrantTree,
    templates: &Templates,
) -> Result<Desired, GenerateError> {
    let role = service.vagrant.role.as_str();
    let path = Utf8PathBuf::from(format!("puppet/modules/role/manifests/{role}.pp"));
    let text = templates.render(
        "mediawiki-vagrant/role.pp",
        &RoleView {
            role: role.into(),
            class: service.puppet_name.to_string(),
            description: comment(&service.description.paragraphs(), "# "),
        },
    )?;
    names::check_file(
        &format!("the role `{role}`"),
        &path,
        tree.text(&path),
        &text,
        tree.is_refused(&path),
    )?;
    Ok(Desired::File { path, text })
}

/// Refuses a port that something else has than the service in its `folder`, with its `role`.
fn check_port(
    service: &Service,
    tree: &VagrantTree,
    folder: &Utf8Path,
    role: &Utf8Path,
) -> Result<(), GenerateError> {
    let (class, name) = (service.puppet_name.as_str(), service.vagrant.role.as_str());
    let key = format!("`{class}::port`");
    let own = [
        key.clone(),
        format!("the role `{name}`"),
        format!("`service::node {{ '{}' }}`", service.name),
    ];
    let has_port = |found: &PortUse| found.owner == key && found.port == service.port.number();
    let is_given = tree.ports.iter().any(has_port);
    ports::check(service.port, &tree.ports, |found| {
        own.contains(&found.owner)
            || found.path.starts_with(folder)
            || found.path == *role
            // What speaks of a port that the service has already is a client of it.
            || (is_given && found.is_mention())
            || tree.pulls_in(found, class, name)
            || tree.has_given(found)
    })
}

/// The keys of the class: its port, its level of logging, and the values that it needs or that differ here.
fn hieradata(service: &Service, tree: &VagrantTree, warnings: &mut Vec<String>) -> Vec<Entry> {
    let key = |name: &str| format!("{}::{name}", service.puppet_name);
    let mut entries = vec![Entry::grouped(key("port"), service.port.number())];
    for parameter in &service.config.parameters {
        if let Some(value) = value_here(parameter, warnings) {
            entries.push(Entry::grouped(
                key(parameter.name.as_str()),
                hiera_value(&value, tree.has_literal),
            ));
        }
    }
    match service.vagrant.log_level {
        Some(level) if tree.node.knows("log_level") => {
            entries.push(Entry::grouped(key("log_level"), level.as_str()))
        }
        Some(_) => warnings.push(
            "`vagrant.log_level` is left out: this tree's `service::node` has no `log_level`"
                .into(),
        ),
        None => {}
    }
    entries
}

/// The value of a parameter in the development environment; `None` where the default of the class will do.
fn value_here(parameter: &Parameter, warnings: &mut Vec<String>) -> Option<Value> {
    if parameter.secret {
        warnings.push(format!(
            "`{}` is a secret: each developer sets it in `local.yaml`",
            parameter.name
        ));
        return Some(json!("!Set in local.yaml"));
    }
    if let Some(value) = parameter.value(ENVIRONMENT) {
        return Some(value.clone());
    }
    if parameter.default.is_some() {
        return None;
    }
    let name = &parameter.name;
    let fix = format!("write `value: {{vagrant: ...}}` for `{name}` in the model");
    match parameter.value("production") {
        Some(value) => {
            warnings.push(format!(
                "`{name}` has no value for vagrant, so the one for production is used; {fix}"
            ));
            Some(value.clone())
        }
        None => {
            warnings.push(format!(
                "`{name}` has no value for vagrant, so a placeholder is written; {fix}"
            ));
            Some(parameter.data_type.placeholder())
        }
    }
}

/// What the role adds to the virtual machine, where it adds anything.
fn settings(service: &Service) -> Option<Desired> {
    let mut text = String::new();
    if service.vagrant.forward_port {
        let port = service.port.number();
        text.push_str(&format!("forward_ports:\n  {port}: {port}\n"));
    }
    if service.vagrant.memory > 0 {
        text.push_str(&yaml_entry(
            "vagrant_ram",
            &json!(service.vagrant.memory),
            0,
        ));
    }
    let path = Utf8PathBuf::from(format!(
        "puppet/modules/role/settings/{}.yaml",
        service.vagrant.role
    ));
    (!text.is_empty()).then_some(Desired::File { path, text })
}
