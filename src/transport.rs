//! Runs commands on hosts: words in, bytes and an [`Exit`] out. Never interprets what it runs.

mod folder_hosts;
mod host_key;
mod output;
mod spawn;
mod ssh;

use std::borrow::Cow;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use thiserror::Error;
use tokio::io::AsyncWrite;
use tokio::sync::{mpsc, oneshot};

use crate::model::HostName;

pub use folder_hosts::{FolderHosts, FolderService};
pub use host_key::HostKey;
pub use output::{Chunk, Stream};
pub use ssh::{Ssh, SshOptions};

/// What hosts are visited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visit {
    /// To see how they are: they stay as they are.
    Looks,
    Changes,
}

impl Visit {
    /// What it is where it is dry, and where it is not.
    pub fn of(is_dry: bool) -> Self {
        if is_dry { Self::Looks } else { Self::Changes }
    }
}

/// Leads to hosts.
pub trait Transport: Send + Sync {
    /// Opens the one connection to a host.
    fn connect<'a>(
        &'a self,
        host: &'a HostName,
    ) -> BoxFuture<'a, Result<Arc<dyn Connection>, ConnectError>>;
}

/// A word of a command. What all hosts run alike is the text of a program, which is not copied for each of them.
pub type Word = Cow<'static, str>;

/// A connection to one host, over which any number of commands run.
pub trait Connection: Send + Sync {
    /// Starts a command, given as its words.
    fn start<'a>(&'a self, command: &'a [Word]) -> BoxFuture<'a, Result<Process, Lost>>;

    /// Closes the connection; commands that still run are left to themselves.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// A command that runs on a host.
pub struct Process {
    /// What it reads; it reads to the end once this is dropped.
    pub input: Box<dyn AsyncWrite + Send + Sync + Unpin>,
    /// What it writes. Whoever does not take it holds the command up.
    pub output: mpsc::Receiver<Chunk>,
    /// Comes after the last of the output.
    pub exit: oneshot::Receiver<Exit>,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Code(i32),
    Signal(i32),
    /// The connection is gone; whether the command goes on is not known.
    Lost,
}

/// The connection to the host is gone.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the connection is gone: {0}")]
pub struct Lost(pub String);

/// A host that cannot be reached.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{reason}")]
pub struct ConnectError {
    pub kind: ConnectFailure,
    /// In plain words.
    pub reason: String,
    /// What the program said that connects.
    pub said: String,
}

/// Why a host cannot be reached, as far as it matters to what one does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectFailure {
    /// The account or the key is not accepted.
    Denied,
    /// The agent offered so many keys that the host did not wait for the right one.
    TooManyKeys,
    /// The host is not who it was.
    HostKeyChanged(HostKey),
    /// It is not known who the host is.
    HostKeyUnknown,
    /// Its key is one that is not to be trusted.
    HostKeyRefused,
    /// The name leads nowhere.
    UnknownName,
    /// There is no answer, or a refusal.
    Unreachable,
    /// There is no ssh on this machine.
    NoSsh,
    /// Of hosts that are folders: there is no shell on this machine.
    NoShell,
    /// Of a host that is a folder: all ports are taken by others.
    NoPort,
    Other,
}

impl Process {
    /// Takes all that it writes until its end.
    pub async fn finish(mut self) -> (Vec<Chunk>, Exit) {
        drop(self.input);
        let mut chunks = Vec::new();
        while let Some(chunk) = self.output.recv().await {
            chunks.push(chunk);
        }
        (chunks, self.exit.await.unwrap_or(Exit::Lost))
    }
}
