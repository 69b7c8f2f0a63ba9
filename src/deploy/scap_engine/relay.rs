//! The line to a run of Scap's: what it writes comes in, answers go out, and a sign of life every few seconds.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde::Deserialize;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;

use super::record::Record;
use super::server::{DeploymentServer, Helper, ServerError};
use crate::event::DeployId;
use crate::transport::{Process, Stream};

/// Something that comes from a run.
#[derive(Debug)]
pub(super) enum Frame {
    /// What Scap wrote on its terminal.
    Output(Vec<u8>),
    /// A record of Scap's log; nothing where it was too long to be one.
    Record(Option<Record>),
    Question(Asked),
    End(RunEnd),
    /// There is no such run.
    Unknown,
    /// The connection is gone.
    Lost,
}

/// A question of Scap's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Asked {
    pub(super) number: u64,
    pub(super) kind: AskedKind,
    pub(super) text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AskedKind {
    GoOn,
    RollBack,
    Message,
    Other,
}

/// How a run ended; neither a code nor a signal where its keeper has gone without a word.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct RunEnd {
    pub(super) code: Option<i32>,
    pub(super) signal: Option<i32>,
    /// Whether it gave itself an answer, since nobody was there.
    pub(super) alone: bool,
}

/// How far a run was followed.
#[derive(Debug, Clone, Default)]
pub(super) struct Position {
    output: u64,
    logs: BTreeMap<String, u64>,
}

/// The line itself.
pub(super) struct Relay {
    frames: mpsc::Receiver<(Frame, Mark)>,
    words: mpsc::Sender<String>,
}

/// What has been followed once a frame is taken.
#[derive(Debug)]
enum Mark {
    Nothing,
    Output(u64),
    Log(String, u64),
}

/// A frame as it is written.
#[derive(Debug, Deserialize)]
struct Line {
    output: Option<String>,
    log: Option<String>,
    record: Option<Record>,
    to: Option<u64>,
    question: Option<Asked>,
    end: Option<RunEnd>,
    unknown: Option<DeployId>,
}

/// How often the run hears that somebody is there.
const BEAT: Duration = Duration::from_secs(3);

/// The longest frame, in bytes: the program cuts its own far below.
const LONGEST: usize = 16 * 1024 * 1024;

impl Relay {
    /// Follows a run from a position on.
    pub(super) async fn attach(
        server: &DeploymentServer,
        id: &DeployId,
        from: &Position,
    ) -> Result<Self, ServerError> {
        let request = json!({
            "do": "attach",
            "id": id,
            "output": from.output,
            "logs": from.logs,
        });
        let Process {
            mut input,
            mut output,
            exit: _exit,
        } = server.start(Helper::Run, &request).await?;
        let (words, mut said) = mpsc::channel::<String>(8);
        let (sender, frames) = mpsc::channel(64);
        tokio::spawn(async move {
            let mut beat = tokio::time::interval(BEAT);
            loop {
                let line = tokio::select! {
                    _ = beat.tick() => "beat\n".to_owned(),
                    line = said.recv() => match line {
                        Some(line) => line,
                        // Nobody follows any more: the program reads to the end, and ends.
                        None => return,
                    },
                };
                let written = input.write_all(line.as_bytes()).await;
                if written.is_err() || input.flush().await.is_err() {
                    return;
                }
            }
        });
        tokio::spawn(async move {
            let mut rest = Vec::new();
            while let Some(chunk) = output.recv().await {
                if chunk.stream == Stream::Err {
                    continue;
                }
                rest.extend_from_slice(&chunk.bytes);
                while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = rest.drain(..=end).collect();
                    if let Some(frame) = read(&line)
                        && sender.send(frame).await.is_err()
                    {
                        return;
                    }
                }
                if rest.len() > LONGEST {
                    rest.clear();
                }
            }
            // Whoever has taken the end does not wait for more.
            let _told = sender.send((Frame::Lost, Mark::Nothing)).await;
        });
        Ok(Self { frames, words })
    }

    /// The next that comes, and notes how far the run was followed.
    pub(super) async fn next(&mut self, position: &mut Position) -> Frame {
        let Some((frame, mark)) = self.frames.recv().await else {
            return Frame::Lost;
        };
        match mark {
            Mark::Nothing => {}
            Mark::Output(to) => position.output = to,
            Mark::Log(name, to) => {
                position.logs.insert(name, to);
            }
        }
        frame
    }

    /// Answers a question.
    pub(super) async fn answer(&self, asked: &Asked, answer: &str) {
        self.say(format!("answer {} {answer}\n", asked.number))
            .await;
    }

    /// Interrupts Scap.
    pub(super) async fn interrupt(&self) {
        self.say("interrupt\n".into()).await;
    }

    async fn say(&self, line: String) {
        // Where the line is cut, the frames tell so.
        let _said = self.words.send(line).await;
    }
}

fn read(line: &[u8]) -> Option<(Frame, Mark)> {
    let line: Line = serde_json::from_slice(line).ok()?;
    if let (Some(output), Some(to)) = (&line.output, line.to) {
        return Some((Frame::Output(BASE64.decode(output).ok()?), Mark::Output(to)));
    }
    if let (Some(log), Some(to)) = (line.log, line.to) {
        return Some((Frame::Record(line.record), Mark::Log(log, to)));
    }
    let frame = match (line.question, line.end, line.unknown) {
        (Some(question), ..) => Frame::Question(question),
        (None, Some(end), _) => Frame::End(end),
        (None, None, Some(_)) => Frame::Unknown,
        (None, None, None) => return None,
    };
    Some((frame, Mark::Nothing))
}
