use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{DATA, GROUPS};
use crate::edit::yaml::{Entry, Position, Style};
use crate::generate::operations_puppet::series::role_data::ends_in;
use crate::generate::operations_puppet::series::{Home, SeriesTree};
use crate::generate::{GenerateError, names, read_yaml};
use crate::model::Service;
use crate::place::line_of;
use crate::render::quoting::yaml_string;
use crate::yaml::{Kind, Node};

/// What the file of groups tells.
pub(super) struct Groups {
    pub(super) text: String,
    pub(super) root: Node,
}

impl Groups {
    /// Reads the text of the file.
    pub(super) fn read(text: String) -> Result<Self, GenerateError> {
        let root = read_yaml(DATA.into(), &text)?;
        Ok(Self { text, root })
    }

    pub(super) fn all(&self) -> &[(crate::yaml::Key, Node)] {
        self.root
            .find("groups")
            .map(Node::entries)
            .unwrap_or_default()
    }

    /// Those that look after one service: their members may restart it.
    fn of_services(&self) -> impl Iterator<Item = (&str, &Node)> {
        let groups = self.all().iter();
        groups.filter_map(|(key, group)| {
            let is_one = (key.text.ends_with("-admin") || key.text.ends_with("-admins"))
                && !restarted(group).is_empty();
            is_one.then_some((key.text.as_str(), group))
        })
    }

    /// How many of these groups, of one, are so.
    pub(super) fn share(&self, is_so: impl Fn(&Node) -> bool) -> f64 {
        let (mut so, mut all) = (0_u32, 0_u32);
        for (_, group) in self.of_services() {
            all += 1;
            so += u32::from(is_so(group));
        }
        f64::from(so) / f64::from(all.max(1))
    }

    pub(super) fn name_for(&self, service: &Service) -> String {
        if let Some(name) = &service.production.admins.group {
            return name.to_string();
        }
        let (mut one, mut many) = (0, 0);
        for (name, _) in self.of_services() {
            match name.ends_with('s') {
                true => many += 1,
                false => one += 1,
            }
        }
        let end = if many > one { "admins" } else { "admin" };
        format!("{}-{end}", service.name)
    }

    /// Whether a group is that of a service: its members may restart it, or its description says so.
    pub(super) fn is_of(&self, name: &str, unit: &str) -> bool {
        let group = self.all().iter().find(|(key, _)| key.text == name);
        group.is_some_and(|(_, group)| {
            is_called_of(group, unit) || restarted(group).iter().any(|(other, _)| other == unit)
        })
    }

    pub(super) fn refuse_taken(&self, name: &str, is_ours: bool) -> Result<(), GenerateError> {
        let found = self.all().iter().find(|(key, _)| key.text == name);
        match found.filter(|_| !is_ours) {
            Some((key, group)) => {
                let line = line_of(&self.text, key.span.start);
                let about = group.find("description").map(|text| text.to_value());
                let owner = match about {
                    Some(Value::String(text)) => format!("the group \"{text}\""),
                    _ => "another group".to_owned(),
                };
                Err(names::taken(
                    &format!("the group `{name}`"),
                    DATA.into(),
                    line,
                    owner,
                ))
            }
            None => Ok(()),
        }
    }

    /// The members that have an account, and the accounts that are not there.
    pub(super) fn members(&self, service: &Service) -> (Vec<String>, Vec<String>) {
        let named = service.production.admins.members.clone();
        let named = named.unwrap_or_else(|| {
            let shells = service.maintainers.iter();
            shells.filter_map(|person| person.shell.clone()).collect()
        });
        let mut seen = BTreeSet::new();
        let users = self.root.find("users");
        let is_there = |name: &String| {
            let user = users.and_then(|users| users.find(name));
            let ensure = user
                .and_then(|user| user.find("ensure"))
                .map(Node::to_value);
            user.is_some() && ensure != Some(Value::from("absent"))
        };
        named
            .iter()
            .map(ToString::to_string)
            .filter(|name| seen.insert(name.clone()))
            .partition(is_there)
    }

    #[expect(clippy::too_many_arguments, reason = "each is a part of the entry")]
    pub(super) fn entries(
        &self,
        service: &Service,
        home: &Home,
        name: &str,
        gid: i64,
        members: &[String],
        has_approval: bool,
        tree: &SeriesTree,
    ) -> Result<Vec<Entry>, GenerateError> {
        let unit = service.name.as_str();
        let privileges = match &service.production.admins.privileges {
            Some(lines) => lines.iter().map(ToString::to_string).collect(),
            None => self.usual_privileges(unit),
        };
        let description = description(unit);
        let approval: Vec<String> = service
            .production
            .admins
            .approval
            .iter()
            .map(ToString::to_string)
            .collect();
        let mut value = json!({
            "description": description,
            "gid": gid,
            "members": members,
        });
        let mut text = format!(
            "{}:\n  description: {}\n  gid: {gid}\n  members: [{}]\n",
            yaml_string(name),
            yaml_string(&description),
            members.join(", ")
        );
        if !approval.is_empty()
            && (has_approval || self.all().iter().any(|(_, g)| g.find("approval").is_some()))
        {
            value["approval"] = json!(approval);
            text.push_str("  approval:\n");
            for person in &approval {
                text.push_str(&format!("    - {}\n", yaml_string(person)));
            }
        }
        value["privileges"] = json!(privileges);
        let quoted: Vec<String> = privileges
            .iter()
            .map(|line| format!("'{}'", line.replace('\'', "''")))
            .collect();
        text.push_str(&format!(
            "  privileges: [{}]\n",
            quoted.join(&format!(",\n{}", " ".repeat(15)))
        ));
        let group = Entry::sorted(&["groups"], name, value)
            .placed(Position::End)
            .written(Style::Text(text));
        let admins = &service.production.admins;
        let is_ours = tree.puppet.has_written(DATA.into(), name);
        // What the model does not say is as it is in a group that svcgen did not write.
        let unsaid = [
            ("description", !is_ours),
            ("members", !is_ours && admins.members.is_none()),
            ("privileges", !is_ours && admins.privileges.is_none()),
        ];
        let unsaid = unsaid.iter().filter(|(_, is_unsaid)| *is_unsaid);
        let unsaid: Vec<&str> = unsaid.map(|(name, _)| *name).collect();
        let mut entries = vec![group.beginning_with(&unsaid)];
        if let Home::Shared(_) = home {
            entries.extend(self.general(unit, home, tree)?);
        }
        Ok(entries)
    }

    /// What the groups of other services may do, for this one.
    fn usual_privileges(&self, unit: &str) -> Vec<String> {
        let mut all = vec![
            format!("ALL = NOPASSWD: /usr/sbin/service {unit} *"),
            format!("ALL = ({unit}) NOPASSWD: ALL"),
        ];
        let journal = "ALL = NOPASSWD: /bin/journalctl *";
        let reads = |group: &Node| {
            privileges(group)
                .iter()
                .any(|line| line.contains("/bin/journalctl "))
        };
        let all_of_it = |group: &Node| privileges(group).iter().any(|line| line == journal);
        if self.share(reads) > 0.5 && self.share(all_of_it) > 0.0 {
            all.push(journal.to_owned());
        }
        all
    }

    /// A line in the group that may restart every service of the hosts, where there is one.
    fn general(
        &self,
        unit: &str,
        home: &Home,
        tree: &SeriesTree,
    ) -> Result<Vec<Entry>, GenerateError> {
        let path = home.hieradata("common");
        let text = tree.worktree().read(&path)?.unwrap_or_default();
        let root = read_yaml(path, &text)?;
        let lists = root
            .entries()
            .iter()
            .filter(|(key, _)| ends_in(&key.text, GROUPS));
        let named: Vec<Value> = lists
            .flat_map(|(_, list)| list.items())
            .map(Node::to_value)
            .collect();
        let general = self.all().iter().filter(|(key, group)| {
            restarted(group).len() > 2 && named.contains(&Value::from(key.text.as_str()))
        });
        Ok(general
            .map(|(key, group)| {
                let lines = restarted(group);
                let mut before = lines.iter().filter(|(name, _)| name.as_str() < unit);
                let before = before
                    .next_back()
                    .or(lines.last())
                    .map(|(_, line)| line.clone());
                let line = format!("ALL = NOPASSWD: /usr/sbin/service {unit} *");
                Entry::item(&["groups", &key.text], "privileges", line)
                    .placed(before.map_or(Position::End, Position::After))
            })
            .collect())
    }
}

/// What svcgen says of the group of a service.
fn description(unit: &str) -> String {
    format!("Group of {unit} admins")
}

/// Whether svcgen says this of a group.
pub(super) fn is_called_of(group: &Node, unit: &str) -> bool {
    let said = group.find("description").map(Node::to_value);
    said == Some(Value::from(description(unit)))
}

/// Whether the members of a group may restart one service, and no other.
pub(super) fn restarts_only(group: &Node, unit: &str) -> bool {
    let lines = restarted(group);
    !lines.is_empty() && lines.iter().all(|(other, _)| other == unit)
}

fn privileges(group: &Node) -> Vec<String> {
    let items = group
        .find("privileges")
        .map(Node::items)
        .unwrap_or_default();
    let text = |item: &Node| match &item.kind {
        Kind::String(text) => Some(text.clone()),
        _ => None,
    };
    items.iter().filter_map(text).collect()
}

/// The services that a group may restart, with the lines that say so.
fn restarted(group: &Node) -> Vec<(String, String)> {
    let lines = privileges(group).into_iter();
    let name = |line: &String| {
        let (_, rest) = line.split_once("/usr/sbin/service ")?;
        Some(rest.strip_suffix(" *")?.to_owned())
    };
    lines
        .filter_map(|line| Some((name(&line)?, line)))
        .collect()
}
