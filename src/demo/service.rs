//! The service of the demo: a web server that says which tea there is, and logs as services on Node.js do.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use camino::Utf8PathBuf;
use jiff::Timestamp;
use serde_json::{Value, json};

/// What is served, in the release that is live.
const FILE: &str = "src/tea.json";

/// Tea is not made with colder water.
const COLDEST: u64 = 70;

/// The longest request, in bytes.
const LONGEST: u64 = 16 << 10;

/// How long a guest may take to ask, and the service to be asked.
const PATIENCE: Duration = Duration::from_secs(5);

/// Serves on a port of this machine, for as long as a folder is there.
///
/// # Errors
/// Where the port is taken.
pub fn serve(port: u16, sandbox: &Utf8PathBuf) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    let folder = sandbox.clone();
    // The demo may have been killed: nobody else ends this.
    std::thread::spawn(move || {
        while folder.is_dir() {
            std::thread::sleep(Duration::from_secs(1));
        }
        std::process::abort();
    });
    log(30, "ready", &json!({"port": port}))?;
    for stream in listener.incoming() {
        // A guest that has gone is no reason to stop.
        let _answered = answer(&stream?);
    }
    Ok(())
}

fn answer(stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream.take(LONGEST));
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or("/").to_owned();
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let (status, body) = pour(Path::new(FILE));
    let level = if status == 200 { 30 } else { 50 };
    log(level, &format!("GET {path}"), &json!({"status": status}))?;
    let reason = if status == 200 {
        "OK"
    } else {
        "Service Unavailable"
    };
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// The tea that there is, or why there is none.
fn pour(file: &Path) -> (u16, String) {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => return (503, format!("there is no tea: {error}\n")),
    };
    let tea: Value = match serde_json::from_str(&text) {
        Ok(tea) => tea,
        Err(error) => return (503, format!("nobody can read what tea there is: {error}\n")),
    };
    let name = tea["tea"].as_str().unwrap_or("tea");
    let degrees = tea["degrees"].as_u64().unwrap_or_default();
    match degrees >= COLDEST {
        true => (200, format!("{name} at {degrees} degrees\n")),
        false => (503, format!("{degrees} degrees are too cold for {name}\n")),
    }
}

/// Writes a record as `bunyan` does.
fn log(level: u8, message: &str, fields: &Value) -> io::Result<()> {
    let host = std::env::var("SVCGEN_HOST").unwrap_or_default();
    let mut record =
        json!({"name": "tea-pot", "hostname": host, "pid": std::process::id(), "level": level});
    if let (Some(record), Some(fields)) = (record.as_object_mut(), fields.as_object()) {
        record.extend(fields.clone());
        record.insert("msg".to_owned(), message.into());
        record.insert("time".to_owned(), format!("{:.3}", Timestamp::now()).into());
        record.insert("v".to_owned(), 0.into());
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{record}")?;
    out.flush()
}

/// Asks a service once, as its guests do; what it says, where it does not serve.
///
/// # Errors
/// Where it does not answer.
pub fn ask(port: u16) -> io::Result<Result<String, String>> {
    ask_within(PATIENCE, port)
}

fn ask_within(patience: Duration, port: u16) -> io::Result<Result<String, String>> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(patience))?;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    let mut answer = String::new();
    let read = stream.take(LONGEST).read_to_string(&mut answer);
    // The system calls it a resource that is not there for now.
    if matches!(&read, Err(error) if error.kind() == io::ErrorKind::WouldBlock) {
        return Ok(Err(format!("no answer within {} s", patience.as_secs())));
    }
    read?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.lines().next().unwrap_or_default();
    let body = body.trim_end().to_owned();
    Ok(match status.contains(" 200 ") {
        true => Ok(body),
        false => Err(format!("{status}: {body}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tea_is_served_hot_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tea.json");
        let pour = |text: &str| {
            std::fs::write(&file, text).unwrap();
            pour(&file)
        };
        assert_eq!(
            pour(r#"{"tea": "Assam", "degrees": 95}"#),
            (200, "Assam at 95 degrees\n".into())
        );
        assert_eq!(pour(r#"{"tea": "Assam", "degrees": 20}"#).0, 503);
        assert_eq!(pour("tea").0, 503);
    }

    #[test]
    fn a_service_that_takes_the_guest_and_says_nothing_is_told_as_silent() {
        let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = silent.local_addr().unwrap().port();
        let said = ask_within(Duration::from_millis(1), port).unwrap();
        assert_eq!(said, Err("no answer within 0 s".to_owned()));
    }
}
