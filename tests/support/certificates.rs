use std::path::Path;
use std::process::Command;

/// Makes an authority (`ca.pem`), and a certificate of its for 127.0.0.1 (`cert.pem`, `key.pem`).
pub(crate) fn certify(folder: &Path) {
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
        "/CN=test",
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
