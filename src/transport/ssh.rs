mod explained;

use std::num::NonZeroUsize;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use camino::Utf8PathBuf;
use futures_util::future::BoxFuture;
use openssh::{ControlPersist, Error, KnownHosts, Session, SessionBuilder, Stdio};
use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::output::{Stream, WAITING, pump};
use super::{ConnectError, ConnectFailure, Connection, Exit, Lost, Process, Transport, Word};
use crate::error::temporary;
use crate::model::{AccountName, HostName};

/// Hosts that the user's own `ssh` leads to: its configuration, agent and jump hosts are used.
pub struct Ssh {
    options: SshOptions,
    /// Where the sockets of the connections are; only the user may enter it.
    sockets: Arc<tempfile::TempDir>,
    handshakes: Semaphore,
}

/// How hosts are connected to.
#[derive(Debug, Clone)]
pub struct SshOptions {
    /// An ssh configuration other than the user's own.
    pub config_file: Option<Utf8PathBuf>,
    /// The account on the hosts; what the configuration says where there is none.
    pub user: Option<AccountName>,
    /// How many connections are opened at a time.
    pub handshakes: usize,
}

/// How long a host may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How often ssh asks whether the host is still there; after three questions without an answer it is not.
const ALIVE_INTERVAL: Duration = Duration::from_secs(5);

/// How long a connection without a command stays, in seconds, should svcgen end without closing it.
const IDLE: NonZeroUsize = NonZeroUsize::MIN.saturating_add(59);

impl Ssh {
    /// Prepares to connect.
    ///
    /// # Errors
    /// Where there is no place for the sockets.
    pub fn new(options: SshOptions) -> std::io::Result<Self> {
        // The names of sockets are short by the system's rule: no long folder of the user's.
        let sockets = tempfile::Builder::new()
            .prefix("svcgen-")
            .tempdir_in("/tmp");
        let sockets = sockets.or_else(|_| {
            let elsewhere = tempfile::Builder::new().prefix("svcgen-").tempdir();
            elsewhere.map_err(temporary)
        })?;
        Ok(Self {
            handshakes: Semaphore::new(options.handshakes.max(1)),
            options,
            sockets: Arc::new(sockets),
        })
    }
}

impl Transport for Ssh {
    fn connect<'a>(
        &'a self,
        host: &'a HostName,
    ) -> BoxFuture<'a, Result<Arc<dyn Connection>, ConnectError>> {
        Box::pin(async move {
            let _turn = self.handshakes.acquire().await;
            let mut builder = SessionBuilder::default();
            builder
                .known_hosts_check(KnownHosts::Strict)
                .connect_timeout(CONNECT_TIMEOUT)
                .server_alive_interval(ALIVE_INTERVAL)
                .control_persist(ControlPersist::IdleFor(IDLE))
                .control_directory(self.sockets.path());
            if let Some(file) = &self.options.config_file {
                builder.config_file(file);
            }
            if let Some(user) = &self.options.user {
                builder.user(user.as_str().to_owned());
            }
            // A host name has no `-` at its beginning, nor anything that ssh reads as more than a name.
            match builder.connect_mux(host.as_str()).await {
                Ok(session) => Ok(Arc::new(SshConnection {
                    master: master(&session).await,
                    session: Arc::new(session),
                    _sockets: Arc::clone(&self.sockets),
                }) as Arc<dyn Connection>),
                Err(_) if which::which("ssh").is_err() => Err(ConnectError {
                    kind: ConnectFailure::NoSsh,
                    reason: "`ssh` is not installed on this machine".into(),
                    said: String::new(),
                }),
                Err(error) => Err(explained::connect_error(chain(&error))),
            }
        })
    }
}

struct SshConnection {
    session: Arc<Session>,
    /// The ssh that holds the connection.
    master: Option<Pid>,
    /// They are there as long as it is.
    _sockets: Arc<tempfile::TempDir>,
}

/// The ssh that holds a connection, which says so itself.
async fn master(session: &Session) -> Option<Pid> {
    let asked = openssh_mux_client::Connection::connect(session.control_socket()).await;
    let pid = asked.ok()?.send_alive_check().await.ok()?;
    Pid::from_raw(pid.get().try_into().ok()?)
}

impl SshConnection {
    /// Ends the ssh that holds the connection, whatever still runs over it: asked to go, it would wait for that.
    fn end(&self) {
        // As long as somebody listens there, the pid is still that of whoever does.
        let is_there = UnixStream::connect(self.session.control_socket()).is_ok();
        if let Some(master) = self.master.filter(|_| is_there) {
            // One that ends by itself meanwhile is as good.
            let _sent = kill_process(master, Signal::TERM);
        }
    }
}

impl Drop for SshConnection {
    fn drop(&mut self) {
        self.end();
    }
}

impl Connection for SshConnection {
    fn start<'a>(&'a self, command: &'a [Word]) -> BoxFuture<'a, Result<Process, Lost>> {
        Box::pin(async move {
            let lost = |error: Error| Lost(chain(&error));
            let mut child = Arc::clone(&self.session)
                .arc_raw_command(quoted(command))
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .await
                .map_err(lost)?;
            let missing = || Lost("a command without its pipes".into());
            let input = child.stdin().take().ok_or_else(missing)?;
            let out = child.stdout().take().ok_or_else(missing)?;
            let err = child.stderr().take().ok_or_else(missing)?;
            let (chunks, output) = mpsc::channel(WAITING);
            let (ended, exit) = oneshot::channel();
            tokio::spawn(async move {
                let _pumped = tokio::join!(
                    pump(Stream::Out, out, chunks.clone()),
                    pump(Stream::Err, err, chunks.clone()),
                );
                drop(chunks);
                let status = match child.wait().await {
                    Ok(status) => status.code().map_or(Exit::Lost, Exit::Code),
                    // The library takes the code 127 for a command that is not there.
                    Err(Error::Remote(_)) => Exit::Code(127),
                    // A signal and a lost connection look the same here; the target's record tells them apart.
                    Err(_) => Exit::Lost,
                };
                // Whoever started it may have stopped waiting.
                let _told = ended.send(status);
            });
            Ok(Process {
                input: Box::new(input),
                output,
                exit,
            })
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async { self.end() })
    }
}

/// The words as one line that any shell of the POSIX family reads as those words: the only place where this is done.
fn quoted(words: &[Word]) -> String {
    let words: Vec<_> = words.iter().map(|word| shell_words::quote(word)).collect();
    words.join(" ")
}

/// An error and what it comes from, in one line.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&crate::error::alone(cause));
        source = cause.source();
    }
    text
}
