use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};

use tokio::process::Command;
use tokio::sync::{mpsc, oneshot};

use super::output::{Stream, WAITING, pump};
use super::{Exit, Process, Word};

/// Starts a command on this machine; `prepare` may give it an environment of its own.
pub(super) fn spawn(
    words: &[Word],
    prepare: impl FnOnce(&mut Command),
) -> std::io::Result<Process> {
    let (program, arguments) = words
        .split_first()
        .ok_or_else(|| std::io::Error::other("a command without words"))?;
    let mut command = Command::new(&**program);
    prepare(command.args(arguments.iter().map(|word| &**word)));
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Ctrl-C is for svcgen: it decides what becomes of a step.
        .process_group(0)
        .spawn()?;
    let missing = || std::io::Error::other("a child without its pipes");
    let input = child.stdin.take().ok_or_else(missing)?;
    let out = child.stdout.take().ok_or_else(missing)?;
    let err = child.stderr.take().ok_or_else(missing)?;
    let (chunks, output) = mpsc::channel(WAITING);
    let (ended, exit) = oneshot::channel();
    tokio::spawn(async move {
        let pumps = async {
            tokio::join!(
                pump(Stream::Out, out, chunks.clone()),
                pump(Stream::Err, err, chunks.clone()),
            )
        };
        let _pumped = pumps.await;
        drop(chunks);
        let status = child.wait().await;
        // Whoever started it may have stopped waiting.
        let _told = ended.send(status.map_or(Exit::Lost, exit_of));
    });
    Ok(Process {
        input: Box::new(input),
        output,
        exit,
    })
}

fn exit_of(status: ExitStatus) -> Exit {
    match (status.code(), status.signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        (None, None) => Exit::Lost,
    }
}
