//! The role of a service.

use serde::Serialize;

use super::idiom::ClassIdiom;
use super::{LICENSE_TAG, PuppetTree};
use crate::generate::GenerateError;
use crate::model::Service;
use crate::render::Templates;
use crate::render::quoting::puppet_string;

#[derive(Serialize)]
struct RoleView {
    license: Option<&'static str>,
    role: String,
    name: String,
    /// The title and description of `system::role`, where roles have one.
    system_role: Option<[String; 2]>,
    includes: Vec<String>,
}

pub(super) fn role_text(
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
