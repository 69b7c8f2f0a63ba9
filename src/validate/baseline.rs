//! Services without anything of the plan: where they do not compile either, the tree is at fault.

use camino::{Utf8Path, Utf8PathBuf};

use super::scratch::Scratch;
use super::{PuppetRequest, PuppetTree};

/// Something to compile for comparison.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Baseline {
    pub(super) code: String,
    pub(super) role: String,
    /// The manifest that defines the role, where it is not found by its name.
    pub(super) manifest: Option<Utf8PathBuf>,
}

/// The least service that a production tree can have, with the surroundings that the plan gives its own.
pub(super) fn probe(request: &PuppetRequest<'_>, scratch: &Scratch<'_>) -> Baseline {
    let mut code = String::new();
    let texts = || {
        request
            .generated
            .iter()
            .filter(|(path, _)| path.extension() == Some("pp"))
            .map(|(_, text)| text)
    };
    let own: Vec<&str> = texts().filter_map(|text| class_of(text)).collect();
    for class in texts().flat_map(|text| text.lines()).filter_map(included) {
        if !own.contains(&class) {
            code.push_str(&format!("include ::{class}\n"));
        }
    }
    if scratch
        .root()
        .join("modules/system/manifests/role.pp")
        .is_file()
    {
        code.push_str("system::role { 'svcgen-probe': description => 'probe' }\n");
    }
    let flags: Vec<&str> = texts()
        .flat_map(|text| text.lines())
        .filter_map(flag)
        .collect();
    let flags: String = flags.iter().map(|flag| format!("  {flag}\n")).collect();
    code.push_str(&format!("service::node {{ 'svcgen-probe':\n  port => 65432,\n  repo => 'svcgen-probe/deploy',\n  deployment => 'scap3',\n  config => {{}},\n{flags}}}\n"));
    Baseline {
        code,
        role: "svcgen-probe".into(),
        manifest: None,
    }
}

/// The services that the tree has already, the shortest first: they need least.
pub(super) fn services(request: &PuppetRequest<'_>, scratch: &Scratch<'_>) -> Vec<Baseline> {
    let root = scratch.root();
    let modules = match request.tree {
        PuppetTree::Vagrant => root.join("puppet/modules"),
        PuppetTree::Production => root.join("modules"),
    };
    let mut found = Vec::new();
    for module in names(&modules) {
        let manifests = modules.join(&module).join("manifests");
        for file in names(&manifests)
            .into_iter()
            .filter(|name| name.ends_with(".pp"))
        {
            let path = manifests.join(&file);
            let is_ours = path
                .strip_prefix(root)
                .is_ok_and(|path| scratch.is_generated(path));
            let Ok(text) = fs_err::read_to_string(&path) else {
                continue;
            };
            if !is_ours
                && text.contains("service::node {")
                && let Some(class) = class_of(&text)
            {
                found.push((text.len(), class.to_owned()));
            }
        }
    }
    found.sort();
    found
        .into_iter()
        .map(|(_, class)| service(root, &modules, &class))
        .collect()
}

/// A service by its role, as the plan's is, or by its class where it has none.
fn service(root: &Utf8Path, modules: &Utf8Path, class: &str) -> Baseline {
    let role = class.rsplit("::").next().unwrap_or(class).to_owned();
    let file = Utf8PathBuf::from(format!("manifests/role/{role}.pp"));
    let manifest = root.join(&file).is_file().then_some(file);
    let has_role =
        manifest.is_some() || modules.join(format!("role/manifests/{role}.pp")).is_file();
    let code = if has_role {
        format!("include ::role::{role}\n")
    } else {
        format!("include ::{class}\n")
    };
    Baseline {
        code,
        role,
        manifest,
    }
}

/// The names in a folder, sorted; none where it cannot be read.
fn names(folder: &Utf8Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

/// The class that a manifest defines.
fn class_of(text: &str) -> Option<&str> {
    name_of(text.lines().find_map(|line| line.strip_prefix("class "))?)
}

/// The class that a line includes.
fn included(line: &str) -> Option<&str> {
    name_of(line.trim_start().strip_prefix("include ")?)
}

fn name_of(rest: &str) -> Option<&str> {
    let rest = rest.trim_start();
    let rest = rest.strip_prefix("::").unwrap_or(rest);
    let end = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':')
        .unwrap_or(rest.len());
    (end > 0).then_some(&rest[..end])
}

/// A line that switches something of the service on or off, which may lead through other parts of the tree.
fn flag(line: &str) -> Option<&str> {
    let line = line.trim();
    let (name, value) = line.split_once("=>")?;
    let is_plain = name
        .trim()
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let known = [
        "has_spec",
        "deployment_config",
        "local_logging",
        "use_proxy",
        "auto_refresh",
        "init_restart",
    ];
    let is_known = is_plain && known.contains(&name.trim());
    (is_known && matches!(value.trim(), "true," | "false,")).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_includes_are_read() {
        assert_eq!(
            class_of("# class x\nclass profile::a(\n"),
            Some("profile::a")
        );
        assert_eq!(class_of("class a{\n}"), Some("a"));
        assert_eq!(class_of("define a {}\n"), None);
        assert_eq!(
            included("    include ::profile::x # why"),
            Some("profile::x")
        );
        assert_eq!(included("    # include x"), None);
    }

    #[test]
    fn only_switches_of_the_service_are_taken_over() {
        assert_eq!(
            flag("        has_spec        => true,"),
            Some("has_spec        => true,")
        );
        assert_eq!(flag("        port => 6699,"), None);
        assert_eq!(flag("        debug => true,"), None);
    }
}
