//! The class of a service, around the tree's `service::node`.

use serde::Serialize;

use super::idiom::ClassIdiom;
use super::{LICENSE_TAG, PuppetTree};
use crate::generate::puppet_code::{
    ClassParameter, Expression, ParameterView, arguments, comment, parameters,
};
use crate::generate::service_node::{ArgumentList, Arguments};
use crate::generate::{GenerateError, values};
use crate::model::{ConfigStyle, Parameter, Service};
use crate::render::Templates;
use crate::render::quoting::puppet_string;

#[derive(Serialize)]
struct ClassView {
    license: Option<&'static str>,
    class: String,
    description: String,
    parameters: Vec<ParameterView>,
    title: String,
    arguments: String,
}

/// The class of a service, as the tree calls it.
pub(super) fn class_name(service: &Service, tree: &PuppetTree) -> String {
    match tree.idiom.class {
        ClassIdiom::Module => service.puppet_name.to_string(),
        ClassIdiom::Profile => format!("profile::{}", service.puppet_name),
    }
}

/// The text of the class.
pub(super) fn class_text(
    service: &Service,
    tree: &PuppetTree,
    templates: &Templates,
    class: &str,
    warnings: &mut Vec<String>,
) -> Result<String, GenerateError> {
    let list = define_arguments(service, tree, class, warnings)?;
    let with_types = tree.node.is_typed();
    let all = service.config.parameters.iter();
    let class_parameters = all.map(|parameter| ClassParameter {
        name: parameter.name.to_string(),
        data_type: with_types.then(|| parameter.data_type.to_string()),
        default: default_code(parameter, tree, class),
        text: values::documentation(parameter),
    });
    let view = ClassView {
        license: tree.idiom.has_license_tag.then_some(LICENSE_TAG),
        class: class.to_owned(),
        description: comment(&service.description.paragraphs(), "# "),
        parameters: parameters(class_parameters.collect()),
        title: puppet_string(service.name.as_str()),
        arguments: arguments(&list, 8),
    };
    let text = templates.render("operations-puppet/class.pp", &view)?;
    Ok(tree.idiom.long_lines.marked(text))
}

fn define_arguments(
    service: &Service,
    tree: &PuppetTree,
    class: &str,
    warnings: &mut Vec<String>,
) -> Result<ArgumentList, GenerateError> {
    let text = |text: &str| Expression::Code(puppet_string(text));
    let health = &service.runtime.healthcheck;
    let mut arguments = Arguments::new(&tree.node);
    arguments.add("port", Expression::Code(service.port.to_string()));
    arguments.add_extra(service)?;
    let (key, name) = (service.repositories.key.as_str(), service.name.as_str());
    if key != format!("{name}/deploy") {
        arguments.add("repo", text(key));
    }
    arguments.add_unless_default("healthcheck_url", text(&health.url));
    if health.spec {
        arguments.add_or_warn(
            "has_spec",
            Expression::Code("true".into()),
            "runtime.healthcheck.spec",
        );
    }
    arguments.add("deployment", text("scap3"));
    arguments.add_unless_default("deployment_user", text(service.deploy.user.as_str()));
    arguments.add_environment(service);
    arguments.add_version("node_version", service.runtime.node_version.as_str());
    if let Some(level) = service.runtime.log_level {
        arguments.add_or_warn("log_level", text(level.as_str()), "runtime.log_level");
    }
    let values = service
        .config
        .parameters
        .iter()
        .map(|p| (p.name.to_string(), use_code(p, tree)));
    let values = Expression::Hash(values.collect());
    let has_values = !service.config.parameters.is_empty();
    // Where no configuration means a template that is not there, an empty one has to be given.
    let needs_config = tree
        .node
        .find("config")
        .is_some_and(|p| p.default.as_deref() == Some("undef"));
    match style(service, tree) {
        ConfigStyle::Inline if has_values || needs_config => arguments.add("config", values),
        ConfigStyle::Inline => {}
        ConfigStyle::Template => {
            let module = class
                .strip_prefix("profile::")
                .map_or(class.to_owned(), |name| format!("profile/{name}"));
            let template = puppet_string(&format!("{module}/config.yaml.erb"));
            arguments.add("config", Expression::Code(format!("template({template})")));
        }
        ConfigStyle::Scap => {
            if needs_config {
                arguments.add("config", Expression::Hash(Vec::new()));
            }
            arguments.add("deployment_config", Expression::Code("true".into()));
            if has_values {
                arguments.add("deployment_vars", values);
            }
        }
    }
    if style(service, tree) != service.config.style {
        warnings.push("`config.style: scap` is left out: this tree's `service::node` has no `deployment_vars`, so the configuration is a hash in the class".into());
    }
    let (list, more) = arguments.finish()?;
    warnings.extend(more);
    Ok(list)
}

/// How the configuration gets to the host in this tree.
///
/// `deployment_config` works only since there is `deployment_vars`: before, Puppet asked for a file that it had
/// left to Scap.
fn style(service: &Service, tree: &PuppetTree) -> ConfigStyle {
    match service.config.style {
        ConfigStyle::Scap if !tree.node.knows("deployment_vars") => ConfigStyle::Inline,
        style => style,
    }
}

/// How the class gives a parameter to `service::node`.
fn use_code(parameter: &Parameter, tree: &PuppetTree) -> String {
    match is_sensitive(parameter, tree) {
        true => format!("${}.unwrap", parameter.name),
        false => format!("${}", parameter.name),
    }
}

/// The default of a class parameter: profiles look everything up, modules have literals.
fn default_code(parameter: &Parameter, tree: &PuppetTree, class: &str) -> Option<String> {
    let value = parameter.default.as_ref();
    let literal = value.map(|value| values::value_code(value, 4));
    let literal = match is_sensitive(parameter, tree) {
        true => literal.map(|literal| format!("Sensitive({literal})")),
        false => literal,
    };
    if tree.idiom.class == ClassIdiom::Module {
        return literal;
    }
    let key = puppet_string(&format!("{class}::{}", parameter.name));
    Some(match (literal, tree.idiom.lookup) {
        (None, function) => format!("{function}({key})"),
        (Some(literal), "hiera") => format!("hiera({key}, {literal})"),
        (Some(literal), function) => format!("{function}({key}, {{'default_value' => {literal}}})"),
    })
}

/// Whether the tree's compiler is to hide the value of a parameter.
pub(super) fn is_sensitive(parameter: &Parameter, tree: &PuppetTree) -> bool {
    parameter.data_type.is_sensitive() && tree.node.is_typed()
}
