//! The configuration of the load balancers in trees without a catalogue of services.

use std::fmt::Write as _;

use serde_json::json;

use super::SeriesTree;
use super::balanced::{Balanced, entry_of, usual};
use super::catalog::path;
use crate::edit::Desired;
use crate::edit::blocks::Block;
use crate::edit::yaml::{Position, Style};
use crate::generate::{GenerateError, read_yaml};
use crate::model::Service;
use crate::place::{line_end, line_start};
use crate::render::quoting::{hiera_text, yaml_string};
use crate::yaml::{Kind, Node, parse};

pub(super) const PATH: &str = "hieradata/common/lvs/configuration.yaml";
/// How the key of its list of services ends.
pub(super) const SERVICES: &str = "lvs_services";
/// What names the balancers that have an address.
const BALANCER: &str = "modules/role/manifests/lvs/balancer.pp";

/// The two lists of the file, by their keys, which had a namespace later on.
struct Lists<'a> {
    addresses: (&'a str, &'a Node),
    services: (&'a str, &'a Node),
}

impl<'a> Lists<'a> {
    fn of(root: &'a Node) -> Option<Self> {
        let find = |end: &str| {
            let mut entries = root.entries().iter();
            let (key, list) = entries.find(|(key, list)| {
                let first = key.text.strip_suffix(end);
                let is_it = first.is_some_and(|first| first.is_empty() || first.ends_with("::"));
                is_it && !list.entries().is_empty()
            })?;
            Some((key.text.as_str(), list))
        };
        Some(Self {
            addresses: find("lvs_service_ips")?,
            services: find(SERVICES)?,
        })
    }
}

/// The line on which the configuration has the service.
pub(super) fn line_of_entry(
    service: &Service,
    tree: &SeriesTree,
) -> Result<Option<usize>, GenerateError> {
    let Some(text) = tree.text(PATH)? else {
        return Ok(None);
    };
    let root = read_yaml(PATH.into(), &text)?;
    let lists = Lists::of(&root);
    Ok(lists.and_then(|lists| entry_of(service, lists.services.1, &text)))
}

/// The entries of the service; `None` where the tree has no such configuration.
pub(super) fn desired(
    balanced: &Balanced<'_>,
    warnings: &mut Vec<String>,
) -> Result<Option<Vec<Desired>>, GenerateError> {
    let Some(text) = balanced.tree.text(PATH)? else {
        return Ok(None);
    };
    let root = read_yaml(PATH.into(), &text)?;
    let Some(lists) = Lists::of(&root) else {
        return Ok(None);
    };
    balanced.refuse_taken(PATH, &text, lists.services.1, |_| Vec::new())?;
    balanced.refuse_taken(PATH, &text, lists.addresses.1, |entry| {
        let of_place = |place: &Node| match place.entries() {
            [] => vec![place.clone()],
            several => several.iter().map(|(_, address)| address.clone()).collect(),
        };
        entry
            .entries()
            .iter()
            .flat_map(|(_, place)| of_place(place))
            .collect()
    })?;
    let name = balanced.name();
    let anchor = anchor(&text, &root, &lists, name);
    let mut addresses = String::new();
    let order = balanced.places_as(lists.addresses.1, &[]);
    let in_order = order.iter().filter_map(|place| {
        balanced
            .datacentres
            .iter()
            .find(|(other, _)| other == place)
    });
    for (place, address) in in_order {
        let _ = writeln!(addresses, "  {place}: {address}");
    }
    let own: serde_json::Map<_, _> = balanced
        .datacentres
        .iter()
        .map(|(place, address)| (place.clone(), json!(address)))
        .collect();
    let places: Vec<&str> = own.keys().map(String::as_str).collect();
    let address = balanced
        .entry(PATH, &[lists.addresses.0], own.clone().into(), &places)
        .placed(Position::End)
        .written(Style::Text(format!("{name}: &{anchor}\n{addresses}")));
    let lines = lines(balanced, &lists, &text, &anchor)?;
    let value = parse(&format!("anchor: &{anchor}\n{addresses}{lines}"))
        .ok()
        .and_then(|root| root.find(name).map(Node::to_value))
        .unwrap_or_default();
    let service = balanced
        .entry(PATH, &[lists.services.0], value, &["port", "ip"])
        .placed(Position::End)
        .written(Style::Text(lines));
    let mut desired = vec![Desired::Yaml {
        path: PATH.into(),
        entries: vec![address, service],
    }];
    desired.extend(balancers(balanced, lists.services.1, warnings)?);
    Ok(Some(desired))
}

/// The anchor of the addresses: the one that they have, or the next number of those that others have.
fn anchor(text: &str, root: &Node, lists: &Lists<'_>, name: &str) -> String {
    let of = |key: &crate::yaml::Key| {
        let line = &text[key.span.end..line_end(text, key.span.end)];
        let (_, anchor) = line.split_once('&')?;
        Some(anchor.split_whitespace().next()?.to_owned())
    };
    let entries = root
        .find(lists.addresses.0)
        .map(Node::entries)
        .unwrap_or_default();
    if let Some(own) = entries
        .iter()
        .find(|(key, _)| key.text == name)
        .and_then(|(key, _)| of(key))
    {
        return own;
    }
    let mut best: Option<(u32, usize, String)> = None;
    for anchor in entries.iter().filter_map(|(key, _)| of(key)) {
        let word = anchor.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = &anchor[word.len()..];
        if let Ok(number) = digits.parse::<u32>()
            && best.as_ref().is_none_or(|(most, ..)| number > *most)
        {
            best = Some((number, digits.len(), word.to_owned()));
        }
    }
    match best {
        Some((number, width, word)) => format!("{word}{:0width$}", number + 1),
        None => name.to_owned(),
    }
}

/// The entry of the service, with the keys that most others have.
fn lines(
    balanced: &Balanced<'_>,
    lists: &Lists<'_>,
    text_of_list: &str,
    anchor: &str,
) -> Result<String, GenerateError> {
    let service = balanced.service;
    let list = lists.services.1;
    let name = balanced.name();
    let balancer = &service.production.load_balancer;
    let word = |key: &str| {
        let begun = balanced.begun(PATH, lists.services.0, list, &[key]);
        let value = begun.or_else(|| usual(list, &[key]).map(Node::to_value));
        value.and_then(|value| value.as_str().map(str::to_owned))
    };
    let mut text = format!("{}:\n", yaml_string(name));
    let sentence = hiera_text(&service.description.first_sentence(), false);
    let _ = writeln!(text, "  description: {}", yaml_string(&sentence));
    let class = balancer.class.as_ref().map(ToString::to_string);
    if let Some(class) = class.or_else(|| word("class")) {
        let _ = writeln!(text, "  class: {}", yaml_string(&class));
    }
    let places = balanced.places_as(list, &["sites"]);
    let item = item_indent(text_of_list, list, "sites");
    text.push_str("  sites:\n");
    for place in &places {
        let _ = writeln!(text, "  {item}- {place}");
    }
    let _ = writeln!(text, "  ip: *{anchor}\n  port: {}", service.port);
    if let Some(bgp) = word("bgp") {
        let _ = writeln!(text, "  bgp: '{bgp}'");
    }
    if let Some(threshold) = word("depool-threshold") {
        let _ = writeln!(text, "  depool-threshold: '{threshold}'");
    }
    let url = path(&service.runtime.healthcheck.url);
    let url = if service.runtime.healthcheck.spec {
        "/_info".to_owned()
    } else {
        url
    };
    let _ = writeln!(
        text,
        "  monitors:\n    ProxyFetch:\n      url:\n      {item}- http://localhost{url}\n    IdleConnection:\n      \
         timeout-clean-reconnect: 3\n      max-delay: 300\n  conftool:\n    cluster: {}\n    service: {}",
        yaml_string(&balanced.cluster),
        yaml_string(name)
    );
    let hosts: Result<Vec<String>, GenerateError> = places
        .iter()
        .map(|place| host_name(balanced, place))
        .collect();
    let hosts = hosts?;
    if usual(list, &["icinga"]).is_some() {
        let any = host_name(balanced, "%{::site}")?;
        let command = format!("check_http_lvs_on_port!{any}!{}!{url}", service.port);
        let _ = writeln!(text, "  icinga:\n    check_command: \"{command}\"");
        let knows_critical = |(_, entry): &(crate::yaml::Key, Node)| {
            entry.find_path(["icinga", "critical"]).is_some()
        };
        if !balancer.page && list.entries().iter().any(knows_critical) {
            text.push_str("    critical: false\n");
        }
        text.push_str("    sites:\n");
        for (place, host) in places.iter().zip(&hosts) {
            let _ = writeln!(text, "      {place}:\n        hostname: {host}");
        }
    }
    Ok(text)
}

/// The spaces between the column of a key and that of the items below it.
pub(super) fn item_indent(text: &str, list: &Node, key: &str) -> &'static str {
    let column = |at: usize| at - line_start(text, at);
    let deeper = list.entries().iter().filter_map(|(_, entry)| {
        let (key, items) = entry
            .entries()
            .iter()
            .find(|(other, _)| other.text == key)?;
        let first = items.items().first().filter(|_| !items.flow)?;
        Some(column(first.span.start) > column(key.span.start) + "- ".len())
    });
    let all: Vec<bool> = deeper.collect();
    let count = all.iter().filter(|deeper| **deeper).count();
    if count * 2 > all.len() { "  " } else { "" }
}

/// The name of the service's address in a datacentre, as those of other services are made.
pub(super) fn host_name(balanced: &Balanced<'_>, place: &str) -> Result<String, GenerateError> {
    let fallback = || {
        let domain = balanced
            .site
            .domain
            .as_ref()
            .map(|domain| format!(".{domain}"));
        format!(
            "{}.svc.{place}{}",
            balanced.name(),
            domain.unwrap_or_default()
        )
    };
    let Some(text) = balanced.tree.text(PATH)? else {
        return Ok(fallback());
    };
    let root = read_yaml(PATH.into(), &text)?;
    let Some(lists) = Lists::of(&root) else {
        return Ok(fallback());
    };
    for (key, entry) in lists.services.1.entries() {
        let sites = entry.find_path(["icinga", "sites"]).map(Node::entries);
        for (site, icinga) in sites.unwrap_or_default() {
            if let Some(Kind::String(host)) = icinga.find("hostname").map(|node| &node.kind)
                && key.text != balanced.name()
                && host.starts_with(&format!("{}.", key.text))
                && host.contains(&format!(".{}.", site.text))
            {
                let host = host.replacen(&key.text, balanced.name(), 1);
                let made = host.replacen(&format!(".{}.", site.text), &format!(".{place}."), 1);
                return Ok(made);
            }
        }
    }
    Ok(fallback())
}

/// A line for each balancer that has the addresses of a service like this one.
fn balancers(
    balanced: &Balanced<'_>,
    list: &Node,
    warnings: &mut Vec<String>,
) -> Result<Option<Desired>, GenerateError> {
    let Some(text) = balanced.tree.text(BALANCER)? else {
        return Ok(None);
    };
    let line_of = |name: &str| format!("['{name}'][$::site]");
    if !text.contains("[$::site]") {
        return Ok(None);
    }
    let places = balanced.places();
    let is_alike = |entry: &Node| {
        let sites = entry.find("sites").map(Node::items).unwrap_or_default();
        let mut sites: Vec<String> = sites
            .iter()
            .filter_map(|site| site.to_value().as_str().map(str::to_owned))
            .collect();
        sites.sort();
        sites == places
    };
    let class = balanced
        .service
        .production
        .load_balancer
        .class
        .as_ref()
        .map(ToString::to_string);
    let class = class.or_else(|| {
        usual(list, &["class"])?
            .to_value()
            .as_str()
            .map(str::to_owned)
    });
    let mut alike = list.entries().iter().filter(|(key, entry)| {
        let own = entry.find("class").map(Node::to_value);
        key.text != balanced.name()
            && own.as_ref().and_then(|own| own.as_str()) == class.as_deref()
            && is_alike(entry)
            && text.contains(&line_of(&key.text))
    });
    let Some((neighbour, _)) = alike.next_back() else {
        warnings.push(format!("no balancer in `{BALANCER}` has a service of the same datacentres: none is given this one"));
        return Ok(None);
    };
    let (near, own) = (line_of(&neighbour.text), line_of(balanced.name()));
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find(&near) {
        let start = line_start(&text, at + found);
        let mut end = line_end(&text, at + found);
        let line = text[start..end].replace(&near, &own);
        // Whatever follows in the list of the same balancer stays behind it, but for what svcgen wrote.
        let next = &text[end..line_end(&text, end)];
        if next == line {
            end = line_end(&text, end);
        }
        blocks.push(Block {
            text: line,
            at: end,
        });
        at = end;
    }
    Ok(Some(Desired::Blocks {
        path: BALANCER.into(),
        blocks,
    }))
}
