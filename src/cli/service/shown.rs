use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::status::Row;
use crate::cli::deploy::named;
use crate::deploy::Activity;
use crate::event::DeployId;
use crate::model::Revision;

/// So many rows are listed one by one; where there are more, those that are well and alike are one.
const MOST: usize = 30;

/// How services are, for people, in so many columns; `next` makes a command one that can be typed here.
pub(super) fn text(
    rows: &[Row],
    is_whole: bool,
    width: usize,
    next: &dyn Fn(&str) -> String,
) -> String {
    let is_short = is_whole || rows.len() <= MOST;
    let (alike, single): (Vec<&Row>, Vec<&Row>) =
        rows.iter().partition(|row| !is_short && row.is_well());
    let listed = if is_short { single.len() } else { MOST };
    let (listed, more) = single.split_at(single.len().min(listed));
    let mut text = kinds(&alike);
    text.push_str(&table(listed, width));
    if !more.is_empty() {
        let more = more.len();
        text.push_str(&format!(
            "and {more} more that are not well; `-v` lists all\n"
        ));
    }
    let others: BTreeSet<&str> = rows
        .iter()
        .filter_map(|row| row.revision.as_ref())
        .map(Revision::short)
        .collect();
    // What the others run, where that is one.
    let deploy = match others.first() {
        Some(revision) if others.len() == 1 => format!("svcgen deploy --rev {revision}"),
        Some(_) | None => "svcgen deploy".to_owned(),
    };
    text.push_str(&missing(rows, &next(&deploy)));
    text.push_str(&outdated(rows, &next("svcgen service restart")));
    text.push_str(&taken(rows));
    text.push_str(&unfinished(rows, next));
    text.push_str(&totals(rows));
    text
}

/// On which hosts the release that is live is gone, and what to type.
fn missing(rows: &[Row], deploy: &str) -> String {
    let what = "the release that is live is not there, so nothing can be started from it";
    marked(rows, |row| row.missing.is_some(), what, deploy)
}

/// Which processes are older than the release that is live, and what to type.
fn outdated(rows: &[Row], restart: &str) -> String {
    let what = "began before this revision was made live, so it runs another one";
    marked(rows, |row| row.outdated, what, restart)
}

/// Which ports another process has, so that the service cannot have them, and what to type there.
fn taken(rows: &[Row]) -> String {
    let mut ports: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.taken) {
        let hosts = ports.entry(row.port.unwrap_or_default()).or_default();
        if hosts.last() != Some(&row.host.as_str()) {
            hosts.push(row.host.as_str());
        }
    }
    let told = ports.into_iter().map(|(port, hosts)| {
        format!(
            "! another process has the port {port}, so the service cannot start:\n  {}\n  next: ss -ltnp 'sport = :{port}'    there shows which\n",
            named(&hosts)
        )
    });
    told.collect()
}

/// The hosts of which something is true, and the command that changes that.
fn marked(rows: &[Row], is_so: impl Fn(&Row) -> bool, what: &str, command: &str) -> String {
    let of_rows = rows.iter().filter(|row| is_so(row));
    let mut hosts: Vec<&str> = of_rows.map(|row| row.host.as_str()).collect();
    if hosts.is_empty() {
        return String::new();
    }
    let is_all = hosts.len() == rows.len();
    hosts.dedup();
    let limit = match hosts.len() {
        _ if is_all => String::new(),
        1..=3 => format!(" -l {}", hosts.join(",")),
        _ => " -l HOSTS".to_owned(),
    };
    format!("! {what}:\n  {}\n  next: {command}{limit}\n", named(&hosts))
}

/// Which deploys have not come to their end, and what to type.
fn unfinished(rows: &[Row], next: &dyn Fn(&str) -> String) -> String {
    let mut deploys: BTreeMap<&DeployId, Vec<&str>> = BTreeMap::new();
    for row in rows {
        let hosts = row
            .unfinished
            .iter()
            .map(|deploy| (deploy, row.host.as_str()));
        for (deploy, host) in hosts {
            let known = deploys.entry(deploy).or_default();
            if known.last() != Some(&host) {
                known.push(host);
            }
        }
    }
    let told = deploys.into_iter().map(|(deploy, hosts)| {
        let log = next(&format!("svcgen log {deploy}"));
        format!(
            "! the deploy {deploy} did not come to its end there:\n  {}\n  next: {log}\n",
            named(&hosts)
        )
    });
    told.collect()
}

/// Rows that are well, those that are alike as one.
fn kinds(rows: &[&Row]) -> String {
    let mut kinds: BTreeMap<(&str, Activity, Option<&Revision>), Vec<&Row>> = BTreeMap::new();
    for row in rows {
        let kind = (row.service.as_str(), row.state, row.revision.as_ref());
        kinds.entry(kind).or_default().push(row);
    }
    let has_several = rows.iter().any(|row| row.service != rows[0].service);
    let mut text = String::new();
    for ((service, state, revision), rows) in kinds {
        let service = match has_several {
            true => format!("{service} "),
            false => String::new(),
        };
        let revision = revision.map_or("nothing", Revision::short);
        let port = match rows[0].port {
            Some(_) => ", port open",
            None => "",
        };
        let hosts: Vec<&str> = rows.iter().map(|row| row.host.as_str()).collect();
        text.push_str(&format!(
            "{} hosts: {service}{state}, {revision} is live{port}{}\n  {}\n",
            rows.len(),
            between(&rows),
            named(&hosts)
        ));
    }
    text
}

/// When the first and the last of processes began.
fn between(rows: &[&Row]) -> String {
    let times = || rows.iter().filter_map(|row| row.since);
    match (times().min(), times().max()) {
        (Some(first), Some(last)) if time(first) == time(last) => {
            format!(", since {}", time(first))
        }
        (Some(first), Some(last)) => format!(", since {} to {}", time(first), time(last)),
        (None, _) | (_, None) => String::new(),
    }
}

/// What stands above the columns.
const HEAD: [&str; 7] = ["host", "service", "state", "live", "since", "port", "pid"];

/// A line for each row; where that is too wide, the name of the host has a line of its own.
fn table(rows: &[&Row], width: usize) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let has_several = rows.iter().any(|row| row.service != rows[0].service);
    let mut lines = vec![HEAD.map(str::to_owned)];
    lines.extend(rows.iter().map(|row| cells(row)));
    let widest: Vec<usize> = (0..HEAD.len())
        .map(|column| {
            let cells = lines.iter().map(|line| line[column].chars().count());
            cells.max().unwrap_or_default()
        })
        .collect();
    let columns = (0..HEAD.len()).filter(|column| has_several || HEAD[*column] != "service");
    let columns: Vec<usize> = columns.collect();
    let all: usize = columns.iter().map(|column| widest[*column] + 2).sum();
    let is_wide = all > width + 2;
    let mut text = String::new();
    for line in &lines {
        let mut shown = String::new();
        for column in &columns {
            let (cell, width) = (&line[*column], widest[*column]);
            match (*column, is_wide) {
                (0, true) => shown.push_str(&format!("{cell}\n    ")),
                _ => shown.push_str(&format!("{cell:<width$}  ")),
            }
        }
        text.push_str(shown.trim_end());
        text.push('\n');
    }
    text
}

fn cells(row: &Row) -> [String; 7] {
    let nothing = || "-".to_owned();
    let is_odd = row.missing.is_some() || row.outdated || row.unfinished.is_some();
    let mark = if is_odd { " !" } else { "" };
    let live = match (&row.missing, &row.revision) {
        (Some(_), None) => "MISSING",
        (_, revision) => revision.as_ref().map_or("nothing", Revision::short),
    };
    [
        row.host.to_string(),
        row.service.clone(),
        row.state.to_string(),
        format!("{live}{mark}"),
        row.since.map_or_else(nothing, time),
        match (row.port, row.open) {
            (Some(port), _) if row.taken => format!("{port} TAKEN"),
            (Some(port), Some(true)) => format!("{port} open"),
            (Some(port), _) => format!("{port} CLOSED"),
            (None, _) => nothing(),
        },
        row.pid.map_or_else(nothing, |pid| pid.to_string()),
    ]
}

/// The time of the day, and the day where that is another.
fn time(at: Timestamp) -> String {
    let zone = TimeZone::system();
    let (at, now) = (at.to_zoned(zone.clone()), Timestamp::now().to_zoned(zone));
    let format = match at.date() == now.date() {
        true => "%H:%M",
        false => "%Y-%m-%d %H:%M",
    };
    at.strftime(format).to_string()
}

/// How many are how.
fn totals(rows: &[Row]) -> String {
    let mut counts: BTreeMap<Activity, usize> = BTreeMap::new();
    for row in rows {
        *counts.entry(row.state).or_default() += 1;
    }
    let parts: Vec<String> = counts
        .into_iter()
        .map(|(state, count)| format!("{count} {state}"))
        .collect();
    match rows.len() {
        0 | 1 => String::new(),
        more => format!("{more} in all: {}\n", parts.join(", ")),
    }
}
