use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::time::sleep;

use super::Session;
use super::step_end::Heard;
use crate::deploy::control::{Control, Lines};
use crate::deploy::message::Message;
use crate::transport::{Exit, Process, Stream, Word};

/// What a step reads.
#[derive(Debug, Clone, Default)]
pub(in crate::deploy) enum Input {
    #[default]
    Nothing,
    Bytes(Arc<[u8]>),
    /// Each file behind a line that says how long it is.
    Files(Arc<[(String, PathBuf)]>),
}

/// Whether what a program writes is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    Loud,
    Quiet,
}

/// What is left of a command that has told what it was asked.
pub(super) enum Left {
    /// It waits for more to read.
    Running(Process),
    Ended(Exit),
}

/// How long after a question, and how often, the target gets a space. As that gets there, the target learns that what it
/// has sent has arrived; TCP would hold the rest of the answer back for 40 ms otherwise.
const NUDGE: Duration = Duration::from_millis(10);
const NUDGES: usize = 3;

impl Session {
    /// Starts a command that goes on once it has told all, and skips spaces then; hears what it tells.
    pub(super) async fn start_and_ask(&self, words: &[Word]) -> (Heard, Left) {
        let mut heard = Heard::default();
        let lost = Left::Ended(Exit::Lost);
        let Some(connection) = &self.connection else {
            return (heard, lost);
        };
        let Ok(mut process) = connection.start(words).await else {
            return (heard, lost);
        };
        let mut lines = Lines::default();
        let mut nudges = 0;
        while !heard.told.iter().any(|line| line.control == Control::End) {
            let chunk = tokio::select! {
                chunk = process.output.recv() => chunk,
                () = sleep(NUDGE), if nudges < NUDGES => {
                    nudges += 1;
                    // Where it is gone, its output ends.
                    let _written = process.input.write_all(b" ").await;
                    let _flushed = process.input.flush().await;
                    continue;
                }
            };
            let Some(chunk) = chunk else {
                let rest = lines.finish(&mut heard.told);
                self.pass_on(rest, &mut heard, Voice::Quiet).await;
                let exit = process.exit.await.unwrap_or(Exit::Lost);
                return (heard, Left::Ended(exit));
            };
            let bytes = match chunk.stream {
                Stream::Err => lines.take(&chunk.bytes, &mut heard.told),
                Stream::Out => chunk.bytes,
            };
            self.pass_on(bytes, &mut heard, Voice::Quiet).await;
        }
        (heard, Left::Running(process))
    }

    /// Runs a command to its end, and hears what it tells.
    pub(super) async fn start_and_wait(
        &self,
        words: &[Word],
        input: Input,
        voice: Voice,
    ) -> (Exit, Heard) {
        let mut heard = Heard::default();
        let Some(connection) = &self.connection else {
            return (Exit::Lost, heard);
        };
        let Ok(process) = connection.start(words).await else {
            return (Exit::Lost, heard);
        };
        let Process {
            input: stdin,
            mut output,
            exit,
        } = process;
        let feed = feed(stdin, input);
        let listen = async {
            let mut lines = Lines::default();
            while let Some(chunk) = output.recv().await {
                let bytes = match chunk.stream {
                    Stream::Err => lines.take(&chunk.bytes, &mut heard.told),
                    Stream::Out => chunk.bytes,
                };
                self.pass_on(bytes, &mut heard, voice).await;
            }
            let rest = lines.finish(&mut heard.told);
            self.pass_on(rest, &mut heard, voice).await;
        };
        tokio::join!(feed, listen);
        (exit.await.unwrap_or(Exit::Lost), heard)
    }

    async fn pass_on(&self, bytes: Vec<u8>, heard: &mut Heard, voice: Voice) {
        if bytes.is_empty() {
            return;
        }
        heard.keep(&bytes);
        if voice == Voice::Quiet {
            return;
        }
        // Nobody listens any more once the deploy is over.
        let host = self.host.clone();
        let _sent = self.messages.send(Message::Output { host, bytes }).await;
    }
}

/// Gives a step what it reads; one that has ended reads no more, and says why itself.
async fn feed(mut stdin: Box<dyn AsyncWrite + Send + Sync + Unpin>, input: Input) {
    let fed = async {
        match input {
            Input::Nothing => {}
            Input::Bytes(bytes) => stdin.write_all(&bytes).await?,
            Input::Files(files) => {
                for (header, path) in files.iter() {
                    stdin.write_all(header.as_bytes()).await?;
                    let mut file = tokio::fs::File::open(path).await?;
                    tokio::io::copy(&mut file, &mut stdin).await?;
                }
            }
        }
        stdin.shutdown().await
    };
    let _fed: std::io::Result<()> = fed.await;
}
