use std::net::TcpListener;

use super::PrivateLab;
use super::certificates::certify;

/// An engine that listens on a port, for those whose certificate it trusts.
pub(crate) struct Encrypted {
    folder: tempfile::TempDir,
    port: u16,
    _lab: PrivateLab,
}

impl Encrypted {
    pub(crate) fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        certify(folder.path());
        // Free a moment ago.
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let file =
            |option: &str, name: &str| format!("--{option}={}", folder.path().join(name).display());
        let options = [
            "--disk".to_owned(),
            "64M".to_owned(),
            format!("--host=tcp://127.0.0.1:{port}"),
            "--tlsverify".to_owned(),
            file("tlscacert", "ca.pem"),
            file("tlscert", "cert.pem"),
            file("tlskey", "key.pem"),
        ];
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let lab = PrivateLab::start(&options)?;
        Some(Self {
            folder,
            port,
            _lab: lab,
        })
    }

    pub(crate) fn address(&self) -> String {
        format!("tcp://127.0.0.1:{}", self.port)
    }

    /// The folder of the certificates.
    pub(crate) fn certificates(&self) -> String {
        self.folder.path().to_str().unwrap().to_owned()
    }
}
