use serde::Serialize;

use super::VagrantTree;
use crate::generate::puppet_code::{
    ClassParameter, Expression, ParameterView, arguments, comment, parameters,
};
use crate::generate::service_node::Arguments;
use crate::generate::{GenerateError, values};
use crate::model::{ConfigStyle, Service, Site};
use crate::render::Templates;
use crate::render::quoting::puppet_string;

#[derive(Serialize)]
struct ModuleView {
    class: String,
    description: String,
    parameters: Vec<ParameterView>,
    title: String,
    arguments: String,
}

/// The class of the service.
pub(super) fn module_text(
    service: &Service,
    site: &Site,
    tree: &VagrantTree,
    templates: &Templates,
    warnings: &mut Vec<String>,
) -> Result<String, GenerateError> {
    let mut list = Arguments::new(&tree.node);
    list.add("port", Expression::Code("$port".into()));
    list.add_extra(service)?;
    if let Some(remote) = git_remote(service, site, tree) {
        list.add("git_remote", Expression::Code(remote));
    }
    let has_log_level = tree.node.knows("log_level");
    list.add("log_level", Expression::Code("$log_level".into()));
    match service.config.style {
        ConfigStyle::Template => {
            let template = puppet_string(&format!("{}/config.yaml.erb", service.puppet_name));
            list.add("config", Expression::Code(format!("template({template})")));
        }
        ConfigStyle::Inline | ConfigStyle::Scap => {
            let entries = service
                .config
                .parameters
                .iter()
                .map(|p| (p.name.to_string(), format!("${}", p.name)));
            let entries: Vec<_> = entries.collect();
            if !entries.is_empty() {
                list.add("config", Expression::Hash(entries));
            }
        }
    }
    list.add_environment(service);
    list.add_version("node_version", service.runtime.node_version.as_str());
    let (list, more) = list.finish()?;
    warnings.extend(more);

    let view = ModuleView {
        class: service.puppet_name.to_string(),
        description: comment(&service.description.paragraphs(), "# "),
        parameters: parameters(class_parameters(service, has_log_level)),
        title: puppet_string(service.name.as_str()),
        arguments: arguments(&list, 8),
    };
    let text = templates.render("mediawiki-vagrant/module.pp", &view)?;
    Ok(tree.long_lines.marked(text))
}

/// The parameters of the class: the port, those of the model, and the level of the log where the tree has one.
fn class_parameters(service: &Service, has_log_level: bool) -> Vec<ClassParameter> {
    let mut all = vec![ClassParameter {
        name: "port".into(),
        data_type: None,
        default: None,
        text: format!(
            "Port the {} service listens on for incoming connections.",
            service.name
        ),
    }];
    all.extend(service.config.parameters.iter().map(|parameter| {
        ClassParameter {
            name: parameter.name.to_string(),
            data_type: None,
            default: parameter
                .default
                .as_ref()
                .map(|value| values::value_code(value, 4)),
            text: values::documentation(parameter),
        }
    }));
    if has_log_level {
        all.push(ClassParameter {
            name: "log_level".into(),
            data_type: None,
            default: Some("undef".into()),
            text: "The lowest level to log (trace, debug, info, warn, error, fatal)".into(),
        });
    }
    all
}

/// The address to clone from, where the tree would clone from another one by itself.
fn git_remote(service: &Service, site: &Site, tree: &VagrantTree) -> Option<String> {
    let source = service.repositories.source.as_str();
    let by_default = tree
        .default_remote
        .as_ref()
        .map(|prefix| format!("{prefix}{}", service.name));
    if by_default.as_deref() == Some(source) {
        return None;
    }
    if tree.has_urlformat {
        return Some(format!(
            "sprintf($::git::urlformat, {})",
            puppet_string(source)
        ));
    }
    let url = site.clone_url(&service.repositories.source)?;
    Some(puppet_string(&url))
}
