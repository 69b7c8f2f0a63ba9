use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::certificates::certify;

/// Serves the files of a folder on loopback, by http and by https; it ends with the test.
pub(crate) struct FileServer {
    folder: tempfile::TempDir,
    certificates: tempfile::TempDir,
    pub(crate) http: String,
    pub(crate) https: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// What has to be in the header `Authorization`, where that matters.
    wanted: Option<String>,
    asked: Mutex<Vec<String>>,
}

impl FileServer {
    pub(crate) fn start() -> Self {
        Self::with(State::default())
    }

    /// One that serves only who sends this in the header `Authorization`.
    pub(crate) fn guarded(authorization: &str) -> Self {
        Self::with(State {
            wanted: Some(authorization.to_owned()),
            ..State::default()
        })
    }

    fn with(state: State) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let certificates = tempfile::tempdir().unwrap();
        certify(certificates.path());
        let state = Arc::new(state);
        let plain = listen(folder.path(), &state, |stream| stream);
        let config = config(certificates.path());
        let encrypted = listen(folder.path(), &state, move |stream| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            StreamOwned::new(connection, stream)
        });
        Self {
            http: format!("http://{plain}"),
            https: format!("https://{encrypted}"),
            folder,
            certificates,
            state,
        }
    }

    /// The folder that is served.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The certificate of who vouches for it.
    pub(crate) fn authority(&self) -> PathBuf {
        self.certificates.path().join("ca.pem")
    }

    /// The paths that were asked for, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state.asked.lock().unwrap().clone()
    }
}

fn config(certificates: &Path) -> Arc<ServerConfig> {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    // It may be there already.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let certificate = CertificateDer::from_pem_file(certificates.join("cert.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(certificates.join("key.pem")).unwrap();
    let config = ServerConfig::builder().with_no_client_auth();
    Arc::new(config.with_single_cert(vec![certificate], key).unwrap())
}

/// Answers each connection in a thread of its own; returns the address.
fn listen<S: Read + Write>(
    folder: &Path,
    state: &Arc<State>,
    open: impl Fn(TcpStream) -> S + Clone + Send + 'static,
) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (folder, state) = (folder.to_owned(), Arc::clone(state));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (folder, state, open) = (folder.clone(), Arc::clone(&state), open.clone());
            // Who goes away in the middle is not answered.
            std::thread::spawn(move || answer(open(stream), &folder, &state));
        }
    });
    address
}

fn answer(stream: impl Read + Write, folder: &Path, state: &State) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let path = lines.first().and_then(|line| line.split(' ').nth(1));
    let path = path.unwrap_or_default().to_owned();
    let authorization = lines.iter().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("authorization").then_some(value)
    });
    let is_refused = state.wanted.is_some() && state.wanted.as_deref() != authorization;
    let file = path.split('?').next().unwrap_or_default();
    let found = std::fs::read(folder.join(file.trim_start_matches('/')));
    let (status, body) = match found {
        _ if is_refused => ("401 Unauthorized", Vec::new()),
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    state.asked.lock().unwrap().push(path);
    let stream = stream.get_mut();
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(&body)?;
    stream.flush()
}
