use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::sync::mpsc;

/// Bytes that a command wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    pub stream: Stream,
    pub bytes: Vec<u8>,
}

/// Where a command wrote to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Out,
    Err,
}

/// The most that one chunk holds, in bytes.
const CHUNK: usize = 16 * 1024;

/// How many chunks of one command wait to be taken: with [`CHUNK`], the most memory that its output has.
pub(super) const WAITING: usize = 8;

/// Passes on what a command writes, until its end or until nobody takes it.
pub(super) async fn pump(
    stream: Stream,
    mut from: impl AsyncRead + Unpin,
    to: mpsc::Sender<Chunk>,
) {
    let mut buffer = vec![0; CHUNK];
    loop {
        match from.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(length) => {
                let bytes = buffer[..length].to_vec();
                if to.send(Chunk { stream, bytes }).await.is_err() {
                    return;
                }
            }
        }
    }
}
