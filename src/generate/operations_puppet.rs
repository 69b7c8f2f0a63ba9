//! operations/puppet: the class or profile of a service, its role, its deploy source, and its hieradata.

mod idiom;
mod sources;
mod tree;

use camino::Utf8PathBuf;
use serde::Serialize;
use serde_json::json;

use self::idiom::ClassIdiom;
pub use self::tree::PuppetTree;
pub(super) use self::tree::service_ports;
use super::puppet_code::{
    ClassParameter, Expression, ParameterView, arguments, comment, parameters,
};
use super::service_node::{ArgumentList, Arguments};
use super::{CommitText, GenerateError, Generated, names, ports, values};
use crate::edit::{Desired, yaml::Entry};
use crate::model::{ConfigStyle, Parameter, Service, Site};
use crate::render::Templates;
use crate::render::quoting::{hiera_value, puppet_string, puppet_value};

/// The tag that new files carry, where the tree has it.
const LICENSE_TAG: &str = "SPDX-License-Identifier: Apache-2.0";
/// The environment whose values go to the role's hieradata.
const ENVIRONMENT: &str = "production";

#[derive(Serialize)]
struct ClassView {
    license: Option<&'static str>,
    class: String,
    description: String,
    parameters: Vec<ParameterView>,
    title: String,
    arguments: String,
}

#[derive(Serialize)]
struct RoleView {
    license: Option<&'static str>,
    role: String,
    name: String,
    /// The title and description of `system::role`, where roles have one.
    system_role: Option<[String; 2]>,
    includes: Vec<String>,
}

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
    check_catalog(service, tree)?;
    let (class, path, template) = match tree.idiom.class {
        ClassIdiom::Module => (
            name.to_owned(),
            format!("modules/{name}/manifests/init.pp"),
            format!("modules/{name}/templates/config.yaml.erb"),
        ),
        ClassIdiom::Profile => (
            format!("profile::{name}"),
            format!("modules/profile/manifests/{name}.pp"),
            format!("modules/profile/templates/{name}/config.yaml.erb"),
        ),
    };
    let mut warnings = Vec::new();
    let path = Utf8PathBuf::from(path);
    let text = class_text(service, tree, templates, &class, &mut warnings)?;
    names::check_file(
        &format!("the class `{class}`"),
        &path,
        tree.text(&path),
        &text,
        tree.has_foreign(&path),
    )?;
    let module = Utf8PathBuf::from(format!("modules/{name}/manifests/init.pp"));
    if module != path {
        let taken = format!("the module `{name}`");
        names::check_file(
            &taken,
            &module,
            tree.text(&module),
            "",
            tree.has_foreign(&module),
        )?;
    }
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
        tree.has_foreign(&role),
    )?;
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

    let own = format!("`service::node {{ '{}' }}`", service.name);
    ports::check(service.port, &tree.ports, |found| {
        found.owner == own || tree.has_given(found)
    })?;
    let what = match tree.idiom.class {
        ClassIdiom::Module => "module",
        ClassIdiom::Profile => "profile",
    };
    let message = CommitText {
        subject: format!("{name}: Add role and {what}"),
        body: service.description.paragraphs().join("\n\n"),
    };
    let secrets = service
        .config
        .parameters
        .iter()
        .filter(|parameter| parameter.secret);
    let secrets = secrets
        .map(|p| (format!("{class}::{}", p.name), p.data_type.placeholder()))
        .collect();
    Ok(Generated {
        desired,
        warnings,
        message,
        secrets,
    })
}

/// A service of the same name that the load balancer knows already runs elsewhere.
fn check_catalog(service: &Service, tree: &PuppetTree) -> Result<(), GenerateError> {
    let Some((name, path, line)) = tree
        .catalog
        .iter()
        .find(|(name, ..)| name == service.name.as_str())
    else {
        return Ok(());
    };
    let source = Utf8PathBuf::from(format!("{}/{}.pp", tree.idiom.roles, service.puppet_name));
    if tree.text(&source).is_some() {
        return Ok(());
    }
    Err(GenerateError::Taken {
        what: format!("the name `{name}`"),
        path: path.clone(),
        line: *line,
        owner: "a service that already runs elsewhere".into(),
        free: None,
    })
}

fn class_text(
    service: &Service,
    tree: &PuppetTree,
    templates: &Templates,
    class: &str,
    warnings: &mut Vec<String>,
) -> Result<String, GenerateError> {
    let style = service.config.style;
    let passes_parameters = style != ConfigStyle::Scap || tree.node.knows("deployment_vars");
    let list = define_arguments(service, tree, class, warnings)?;
    let with_types = tree.node.is_typed();
    let passed = service
        .config
        .parameters
        .iter()
        .filter(|_| passes_parameters);
    let class_parameters = passed.map(|parameter| ClassParameter {
        name: parameter.name.to_string(),
        data_type: with_types.then(|| parameter.data_type.to_string()),
        default: default_code(parameter, tree, class),
        text: values::documentation(parameter),
    });
    if !passes_parameters && !service.config.parameters.is_empty() {
        warnings.push("this tree's `service::node` has no `deployment_vars`: the parameters come from `scap/vars.yaml` alone".into());
    }
    let view = ClassView {
        license: tree.idiom.has_license_tag.then_some(LICENSE_TAG),
        class: class.to_owned(),
        description: comment(&service.description.paragraphs(), "# "),
        parameters: parameters(class_parameters.collect()),
        title: puppet_string(service.name.as_str()),
        arguments: arguments(&list, 8),
    };
    Ok(templates.render("operations-puppet/class.pp", &view)?)
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
    match service.config.style {
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
            arguments.add_or_warn(
                "deployment_config",
                Expression::Code("true".into()),
                "config.style",
            );
            if has_values {
                arguments.add("deployment_vars", values);
            }
        }
    }
    let (list, more) = arguments.finish()?;
    warnings.extend(more);
    Ok(list)
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
    let literal = parameter.default.as_ref().map(puppet_value);
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
fn is_sensitive(parameter: &Parameter, tree: &PuppetTree) -> bool {
    parameter.data_type.is_sensitive() && tree.node.is_typed()
}

fn role_text(
    service: &Service,
    tree: &PuppetTree,
    templates: &Templates,
    class: &str,
) -> Result<String, GenerateError> {
    let name = service.puppet_name.as_str();
    let absolute = tree.idiom.absolute;
    let sentence = puppet_string(&service.description.first_sentence());
    let base = tree.idiom.base.iter().filter(|base| *base != class);
    let mut includes: Vec<String> = base.map(|base| format!("{absolute}{base}")).collect();
    // Puppet 3 takes a relative name in `role::x` for one below `role::`.
    let absolute = if tree.idiom.class == ClassIdiom::Module {
        "::"
    } else {
        absolute
    };
    includes.push(format!("{absolute}{class}"));
    let view = RoleView {
        license: tree.idiom.has_license_tag.then_some(LICENSE_TAG),
        role: format!("role::{name}"),
        name: service.name.to_string(),
        system_role: tree
            .idiom
            .system_role
            .map(|prefix| [puppet_string(&format!("{prefix}{name}")), sentence]),
        includes,
    };
    Ok(templates.render("operations-puppet/role.pp", &view)?)
}

/// The values of production, in the hieradata of the role.
fn role_hieradata(
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

/// Hiera's `literal` came with Puppet 4, as `lookup` did.
fn has_literal(tree: &PuppetTree) -> bool {
    tree.idiom.lookup == "lookup" || tree.node.is_typed()
}

/// The source and the values of each other environment, in its own hieradata.
fn environment_hieradata(
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
