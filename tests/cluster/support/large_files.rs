use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use serde_json::{Value, json};

/// Serves the large files of a repository as git-lfs asks for them (its batch API); ends when it is dropped.
pub(crate) struct LargeFiles {
    address: SocketAddr,
    has_ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl LargeFiles {
    /// Serves what git-lfs keeps in the git folder of a repository.
    pub(crate) fn start(address: IpAddr, repository: &Path) -> Self {
        let listener = TcpListener::bind((address, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let has_ended = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&has_ended);
        let store = repository.join(".git/lfs/objects");
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                let store = store.clone();
                // Who has gone away does not read the answer.
                std::thread::spawn(move || answer(stream?, address, &store));
            }
        });
        Self {
            address,
            has_ended,
            thread: Some(thread),
        }
    }

    /// What the remote of the repository has to be.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}/tea-pot", self.address)
    }
}

fn answer(mut stream: TcpStream, address: SocketAddr, store: &Path) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut request, mut length) = (String::new(), 0);
    reader.read_line(&mut request)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let path = request.split(' ').nth(1).unwrap_or_default();
    let found = match path.strip_prefix("/objects/") {
        Some(oid) => std::fs::read(file(store, oid)).ok(),
        None if path == "/tea-pot/info/lfs/objects/batch" => Some(batch(&body, address, store)),
        None => None,
    };
    let (status, body) = found.map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/vnd.git-lfs+json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)
}

fn batch(body: &[u8], address: SocketAddr, store: &Path) -> Vec<u8> {
    let asked: Value = serde_json::from_slice(body).unwrap();
    let objects = asked["objects"].as_array().unwrap().iter().map(|object| {
        let oid = object["oid"].as_str().unwrap();
        let size = &object["size"];
        if !file(store, oid).exists() {
            return json!({"oid": oid, "size": size, "error": {"code": 404, "message": "it is not here"}});
        }
        let href = format!("http://{address}/objects/{oid}");
        json!({"oid": oid, "size": size, "actions": {"download": {"href": href}}})
    });
    let objects: Vec<Value> = objects.collect();
    json!({"transfer": "basic", "objects": objects})
        .to_string()
        .into_bytes()
}

/// Where git-lfs keeps an object.
fn file(store: &Path, oid: &str) -> PathBuf {
    assert!(oid.len() == 64 && oid.bytes().all(|byte| byte.is_ascii_hexdigit()));
    store.join(&oid[..2]).join(&oid[2..4]).join(oid)
}

impl Drop for LargeFiles {
    fn drop(&mut self) {
        self.has_ended.store(true, Ordering::Relaxed);
        // It waits for a connection, and looks after each.
        if TcpStream::connect(self.address).is_ok()
            && let Some(thread) = self.thread.take()
        {
            assert!(thread.join().is_ok() || std::thread::panicking());
        }
    }
}
