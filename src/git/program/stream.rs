//! What a child writes, and its end.

use std::io::Read;
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::child::each_line;

/// The most that is kept of each stream, in bytes.
pub(super) const LONGEST_OUTPUT: usize = 64 << 20;

/// What was read of a stream.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) bytes: Vec<u8>,
    /// Whether more was written than is kept.
    pub(super) is_cut: bool,
}

/// A stream that is being read by a thread.
pub(super) struct Stream {
    kept: Arc<Mutex<Kept>>,
    ended: Receiver<()>,
}

/// Reads a stream to its end; what is too much is read, but not kept.
pub(super) fn collect(stream: Option<impl Read + Send + 'static>) -> Stream {
    let kept = Arc::new(Mutex::new(Kept::default()));
    let (end, ended) = channel();
    let shared = Arc::clone(&kept);
    std::thread::spawn(move || {
        let mut chunk = [0; 8192];
        if let Some(mut stream) = stream {
            while let Ok(count @ 1..) = stream.read(&mut chunk) {
                let mut kept = shared.lock().unwrap_or_else(PoisonError::into_inner);
                let room = LONGEST_OUTPUT.saturating_sub(kept.bytes.len());
                kept.bytes.extend_from_slice(&chunk[..count.min(room)]);
                kept.is_cut |= count > room;
            }
        }
        // Nobody may be waiting any more.
        let _sent = end.send(());
    });
    Stream { kept, ended }
}

/// Hands on the lines of a stream, and keeps nothing of it; what is longer than a line may be comes in pieces.
pub(super) fn hand_on(
    stream: Option<impl Read + Send + 'static>,
    mut line: impl FnMut(&str) + Send + 'static,
) -> Stream {
    let (end, ended) = channel();
    std::thread::spawn(move || {
        if let Some(stream) = stream {
            each_line(stream, |bytes| {
                line(String::from_utf8_lossy(bytes).trim_end_matches('\n'));
                true
            });
        }
        // Nobody may be waiting any more.
        let _sent = end.send(());
    });
    let kept = Arc::default();
    Stream { kept, ended }
}

impl Stream {
    /// What has been written by then.
    pub(super) fn finish(self, until: Instant) -> Kept {
        let left = until.saturating_duration_since(Instant::now());
        let _ended = self.ended.recv_timeout(left);
        std::mem::take(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Waits for a child; `None` where it had to be stopped.
pub(super) fn wait(
    child: &mut Child,
    deadline: Option<Duration>,
) -> std::io::Result<Option<ExitStatus>> {
    let Some(deadline) = deadline else {
        return child.wait().map(Some);
    };
    let begin = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if begin.elapsed() >= deadline {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}
