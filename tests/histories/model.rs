use std::collections::BTreeSet;

use crate::chance::Chance;

/// The model of the service; what it says of itself is in no other version of it.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    /// The number of the last version.
    version: usize,
    words: usize,
    port: usize,
    log_level: Option<&'static str>,
    ticket: Option<usize>,
    /// Name and value.
    parameters: Vec<(usize, usize)>,
    /// The numbers of the hosts in the north.
    hosts: BTreeSet<usize>,
    puppet_name: Option<usize>,
    style: &'static str,
    members: BTreeSet<usize>,
    group: Option<usize>,
    /// The last number of each address.
    addresses: Option<(usize, Option<usize>)>,
    has_role: bool,
}

impl Model {
    pub(crate) fn new() -> Self {
        Self {
            version: 0,
            words: 0,
            port: 7000,
            log_level: None,
            ticket: None,
            parameters: vec![(1, 40001), (2, 40002)],
            hosts: [1001, 1002, 1003].into(),
            puppet_name: None,
            style: "inline",
            members: BTreeSet::new(),
            group: None,
            addresses: Some((130, Some(131))),
            has_role: true,
        }
    }

    /// Changes something of it.
    pub(crate) fn change(&mut self, chance: &Chance) {
        self.version += 1;
        let new = self.version;
        match chance.below(14) {
            0 | 1 => self.port = 7000 + new,
            2 => self.words = new,
            3 => {
                let hosts = self.hosts.iter().max().map_or(1001, |last| last + 1);
                self.hosts.insert(hosts);
            }
            4 if self.hosts.len() > 1 => {
                let hosts: Vec<usize> = self.hosts.iter().copied().collect();
                self.hosts.remove(chance.among(&hosts));
            }
            5 | 6 => self.parameters.push((new + 2, 40002 + new)),
            7 if !self.parameters.is_empty() => {
                let which = chance.below(self.parameters.len());
                self.parameters.remove(which);
            }
            8 if !self.parameters.is_empty() => {
                let which = chance.below(self.parameters.len());
                self.parameters[which].0 = new + 2;
            }
            9 if !self.parameters.is_empty() => {
                let which = chance.below(self.parameters.len());
                self.parameters[which].1 = 40002 + new;
            }
            10 if chance.percent(50) => self.puppet_name = Some(new),
            10 => {
                self.style = if self.style == "inline" {
                    "template"
                } else {
                    "inline"
                }
            }
            11 if chance.percent(50) => drop(self.members.insert(new)),
            11 => self.group = Some(new),
            12 if chance.percent(30) => self.addresses = None,
            12 if chance.percent(50) => self.addresses = Some((130 + new, None)),
            12 => self.addresses = Some((130 + new, Some(180 + new))),
            13 if chance.percent(50) => self.ticket = Some(6000 + new),
            13 if chance.percent(30) => self.has_role = !self.has_role,
            _ => self.log_level = Some(*chance.among(&["debug", "warn", "error"])),
        }
    }

    /// The names of the classes.
    pub(crate) fn puppet_name(&self) -> String {
        match self.puppet_name {
            Some(number) => format!("trending_{number}x"),
            None => "trendingedits".to_owned(),
        }
    }

    /// The file.
    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "version: 1\nsite: example\nname: trending-edits\ndescription: |\n  Words-{}x of the stream of edits.\nport: {}\n\
             owner: {{name: Ada Example, shell: ada}}\npuppet_name: {}\n",
            self.words,
            self.port,
            self.puppet_name()
        );
        text += &format!("config:\n  style: {}\n  parameters:\n", self.style);
        if self.parameters.is_empty() {
            text = text.replace("  parameters:\n", "  parameters: []\n");
        }
        for (name, value) in &self.parameters {
            text += &match value % 3 {
                0 => format!("    - {{name: p{name}x, type: Integer, default: {value}}}\n"),
                _ => format!(
                    "    - {{name: p{name}x, value: {{production: \"k{value}\", vagrant: \"v{value}\"}}, description: Says {value}.}}\n"
                ),
            };
        }
        if let Some(level) = self.log_level {
            text += &format!("runtime: {{log_level: {level}}}\n");
        }
        if let Some(ticket) = self.ticket {
            text += &format!("tickets: {{service_request: T{ticket}}}\n");
        }
        if !self.has_role {
            text += "vagrant: {forward_port: false}\n";
        }
        let hosts: Vec<String> = self.hosts.iter().map(|host| host_name(*host)).collect();
        text += &format!(
            "deploy:\n  groups:\n    - {{name: default, hosts: [{}]}}\nproduction:\n  admins: {{approval: [Grace Approver]{}{}}}\n",
            hosts.join(", "),
            self.group
                .map(|group| format!(", group: editors-{group}x"))
                .unwrap_or_default(),
            match self.members.is_empty() {
                true => String::new(),
                false => format!(
                    ", members: [{}]",
                    self.members
                        .iter()
                        .map(|it| format!("m{it}x"))
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
            }
        );
        if let Some((north, south)) = self.addresses {
            let south = south.map(|south| format!(", south: 10.21.1.{south}"));
            text += &format!(
                "  load_balancer: {{addresses: {{north: 10.20.1.{north}{}}}}}\n",
                south.unwrap_or_default()
            );
        }
        text
    }

    /// Words of the files that no other version has that says something else there.
    pub(crate) fn tokens(&self) -> BTreeSet<String> {
        let mut tokens: BTreeSet<String> =
            [format!("Words-{}x", self.words), self.port.to_string()].into();
        tokens.extend(self.hosts.iter().map(|host| host_name(*host)));
        tokens.extend(self.members.iter().map(|it| format!("m{it}x")));
        tokens.extend(self.group.map(|group| format!("editors-{group}x")));
        tokens.insert(self.puppet_name());
        for (name, value) in &self.parameters {
            tokens.extend([format!("p{name}x"), value.to_string()]);
        }
        let addresses = self.addresses.into_iter();
        tokens.extend(addresses.flat_map(|(north, south)| {
            let south = south.map(|south| format!("10.21.1.{south}"));
            [Some(format!("10.20.1.{north}")), south]
                .into_iter()
                .flatten()
        }));
        tokens
    }
}

fn host_name(host: usize) -> String {
    format!("trending{host}.north.farm.example")
}
