use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use svcgen::container::{HostNetwork, Image, Job, OutputLine, Recipe};
use svcgen::transport::Stream;

use super::Lab;

/// What containers said.
#[derive(Clone, Default)]
pub(crate) struct Said(Arc<(Mutex<Vec<OutputLine>>, Condvar)>);

impl Said {
    /// Takes lines.
    pub(crate) fn ear(&self) -> impl FnMut(OutputLine) + Send + use<> {
        let Self(shared) = self.clone();
        move |line| {
            shared.0.lock().unwrap().push(line);
            shared.1.notify_all();
        }
    }

    /// What was said on one stream, by lines.
    pub(crate) fn on(&self, stream: Stream) -> Vec<String> {
        let lines = self.0.0.lock().unwrap();
        let lines = lines.iter().filter(|line| line.stream == stream);
        lines
            .map(|line| String::from_utf8(line.text.clone()).unwrap())
            .collect()
    }

    /// What was said on stdout.
    pub(crate) fn text(&self) -> String {
        self.on(Stream::Out).join("\n")
    }

    /// Waits until somebody says this line.
    #[track_caller]
    pub(crate) fn until(&self, wanted: &str) {
        let lines = self.0.0.lock().unwrap();
        let is_missing =
            |lines: &mut Vec<OutputLine>| !lines.iter().any(|line| line.text == wanted.as_bytes());
        let (lines, waited) = self
            .0
            .1
            .wait_timeout_while(lines, Duration::from_secs(30), is_missing)
            .unwrap();
        assert!(!waited.timed_out(), "not said: {wanted}: {lines:?}");
    }
}

/// A shell script in the base image.
pub(crate) fn job(purpose: &str, script: &str) -> Job {
    Job {
        purpose: purpose.into(),
        image: Lab::BASE.into(),
        command: ["sh", "-c", script].map(str::to_owned).to_vec(),
        called: "the script".into(),
        network: network(),
        ..Job::default()
    }
}

/// An image that a line of a Dockerfile makes.
pub(crate) fn recipe(name: &str, base: &Image, lines: &str) -> Recipe {
    Recipe {
        name: name.into(),
        base: base.clone(),
        dockerfile: format!("FROM {}\n{lines}\n", base.id),
        files: BTreeMap::new(),
        arguments: BTreeMap::new(),
        network: network(),
    }
}

/// The engines of tests have no network of their own.
fn network() -> HostNetwork {
    HostNetwork {
        mode: Some("host".into()),
        ..HostNetwork::default()
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
