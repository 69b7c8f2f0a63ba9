use std::sync::{Arc, Mutex};
use std::time::Duration;

use camino::Utf8PathBuf;
use futures_util::future::BoxFuture;
use svcgen::deploy::{
    Crew, Decide, DeployPlan, Executor, Journals, NotBegun, OnFailure, Options, Outcome, Packs,
    PlanProblem, Planned, Planner, Question, Request, Run,
};
use svcgen::event::{Event, Reporter};
use svcgen::scap::{Reading, ScapDirectory};
use svcgen::transport::Transport;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use crate::repository::Repository;
use crate::wire::{Link, Wire};
use crate::world::World;

/// A machine from which somebody deploys.
pub(crate) struct Deployer<'a> {
    pub(crate) world: Arc<World>,
    pub(crate) wire: Arc<Wire>,
    pub(crate) repository: &'a Repository,
    pub(crate) directory: Reading<ScapDirectory>,
    pub(crate) journals: Journals,
    /// Told when it is killed.
    killed: Notify,
}

/// What is asked of one deploy.
pub(crate) struct Wish {
    pub(crate) request: Request,
    pub(crate) on_failure: OnFailure,
    pub(crate) wait: Duration,
    pub(crate) interrupts: watch::Receiver<u8>,
    /// What is done at an event, by its number.
    pub(crate) blow: Option<(u64, Blow)>,
    /// How many bytes the disk has for the journal.
    pub(crate) room: Option<u64>,
}

/// What is killed at an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blow {
    /// The process that deploys.
    Deployer,
    /// The machine that deploys.
    Machine,
    /// The ssh to the host that the event is about.
    Ssh,
    /// That host.
    Target,
}

impl Blow {
    pub(crate) const ALL: [Self; 4] = [Self::Deployer, Self::Machine, Self::Ssh, Self::Target];
}

/// How a deploy ended, as its user sees it.
pub(crate) enum Ended {
    Refused(Vec<PlanProblem>),
    NothingToDo,
    NotBegun(Arc<DeployPlan>, NotBegun),
    Done(Arc<DeployPlan>, Outcome),
    Killed(Option<Arc<DeployPlan>>),
}

/// Whatever has not ended by then goes round in circles.
const ENDLESS: Duration = Duration::from_secs(3 * 24 * 3600);

/// How often somebody who waits looks again.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

impl<'a> Deployer<'a> {
    pub(crate) fn new(
        world: &Arc<World>,
        repository: &'a Repository,
        directory: &Reading<ScapDirectory>,
        folder: Utf8PathBuf,
    ) -> Self {
        Self {
            world: Arc::clone(world),
            wire: Wire::new(world),
            repository,
            directory: directory.clone(),
            journals: Journals::in_folder(folder),
            killed: Notify::new(),
        }
    }

    pub(crate) fn transport(&self) -> Arc<dyn Transport> {
        Arc::clone(&self.wire) as Arc<dyn Transport>
    }

    /// It is killed, now.
    pub(crate) fn die(&self, how: Link) {
        self.wire.die(how);
        self.killed.notify_one();
    }

    /// Plans and carries out, as the command does.
    pub(crate) async fn deploy(&self, wish: Wish, events: &Mutex<Vec<Event>>) -> Ended {
        let plan = Mutex::new(None);
        let ended = tokio::select! {
            biased;
            () = self.killed.notified() => None,
            ended = timeout(ENDLESS, self.attempt(wish, &plan, events)) => {
                if ended.is_err() {
                    self.world.is_wrong("a deploy does not come to its end".into());
                }
                ended.ok()
            }
        };
        ended.unwrap_or_else(|| Ended::Killed(plan.lock().unwrap().take()))
    }

    async fn attempt(
        &self,
        wish: Wish,
        shown: &Mutex<Option<Arc<DeployPlan>>>,
        events: &Mutex<Vec<Event>>,
    ) -> Ended {
        let planner = Planner::new(
            &self.repository.git,
            self.directory.clone(),
            wish.request.clone(),
        );
        let planner = planner.unwrap();
        let begun = tokio::time::Instant::now();
        loop {
            let mut crew = planner.crew(&self.transport());
            let planned = planner.plan(&mut crew).await.unwrap();
            let plan = match planned {
                Planned::Plan(plan) => Arc::new(*plan),
                Planned::NothingToDo(_) => return Ended::NothingToDo,
                Planned::Refused(problems) => {
                    let is_locked = problems.iter().all(|problem| {
                        matches!(problem.kind, svcgen::deploy::ProblemKind::Locked(_))
                    });
                    crew.close().await;
                    if is_locked && begun.elapsed() < wish.wait {
                        tokio::time::sleep(BETWEEN_LOOKS).await;
                        continue;
                    }
                    return Ended::Refused(problems);
                }
            };
            *shown.lock().unwrap() = Some(Arc::clone(&plan));
            match self.execute(Arc::clone(&plan), crew, &wish, events).await {
                Ok(outcome) => return Ended::Done(plan, outcome),
                Err(NotBegun::Changed { .. }) if begun.elapsed() < wish.wait => {}
                Err(error) => return Ended::NotBegun(plan, error),
            }
        }
    }

    async fn execute(
        &self,
        plan: Arc<DeployPlan>,
        crew: Crew,
        wish: &Wish,
        events: &Mutex<Vec<Event>>,
    ) -> Result<Outcome, NotBegun> {
        if let Some(room) = wish.room {
            let path = self.journals.path(&plan.id);
            let begin = fill(&path, room);
            self.world.is_short(&plan.id, path, begin);
        }
        let journal = self.journals.begin(&plan.id)?;
        let no_packs = |_: &camino::Utf8Path, _: &_, _: &[_], _: &std::path::Path| {
            Err(std::io::Error::other("the model has no packs"))
        };
        let mut reporter = Listener {
            deployer: self,
            blow: wish.blow,
            events,
        };
        let executor = Executor::new(Run {
            plan,
            crew,
            packs: Arc::new(Packs::new(Arc::new(no_packs)).unwrap()),
            journal,
            reporter: &mut reporter,
            decide: &Yes,
            interrupts: wish.interrupts.clone(),
            options: Options {
                on_failure: wish.on_failure,
                confirm: false,
                wait: wish.wait,
            },
        });
        executor.run().await
    }
}

/// Nothing is asked.
struct Yes;

impl Decide for Yes {
    fn ask(&self, _question: Question) -> BoxFuture<'static, bool> {
        Box::pin(async { true })
    }
}

/// Hears what is in the journal, and strikes at an event.
struct Listener<'a> {
    deployer: &'a Deployer<'a>,
    blow: Option<(u64, Blow)>,
    events: &'a Mutex<Vec<Event>>,
}

impl Reporter for Listener<'_> {
    fn event(&mut self, event: &Event) {
        let deployer = self.deployer;
        deployer.world.hear(event);
        self.events.lock().unwrap().push(event.clone());
        let Some((_, blow)) = self.blow.filter(|(seq, _)| *seq == event.seq) else {
            return;
        };
        match (blow, &event.about.host) {
            (Blow::Deployer, _) => deployer.die(Link::Cut),
            (Blow::Machine, _) => deployer.die(Link::Silent),
            (Blow::Ssh, Some(host)) => deployer.wire.cut(host, Link::Cut),
            (Blow::Target, Some(host)) => {
                let host = Arc::clone(&deployer.world.hosts[host]);
                tokio::spawn(async move {
                    host.go_down();
                    tokio::time::sleep(Duration::from_secs(40)).await;
                    host.come_up();
                });
            }
            (Blow::Ssh | Blow::Target, None) => {}
        }
    }
}

/// Leaves so many bytes until the file is as large as files can be; returns where they begin.
fn fill(path: &camino::Utf8Path, room: u64) -> u64 {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = std::fs::File::create(path).unwrap();
    let (mut fits, mut is_too_much) = (0, i64::MAX as u64);
    while is_too_much - fits > 1 {
        let middle = fits + (is_too_much - fits) / 2;
        match file.set_len(middle) {
            Ok(()) => fits = middle,
            Err(_) => is_too_much = middle,
        }
    }
    file.set_len(fits - room).unwrap();
    fits - room
}
