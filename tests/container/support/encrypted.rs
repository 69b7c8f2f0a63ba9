use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use super::PrivateLab;

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

/// Makes an authority, and one certificate for both sides.
fn certify(folder: &Path) {
    let key = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ];
    let authority = [
        "-x509",
        "-subj",
        "/CN=authority",
        "-keyout",
        "ca-key.pem",
        "-out",
        "ca.pem",
    ];
    let name = [
        "-subj",
        "/CN=engine",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
    ];
    let signed = [
        "-x509",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca-key.pem",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
    ];
    let files = ["-keyout", "key.pem", "-out", "cert.pem"];
    openssl(folder, &[&key[..], &authority].concat());
    openssl(folder, &[&key[..], &name, &signed, &files].concat());
}

#[track_caller]
fn openssl(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("openssl");
    let output = command
        .arg("req")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
