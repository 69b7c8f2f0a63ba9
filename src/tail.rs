//! Reads the logs of hosts as one, in the order of time: their ends, or all that is written from now on.
//!
//! On each host one program runs, which ends when svcgen does. Nothing here writes to a stream.

mod again;
mod host;
mod lines;
mod merge;
mod note;
mod remote;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use camino::Utf8PathBuf;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use self::host::Listener;
use self::merge::Merge;
use crate::bunyan::Record;
use crate::model::HostName;
use crate::transport::Transport;

pub use self::trouble::{Access, Trouble};

/// Which logs are read, and how.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub hosts: Vec<HostName>,
    /// The log, as each host sees it.
    pub log: Utf8PathBuf,
    /// How many lines of what is there: `10`, or `+1` for all from the first one on.
    pub lines: String,
    pub extent: Extent,
}

/// How far logs are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// To their ends as they are.
    ToEnd,
    /// On and on.
    Follow,
}

/// A line of a log.
#[derive(Debug)]
pub struct LogLine {
    /// The number of the host, among those that are wanted.
    pub host: usize,
    pub text: String,
    /// What it is read as, where it is a record.
    pub record: Option<Record>,
    /// As long as it is there, it counts among the lines of its host that wait.
    _turn: tokio::sync::OwnedSemaphorePermit,
}

/// What happens to a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostNews {
    /// Its log is not read, and will not be.
    Trouble(Trouble),
    /// Its log is not read for now; it is tried again.
    Paused(Trouble),
    /// Its log is not there, and is read once it is.
    Awaited,
    /// Its log is read again.
    Back,
    /// Lines that were written while it was not read may be missing.
    Gap,
    /// What the program says that reads it there.
    Said(String),
}

/// What comes of logs.
#[derive(Debug)]
pub enum News {
    Line(LogLine),
    Host(usize, HostNews),
}

/// What a host sends here.
enum Message {
    /// Its log is being read.
    Begun,
    Line(LogLine),
    Host(HostNews),
    /// Nothing more comes.
    Over,
}

/// How long a line waits for earlier ones of other hosts, while logs are followed.
const HOLD: Duration = Duration::from_millis(500);

/// How long all lines wait for hosts that have not answered yet, while logs are followed.
const OPENING: Duration = Duration::from_secs(3);

/// So many messages are taken at a time.
const PIECE: usize = 1_000;

/// Logs that are read.
pub struct Tail {
    messages: mpsc::Receiver<(usize, Message)>,
    merge: Merge<LogLine>,
    /// They end with it.
    _listeners: JoinSet<()>,
}

impl Tail {
    /// Begins to read. It is called where asynchronous work can be started.
    pub fn begin(wanted: &Wanted, transport: &Arc<dyn Transport>) -> Self {
        let (sender, messages) = mpsc::channel(1024);
        let mut listeners = JoinSet::new();
        for (number, host) in wanted.hosts.iter().enumerate() {
            let listener = Listener::new(number, host.clone(), wanted, transport, sender.clone());
            listeners.spawn(listener.run());
        }
        let count = wanted.hosts.len();
        let merge = match wanted.extent {
            Extent::ToEnd => Merge::complete(count),
            Extent::Follow => Merge::held(count, HOLD, Instant::now() + OPENING),
        };
        Self {
            messages,
            merge,
            _listeners: listeners,
        }
    }

    /// What comes next: waits for something, and takes what else is there. Nothing: there is no more.
    pub async fn next(&mut self) -> Option<Vec<News>> {
        let mut news = Vec::new();
        loop {
            for _ in 0..PIECE {
                let Ok((host, message)) = self.messages.try_recv() else {
                    break;
                };
                self.take(host, message, &mut news);
            }
            let now = Instant::now();
            while let Some(line) = self.merge.next(now) {
                news.push(News::Line(line));
            }
            if !news.is_empty() {
                return Some(news);
            }
            let due = self.merge.due();
            let later = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                message = self.messages.recv() => match message {
                    Some((host, message)) => self.take(host, message, &mut news),
                    // All hosts are over, and nothing of them waits.
                    None if self.merge.is_empty() => return None,
                    None => self.merge.end_all(),
                },
                () = later => {}
            }
        }
    }

    fn take(&mut self, host: usize, message: Message, news: &mut Vec<News>) {
        match message {
            Message::Begun => self.merge.begin(host),
            Message::Line(line) => {
                let time = line.record.as_ref().and_then(Record::time);
                self.merge.push(host, time, line, Instant::now());
            }
            Message::Host(what) => {
                // Others do not wait for it.
                if let HostNews::Trouble(_) | HostNews::Paused(_) = what {
                    self.merge.end(host);
                }
                news.push(News::Host(host, what));
            }
            Message::Over => self.merge.end(host),
        }
    }
}
