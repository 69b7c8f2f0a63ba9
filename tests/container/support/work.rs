use std::sync::{Arc, Mutex};

use svcgen::container::{HostNetwork, Job, OutputLine};

use super::Lab;

/// What containers said.
#[derive(Clone, Default)]
pub(crate) struct Said(Arc<Mutex<Vec<OutputLine>>>);

impl Said {
    /// Takes lines.
    pub(crate) fn ear(&self) -> impl FnMut(OutputLine) + Send + use<> {
        let lines = Arc::clone(&self.0);
        move |line| lines.lock().unwrap().push(line)
    }

    pub(crate) fn lines(&self) -> Vec<OutputLine> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn text(&self) -> String {
        let text = |line: OutputLine| String::from_utf8(line.text).unwrap() + "\n";
        self.lines().into_iter().map(text).collect()
    }
}

/// A shell script in the base image.
pub(crate) fn job(script: &str) -> Job {
    Job {
        purpose: "a test".into(),
        image: Lab::BASE.into(),
        command: ["sh", "-c", script].map(str::to_owned).to_vec(),
        network: HostNetwork {
            mode: Some("host".into()),
            ..HostNetwork::default()
        },
        ..Job::default()
    }
}

/// Runs what waits for an engine.
pub(crate) fn wait<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(work)
}
