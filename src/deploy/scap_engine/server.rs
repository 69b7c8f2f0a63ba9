use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

use crate::model::HostName;
use crate::transport::{ConnectError, Connection, Exit, Process, Stream, Transport, Word};

/// The server that Scap deploys from, over the one connection to it.
pub struct DeploymentServer {
    host: HostName,
    transport: Arc<dyn Transport>,
    connection: Arc<dyn Connection>,
}

/// A deployment server that does not do what it is asked.
#[derive(Debug, Error)]
pub enum ServerError {
    #[error("{0}")]
    Connect(#[from] ConnectError),
    #[error("the connection to it is gone")]
    Lost,
    #[error("it has no Python, which Scap needs")]
    NoPython,
    #[error("it did not answer within {} s", .0.as_secs())]
    Silent(Duration),
    /// What a program of svcgen's said instead of an answer.
    #[error("it does not do what svcgen asks of it: {0}")]
    Failed(String),
}

/// Programs that are sent along: nothing of svcgen's is installed there.
#[derive(Debug, Clone, Copy)]
pub(super) enum Helper {
    Survey,
    Run,
}

/// What runs a program with whatever Python there is; 127 where there is none.
const SHELL: &str = "python=$(command -v python3 || command -v python) || exit 127; exec \"$python\" -c \"$0\" \"$@\"";

impl Helper {
    fn source(self) -> &'static str {
        match self {
            Self::Survey => include_str!("survey.py"),
            Self::Run => include_str!("run.py"),
        }
    }
}

impl DeploymentServer {
    /// Connects to it.
    ///
    /// # Errors
    /// Where it cannot be reached.
    pub async fn connect(
        host: HostName,
        transport: Arc<dyn Transport>,
    ) -> Result<Self, ServerError> {
        let connection = transport.connect(&host).await?;
        Ok(Self {
            host,
            transport,
            connection,
        })
    }

    /// Its name.
    pub fn host(&self) -> &HostName {
        &self.host
    }

    /// Connects once more, after the connection was lost.
    pub(super) async fn reconnect(&mut self) -> Result<(), ServerError> {
        self.connection.close().await;
        self.connection = self.transport.connect(&self.host).await?;
        Ok(())
    }

    /// Lets the connection go.
    pub async fn close(&self) {
        self.connection.close().await;
    }

    /// Starts a program.
    pub(super) async fn start(
        &self,
        helper: Helper,
        request: &Value,
    ) -> Result<Process, ServerError> {
        let words = ["sh", "-c", SHELL, helper.source()].map(Word::Borrowed);
        let words: Vec<Word> = words
            .into_iter()
            .chain([request.to_string().into()])
            .collect();
        self.connection
            .start(&words)
            .await
            .map_err(|_| ServerError::Lost)
    }

    /// Runs a program to its end, which tells one value.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        helper: Helper,
        request: &Value,
        patience: Duration,
    ) -> Result<T, ServerError> {
        let process = self.start(helper, request).await?;
        let finished = tokio::time::timeout(patience, process.finish()).await;
        let (chunks, exit) = finished.map_err(|_| ServerError::Silent(patience))?;
        let of = |stream: Stream| -> Vec<u8> {
            let chunks = chunks.iter().filter(|chunk| chunk.stream == stream);
            chunks.flat_map(|chunk| chunk.bytes.clone()).collect()
        };
        match exit {
            Exit::Code(0) => {}
            Exit::Code(127) => return Err(ServerError::NoPython),
            Exit::Lost => return Err(ServerError::Lost),
            Exit::Code(_) | Exit::Signal(_) => {
                return Err(ServerError::Failed(last_line(&of(Stream::Err))));
            }
        }
        // A shell's own greeting may stand before the answer.
        let out = of(Stream::Out);
        let out = out.trim_ascii_end();
        let begin = out.iter().rposition(|byte| *byte == b'\n');
        let line = &out[begin.map_or(0, |begin| begin + 1)..];
        serde_json::from_slice(line).map_err(|error| ServerError::Failed(error.to_string()))
    }
}

/// The last line of what a program said, which in Python is what went wrong.
fn last_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().rev().find(|line| !line.trim().is_empty());
    line.unwrap_or("nothing was said").trim().to_owned()
}
