//! Runs a program to its end, within a time, with everything that it starts.

use std::io::{self, BufRead as _, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::interrupt;

/// How long a tool may take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(120);
/// How often somebody looks whether the run is to end.
const PAUSE: Duration = Duration::from_millis(50);
/// How many bytes of a stream are kept; what comes after is read and dropped.
const MOST_BYTES: u64 = 4 << 20;
/// How many bytes of a line are handed on at once; the rest of it comes as further lines.
const LONGEST_LINE: u64 = 64 << 10;
/// How many lines wait for whoever hears them; a program that writes faster waits, too.
const WAITING_LINES: usize = 1024;

/// How a tool ended, and what it said.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) success: bool,
    /// The exit code; none after a signal.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

/// A running tool with everything that it started; dropping it ends them.
struct Running {
    child: Child,
    has_ended: bool,
}

impl Running {
    fn start(command: &mut Command) -> io::Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        Ok(Self {
            child,
            has_ended: false,
        })
    }

    fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait()?;
        self.has_ended = true;
        Ok(status)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        // Nobody has waited for it yet, so that its number still is its own.
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ended = kill_process_group(group, Signal::KILL);
        }
        let _reaped = self.child.wait();
    }
}

/// Runs a tool to its end, in a process group of its own, without input.
///
/// # Errors
/// Where it cannot be started, or has not ended after `deadline`.
pub(crate) fn run(command: &mut Command, deadline: Duration) -> io::Result<Output> {
    let end = Instant::now() + deadline;
    let mut running = Running::start(command)?;
    let stdout = capture(running.child.stdout.take());
    let stderr = capture(running.child.stderr.take());
    let (stdout, stderr) = (
        receive(&stdout, end, deadline)?,
        receive(&stderr, end, deadline)?,
    );
    // Both streams are closed: it is ending or has ended.
    let status = running.wait()?;
    Ok(Output {
        success: status.success(),
        code: status.code(),
        stdout,
        stderr,
    })
}

/// Runs a program to its end, in a process group of its own, without input; each line that it writes is handed on as it
/// comes. There is no deadline: whoever watches the lines may press Ctrl-C.
///
/// # Errors
/// Where it cannot be started, or the wish to go on has ended.
pub(crate) fn follow(command: &mut Command, mut line: impl FnMut(&[u8])) -> io::Result<ExitStatus> {
    let mut running = Running::start(command)?;
    let (sender, lines) = mpsc::sync_channel(WAITING_LINES);
    pass_on(running.child.stdout.take(), sender.clone());
    pass_on(running.child.stderr.take(), sender);
    loop {
        match lines.recv_timeout(PAUSE) {
            Ok(text) => line(&text),
            Err(_) if interrupt::is_pending() => return Err(io::ErrorKind::Interrupted.into()),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            // Both streams are closed: it is ending or has ended.
            Err(mpsc::RecvTimeoutError::Disconnected) => return running.wait(),
        }
    }
}

/// Sends the lines of a stream on, each without its end.
fn pass_on(stream: Option<impl Read + Send + 'static>, to: mpsc::SyncSender<Vec<u8>>) {
    std::thread::spawn(move || {
        let Some(stream) = stream else { return };
        // Nobody listens after an interruption.
        each_line(stream, |line| {
            to.send(line.trim_ascii_end().to_vec()).is_ok()
        });
    });
}

/// Hands on the lines of a stream, with their ends, for as long as they are taken. What is longer than a line may be comes in
/// pieces, so that it need not fit into memory.
pub(crate) fn each_line(stream: impl Read, mut takes: impl FnMut(&[u8]) -> bool) {
    let mut lines = io::BufReader::new(stream);
    let mut line = Vec::new();
    while let Ok(1..) = lines
        .by_ref()
        .take(LONGEST_LINE)
        .read_until(b'\n', &mut line)
    {
        if !takes(&line) {
            return;
        }
        line.clear();
    }
}

/// Waits for the end of a stream, of the time, or of the wish to go on.
fn receive(
    stream: &mpsc::Receiver<Vec<u8>>,
    end: Instant,
    deadline: Duration,
) -> io::Result<Vec<u8>> {
    loop {
        let left = end.saturating_duration_since(Instant::now());
        match stream.recv_timeout(left.min(PAUSE)) {
            Ok(bytes) => return Ok(bytes),
            Err(_) if interrupt::is_pending() => return Err(io::ErrorKind::Interrupted.into()),
            Err(_) if left.is_zero() => {
                let message = format!("it was still running after {} s", deadline.as_secs());
                return Err(io::Error::new(io::ErrorKind::TimedOut, message));
            }
            Err(_) => {}
        }
    }
}

/// Says that a tool ended without a result, in its own last words.
pub(crate) fn last_words(tool: &str, output: &Output) -> String {
    let stream = if output.stderr.is_empty() {
        &output.stdout
    } else {
        &output.stderr
    };
    let text = String::from_utf8_lossy(stream);
    match text.lines().rev().find(|line| !line.trim().is_empty()) {
        Some(line) => format!("`{tool}` gave no result: {}", line.trim()),
        None => format!("`{tool}` gave no result"),
    }
}

/// Reads a stream to its end in the background.
fn capture(stream: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        if let Some(mut stream) = stream {
            let _read = stream.by_ref().take(MOST_BYTES).read_to_end(&mut kept);
            let _drained = io::copy(&mut stream, &mut io::sink());
        }
        // Nobody listens where the deadline has passed.
        let _sent = sender.send(kept);
    });
    receiver
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn output_and_success_are_told() {
        let output = run(&mut shell("echo out; echo err >&2; exit 3"), DEADLINE).unwrap();
        assert_eq!(
            (output.code, output.stdout, output.stderr),
            (Some(3), b"out\n".to_vec(), b"err\n".to_vec())
        );
    }

    #[test]
    fn a_tool_that_does_not_end_in_time_is_an_error() {
        let error = run(&mut shell("sleep 60"), Duration::ZERO).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn lines_are_handed_on_from_both_streams() {
        let mut lines = Vec::new();
        let script = "echo one; echo two >&2; printf 'three'; exit 4";
        let status = follow(&mut shell(script), |line| lines.push(line.to_vec())).unwrap();
        lines.sort();
        assert_eq!(lines, [b"one".to_vec(), b"three".to_vec(), b"two".to_vec()]);
        assert_eq!(status.code(), Some(4));
    }

    #[test]
    fn a_line_without_an_end_is_handed_on_in_pieces() {
        let mut lengths = Vec::new();
        let script = "head -c 200000 /dev/zero | tr '\\0' x";
        follow(&mut shell(script), |line| lengths.push(line.len())).unwrap();
        assert_eq!(lengths, [65_536, 65_536, 65_536, 3_392]);
    }

    #[test]
    fn a_dropped_tool_takes_along_what_it_started() {
        let mut running =
            Running::start(&mut shell("(sleep 30; echo survived) & echo started; wait")).unwrap();
        let mut stdout = BufReader::new(running.child.stdout.take().unwrap());
        let mut text = String::new();
        stdout.read_line(&mut text).unwrap();
        drop(running);
        // The stream ends when the last of them has.
        stdout.read_to_string(&mut text).unwrap();
        assert_eq!(text, "started\n");
    }

    #[test]
    fn endless_output_is_bounded() {
        let output = run(&mut shell("head -c 9000000 /dev/zero"), DEADLINE).unwrap();
        assert_eq!(output.stdout.len() as u64, MOST_BYTES);
    }
}
