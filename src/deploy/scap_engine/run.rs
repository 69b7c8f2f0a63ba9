//! Has Scap carry a plan out, follows it, and finds out what became of every host.

use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use indexmap::IndexMap;
use serde_json::json;
use tokio::time::Instant;

use super::ledger::{Entry, Ledger};
use super::planner::ScapPlan;
use super::refusal::ScapRefusal;
use super::relay::{Asked, AskedKind, Frame, Position, Relay, RunEnd};
use super::server::{DeploymentServer, Helper};
use super::survey::Updated;
use super::verdict::{Case, Reading};
use crate::deploy::closing::{ClosedHost, Closing};
use crate::deploy::message::Note;
use crate::deploy::scribe::{Scribe, count_hosts};
use crate::deploy::{Decide, Interrupts, Journal, JournalError, OnFailure, Outcome, Question};
use crate::event::{About, EventKind, Level, Reporter};
use crate::model::HostName;

/// Reads how hosts are, as far as they can be reached from here.
pub trait Readings {
    /// Asks all of them; waits for none of them for long.
    fn read(&self) -> LocalBoxFuture<'_, IndexMap<HostName, Reading>>;
}

/// A plan with everything that it takes to carry it out.
pub struct ScapRun<'a> {
    pub plan: &'a ScapPlan,
    pub server: DeploymentServer,
    pub journal: Journal,
    pub reporter: &'a mut dyn Reporter,
    pub decide: &'a dyn Decide,
    pub interrupts: Interrupts,
    pub on_failure: OnFailure,
    pub readings: &'a dyn Readings,
}

/// What a run came to.
#[derive(Debug)]
pub struct ScapEnd {
    pub outcome: Outcome,
    /// Whether Scap may still be at work on the server, which cannot be reached any more.
    pub is_out_of_reach: bool,
}

/// How long the server may take to bring its directory up to date.
const UPDATE: Duration = Duration::from_secs(600);
/// And to start Scap.
const START: Duration = Duration::from_secs(60);

/// How long to wait before each attempt to reach the lost server again.
const ATTEMPTS: [Duration; 8] = [
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(15),
    Duration::from_secs(30),
    Duration::from_secs(30),
];

/// How often in a row nothing may come of following it.
const MOST_FRUITLESS: usize = 5;

/// How long Scap may take to end once it is told to do so at once.
const HURRY: Duration = Duration::from_secs(20);

/// How much of the end of what Scap wrote is remembered, in bytes.
const TAIL: usize = 4096;

/// Brings the directory on the server to where the plan has it.
///
/// # Errors
/// Where that does not work; nothing was touched on any target.
pub(super) async fn update(plan: &ScapPlan, server: &DeploymentServer) -> Result<(), ScapRefusal> {
    let request = json!({"do": "update", "directory": plan.directory, "tip": plan.pull.to});
    let asked = server
        .ask::<Updated>(Helper::Survey, &request, UPDATE)
        .await;
    let (host, directory) = (server.host().clone(), plan.directory.clone());
    let updated = asked.map_err(|error| ScapRefusal::Server {
        host: host.clone(),
        error: Box::new(error),
    })?;
    if let Some(command) = updated.failed {
        let said = updated.said;
        return Err(ScapRefusal::NotUpdated {
            host,
            directory,
            command,
            said,
        });
    }
    let is_as_planned = updated.head.as_ref() == Some(&plan.pull.to)
        && updated.tree.as_ref() == Some(&plan.tree)
        && updated.dirty.is_empty();
    match is_as_planned {
        true => Ok(()),
        false => Err(ScapRefusal::Changed { host, directory }),
    }
}

impl<'a> ScapRun<'a> {
    /// Has Scap do what the plan says.
    ///
    /// # Errors
    /// Where Scap could not be started, or the journal not be written; nothing was touched.
    pub async fn run(self) -> Result<ScapEnd, ScapRefusal> {
        let ScapRun {
            plan,
            server,
            journal,
            reporter,
            decide,
            interrupts,
            on_failure,
            readings,
        } = self;
        update(plan, &server).await?;
        let mut scribe = Scribe::new(plan.id.clone(), journal, reporter);
        tell_plan(plan, &mut scribe)?;
        let answer = if on_failure == OnFailure::Stop {
            "n"
        } else {
            "y"
        };
        let request = json!({
            "do": "start",
            "id": plan.id,
            "directory": plan.directory,
            "command": plan.command,
            "roll_back": answer,
        });
        // A connection that is lost meanwhile leaves it open whether Scap has begun: following it tells.
        let asked = server.ask::<Started>(Helper::Run, &request, START).await;
        let failed = asked.ok().and_then(|started| started.failed);
        let mut follower = Follower {
            plan,
            server,
            scribe,
            decide,
            interrupts,
            on_failure,
            ledger: Ledger::new(plan),
            position: Position::default(),
            tail: Vec::new(),
            begun: Instant::now(),
            reason: None,
            interrupted: 0,
            deadline: None,
        };
        if let Some(said) = failed {
            follower.reason = Some(format!("Scap was not started: {said}"));
            return Ok(follower.close(Some(RunEnd::default()), readings).await);
        }
        Ok(follower.follow(readings).await)
    }
}

#[derive(serde::Deserialize)]
struct Started {
    failed: Option<String>,
}

/// Writes down what is meant to be done, and how every host is before that.
fn tell_plan(plan: &ScapPlan, scribe: &mut Scribe<'_>) -> Result<(), JournalError> {
    let (action, hosts) = (plan.action.as_str(), count_hosts(plan.hosts.len()));
    let kind = EventKind::DeployStarted {
        repository: plan.repository.clone(),
        revision: plan.revision.clone(),
        environment: plan.environment.clone(),
        user: plan.owner.user.clone(),
        machine: plan.owner.machine.clone(),
        message: plan.owner.message.clone(),
        action: action.into(),
        hosts: plan.hosts.keys().cloned().collect(),
        resumes: None,
    };
    let text = match plan.action.is_of_service() {
        true => format!(
            "{action} of {} on {hosts}, by Scap on {}",
            plan.services.join(" and "),
            plan.server
        ),
        false => format!(
            "{action} of {}@{} on {hosts}, by Scap on {}",
            plan.repository,
            plan.revision.short(),
            plan.server
        ),
    };
    scribe.note(Note {
        about: About::default(),
        level: Level::Info,
        text,
        kind,
    });
    for (name, host) in &plan.hosts {
        let live = host.reading.live();
        let text = match &live {
            Some(Some(live)) => format!("{} is live", live.short()),
            Some(None) => "nothing is live".to_owned(),
            None => "it is not known what is live".to_owned(),
        };
        let live = live.flatten();
        scribe.note(Note {
            about: About {
                host: Some(name.clone()),
                group: Some(host.group.clone()),
                stage: None,
            },
            level: Level::Debug,
            text,
            kind: EventKind::HostPlanned {
                old: live.clone(),
                live,
                revision: plan.revision.clone(),
                idle: false,
            },
        });
    }
    scribe.flush(true)
}

/// Follows a run to its end.
struct Follower<'a> {
    plan: &'a ScapPlan,
    server: DeploymentServer,
    scribe: Scribe<'a>,
    decide: &'a dyn Decide,
    interrupts: Interrupts,
    on_failure: OnFailure,
    ledger: Ledger,
    position: Position,
    /// The last that Scap wrote on its terminal.
    tail: Vec<u8>,
    begun: Instant,
    /// Why it is to end, where that is svcgen's own decision.
    reason: Option<String>,
    /// How often somebody has asked for the end.
    interrupted: u8,
    /// When nobody waits any more.
    deadline: Option<Instant>,
}

impl Follower<'_> {
    async fn follow(mut self, readings: &dyn Readings) -> ScapEnd {
        let end = self.until_end().await;
        match &end {
            Some(end)
                if end.code == Some(0) || (end.code == Some(1) && !self.ledger.has_crashed) =>
            {
                let told = self.ledger.finish();
                self.tell(told);
            }
            Some(_) | None => {}
        }
        self.close(end, readings).await
    }

    /// How it ended; nothing where it cannot be followed any more.
    async fn until_end(&mut self) -> Option<RunEnd> {
        let (mut relay, mut fruitless) = (None, 0);
        loop {
            if fruitless > MOST_FRUITLESS {
                return None;
            }
            let line = match relay.as_mut() {
                Some(line) => line,
                None => relay.insert(self.attach().await?),
            };
            let interrupts = &mut self.interrupts;
            let deadline = self
                .deadline
                .unwrap_or_else(|| Instant::now() + Duration::from_secs(3600));
            let frame = tokio::select! {
                biased;
                times = async {
                    // Without anyone who could interrupt, nobody will.
                    if interrupts.changed().await.is_err() {
                        std::future::pending::<()>().await;
                    }
                    *interrupts.borrow_and_update()
                } => {
                    self.interrupt(times, line).await;
                    continue;
                }
                () = tokio::time::sleep_until(deadline), if self.deadline.is_some() => return None,
                frame = line.next(&mut self.position) => frame,
            };
            fruitless = match frame {
                Frame::Lost => fruitless + 1,
                _ => 0,
            };
            match frame {
                Frame::Output(bytes) => self.console(&bytes),
                Frame::Record(Some(record)) => {
                    let told = self.ledger.take(record);
                    self.tell(told);
                }
                Frame::Record(None) => {}
                Frame::Question(asked) => self.answer(&asked, line).await,
                Frame::End(end) => return Some(end),
                Frame::Unknown => {
                    self.reason = Some("Scap was not started".into());
                    return Some(RunEnd::default());
                }
                Frame::Lost => relay = None,
            }
        }
    }

    /// Follows the run, over a new connection where the old one is gone.
    async fn attach(&mut self) -> Option<Relay> {
        if let Ok(relay) = Relay::attach(&self.server, &self.plan.id, &self.position).await {
            return Some(relay);
        }
        let server = self.plan.server.clone();
        self.scribe.say(
            Level::Warning,
            &format!("the connection to {server} is lost; Scap is still there, and takes silence for a no to going on"),
            EventKind::Warning,
        );
        for pause in ATTEMPTS {
            tokio::time::sleep(pause).await;
            if self.server.reconnect().await.is_err() {
                continue;
            }
            if let Ok(relay) = Relay::attach(&self.server, &self.plan.id, &self.position).await {
                let text = format!("connected to {server} again");
                self.scribe.say(Level::Info, &text, EventKind::Warning);
                return Some(relay);
            }
        }
        None
    }

    fn console(&mut self, bytes: &[u8]) {
        self.scribe.keep(&self.plan.server, bytes);
        self.tail.extend_from_slice(bytes);
        let surplus = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..surplus);
    }

    fn tell(&mut self, told: Vec<Entry>) {
        for entry in told {
            match entry {
                Entry::Note(note) => self.scribe.note(*note),
                Entry::Kept { host, text } => {
                    self.scribe.keep(&host, format!("{text}\n").as_bytes());
                }
                Entry::Output { host, text } => {
                    self.scribe.output(&host, format!("{text}\n").as_bytes())
                }
            }
        }
        if let Err(error) = self.scribe.flush(false) {
            self.reason.get_or_insert_with(|| error.to_string());
        }
    }

    async fn interrupt(&mut self, times: u8, line: &Relay) {
        if times == 0 {
            return;
        }
        self.interrupted = times;
        self.reason.get_or_insert_with(|| "interrupted".into());
        let text = match times {
            1 => {
                "interrupted: Scap is told to stop at its next question; Ctrl-C again ends it at once"
            }
            2 => "interrupted again: Scap is ended",
            _ => "interrupted again: nobody waits any more",
        };
        self.scribe
            .say(Level::Warning, text, EventKind::Interrupted);
        if times > 1 {
            line.interrupt().await;
            let wait = if times == 2 { HURRY } else { Duration::ZERO };
            self.deadline = Some(Instant::now() + wait);
        }
    }

    async fn answer(&mut self, asked: &Asked, line: &Relay) {
        match asked.kind {
            AskedKind::Message => line.answer(asked, "").await,
            AskedKind::GoOn => {
                let yes = self.goes_on().await;
                line.answer(asked, if yes { "y" } else { "n" }).await;
            }
            AskedKind::RollBack => {
                let yes = self.goes_back().await;
                line.answer(asked, if yes { "y" } else { "n" }).await;
            }
            AskedKind::Other => {
                let reason = format!("Scap asks what svcgen cannot answer: {}", asked.text);
                self.scribe.say(Level::Error, &reason, EventKind::Warning);
                self.reason.get_or_insert(reason);
                line.interrupt().await;
            }
        }
    }

    async fn goes_on(&mut self) -> bool {
        if self.reason.is_some() {
            return false;
        }
        let Some(after) = self.ledger.group() else {
            return true;
        };
        let group = self.plan.groups.iter().find(|group| group.name == after);
        let mut hosts = group.iter().flat_map(|group| group.waves.iter().flatten());
        let failed = hosts.find_map(|host| {
            let (stage, reason) = self.ledger.track(host).failed?;
            Some(format!(
                "{} failed on {host} ({after}): {reason}",
                stage.as_str()
            ))
        });
        // Scap's limits let a canary fail and go on.
        if let Some(reason) = failed.filter(|_| group.is_some_and(|group| group.is_canary)) {
            self.reason = Some(reason);
            return false;
        }
        match self.on_failure {
            OnFailure::Ask => {
                let yes = self
                    .scribe
                    .ask(
                        self.decide,
                        Question::GoOn {
                            after: after.clone(),
                        },
                    )
                    .await;
                if !yes {
                    self.reason = Some(format!("not gone on after {after}"));
                }
                yes
            }
            OnFailure::Rollback | OnFailure::Stop => true,
        }
    }

    async fn goes_back(&mut self) -> bool {
        match self.on_failure {
            OnFailure::Rollback => true,
            OnFailure::Stop => false,
            OnFailure::Ask => {
                let reason = self.reason.clone().or_else(|| self.ledger.error.clone());
                let reason = reason.unwrap_or_else(|| "the deploy failed".into());
                self.scribe
                    .ask(
                        self.decide,
                        Question::RollBack {
                            reason,
                            hosts: self.ledger.promoted(),
                        },
                    )
                    .await
            }
        }
    }

    /// Says where every host is.
    async fn close(mut self, end: Option<RunEnd>, readings: &dyn Readings) -> ScapEnd {
        let is_out_of_reach = end.is_none();
        let after = readings.read().await;
        let is_stopped =
            self.reason.is_some() || end.as_ref().is_none_or(|end| end.code != Some(0));
        let plan = self.plan;
        let mut hosts: Vec<ClosedHost> = Vec::new();
        for (name, host) in &plan.hosts {
            let (track, after) = (
                self.ledger.track(name),
                after.get(name).cloned().unwrap_or_default(),
            );
            let case = Case {
                revision: &plan.revision,
                before: &host.reading,
                after: &after,
                track: &track,
            };
            let verdict = match plan.action.is_of_service() {
                true => case.verdict_of_service(),
                false => case.verdict(),
            };
            hosts.push(ClosedHost {
                host: name.clone(),
                group: host.group.clone(),
                outcome: verdict.outcome,
                live: verdict.live,
                reason: verdict.reason,
                left: None,
                is_promoted: track.is_promoted(),
            });
        }
        let closing = Closing {
            action: plan.action,
            revision: plan.revision.clone(),
            services: plan.services.join(" and "),
            hosts,
            is_stopped,
        };
        for note in closing.notes(self.begun.elapsed().as_secs_f64()) {
            self.scribe.note(note);
        }
        let _written = self.scribe.flush(true);
        self.server.close().await;
        let unknown = closing.counts().unknown;
        let outcome = Outcome {
            result: closing.result(),
            is_interrupted: self.interrupted > 0,
            reason: match (is_stopped, unknown) {
                (true, _) => Some(self.why(end.as_ref())),
                (false, 0) => None,
                (false, some) => Some(format!(
                    "Scap ended as if all were well, but not on {}",
                    count_hosts(some)
                )),
            },
            failed: closing
                .hosts
                .iter()
                .find(|host| host.reason.is_some())
                .map(|host| host.host.clone()),
            hosts: closing
                .hosts
                .into_iter()
                .map(|host| (host.host, host.outcome, host.reason))
                .collect(),
        };
        ScapEnd {
            outcome,
            is_out_of_reach,
        }
    }

    /// Why it did not come to its end.
    fn why(&self, end: Option<&RunEnd>) -> String {
        if let Some(reason) = self.reason.as_ref().or(self.ledger.error.as_ref()) {
            return reason.clone();
        }
        let Some(end) = end else {
            return format!(
                "{} cannot be reached any more, where Scap is at work",
                self.plan.server
            );
        };
        let said = String::from_utf8_lossy(&self.tail);
        let last = said
            .lines()
            .rev()
            .map(str::trim)
            .find(|line| !line.is_empty());
        let said = last
            .map(|line| format!(": {}", line.escape_debug()))
            .unwrap_or_default();
        match (end.code, end.signal) {
            (Some(code), _) => format!("Scap ended with exit code {code}{said}"),
            (None, Some(signal)) => format!("Scap was ended by signal {signal}"),
            (None, None) => "Scap is gone without a word".into(),
        }
    }
}
