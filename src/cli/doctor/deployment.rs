//! What deploys need of hosts and of the deployment server, asked for as a deploy does it.

mod logs;
mod server;

use std::time::Duration;

use super::files::wrong;
use crate::cli::deploy::{Carrier, Opened, with_runtime};
use crate::cli::records::{self, Records};
use crate::deploy::{Action, Facts, PlanProblem, needs};
use crate::doctor::{Finding, Fix, Reach, Surroundings, advice, writable};
use crate::error::CommandError;
use crate::interrupt;
use crate::model::{HostName, LocalHosts};
use crate::transport::Visit;

/// How long all hosts, and the server beside them, may take.
const WHOLE: Duration = Duration::from_secs(30);

/// The commands that ask hosts.
pub(super) const NEEDED_BY: &[&str] = &[
    "deploy", "rollback", "service", "lock", "log", "tail", "history",
];

/// Asks the hosts of a deploy repository, and the server where Scap is.
pub(super) fn examine(opened: &Opened, surroundings: &Surroundings<'_>) -> Vec<Finding> {
    if let Carrier::Local(hosts) = &opened.carrier {
        return vec![folders(hosts, opened), services(opened), programs(opened)];
    }
    if surroundings.reach == Reach::Machine {
        let hosts = hosts_finding(opened).unknown("not asked");
        let server = opened.carrier.scap().map(server::not_asked);
        return [hosts]
            .into_iter()
            .chain(logs::not_asked(opened))
            .chain(server.into_iter().flatten())
            .collect();
    }
    let asked = with_runtime(async {
        let asking =
            async { tokio::join!(hosts(opened, surroundings), server::examine(opened, WHOLE)) };
        tokio::select! {
            (hosts, server) = asking => Ok::<_, std::io::Error>([hosts, server].concat()),
            () = interrupt::pending() => Ok(Vec::new()),
        }
    });
    asked
        .unwrap_or_else(|error| vec![hosts_finding(opened).unknown(crate::error::reworded(&error))])
}

/// Says what is not known where neither a model nor a deploy repository is.
pub(super) fn no_service() -> Finding {
    let finding = Finding::new("hosts", "the hosts of a service", NEEDED_BY);
    let commands = NEEDED_BY.join(", ");
    finding.unknown(format!(
        "not checked, as no model or deploy repository here names any: what {commands} need on them is not known"
    ))
}

fn hosts_finding(opened: &Opened) -> Finding {
    let what = match opened.working.value.config.environment.as_ref() {
        Some(environment) => format!("the hosts of {environment}"),
        None => "the hosts of the service".to_owned(),
    };
    Finding::new("hosts", what, NEEDED_BY)
}

/// What deploys take on hosts that are folders: they are not made for that, and the programs are those of this machine.
fn programs(opened: &Opened) -> Finding {
    let lacking = needs::lacking_here(&needs::of_folders(&opened.working.value));
    let finding = fitness_finding("what deploys take on this machine");
    match needs::not_installed(lacking.iter().copied()) {
        None => finding.fine("the programs are there"),
        Some(found) => {
            let packages = needs::packages(lacking).join(" ");
            finding.missing(found, format!("apt-get install {packages}"))
        }
    }
}

/// Whether hosts that are folders have the services that are restarted.
fn services(opened: &Opened) -> Finding {
    let what = "the services of these hosts";
    let finding = Finding::new("hosts.services", what, &["deploy", "rollback", "service"]);
    match opened.check_local_services() {
        Ok(()) => finding.fine("their commands are known"),
        Err(error) => {
            let fix = error.hints().next().unwrap_or("write it there").to_owned();
            let found = [vec![error.message], error.causes].concat();
            finding.missing(found.join(": "), advice(fix))
        }
    }
}

/// Hosts that are folders: there is nobody to ask.
fn folders(hosts: &LocalHosts, opened: &Opened) -> Finding {
    let root = hosts.folder(opened.repository.root());
    match writable(&root) {
        Ok(_) => hosts_finding(opened).fine(format!("folders in `{root}`")),
        Err(reason) => hosts_finding(opened).missing(
            reason,
            advice("name another folder as `root` of `local.yaml`"),
        ),
    }
}

async fn hosts(opened: &Opened, surroundings: &Surroundings<'_>) -> Vec<Finding> {
    let names = distinct(opened.hosts());
    if names.is_empty() {
        return vec![hosts_finding(opened).unknown("the deploy repository names none yet")];
    }
    let transport = match opened.transport(Visit::Looks) {
        Ok(transport) => transport,
        Err(error) => {
            return vec![hosts_finding(opened).missing(
                format!(
                    "there is no place for the sockets of ssh: {}",
                    crate::error::reworded(&error)
                ),
                "export TMPDIR=/a/folder/of/yours",
            )];
        }
    };
    let count = names.len();
    let records = records::probe_fitness(names, opened, &transport, WHOLE).await;
    let mut findings = vec![reach(&records, count, opened)];
    if !records.facts.is_empty() {
        findings.extend([fitness(&records, opened), clocks(&records)]);
        if surroundings.want(logs::NEEDED_BY) {
            let open: Vec<HostName> = records.facts.keys().cloned().collect();
            findings.extend(logs::examine(&open, opened, &transport, WHOLE).await);
        }
    }
    findings
}

/// Whether they let the user in.
fn reach(records: &Records, count: usize, opened: &Opened) -> Finding {
    let finding = hosts_finding(opened);
    let account = opened.working.value.config.ssh_user.as_ref();
    let who = account.map_or("you".to_owned(), ToString::to_string);
    let Some(first) = records.silent.first() else {
        return finding.fine(format!("{count} of {count} let {who} in"));
    };
    let problem = PlanProblem::of(first);
    let more = match records.silent.len() {
        1 => String::new(),
        silent => format!(" ({silent} of {count} cannot be used)"),
    };
    let way = opened.way_in(first.kind.as_ref(), &first.host);
    let fix = way.unwrap_or_else(|| format!("`ssh {}` shows more", first.host));
    let found = format!("{}: {}{more}", first.host, problem.reason);
    // Scap gets to them from where it is.
    match opened.carrier.scap() {
        Some(_) => finding.doubtful(found, advice(fix)),
        None => finding.missing(found, advice(fix)),
    }
}

/// Whether they have what a deploy takes there.
fn fitness(records: &Records, opened: &Opened) -> Finding {
    let finding = fitness_finding("what deploys take on them");
    let unfit = records.facts.iter().filter_map(|(host, facts)| {
        let denied = facts.denied.iter().map(|denial| denial.told(&facts.user));
        let lacking = needs::not_installed(facts.lacking(Action::Deploy));
        let unfit = facts.unfit(Action::Deploy).into_iter();
        let reasons: Vec<String> = lacking.into_iter().chain(unfit).chain(denied).collect();
        (!reasons.is_empty()).then_some((host, facts, reasons))
    });
    let unfit: Vec<_> = unfit.collect();
    let Some((host, facts, reasons)) = unfit.first() else {
        return finding.fine("programs, folders and permissions are there");
    };
    let more = more(unfit.len(), records.facts.len());
    finding.missing(
        format!("{host}: {}{more}", reasons.join(", ")),
        remedy(host, facts, opened),
    )
}

fn fitness_finding(what: &str) -> Finding {
    Finding::new("hosts.fit", what, &["deploy", "rollback", "service"])
}

/// What makes a host fit.
fn remedy(host: &HostName, facts: &Facts, opened: &Opened) -> Fix {
    let old = facts.has_old_git().then_some("git");
    let packages = needs::packages(facts.lacking(Action::Deploy).chain(old));
    if !packages.is_empty() {
        return advice(format!(
            "on {host}: `apt-get install {}`",
            packages.join(" ")
        ));
    }
    if facts.is_full() {
        return advice(format!(
            "make room on {host}: `df -h` there shows its disks"
        ));
    }
    match facts.unwritable.is_empty() {
        true => advice(opened.access.hint()),
        false => advice(format!(
            "have whoever runs {host} give it to {}",
            facts.user
        )),
    }
}

/// Whether their clocks are near enough to that of this machine.
fn clocks(records: &Records) -> Finding {
    let finding = Finding::new("hosts.clock", "their clocks", NEEDED_BY);
    let off = records.facts.iter();
    let off = off.filter_map(|(host, facts)| Some((host, facts, facts.clock_off()?)));
    let off: Vec<_> = off.collect();
    match off.first() {
        None => finding.fine("as that of this machine"),
        Some((host, facts, how)) => {
            let way = match facts.has_systemd {
                true => "`timedatectl set-ntp true`",
                false => "have chrony or ntpd set it, there or on the host of that container",
            };
            finding.doubtful(
                format!("{host}: {how}{}", more(off.len(), records.facts.len())),
                advice(format!("on {host}: {way}")),
            )
        }
    }
}

/// That it is not only one.
fn more(some: usize, all: usize) -> String {
    match some {
        1 => String::new(),
        some => format!(" (so it is on {some} of {all})"),
    }
}

fn distinct<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut once = Vec::new();
    for one in all {
        if !once.contains(&one) {
            once.push(one);
        }
    }
    once
}

/// Why the deploy repository cannot be read.
pub(super) fn unreadable(error: &CommandError) -> Finding {
    let what = "what deploys read of the deploy repository";
    let finding = Finding::new("scap.config", what, NEEDED_BY);
    wrong(finding, error, "`svcgen deploy --dry-run` shows more")
}
