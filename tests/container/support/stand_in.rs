use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;

/// A server that is no engine: it gives the same answer to all questions.
pub(crate) struct StandIn {
    folder: tempfile::TempDir,
}

impl StandIn {
    /// Answers as an engine does that refuses the version of the API.
    pub(crate) fn refusing(words: &str) -> Self {
        Self::answering(&format!(
            "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{{\"message\":\"{words}\"}}",
            words.len() + 14
        ))
    }

    /// Answers with these bytes.
    pub(crate) fn answering(answer: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join("socket")).unwrap();
        let answer = answer.to_owned();
        // It ends with the process.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                // Whoever only knocks asks nothing.
                if lines
                    .by_ref()
                    .any(|line| line.is_ok_and(|line| line.is_empty()))
                {
                    stream.write_all(answer.as_bytes()).unwrap();
                }
            }
        });
        Self { folder }
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }
}
