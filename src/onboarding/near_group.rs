//! Names of groups that are taken for new ones, and are a slip of another's.

use crate::model::suggest;
use crate::yaml::{Key, Kind, Node};

/// Groups that have a meaning of their own, also where no model names them yet.
const WELL_KNOWN: [&str; 2] = ["canary", "default"];

/// Where a path would make a new group whose name is a slip of another's: the path of that one. Whoever names the group in its
/// `name` means a new one.
pub(super) fn near_group(root: &Node, path: &[Key]) -> Option<String> {
    let at = path.iter().position(|key| key.text == "groups")?;
    let (list, rest) = path.split_at(at + 1);
    let (name, rest) = rest.split_first()?;
    let is_list = matches!(list, [a, _] if a.text == "deploy")
        || matches!(list, [a, _, _] if a.text == "environments");
    if !is_list || rest.is_empty() || matches!(rest, [key] if key.text == "name") {
        return None;
    }
    let items = root.find_path(list.iter().map(|key| key.text.as_str()));
    let items = items.map(Node::items).unwrap_or_default();
    let names = items
        .iter()
        .filter_map(|item| match &item.find("name")?.kind {
            Kind::String(text) => Some(text.as_str()),
            _ => None,
        });
    let known: Vec<&str> = names.chain(WELL_KNOWN).collect();
    if known.contains(&name.text.as_str()) {
        return None;
    }
    let slips = known.into_iter().filter(|known| is_slip(&name.text, known));
    let near = suggest(&name.text, slips)?;
    let words = |keys: &[Key]| keys.iter().map(|key| key.text.clone()).collect::<Vec<_>>();
    Some(
        [words(list), vec![near.to_owned()], words(rest)]
            .concat()
            .join("."),
    )
}

/// Whether it may be the same word: what differs in its digits is not.
fn is_slip(name: &str, near: &str) -> bool {
    let letters = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
    letters(name) != letters(near) && strsim::osa_distance(name, near) <= 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;

    #[test]
    fn a_slip_is_none_where_another_group_is_meant() {
        let root = "deploy: {groups: [{name: eqiad1}, {name: canary-codfw}, {name: canry2}]}";
        let root = parse(root).unwrap();
        let near = |path: &str| {
            let key = |text: &str| Key {
                text: text.to_owned(),
                span: 0..0,
            };
            near_group(&root, &path.split('.').map(key).collect::<Vec<_>>())
        };
        let meant = |path: &str| Some(path.to_owned());
        assert_eq!(
            near("deploy.groups.canry.size"),
            meant("deploy.groups.canary.size")
        );
        assert_eq!(
            near("deploy.groups.eqaid1.size"),
            meant("deploy.groups.eqiad1.size")
        );
        assert_eq!(
            near("environments.beta.groups.defualt.hosts"),
            meant("environments.beta.groups.default.hosts")
        );
        for path in [
            "deploy.groups.eqiad2.size",
            "deploy.groups.eqiad1.size",
            "deploy.groups.canary.size",
            "deploy.groups.canry2.size",
            "deploy.groups.canary-eqiad.size",
            "deploy.groups.canry.name",
            "deploy.groups.canry",
            "deploy.groups",
            "config.parameters.groups.canry.type",
        ] {
            assert_eq!(near(path), None, "{path}");
        }
    }
}
