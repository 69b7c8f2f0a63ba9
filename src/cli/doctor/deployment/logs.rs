//! The logs of the hosts, read as `svcgen tail` reads them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use tokio::time::timeout;

use super::more;
use crate::cli::deploy::Opened;
use crate::cli::tail::{logs, way_out};
use crate::doctor::{Finding, advice};
use crate::model::HostName;
use crate::tail::{Extent, HostNews, News, Tail, Trouble, Wanted};
use crate::transport::Transport;

/// The command that reads them.
pub(super) const NEEDED_BY: &[&str] = &["tail"];

/// What is said of logs that are not to be looked at.
pub(super) fn not_asked(opened: &Opened) -> Vec<Finding> {
    let logs = logs(opened).into_iter();
    logs.map(|(_, log)| finding(&log).unknown("not asked"))
        .collect()
}

/// Tries on hosts that let the user in whether their logs can be read; nothing of them is fetched.
pub(super) async fn examine(
    hosts: &[HostName],
    opened: &Opened,
    transport: &Arc<dyn Transport>,
    patience: Duration,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, log) in logs(opened) {
        let asked = timeout(patience, troubles(hosts, &log, transport)).await;
        findings.push(match asked {
            Ok(troubles) => judge(&log, hosts, &troubles, opened),
            Err(_) => finding(&log).unknown(format!("no answer within {} s", patience.as_secs())),
        });
    }
    findings
}

fn finding(log: &Utf8Path) -> Finding {
    Finding::new("hosts.log", format!("the log `{log}`"), NEEDED_BY)
}

/// Why the log of some hosts cannot be read.
async fn troubles(
    hosts: &[HostName],
    log: &Utf8Path,
    transport: &Arc<dyn Transport>,
) -> HashMap<usize, Trouble> {
    let wanted = Wanted {
        hosts: hosts.to_vec(),
        log: Utf8PathBuf::from(log),
        lines: "0".to_owned(),
        extent: Extent::ToEnd,
    };
    let mut tail = Tail::begin(&wanted, transport);
    let mut troubles = HashMap::new();
    while let Some(news) = tail.next().await {
        troubles.extend(news.into_iter().filter_map(|news| match news {
            News::Host(host, HostNews::Trouble(trouble)) => Some((host, trouble)),
            News::Host(_, _) | News::Line(_) => None,
        }));
    }
    troubles
}

/// What is said of a log: first of those hosts where it is there, and cannot be read.
fn judge(
    log: &Utf8Path,
    hosts: &[HostName],
    troubles: &HashMap<usize, Trouble>,
    opened: &Opened,
) -> Finding {
    let of = |is_wanted: fn(&Trouble) -> bool| {
        let numbered = hosts.iter().enumerate();
        let found = numbered.filter_map(|(number, host)| Some((host, troubles.get(&number)?)));
        found
            .filter(|(_, trouble)| is_wanted(trouble))
            .collect::<Vec<_>>()
    };
    let told = |found: &[(&HostName, &Trouble)], (host, trouble): (&HostName, &Trouble)| {
        format!("{host}: {trouble}{}", more(found.len(), hosts.len()))
    };
    let closed = of(|trouble| *trouble != Trouble::Absent);
    if let Some(first @ (host, trouble)) = closed.first().copied() {
        let way = way_out(trouble, host, opened);
        let way = way.unwrap_or_else(|| format!("`svcgen tail -l {host}` shows more"));
        return finding(log).missing(told(&closed, first), advice(way));
    }
    let absent = of(|trouble| *trouble == Trouble::Absent);
    if let Some(first) = absent.first().copied() {
        let way = "it is there once the service has written to it; `svcgen tail --log PATH` reads \
                   another, and `logs` of the site says where logs are";
        return finding(log).doubtful(told(&absent, first), advice(way));
    }
    let count = hosts.len();
    finding(log).fine(format!("it can be read on {count} of {count} hosts"))
}
