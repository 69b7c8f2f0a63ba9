//! operations/puppet: the class or profile of a service, its role, its deploy source, and its hieradata.

mod idiom;
mod series;
mod sources;
mod tree;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use serde_json::json;

use self::idiom::ClassIdiom;
pub use self::series::{Patch, SeriesTree, Step, series_patch};
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
use crate::render::quoting::{hiera_value, puppet_string};

/// The tag that new files carry, where the tree has it.
const LICENSE_TAG: &str = "SPDX-License-Identifier: Apache-2.0";
/// Where modules are.
const MODULES: [&str; 3] = ["modules", "vendor_modules", "core_modules"];
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
    // The entry that the series wrote; somebody else's of that name was refused above.
    let entries = [service.name.as_str(), name].map(|name| format!("the entry `{name}` of "));
    ports::check(service.port, &tree.ports, |found| {
        found.owner == own
            || entries.iter().any(|entry| found.owner.starts_with(entry))
            || tree.has_given(found)
    })?;
    let what = match tree.idiom.class {
        ClassIdiom::Module => "module",
        ClassIdiom::Profile => "profile",
    };
    let message = CommitText {
        subject: format!("{name}: Add role and {what}"),
        body: service.description.paragraphs().join("\n\n"),
    };
    let secrets = secrets(service, &class);
    Ok(Generated {
        desired,
        warnings,
        message,
        secrets,
    })
}

/// The keys that only the private repository has, with values that stand in for them.
fn secrets(service: &Service, class: &str) -> Vec<(String, serde_json::Value)> {
    let parameters = service.config.parameters.iter();
    parameters
        .filter(|parameter| parameter.secret)
        .map(|p| (format!("{class}::{}", p.name), p.data_type.placeholder()))
        .collect()
}

/// The class of a service, as the tree calls it.
fn class_name(service: &Service, tree: &PuppetTree) -> String {
    match tree.idiom.class {
        ClassIdiom::Module => service.puppet_name.to_string(),
        ClassIdiom::Profile => format!("profile::{}", service.puppet_name),
    }
}

/// Refuses names that something has which is in no file of svcgen's; `class` is the file of the class.
fn check_names(
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
    names::check_title(service.name.as_str(), &tree.services, |path| {
        *path == *class || !tree.has_foreign(path)
    })?;
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

/// A service of the same name that the load balancer knows already runs elsewhere.
fn check_catalog(service: &Service, tree: &PuppetTree) -> Result<(), GenerateError> {
    let Some((name, path, line)) = tree.catalog.iter().find(|(name, ..)| {
        [service.name.as_str(), service.puppet_name.as_str()].contains(&name.as_str())
    }) else {
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
        is_file: false,
    })
}

fn class_text(
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
    let text = templates.render("operations-puppet/role.pp", &view)?;
    Ok(tree.idiom.long_lines.marked(text))
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
