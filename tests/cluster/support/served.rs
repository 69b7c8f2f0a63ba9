use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

/// What the service of a host answers.
#[derive(Debug)]
pub(crate) struct Served {
    /// Of HTTP.
    pub(crate) status: u16,
    /// The release that the process was started from.
    pub(crate) revision: String,
    /// What that release had in `src/version`.
    pub(crate) source: String,
    pub(crate) pid: u64,
}

/// Where the service answers, see `root/etc/default/tea-pot`.
const PORT: u16 = 6100;

impl Served {
    /// Asks a service; nothing where it does not answer.
    pub(super) fn by(address: IpAddr) -> Option<Self> {
        let limit = Duration::from_secs(10);
        let mut stream = TcpStream::connect_timeout(&SocketAddr::new(address, PORT), limit).ok()?;
        stream.set_read_timeout(Some(limit)).unwrap();
        stream.write_all(b"GET /_info HTTP/1.0\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        Some(Self {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            revision: body["revision"].as_str().unwrap().to_owned(),
            source: body["source"].as_str().unwrap().to_owned(),
            pid: body["pid"].as_u64().unwrap(),
        })
    }
}
