use std::fmt;

use serde::Serialize;

use super::control::{Control, Line};
use super::{DeployId, RecordLine, ServicePlan};
use crate::model::Revision;
use crate::scap::{DeployStage, ServiceAction};

/// How the services of a host are.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ServiceState {
    /// The release that they are run from.
    pub live: Option<Revision>,
    /// What they are run from, where that is gone: the place to which their link leads, or the link itself.
    pub missing: Option<String>,
    /// When it was made live, in seconds since 1970 by the clock of the host.
    pub switched: Option<f64>,
    /// Whether svcgen made it live, and restarted the services after that: its record tells so in its order, whatever
    /// became of the clock since.
    pub restarted: bool,
    /// The deploy that has not come to its end here: it runs, or was left in the middle.
    pub unfinished: Option<DeployId>,
    /// The port, and whether anything listens on it.
    pub port: Option<(u16, bool)>,
    /// Whether it is another process that listens there: none of the services runs.
    pub taken: bool,
    pub units: Vec<UnitState>,
}

/// How one service is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnitState {
    pub name: String,
    pub activity: Activity,
    /// More of it, in the words of systemd.
    pub sub: Option<String>,
    pub pid: Option<u32>,
    /// When its process began, in seconds since 1970.
    pub since: Option<f64>,
}

/// Whether a service runs, in the words of systemd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    Active,
    Reloading,
    Activating,
    Deactivating,
    Inactive,
    /// It is not to be started, by anybody.
    Masked,
    Failed,
    /// There is no such service.
    Absent,
    /// The host does not tell.
    Unknown,
}

/// What the clock of a file system may be behind that of the processes, in seconds.
const TOLERANCE: f64 = 1.0;

/// What the times of the record may be off, in seconds: they are whole ones, counted from that at which the lock was taken.
const RECORDED: f64 = 2.0;

impl ServiceState {
    /// Reads what a host told; `None` where it did not come to its end.
    pub(super) fn read(told: &[Line]) -> Option<Self> {
        let mut state = Self::default();
        let (mut is_whole, mut record) = (false, Vec::new());
        for line in told {
            let words: Vec<&str> = line.rest.split(' ').collect();
            match (line.control, words.as_slice()) {
                (Control::Link, [_, revision]) => state.live = Revision::parse(revision).ok(),
                (Control::Absent, _) => state.missing = Some(line.rest.clone()),
                (Control::Switched, [at]) => state.switched = at.parse().ok(),
                (Control::Port, [port, how]) => {
                    let port = port.parse().ok();
                    state.port = port.map(|port| (port, *how != "closed"));
                    state.taken = *how == "taken";
                }
                (Control::Unit, [name, activity, sub, pid, since]) => {
                    state.units.push(UnitState {
                        name: (*name).to_owned(),
                        activity: Activity::read(activity),
                        sub: Some((*sub).to_owned()).filter(|sub| sub != "-"),
                        pid: pid.parse().ok().filter(|pid| *pid != 0),
                        since: since.parse().ok(),
                    });
                }
                (Control::Record, _) => {
                    record.extend(serde_json::from_str::<RecordLine>(&line.rest));
                }
                (Control::End, _) => is_whole = true,
                _ => {}
            }
        }
        let switched = state.switched;
        let last = record.iter().rfind(|line| line.is_about_deploy());
        let open = last.filter(|line| line.state != "end");
        state.unfinished = open.and_then(|line| line.deploy.clone());
        state.restarted = switched.is_some_and(|at| is_restarted(&record, at));
        is_whole.then_some(state)
    }

    /// Whether the process of a service began before the release that is live was made so: then it runs another one.
    pub fn is_outdated(&self, unit: &UnitState) -> bool {
        let is_known = !self.restarted && self.missing.is_none();
        let times = self.switched.zip(unit.since).filter(|_| is_known);
        times.is_some_and(|(switched, since)| since + TOLERANCE < switched)
    }

    /// Whether the host does not tell how its services are.
    pub fn is_untold(&self) -> bool {
        let mut units = self.units.iter();
        self.port.is_none() && units.any(|unit| unit.activity == Activity::Unknown)
    }

    /// Whether all services are known to run what is live.
    pub fn is_surely_up(&self, service: &ServicePlan) -> bool {
        let is_reloaded = |unit: &UnitState| {
            let mut units = service.units.iter();
            units.any(|it| it.name == unit.name && it.action == ServiceAction::Reload)
        };
        let mut units = self.units.iter();
        let is_open = self.port.is_none_or(|(_, is_open)| is_open) && !self.taken;
        is_open
            && !self.is_untold()
            && self.why_down(service).is_none()
            && !units.any(|unit| !is_reloaded(unit) && self.is_outdated(unit))
    }

    /// Why the services do not run that are meant to: in plain words, where it is known that one does not.
    pub fn why_down(&self, service: &ServicePlan) -> Option<String> {
        let mut meant = Vec::new();
        for unit in &self.units {
            let planned = service.units.iter().find(|it| it.name == unit.name);
            // Where one is off on secondary hosts, it may be as it is meant to be.
            let may_be_off = planned.is_none_or(|it| it.disable_secondary)
                || service.valid_only && unit.activity == Activity::Absent;
            if !may_be_off {
                meant.push(unit);
            }
        }
        let is_single = self.units.len() == 1;
        let is_open = self.port.is_some_and(|(_, is_open)| is_open);
        // systemd starts it once somebody connects.
        let waits = |unit: &UnitState| {
            is_single && is_open && !self.taken && unit.activity == Activity::Inactive
        };
        let down = meant.iter().find(|unit| unit.is_down() && !waits(unit));
        match (down, self.port) {
            (Some(unit), Some((port, _))) if self.taken => {
                let why = unit.activity;
                let name = &unit.name;
                Some(format!(
                    "another process has the port {port}: {name} is {why}"
                ))
            }
            (Some(unit), _) if unit.activity == Activity::Absent => {
                Some(format!("there is no service {}", unit.name))
            }
            (Some(unit), _) => Some(format!("{} is {}", unit.name, unit.activity)),
            (None, Some((port, false))) if meant.len() == self.units.len() => {
                let is_running = meant.iter().all(|unit| unit.activity.is_running());
                is_running.then(|| format!("nothing listens on the port {port}"))
            }
            (None, _) => None,
        }
    }
}

impl UnitState {
    /// Whether it is known not to do its work, nor to be about to.
    fn is_down(&self) -> bool {
        match self.activity {
            Activity::Active | Activity::Reloading | Activity::Unknown => false,
            // It has ended, and is started again and again.
            Activity::Activating => self
                .sub
                .as_deref()
                .is_some_and(|sub| sub.starts_with("auto-restart")),
            Activity::Deactivating
            | Activity::Inactive
            | Activity::Masked
            | Activity::Failed
            | Activity::Absent => true,
        }
    }
}

/// Whether the link was switched by a step of the record, and the services restarted by a later one.
fn is_restarted(record: &[RecordLine], switched: f64) -> bool {
    let is = |line: &RecordLine, stage: DeployStage, state: &str| {
        line.step == stage.as_str() && line.state == state
    };
    let is_good_end = |line: &RecordLine, stage| is(line, stage, "end") && line.code == Some(0);
    (0..record.len()).any(|at| {
        let (begin, rest) = (&record[at], &record[at + 1..]);
        let mut ends = rest.iter();
        is(begin, DeployStage::Promote, "begin")
            && begin.at as f64 - RECORDED <= switched
            && ends
                .find(|line| is(line, DeployStage::Promote, "end"))
                .is_some_and(|end| end.code == Some(0) && switched <= end.at as f64 + RECORDED)
            && ends.any(|line| is_good_end(line, DeployStage::HandleService))
    })
}

impl Activity {
    fn read(word: &str) -> Self {
        match word {
            "active" => Self::Active,
            "reloading" => Self::Reloading,
            "activating" => Self::Activating,
            "deactivating" => Self::Deactivating,
            "inactive" => Self::Inactive,
            "masked" => Self::Masked,
            "failed" => Self::Failed,
            "absent" => Self::Absent,
            _ => Self::Unknown,
        }
    }

    /// Whether it does its work.
    pub fn is_running(self) -> bool {
        matches!(self, Self::Active | Self::Reloading)
    }
}

impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Active => "active",
            Self::Reloading => "reloading",
            Self::Activating => "activating",
            Self::Deactivating => "deactivating",
            Self::Inactive => "inactive",
            Self::Masked => "masked",
            Self::Failed => "failed",
            Self::Absent => "no such service",
            Self::Unknown => "unknown",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::scap::ServiceUnit;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn line(control: Control, rest: &str) -> Line {
        Line {
            control,
            rest: rest.to_owned(),
        }
    }

    #[test]
    fn a_process_is_outdated_where_it_began_before_the_switch() {
        let told = |since: &str| {
            let state = ServiceState::read(&[
                line(Control::Link, &format!("current {A}")),
                line(Control::Switched, "1000.500000000"),
                line(Control::Port, "6100 open"),
                line(Control::Unit, &format!("feed active running 17 {since}")),
                line(Control::End, ""),
            ]);
            state.unwrap()
        };
        let state = told("1000.60");
        assert_eq!(state.live.as_ref().unwrap().as_str(), A);
        assert_eq!(state.port, Some((6100, true)));
        assert_eq!(state.units[0].pid, Some(17));
        for (since, is_outdated) in [
            ("1000.60", false),
            ("1000.00", false),
            ("990.00", true),
            ("-", false),
        ] {
            let state = told(since);
            assert_eq!(state.is_outdated(&state.units[0]), is_outdated, "{since}");
        }
    }

    #[test]
    fn a_process_that_was_restarted_after_the_switch_is_not_outdated_whatever_the_clock_says() {
        let step = |at: i64, step: &str, state: &str| {
            let code = if state == "end" { ",\"code\":0" } else { "" };
            let text =
                format!("{{\"v\":1,\"at\":{at},\"step\":\"{step}\",\"state\":\"{state}\"{code}}}");
            line(Control::Record, &text)
        };
        let is_outdated = |switched: &str, record: &[Line]| {
            let mut told = vec![line(Control::Switched, switched)];
            told.extend(record.iter().cloned());
            told.push(line(Control::Unit, "feed active running 17 10.00"));
            told.push(line(Control::End, ""));
            let state = ServiceState::read(&told).unwrap();
            state.is_outdated(&state.units[0])
        };
        let promoted = [step(999, "promote", "begin"), step(1001, "promote", "end")];
        let restarted = [
            step(1001, "handle_service", "begin"),
            step(1003, "handle_service", "end"),
        ];
        let both = [promoted.clone(), restarted.clone()].concat();
        assert!(!is_outdated("1000.5", &both));
        assert!(is_outdated("1000.5", &promoted));
        assert!(is_outdated("1000.5", &[restarted, promoted].concat()));
        // Somebody else has switched it since.
        assert!(is_outdated("1100.5", &both));
    }

    #[test]
    fn what_did_not_come_to_its_end_is_no_answer() {
        let half = [line(Control::Unit, "feed active running 17 1000.00")];
        assert_eq!(ServiceState::read(&half), None);
    }

    #[test]
    fn a_service_is_down_where_that_is_known_and_not_meant() {
        let why = |words: &str, port: &str, edit: fn(&mut ServicePlan)| {
            let unit = ServiceUnit {
                name: "feed".into(),
                action: ServiceAction::Restart,
                disable_secondary: false,
            };
            let mut plan = ServicePlan {
                units: vec![unit],
                port: Some(6100),
                timeout: Duration::from_secs(1),
                valid_only: false,
                secondary: "/etc/secondary".into(),
                nrpe_dir: "/etc/nagios".into(),
            };
            edit(&mut plan);
            let state = ServiceState::read(&[
                line(Control::Port, &format!("6100 {port}")),
                line(Control::Unit, &format!("feed {words} 0 -")),
                line(Control::End, ""),
            ]);
            state.unwrap().why_down(&plan)
        };
        let known = |words, port| why(words, port, |_| ());
        let down = |text: &str| Some(text.to_owned());
        assert_eq!(known("failed failed", "closed"), down("feed is failed"));
        let taken = down("another process has the port 6100: feed is inactive");
        assert_eq!(known("inactive dead", "taken"), taken);
        let silent = down("nothing listens on the port 6100");
        assert_eq!(known("active running", "closed"), silent);
        let again = down("feed is activating");
        assert_eq!(known("activating auto-restart", "closed"), again);
        // It starts, the host does not tell, or systemd keeps its socket.
        assert_eq!(known("activating start", "closed"), None);
        assert_eq!(known("unknown -", "closed"), None);
        assert_eq!(known("inactive dead", "open"), None);
        // It may be off.
        let off = |plan: &mut ServicePlan| plan.units[0].disable_secondary = true;
        assert_eq!(why("inactive dead", "closed", off), None);
        let valid = |plan: &mut ServicePlan| plan.valid_only = true;
        assert_eq!(why("absent -", "closed", valid), None);
        let none = down("there is no service feed");
        assert_eq!(known("absent -", "closed"), none);
    }
}
