use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::models::ContainerSummary;
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptionsBuilder, InspectContainerOptions,
    ListContainersOptionsBuilder, RemoveContainerOptionsBuilder, WaitContainerOptions,
};
use futures_util::StreamExt as _;
use thiserror::Error;
use tokio::time::timeout;

use super::engine::{Engine, EngineName};
use super::error::{EngineError, is_unknown, lacks_space};
use super::job::Job;
use super::lines::{Lines, Output, OutputLine};
use super::owner::{Life, OWNER, Owner};
use crate::interrupt;
use crate::transport::Stream;

/// How long it may take to remove a container.
const REMOVAL: Duration = Duration::from_secs(30);

/// A container of a run that cannot be asked goes when it is so old, in seconds, and nothing runs in it.
const FORGOTTEN: i64 = 24 * 3600;

/// Containers of this run.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// A command in a container that did not end well.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RunError {
    #[error("`{command}` ended with code {code}")]
    Code { command: String, code: i64 },
    #[error("`{command}` found no space left on the disk")]
    NoSpace { command: String },
    #[error("`{command}` was ended: {}", memory(.limit))]
    OutOfMemory { command: String, limit: Option<u64> },
    #[error(
        "the container of `{command}` was stopped from outside, or this machine ran out of memory"
    )]
    Killed { command: String },
    #[error(
        "the connection to {engine} broke while `{command}` ran; its container may go on until the next `svcgen build` removes it"
    )]
    Lost { engine: EngineName, command: String },
    #[error("the image has no program `{program}`")]
    NoProgram { program: String },
    /// Somebody has removed it, such as another build of the same service.
    #[error("the image of `{command}` no longer exists")]
    NoImage { command: String },
    #[error("the engine does not see {path}: does it run on another machine?")]
    Unseen { path: String },
    #[error("interrupted; the container is removed")]
    Interrupted,
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl RunError {
    /// What to do about it: commands.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::NoSpace { .. } => vec!["df -h".into()],
            Self::Killed { .. } => vec!["journalctl -k | grep -i oom".into()],
            Self::Unseen { .. } => vec!["unset DOCKER_HOST".into()],
            Self::Lost { engine, .. } => vec![engine.status()],
            Self::Engine(error) => error.hints(),
            Self::Code { .. }
            | Self::OutOfMemory { .. }
            | Self::NoProgram { .. }
            | Self::NoImage { .. }
            | Self::Interrupted => Vec::new(),
        }
    }
}

fn memory(limit: &Option<u64>) -> String {
    match limit {
        Some(bytes) => format!("it needs more than its {} MB of memory", bytes >> 20),
        None => "this machine ran out of memory".into(),
    }
}

impl Engine {
    /// Runs a command in a new container until its end, and removes the container, however it ends.
    ///
    /// # Errors
    /// Where it does not end with code 0, the engine fails, or a signal came.
    pub async fn run(&self, job: &Job, output: Output<'_>) -> Result<(), RunError> {
        self.remove_leftovers().await?;
        let mut container = Container::create(self, job).await?;
        let ended = tokio::select! {
            ended = container.follow(job, output) => ended,
            () = interrupt::pending() => Err(RunError::Interrupted),
        };
        let removed = container.remove().await;
        match ended {
            Err(RunError::Engine(EngineError::Lost { engine, .. })) => Err(RunError::Lost {
                engine,
                command: job.called.clone(),
            }),
            Ok(()) => Ok(removed?),
            failed => failed,
        }
    }

    /// Removes what runs left that were killed; returns how many containers.
    ///
    /// # Errors
    /// Where the engine does not do it.
    async fn remove_leftovers(&self) -> Result<usize, EngineError> {
        const DOING: &str = "list containers";
        let filters = HashMap::from([("label".to_owned(), vec![OWNER.to_owned()])]);
        let options = ListContainersOptionsBuilder::new()
            .all(true)
            .filters(&filters);
        let listed = self.api().list_containers(Some(options.build())).await;
        let listed = match listed {
            // Podman tells of a state that Docker does not have, while a container ends: next time it has ended.
            Err(Error::JsonDataError { .. }) => return Ok(0),
            listed => listed.map_err(|error| EngineError::new(self, DOING, &error))?,
        };
        let mut removed = 0;
        for container in listed.iter().filter(|container| is_left(container)) {
            if let Some(id) = &container.id {
                remove(self, id).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

/// Whether the run of a container has ended.
fn is_left(container: &ContainerSummary) -> bool {
    let labels = container.labels.as_ref();
    let Some(owner) = labels
        .and_then(|labels| labels.get(OWNER))
        .and_then(|text| Owner::parse(text))
    else {
        return false;
    };
    match owner.life() {
        Life::Running => false,
        Life::Ended => true,
        Life::Unknown => {
            let runs = container
                .state
                .is_some_and(|state| state.to_string() == "running");
            let now = jiff::Timestamp::now().as_second();
            !runs
                && container
                    .created
                    .is_some_and(|created| now - created > FORGOTTEN)
        }
    }
}

/// A container of this run, which is removed when it is dropped.
struct Container<'a> {
    engine: &'a Engine,
    name: String,
    is_there: bool,
}

impl<'a> Container<'a> {
    async fn create(engine: &'a Engine, job: &Job) -> Result<Self, RunError> {
        let owner = Owner::current();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{count}", owner.prefix());
        let options = CreateContainerOptionsBuilder::new().name(&name).build();
        // Before it is there: whoever stops waiting for the answer does not know whether it is.
        let mut this = Self {
            engine,
            name,
            is_there: true,
        };
        let created = engine
            .api()
            .create_container(Some(options), job.body(engine, &owner));
        match created.await {
            Ok(_) => Ok(this),
            Err(error) => {
                this.is_there = false;
                Err(refusal(engine, job, &error))
            }
        }
    }

    /// Starts it, and passes on what it says until its end.
    async fn follow(&self, job: &Job, output: Output<'_>) -> Result<(), RunError> {
        let engine = self.engine;
        let options = AttachContainerOptionsBuilder::new()
            .stream(true)
            .stdout(true)
            .stderr(true)
            .build();
        let attached = engine
            .api()
            .attach_container(&self.name, Some(options))
            .await;
        // Podman prepares it here already.
        let mut said = attached
            .map_err(|error| refusal(engine, job, &error))?
            .output;
        let started = engine.api().start_container(&self.name, None).await;
        started.map_err(|error| refusal(engine, job, &error))?;

        let (mut out, mut err) = (Lines::new(Stream::Out), Lines::new(Stream::Err));
        let mut is_full = false;
        let mut look = |line: OutputLine| {
            is_full |= lacks_space(&line.text);
            output(line);
        };
        while let Some(Ok(piece)) = said.next().await {
            match piece {
                LogOutput::StdErr { message } => err.take(&message, &mut look),
                piece => out.take(&piece.into_bytes(), &mut look),
            }
        }
        out.end(&mut look);
        err.end(&mut look);
        // Its output has ended: so has it, or the engine.
        match self.code().await? {
            // It was removed too.
            None => Err(RunError::Killed {
                command: job.called.clone(),
            }),
            Some(code) => self.verdict(job, code, is_full).await,
        }
    }

    /// The exit code; none where the container is not there any more.
    async fn code(&self) -> Result<Option<i64>, EngineError> {
        let docker = self.engine.patient();
        let mut answers = docker.wait_container(&self.name, None::<WaitContainerOptions>);
        match answers.next().await {
            Some(Ok(answer)) => Ok(Some(answer.status_code)),
            Some(Err(Error::DockerContainerWaitError { code, .. })) => Ok(Some(code)),
            Some(Err(error)) if is_unknown(&error) => Ok(None),
            Some(Err(error)) => Err(EngineError::new(self.engine, WAITING, &error)),
            None => Err(EngineError::lost(self.engine, WAITING)),
        }
    }

    /// What it means that it ended with this code.
    async fn verdict(&self, job: &Job, code: i64, is_full: bool) -> Result<(), RunError> {
        let command = job.called.clone();
        let options = None::<InspectContainerOptions>;
        let found = self
            .engine
            .api()
            .inspect_container(&self.name, options)
            .await;
        let state = match found {
            // Podman gives code 0 to those who wait for one that is removed.
            Err(error) if is_unknown(&error) => return Err(RunError::Killed { command }),
            found => found.ok().and_then(|found| found.state).unwrap_or_default(),
        };
        match code {
            0 => Ok(()),
            _ if state.oom_killed == Some(true) => Err(RunError::OutOfMemory {
                command,
                limit: job.memory,
            }),
            _ if is_full => Err(RunError::NoSpace { command }),
            // SIGKILL and SIGTERM.
            137 | 143 => Err(RunError::Killed { command }),
            _ => Err(RunError::Code { command, code }),
        }
    }

    async fn remove(&mut self) -> Result<(), EngineError> {
        let removed = remove(self.engine, &self.name).await;
        // Where it failed, the next run tries again.
        self.is_there = false;
        removed
    }
}

const WAITING: &str = "wait for the end of the container";

impl Drop for Container<'_> {
    /// Nobody waits for it any more: after a panic, or where the work was given up.
    fn drop(&mut self) {
        if !self.is_there {
            return;
        }
        let (engine, name) = (self.engine, &self.name);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                if let Ok(runtime) = runtime {
                    let _removed = runtime.block_on(remove(engine, name));
                }
            });
        });
    }
}

/// Ends a container and removes it.
async fn remove(engine: &Engine, name: &str) -> Result<(), EngineError> {
    let doing = || format!("remove the container {name}");
    let options = RemoveContainerOptionsBuilder::new()
        .force(true)
        .v(true)
        .build();
    let removal = engine.api().remove_container(name, Some(options));
    match timeout(REMOVAL, removal).await {
        Ok(Ok(())) => Ok(()),
        // Somebody else has, or does just now.
        Ok(Err(Error::DockerResponseServerError {
            status_code: 404 | 409,
            ..
        })) => Ok(()),
        Ok(Err(error)) => Err(EngineError::new(engine, doing(), &error)),
        Err(_) => Err(EngineError::new(
            engine,
            doing(),
            &Error::RequestTimeoutError,
        )),
    }
}

/// Why a container was not made, or not started.
fn refusal(engine: &Engine, job: &Job, error: &Error) -> RunError {
    let doing = format!("start `{}`", job.called);
    if let Error::DockerResponseServerError { message, .. } = error {
        if message.contains("bind source path does not exist") {
            let path = message
                .rsplit_once("exist: ")
                .map_or("a folder", |(_, path)| path);
            let path = path.trim().to_owned();
            return RunError::Unseen { path };
        }
        if message.contains("not found in $PATH")
            || message.contains("no such file or directory: unknown")
        {
            let program = job.command.first().cloned().unwrap_or_default();
            return RunError::NoProgram { program };
        }
        if message.to_ascii_lowercase().contains("no such image") {
            let command = job.called.clone();
            return RunError::NoImage { command };
        }
    }
    EngineError::new(engine, doing, error).into()
}
