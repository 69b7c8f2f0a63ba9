use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::error::reworded;
use crate::model::{Announce, MESSAGE};

/// How long a message may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// How much of what a program says of its failure is told, in characters.
const WORDS: usize = 200;

/// Where messages are said.
#[derive(Debug, Clone)]
pub(super) enum Channel {
    /// A line to the port of a bot, which says it on IRC: Wikimedia's `tcpircbot` and its like.
    Bot {
        host: String,
        port: u16,
        format: String,
    },
    /// A program that is started for each message.
    Program(Vec<String>),
}

impl Channel {
    pub(super) fn new(announce: &Announce) -> Self {
        match announce {
            Announce::Tcpircbot { host, port, format } => Self::Bot {
                host: host.to_string(),
                port: port.get(),
                format: format.to_string(),
            },
            Announce::Command(words) => {
                Self::Program(words.iter().map(ToString::to_string).collect())
            }
        }
    }

    pub(super) fn name(&self) -> String {
        match self {
            Self::Bot { host, port, .. } => format!("{host}:{port}"),
            Self::Program(words) => words.first().cloned().unwrap_or_default(),
        }
    }

    /// Says a message of one line.
    pub(super) async fn say(&self, message: &str) -> Result<(), String> {
        let said = match self {
            Self::Bot { host, port, format } => {
                let line = format!("{}\n", format.replace(MESSAGE, message));
                tokio::time::timeout(PATIENCE, send(host, *port, line)).await
            }
            Self::Program(words) => {
                let words = words.iter().map(|word| word.replace(MESSAGE, message));
                return run(words.collect()).await;
            }
        };
        match said {
            Ok(said) => said.map_err(|error| reworded(&error)),
            Err(_) => Err(too_long()),
        }
    }
}

fn too_long() -> String {
    format!("it takes longer than {} s", PATIENCE.as_secs())
}

async fn send(host: &str, port: u16, line: String) -> std::io::Result<()> {
    let mut stream = TcpStream::connect((host, port)).await?;
    stream.write_all(line.as_bytes()).await?;
    stream.shutdown().await
}

/// Runs a program with everything that it starts.
async fn run(words: Vec<String>) -> Result<(), String> {
    let [program, arguments @ ..] = words.as_slice() else {
        return Err("there is no program".to_owned());
    };
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| reworded(&error))?;
    let group = Group::of(&child);
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
    let output = output
        .map_err(|_| too_long())?
        .map_err(|error| reworded(&error))?;
    group.ended();
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rev().find(|line| !line.trim().is_empty());
    let words: String = last
        .unwrap_or_default()
        .trim()
        .chars()
        .take(WORDS)
        .collect();
    Err(match words.is_empty() {
        true => output.status.to_string(),
        false => format!("{}: {words}", output.status),
    })
}

/// A program and everything that it started; dropping it ends them.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }

    /// It has ended: its number may be another's by now.
    fn ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It may have ended by itself just now.
            let _ended = kill_process_group(group, Signal::KILL);
        }
    }
}
