//! Values of the parameters, in production and elsewhere.

use camino::Utf8PathBuf;
use serde_json::json;

use super::PuppetTree;
use super::class::is_sensitive;
use crate::edit::{Desired, yaml::Entry};
use crate::generate::GenerateError;
use crate::model::{Service, Site};
use crate::render::quoting::hiera_value;

/// The environment whose values go to the role's hieradata.
const ENVIRONMENT: &str = "production";

/// The values of production, in the hieradata of the role.
pub(super) fn role_hieradata(
    service: &Service,
    tree: &PuppetTree,
    class: &str,
    warnings: &mut Vec<String>,
) -> Result<Option<Desired>, GenerateError> {
    let mut entries = Vec::new();
    if tree.has_role_description && tree.idiom.system_role.is_none() {
        let sentence = hiera_value(&service.description.first_sentence().into(), true);
        entries.push(Entry::grouped(
            "profile::base::production::role_description",
            sentence,
        ));
    }
    for parameter in &service.config.parameters {
        let key = format!("{class}::{}", parameter.name);
        if is_sensitive(parameter, tree) {
            // Hieradata holds plain text; without this the class refuses it.
            entries.push(Entry::sorted(
                &["lookup_options"],
                key.clone(),
                json!({"convert_to": "Sensitive"}),
            ));
        }
        if parameter.secret {
            warnings.push(format!(
                "`{key}` is a secret: it has to be added to the private repository"
            ));
            continue;
        }
        match parameter.value(ENVIRONMENT) {
            Some(value) => entries.push(Entry::grouped(key, hiera_value(value, has_literal(tree)))),
            None if parameter.is_required() => {
                return Err(GenerateError::Incomplete {
                    message: format!(
                        "`config.parameters.{}` has neither a default nor a value for production",
                        parameter.name
                    ),
                    hint: format!(
                        "write `default: ...` or `value: {{production: ...}}` for `{}` in the model",
                        parameter.name
                    ),
                });
            }
            None => {}
        }
    }
    let path = Utf8PathBuf::from(format!(
        "hieradata/role/common/{}.yaml",
        service.puppet_name
    ));
    Ok((!entries.is_empty()).then_some(Desired::Yaml { path, entries }))
}

/// The source and the values of each other environment, in its own hieradata.
pub(super) fn environment_hieradata(
    service: &Service,
    site: &Site,
    tree: &PuppetTree,
    class: &str,
    warnings: &mut Vec<String>,
) -> Vec<Desired> {
    let mut desired = Vec::new();
    for (name, environment) in &service.environments {
        let Some((_, path, list)) = tree.environments.iter().find(|(known, ..)| known == name)
        else {
            warnings.push(format!(
                "this tree has no hieradata for `{}`; none is written for `{name}`",
                environment.domain
            ));
            continue;
        };
        let mut entries: Vec<Entry> = list.iter().map(|list| list.entry(service, site)).collect();
        for parameter in service
            .config
            .parameters
            .iter()
            .filter(|parameter| !parameter.secret)
        {
            if let Some(value) = parameter.value(name.as_str()) {
                let key = format!("{class}::{}", parameter.name);
                entries.push(Entry::grouped(key, hiera_value(value, has_literal(tree))));
            }
        }
        if !entries.is_empty() {
            desired.push(Desired::Yaml {
                path: path.clone(),
                entries,
            });
        }
    }
    desired
}

/// Hiera's `literal` came with Puppet 4, as `lookup` did.
fn has_literal(tree: &PuppetTree) -> bool {
    tree.idiom.lookup == "lookup" || tree.node.is_typed()
}

/// The keys that only the private repository has, with values that stand in for them.
pub(super) fn secrets(service: &Service, class: &str) -> Vec<(String, serde_json::Value)> {
    let parameters = service.config.parameters.iter();
    parameters
        .filter(|parameter| parameter.secret)
        .map(|p| (format!("{class}::{}", p.name), p.data_type.placeholder()))
        .collect()
}
