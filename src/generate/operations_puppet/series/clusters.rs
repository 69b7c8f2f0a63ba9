//! The list of clusters that monitoring reads.

use serde_json::{Map, Value, json};

use super::SeriesTree;
use super::cluster::is_known;
use crate::edit::Desired;
use crate::edit::yaml::{Entry, Other, Style};
use crate::generate::{GenerateError, names, read_yaml};
use crate::model::Service;
use crate::place::line_of;
use crate::render::quoting::yaml_entry;
use crate::yaml::{Key, Kind, Node};

/// Where a tree lists its clusters.
const COMMON: &str = "hieradata/common.yaml";

/// The list, as `wikimedia_clusters` of operations/puppet.
pub(super) struct Clusters {
    text: String,
    /// What the list is called.
    key: String,
    list: Vec<(Key, Node)>,
}

impl Clusters {
    /// Reads the list, where the tree has one.
    ///
    /// # Errors
    /// Where the file is not understood.
    pub(super) fn read(tree: &SeriesTree) -> Result<Option<Self>, GenerateError> {
        let Some(text) = tree.text(COMMON)? else {
            return Ok(None);
        };
        let root = read_yaml(COMMON.into(), &text)?;
        let is_list = |node: &Node| {
            let entries = node.entries();
            let with_sites = entries
                .iter()
                .filter(|(_, entry)| entry.find("sites").is_some());
            entries.len() > 1 && with_sites.count() * 2 > entries.len()
        };
        let mut lists = root.entries().iter();
        let found = lists.rfind(|(key, list)| key.text.ends_with("clusters") && is_list(list));
        let found = found.map(|(key, list)| (key.text.clone(), list.entries().to_vec()));
        Ok(found.map(|(key, list)| Self { text, key, list }))
    }

    /// The cluster of the service.
    ///
    /// # Errors
    /// Where somebody else has its name.
    pub(super) fn entry(
        &self,
        service: &Service,
        datacentres: &[String],
        tree: &SeriesTree,
    ) -> Result<Desired, GenerateError> {
        let name = service.puppet_name.as_str();
        let is_ours = tree.puppet.may_change(COMMON.into(), name);
        let mut list = self.list.iter();
        if let Some((found, _)) = list.find(|(found, _)| found.text == name)
            && !is_ours
            && !is_known(tree, name)
        {
            let line = line_of(&self.text, found.span.start);
            let owner = format!("another entry of `{}`", self.key);
            let what = format!("the cluster `{name}`");
            return Err(names::taken(&what, COMMON.into(), line, owner));
        }
        let label = self.label();
        let mut value = json!({ label: self.words_for(service) });
        if let Some(id) = self.id(name) {
            value["id"] = id.into();
        }
        let sites = datacentres.iter().map(|name| (name.clone(), json!([])));
        value["sites"] = sites.collect::<Map<String, Value>>().into();
        let lines = self.quoted(yaml_entry(name, &value, 0), &value[label], label);
        Ok(Desired::Yaml {
            path: COMMON.into(),
            entries: vec![Entry {
                other: match is_ours {
                    true => Other::Refused,
                    false => Other::Stays,
                },
                ..Entry::sorted(&[&self.key], name, value)
                    .beginning_with(&[label])
                    .written(Style::Text(lines))
            }],
        })
    }

    /// What the cluster is, in the words of the service where they are about as many as the neighbours have, else its name.
    fn words_for(&self, service: &Service) -> String {
        let sentence = service.description.first_sentence();
        let words = sentence.trim_end_matches('.').to_owned();
        let others = self.labels().map(|(_, other)| other.chars().count());
        match self.label() == "description" && others.max() >= Some(words.chars().count()) {
            true => words,
            false => service.name.to_string(),
        }
    }

    /// The lines of an entry, with the words in the quotes that most neighbours have.
    fn quoted(&self, lines: String, words: &Value, label: &str) -> String {
        let words = words.as_str().unwrap_or_default();
        let written = |quote: char| {
            let has = |(node, _): &(&Node, &str)| self.text[node.span.start..].starts_with(quote);
            self.labels().filter(has).count()
        };
        let all = self.labels().count();
        let quote = ['"', '\'']
            .into_iter()
            .find(|quote| written(*quote) * 2 > all);
        match quote {
            Some(quote) if !words.contains(['"', '\'', '\\']) => {
                let plain = yaml_entry(label, &words.into(), 2);
                lines.replacen(&plain, &format!("  {label}: {quote}{words}{quote}\n"), 1)
            }
            Some(_) | None => lines,
        }
    }

    /// What the clusters are, as it is written and as it reads.
    fn labels(&self) -> impl Iterator<Item = (&Node, &str)> {
        let label = self.label();
        self.list.iter().filter_map(move |(_, entry)| {
            let node = entry.find(label)?;
            match &node.kind {
                Kind::String(text) => Some((node, text.as_str())),
                _ => None,
            }
        })
    }

    /// What most clusters call what they are.
    fn label(&self) -> &'static str {
        let with_name = |(_, entry): &&(Key, Node)| entry.find("name").is_some();
        match self.list.iter().filter(with_name).count() * 2 > self.list.len() {
            true => "name",
            false => "description",
        }
    }

    /// The number of a cluster, where they have numbers (until 2022): the one that it has and no other, or the next one.
    fn id(&self, name: &str) -> Option<i64> {
        let id = |entry: &Node| match entry.find("id")?.kind {
            Kind::Integer(id) => Some(id),
            _ => None,
        };
        let (own, others): (Vec<_>, Vec<_>) =
            self.list.iter().partition(|(key, _)| key.text == name);
        let others: Vec<i64> = others.iter().filter_map(|(_, entry)| id(entry)).collect();
        let own = own.iter().find_map(|(_, entry)| id(entry));
        let own = own.filter(|own| !others.contains(own));
        own.or_else(|| others.iter().max().map(|last| last + 1))
    }
}
