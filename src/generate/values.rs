//! What a service's parameters become in documentation and in configuration templates.

use crate::model::{Parameter, Service};
use crate::render::quoting::puppet_value;

/// The longest default that is repeated in the documentation.
const LONGEST_DEFAULT: usize = 50;

/// The text that documents a parameter in the comment of its class.
pub(super) fn documentation(parameter: &Parameter) -> String {
    let mut text = match &parameter.description {
        Some(description) => description.paragraphs().join(" "),
        None => format!(
            "The value of `{}` in the configuration of the service.",
            parameter.name
        ),
    };
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    if let Some(default) = &parameter.default {
        let default = puppet_value(default);
        if default.len() <= LONGEST_DEFAULT {
            text.push_str(&format!(" Default: {default}"));
        }
    }
    text
}

/// The ERB template of the service's configuration; JSON is YAML that any value survives in.
pub(super) fn erb_config(
    service: &Service,
    license: Option<&str>,
    is_sensitive: impl Fn(&Parameter) -> bool,
) -> String {
    let mut text = license
        .map(|tag| format!("<%#- {tag} -%>\n"))
        .unwrap_or_default();
    if service.config.parameters.is_empty() {
        text.push_str("{}\n");
    }
    for parameter in &service.config.parameters {
        let unwrap = if is_sensitive(parameter) {
            ".unwrap"
        } else {
            ""
        };
        text.push_str(&format!(
            "{0}: <%= @{0}{unwrap}.to_json %>\n",
            parameter.name
        ));
    }
    text
}
