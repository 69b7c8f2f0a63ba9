use std::path::PathBuf;
use std::sync::Arc;

use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::Session;
use super::step_end::Heard;
use crate::deploy::control::Lines;
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

impl Session {
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
