use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// Serves the files of a repository over HTTP, without git, as a deployment server does; ends when it is dropped.
pub(crate) struct GitServer {
    address: SocketAddr,
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

struct State {
    folder: PathBuf,
    prefix: String,
    ended: AtomicBool,
    sent: Mutex<Vec<Sent>>,
}

/// One answer.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) path: String,
    pub(crate) bytes: usize,
}

impl GitServer {
    /// Serves a folder as `http://ADDRESS:PORT/KEY/`.
    pub(crate) fn start(address: IpAddr, key: &str, folder: &Path) -> Self {
        let listener = TcpListener::bind((address, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            folder: folder.to_owned(),
            prefix: format!("/{key}/"),
            ended: AtomicBool::new(false),
            sent: Mutex::default(),
        });
        let shared = Arc::clone(&state);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.ended.load(Ordering::Relaxed) {
                    return;
                }
                let state = Arc::clone(&shared);
                // Who has gone away does not read the answer.
                std::thread::spawn(move || state.answer(stream?));
            }
        });
        Self {
            address,
            state,
            thread: Some(thread),
        }
    }

    /// `ADDRESS:PORT`, which `git_server` of scap.cfg says.
    pub(crate) fn authority(&self) -> String {
        self.address.to_string()
    }

    /// The git directory, as hosts name it.
    pub(crate) fn url(&self) -> String {
        format!("http://{}{}.git", self.address, self.state.prefix)
    }

    /// What was sent so far.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.state.sent.lock().unwrap().clone()
    }
}

impl State {
    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        let request = lines.next().transpose()?.unwrap_or_default();
        while lines
            .next()
            .transpose()?
            .is_some_and(|line| !line.is_empty())
        {}
        let path = request.split(' ').nth(1).unwrap_or_default();
        let path = path.split('?').next().unwrap_or_default();
        let file = path.strip_prefix(&self.prefix);
        let file = file.filter(|file| !file.split('/').any(|part| part == ".."));
        let (status, body) = match file.map(|file| std::fs::read(self.folder.join(file))) {
            Some(Ok(bytes)) => ("200 OK", bytes),
            Some(Err(_)) | None => ("404 Not Found", Vec::new()),
        };
        self.sent.lock().unwrap().push(Sent {
            path: path.to_owned(),
            bytes: body.len(),
        });
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: application/octet-stream\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n"
        )?;
        stream.write_all(&body)
    }
}

impl Drop for GitServer {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::Relaxed);
        // It waits for a connection, and looks after each.
        if TcpStream::connect(self.address).is_ok()
            && let Some(thread) = self.thread.take()
        {
            assert!(thread.join().is_ok() || std::thread::panicking());
        }
    }
}
