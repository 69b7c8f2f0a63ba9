//! The model against the real programs, in a folder of this machine.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use svcgen::deploy::{Change, Claim, Direction, Policy, Program, Step};
use svcgen::event::DeployId;
use svcgen::model::{HostName, Revision};
use svcgen::scap::DeployStage;
use svcgen::transport::{Connection, FolderHosts, Process, Stream, Transport as _, Word};
use tokio::io::AsyncWriteExt as _;

use crate::host::Release;
use crate::scenario;
use crate::wire::Wire;
use crate::world::World;

const OLD: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const NEW: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// What is done, one after the other.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// A keeper of a deploy, by its number and term.
    Lock(u8, u64),
    /// What the last keeper reads.
    Order(u8),
    /// The input of the last keeper ends.
    Leave,
    /// A step of a deploy under a keeper, by its term.
    Step(u8, u64, Kind),
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Promote(&'static str),
    Finalize(&'static str),
    Withdraw,
}

const SEQUENCES: [&[Act]; 5] = [
    &[
        Act::Lock(1, 1),
        Act::Step(1, 1, Kind::Promote(NEW)),
        Act::Step(1, 1, Kind::Finalize(NEW)),
        Act::Order(b'q'),
    ],
    // A release that is not there, and one that is not current.
    &[
        Act::Lock(1, 1),
        Act::Step(
            1,
            1,
            Kind::Promote("cccccccccccccccccccccccccccccccccccccccc"),
        ),
        Act::Step(1, 1, Kind::Finalize(NEW)),
        Act::Order(b'x'),
    ],
    // Steps without a lock, of another deploy, and of an earlier keeper.
    &[
        Act::Step(1, 1, Kind::Promote(NEW)),
        Act::Lock(1, 2),
        Act::Lock(2, 1),
        Act::Step(2, 1, Kind::Promote(NEW)),
        Act::Step(1, 1, Kind::Promote(NEW)),
    ],
    // The end of the input, and the same deploy again.
    &[
        Act::Lock(1, 1),
        Act::Step(1, 1, Kind::Promote(NEW)),
        Act::Leave,
        Act::Lock(2, 1),
        Act::Step(2, 1, Kind::Promote(OLD)),
        Act::Order(b'q'),
    ],
    &[
        Act::Lock(1, 1),
        Act::Step(1, 1, Kind::Withdraw),
        Act::Order(b'q'),
    ],
];

/// What a sequence came to: what was told, and what is there then.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    told: Vec<String>,
    links: [Option<String>; 4],
    record: Vec<String>,
    is_locked: bool,
}

#[test]
fn the_model_does_what_the_programs_do() {
    for sequence in SEQUENCES {
        let model = crate::random::under_paused_time(on_the_model(sequence));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let real = runtime.unwrap().block_on(on_this_machine(sequence));
        assert_eq!(model, real, "{sequence:?}");
    }
}

async fn on_the_model(sequence: &[Act]) -> Seen {
    let name = HostName::parse("a").unwrap();
    let world = World::new(std::slice::from_ref(&name), 0);
    let host = Arc::clone(&world.hosts[&name]);
    for revision in [NEW, OLD] {
        scenario::live(
            &host,
            &Revision::parse(revision).unwrap(),
            Release::Complete,
        );
    }
    let wire = Wire::new(&world);
    let connection = wire.connect(&name).await.unwrap();
    let told = Runner::new(connection, "/srv/tea-pot".into())
        .run(sequence)
        .await;
    // Whoever is still there notices that nobody is here.
    tokio::time::sleep(Duration::from_secs(60)).await;
    let state = host.state();
    let disk = &state.disk;
    let links = [&disk.current, &disk.done, &disk.progress, &disk.place];
    Seen {
        told,
        links: links.map(|link| link.as_ref().map(ToString::to_string)),
        record: disk.record.iter().map(|line| without_time(line)).collect(),
        is_locked: disk.lock.is_some(),
    }
}

async fn on_this_machine(sequence: &[Act]) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let name = HostName::parse("a").unwrap();
    let folders = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    let hosts = FolderHosts::new(folders, 7000, [&name], Vec::new());
    // As the host sees it, and as it is.
    let seen = Utf8PathBuf::from("/tea-pot");
    let place = hosts.folder(&name).join("tea-pot");
    let root = Utf8PathBuf::from(format!("{place}-cache"));
    for revision in [NEW, OLD] {
        std::fs::create_dir_all(root.join("revs").join(revision)).unwrap();
    }
    let link = |to: &str, at: &Utf8Path| std::os::unix::fs::symlink(to, at).unwrap();
    link(&format!("revs/{OLD}"), &root.join("current"));
    link(&format!("revs/{OLD}"), &root.join(".done"));
    link(&format!("tea-pot-cache/revs/{OLD}"), &place);
    let connection = hosts.connect(&name).await.unwrap();
    let told = Runner::new(connection, seen).run(sequence).await;
    let lock = root.join(".svcgen/lock");
    for _ in 0..1000 {
        if !lock.exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let record = std::fs::read_to_string(root.join(".svcgen/record.jsonl")).unwrap_or_default();
    let leads_to = |path: Utf8PathBuf| {
        let target = std::fs::read_link(path).ok()?;
        Some(target.file_name()?.to_string_lossy().into_owned())
    };
    Seen {
        told,
        links: [
            leads_to(root.join("current")),
            leads_to(root.join(".done")),
            leads_to(root.join(".in-progress")),
            leads_to(place),
        ],
        record: record.lines().map(without_time).collect(),
        is_locked: lock.exists(),
    }
}

fn without_time(line: &str) -> String {
    let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
    line.as_object_mut().unwrap().remove("at");
    line.to_string()
}

/// Starts the programs of a sequence, and hears what they tell.
struct Runner {
    connection: Arc<dyn Connection>,
    place: Utf8PathBuf,
    keepers: Vec<Process>,
    told: Mutex<Vec<String>>,
}

fn id(number: u8) -> DeployId {
    DeployId::parse(&format!("20261123T14031{number}Z-000000")).unwrap()
}

impl Runner {
    fn new(connection: Arc<dyn Connection>, place: Utf8PathBuf) -> Self {
        Self {
            connection,
            place,
            keepers: Vec::new(),
            told: Mutex::default(),
        }
    }

    async fn run(mut self, sequence: &[Act]) -> Vec<String> {
        for (number, act) in sequence.iter().enumerate() {
            match act {
                Act::Lock(deploy, term) => {
                    let owner = scenario::owner(&id(*deploy), svcgen::deploy::Action::Deploy);
                    let owner = serde_json::to_value(owner).unwrap();
                    let change = Change {
                        revision: Revision::parse(NEW).unwrap(),
                        old: Revision::parse(OLD).ok(),
                    };
                    let claim = Claim {
                        id: &id(*deploy),
                        term: *term,
                        change: Some(&change),
                        owner: &owner,
                    };
                    let words = Program::keeper().words(&self.place);
                    let mut process = self.start(words).await;
                    let line = claim.line();
                    process.input.write_all(line.as_bytes()).await.unwrap();
                    self.hear(&mut process, &["locked", "held"]).await;
                    self.keepers.push(process);
                }
                Act::Order(order) => {
                    let mut keeper = self.keepers.pop().unwrap();
                    keeper.input.write_all(&[*order]).await.unwrap();
                    self.hear(&mut keeper, &[]).await;
                }
                Act::Leave => {
                    let keeper = self.keepers.pop().unwrap();
                    let _told = keeper.finish().await;
                }
                Act::Step(deploy, term, kind) => {
                    let words = step(*kind, &id(*deploy)).words(
                        &self.place,
                        &id(*deploy),
                        *term,
                        number as u64,
                    );
                    let mut process = self.start(words).await;
                    self.hear(&mut process, &[]).await;
                }
            }
        }
        self.told.into_inner().unwrap()
    }

    async fn start(&self, words: Vec<Word>) -> Process {
        self.connection.start(&words).await.unwrap()
    }

    /// Hears what a program tells until it says one of some words, or ends. Reasons are for people, and differ.
    async fn hear(&self, process: &mut Process, until: &[&str]) {
        let mut text = Vec::new();
        while let Some(chunk) = process.output.recv().await {
            if chunk.stream != Stream::Err {
                continue;
            }
            text.extend(chunk.bytes);
            let said = String::from_utf8_lossy(&text).into_owned();
            let is_last = |word: &&str| said.contains(&format!("svcgen: {word}"));
            if said.ends_with('\n') && until.iter().any(is_last) {
                break;
            }
        }
        let said = String::from_utf8(text).unwrap();
        let lines = said.lines().filter(|line| !line.contains("svcgen: reason"));
        self.told
            .lock()
            .unwrap()
            .extend(lines.map(ToOwned::to_owned));
    }
}

fn step(kind: Kind, id: &DeployId) -> Step {
    let parse = |text: &str| Revision::parse(text).unwrap();
    let (stage, revision, program) = match kind {
        Kind::Promote(revision) => (
            DeployStage::Promote,
            parse(revision),
            Program::promote(id, &parse(revision), Direction::Forward, &[]),
        ),
        Kind::Finalize(revision) => (
            DeployStage::Finalize,
            parse(revision),
            Program::finalize(&parse(revision), 5, None, 0),
        ),
        Kind::Withdraw => (DeployStage::Rollback, parse(NEW), Program::withdraw(&[])),
    };
    Step {
        stage,
        check: None,
        policy: Policy::Finish,
        deadline: Duration::from_secs(20),
        revision,
        program,
    }
}
