use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{BoxFuture, pending};
use svcgen::model::HostName;
use svcgen::transport::{
    Chunk, ConnectError, ConnectFailure, Connection, Exit, Lost, Process, Stream, Transport, Word,
};
use tokio::io::{AsyncReadExt as _, DuplexStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::sleep;

use crate::fault::{Fault, Point, Trouble};
use crate::host::Host;
use crate::words::{self, Program};
use crate::world::World;
use crate::{keeper, probe, step};

/// How long either side takes to notice that nothing gets through.
const SILENCE: Duration = Duration::from_secs(15);

/// The ssh of one deployer.
pub(crate) struct Wire {
    world: Arc<World>,
    links: Mutex<Vec<(HostName, watch::Sender<Link>)>>,
    is_dead: Mutex<bool>,
}

/// How a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    Up,
    Silent,
    Cut,
}

/// What a program of the model runs with.
pub(crate) struct Shell {
    pub(crate) world: Arc<World>,
    pub(crate) host: Arc<Host>,
    stdin: DuplexStream,
    link: watch::Receiver<Link>,
    link_of: watch::Sender<Link>,
    out: mpsc::UnboundedSender<Chunk>,
}

impl Wire {
    pub(crate) fn new(world: &Arc<World>) -> Arc<Self> {
        Arc::new(Self {
            world: Arc::clone(world),
            links: Mutex::default(),
            is_dead: Mutex::new(false),
        })
    }

    /// The deployer is killed (its targets see the end of their input), or its machine is (they see nothing any more).
    pub(crate) fn die(&self, how: Link) {
        *self.is_dead.lock().unwrap() = true;
        for (_, link) in self.links.lock().unwrap().iter() {
            link.send_if_modified(|link| {
                let is_up = *link == Link::Up;
                if is_up {
                    *link = how;
                }
                is_up
            });
        }
    }

    /// The connections to a host end.
    pub(crate) fn cut(&self, host: &HostName, how: Link) {
        let links = self.links.lock().unwrap();
        for (_, link) in links.iter().filter(|(name, _)| name == host) {
            link.send_replace(how);
        }
    }

    fn is_dead(&self) -> bool {
        *self.is_dead.lock().unwrap()
    }
}

impl Transport for Wire {
    fn connect<'a>(
        &'a self,
        name: &'a HostName,
    ) -> BoxFuture<'a, Result<Arc<dyn Connection>, ConnectError>> {
        Box::pin(async move {
            let host = &self.world.hosts[name];
            sleep(host.latency * 3).await;
            if self.is_dead() {
                return pending().await;
            }
            let refused = |reason: &str| ConnectError {
                kind: ConnectFailure::Unreachable,
                reason: reason.into(),
                said: String::new(),
            };
            let (is_there, is_refused) = {
                let mut state = host.state();
                let is_refused = state.refusals > 0;
                state.refusals = state.refusals.saturating_sub(1);
                (state.is_up && !state.is_cut_off, is_refused)
            };
            if !is_there {
                sleep(Duration::from_secs(10)).await;
                return Err(refused("it does not answer"));
            }
            if is_refused {
                return Err(refused("it refuses the connection"));
            }
            let link = watch::Sender::new(Link::Up);
            let mut links = self.links.lock().unwrap();
            links.push((name.clone(), link.clone()));
            let connection = Line {
                world: Arc::clone(&self.world),
                host: Arc::clone(host),
                link,
            };
            Ok(Arc::new(connection) as Arc<dyn Connection>)
        })
    }
}

/// A connection to one host.
struct Line {
    world: Arc<World>,
    host: Arc<Host>,
    link: watch::Sender<Link>,
}

impl Connection for Line {
    fn start<'a>(&'a self, command: &'a [Word]) -> BoxFuture<'a, Result<Process, Lost>> {
        Box::pin(async move {
            let link = *self.link.borrow();
            if link != Link::Up || !self.host.state().is_up {
                if link == Link::Silent {
                    sleep(SILENCE).await;
                }
                return Err(Lost("it was cut".into()));
            }
            Ok(self.process(command.to_vec()))
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

impl Line {
    fn process(&self, command: Vec<Word>) -> Process {
        let (input, stdin) = tokio::io::duplex(64 * 1024);
        let (out, written) = mpsc::unbounded_channel();
        let (done, code) = oneshot::channel();
        let mut transit = self.host.latency;
        if let Some(late) = self.late(&command) {
            transit = late;
            self.link.send_replace(Link::Cut);
        }
        let shell = Shell {
            world: Arc::clone(&self.world),
            host: Arc::clone(&self.host),
            stdin,
            link: self.link.subscribe(),
            link_of: self.link.clone(),
            out,
        };
        tokio::spawn(async move {
            let mut reboots = shell.host.reboots.subscribe();
            let run = async move {
                sleep(transit).await;
                run(shell, &command).await
            };
            tokio::select! {
                biased;
                _ = reboots.changed() => {}
                ended = run => { let _told = done.send(ended); }
            }
        });
        let (chunks, output) = mpsc::channel(8);
        let (ended, exit) = oneshot::channel();
        tokio::spawn(carry(
            self.link.clone(),
            self.host.latency,
            written,
            code,
            chunks,
            ended,
        ));
        Process {
            input: Box::new(input),
            output,
            exit,
        }
    }

    /// How late a step arrives of which the deployer has lost sight.
    fn late(&self, command: &[Word]) -> Option<Duration> {
        let (Program::Step, arguments) = words::read(command) else {
            return None;
        };
        let stage = step::stage(arguments);
        let mut state = self.host.state();
        let fault = state.take_fault(|fault| fault.point == Point::Sent && fault.stage == stage)?;
        drop(state);
        match fault.what {
            Trouble::Late(late) => Some(late),
            other => {
                strike(&self.host, &self.link, other);
                None
            }
        }
    }
}

/// Carries what a program writes to the deployer, for as long as the connection is.
async fn carry(
    link: watch::Sender<Link>,
    latency: Duration,
    mut written: mpsc::UnboundedReceiver<Chunk>,
    code: oneshot::Receiver<i32>,
    chunks: mpsc::Sender<Chunk>,
    ended: oneshot::Sender<Exit>,
) {
    let mut state = link.subscribe();
    let program = async {
        while let Some(chunk) = written.recv().await {
            let _taken = chunks.send(chunk).await;
        }
        sleep(latency).await;
        code.await
    };
    let exit = tokio::select! {
        biased;
        _ = state.wait_for(|link| *link != Link::Up) => None,
        code = program => code.ok(),
    };
    if exit.is_none() {
        // A host that went down says nothing, either.
        if *link.borrow() != Link::Cut {
            sleep(SILENCE).await;
            link.send_replace(Link::Cut);
        }
    }
    drop(chunks);
    let _told = ended.send(exit.map_or(Exit::Lost, Exit::Code));
}

async fn run(shell: Shell, command: &[Word]) -> i32 {
    let (program, arguments) = words::read(command);
    match program {
        Program::Probe => probe::run(&shell),
        Program::Status => probe::status(&shell, arguments),
        Program::Keeper => keeper::run(shell).await,
        Program::Step => step::run(shell, arguments).await,
        other => panic!("{other:?} is never started by itself"),
    }
}

/// Something goes wrong with a host or its connection.
pub(crate) fn strike(host: &Arc<Host>, link: &watch::Sender<Link>, trouble: Trouble) {
    match trouble {
        Trouble::Cut => {
            link.send_replace(Link::Cut);
        }
        Trouble::Silence => {
            link.send_replace(Link::Silent);
        }
        Trouble::Gone => {
            host.state().is_cut_off = true;
            link.send_replace(Link::Silent);
        }
        Trouble::Reboot(pause) => {
            let host = Arc::clone(host);
            tokio::spawn(async move {
                host.go_down();
                sleep(pause).await;
                host.come_up();
            });
        }
        Trouble::NoKeeper => {
            let keeper = host.state().disk.lock.as_ref().map(|lock| lock.keeper);
            host.kills.send_modify(|killed| killed.extend(keeper));
        }
        Trouble::Late(_) | Trouble::Fail | Trouble::Hang => {}
    }
}

impl Shell {
    /// Tells the engine something.
    pub(crate) fn say(&self, text: &str) {
        self.write(&format!("svcgen: {text}\n"));
    }

    pub(crate) fn write(&self, text: &str) {
        let bytes = text.as_bytes().to_owned();
        let stream = Stream::Err;
        let _heard = self.out.send(Chunk { stream, bytes });
    }

    /// Says why it does not work, and gives the code of that.
    pub(crate) fn fail(&self, reason: &str) -> i32 {
        self.say(&format!("reason {reason}"));
        1
    }

    /// One byte of the standard input; nothing at its end.
    pub(crate) async fn read(&mut self) -> Option<u8> {
        loop {
            let state = *self.link.borrow_and_update();
            match state {
                Link::Cut => return None,
                Link::Silent => {
                    if self.link.changed().await.is_err() {
                        return None;
                    }
                }
                Link::Up => {
                    let mut byte = [0; 1];
                    tokio::select! {
                        biased;
                        _ = self.link.changed() => {}
                        read = self.stdin.read(&mut byte) => {
                            return read.is_ok_and(|length| length == 1).then_some(byte[0]);
                        }
                    }
                }
            }
        }
    }

    pub(crate) fn is_cut(&self) -> bool {
        *self.link.borrow() == Link::Cut
    }

    pub(crate) fn strike(&self, trouble: Trouble) {
        strike(&self.host, &self.link_of, trouble);
    }

    /// Meets what goes wrong at a point of a step.
    pub(crate) fn meet(&self, stage: &str, point: Point) -> Option<Trouble> {
        let is_it = |fault: &Fault| fault.stage == stage && fault.point == point;
        let fault = self.host.state().take_fault(is_it)?;
        self.strike(fault.what);
        Some(fault.what)
    }
}
