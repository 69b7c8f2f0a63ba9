//! What the programs of the steps do to a host.

use std::future::pending;
use std::time::Duration;

use svcgen::event::DeployId;
use tokio::time::sleep;

use crate::fault::{Point, Trouble};
use crate::host::Release;
use crate::wire::Shell;
use crate::words::{Program, revision};
use crate::world::What;
use svcgen::transport::Word;

/// A step in the middle of which something is done.
pub(crate) struct Effect<'a> {
    pub(crate) deploy: &'a DeployId,
    /// What faults know it by.
    pub(crate) label: &'a str,
    /// Its stage.
    pub(crate) name: &'a str,
    /// Whether it goes on when nobody is there, and is in the journals because of that.
    pub(crate) is_finished: bool,
}

impl Effect<'_> {
    pub(crate) async fn run(&self, shell: &mut Shell, program: Program, rest: &[Word]) -> i32 {
        self.pause(shell).await;
        if let Some(code) = self.meet(shell, Point::BeforeEffect).await {
            return code;
        }
        self.judge(shell);
        let code = match program {
            Program::Fetch => self.fetch(shell, rest),
            Program::Promote => self.promote(shell, rest).await,
            Program::HandleService => self.handle_service(shell).await,
            Program::Look => self.look(shell),
            Program::Finalize => self.finalize(shell, rest).await,
            Program::Withdraw => self.withdraw(shell, rest),
            Program::Check => 0,
            Program::Probe
            | Program::Status
            | Program::Keeper
            | Program::Step
            | Program::Unlock => {
                panic!("{program:?} is no step")
            }
        };
        if code != 0 {
            return code;
        }
        if let Some(code) = self.meet(shell, Point::AfterEffect).await {
            return code;
        }
        self.pause(shell).await;
        0
    }

    async fn pause(&self, shell: &Shell) {
        let most = match self.label {
            "fetch" => 2000,
            _ => 200,
        };
        let time = match shell.world.is_even {
            true => Duration::from_millis(most as u64 / 2),
            false => shell.world.chance.millis(most),
        };
        sleep(time).await;
    }

    async fn meet(&self, shell: &Shell, point: Point) -> Option<i32> {
        match shell.meet(self.label, point)? {
            Trouble::Fail => Some(shell.fail("it failed")),
            Trouble::Hang => pending().await,
            _ => None,
        }
    }

    /// Nothing is done without its lock, nor before it is in the journal.
    fn judge(&self, shell: &Shell) {
        let (world, host) = (&shell.world, &shell.host.name);
        let state = shell.host.state();
        let lock = state.disk.lock.as_ref();
        if lock.is_none_or(|lock| lock.id != self.deploy.as_str()) {
            world.is_wrong(format!("{host}: {} without its lock", self.label));
        }
        if self.is_finished && !world.has_told(self.deploy, host, self.name) {
            world.is_wrong(format!(
                "{host}: {} before it was in the journal",
                self.label
            ));
        }
    }

    fn happened(&self, shell: &Shell, what: What) {
        shell.world.happened(&shell.host.name, self.deploy, what);
    }

    fn fetch(&self, shell: &Shell, rest: &[Word]) -> i32 {
        let revision = revision(&rest[0]);
        let mut state = shell.host.state();
        // One that is not whole is made again.
        state
            .disk
            .releases
            .insert(revision.clone(), Release::Complete);
        state.disk.progress = Some(revision);
        0
    }

    async fn promote(&self, shell: &Shell, rest: &[Word]) -> i32 {
        let revision = revision(&rest[1]);
        {
            let mut state = shell.host.state();
            match state.disk.releases.get(&revision) {
                None => return shell.fail("the release is not there"),
                Some(Release::Half) => {
                    let text = format!("{}: a half release was made current", shell.host.name);
                    shell.world.is_wrong(text);
                }
                Some(Release::Found | Release::Complete) => {}
            }
            state.disk.current = Some(revision.clone());
        }
        self.happened(shell, What::Current(revision.clone()));
        self.pause(shell).await;
        shell.host.state().disk.place = Some(revision);
        0
    }

    async fn handle_service(&self, shell: &Shell) -> i32 {
        shell.host.state().serves = None;
        self.pause(shell).await;
        let serves = {
            let mut state = shell.host.state();
            state.serves = state.disk.place.clone();
            state.serves.clone()
        };
        match serves {
            Some(revision) => {
                self.happened(shell, What::Serves(revision));
                0
            }
            None => shell.fail("there is nothing to start"),
        }
    }

    fn look(&self, shell: &Shell) -> i32 {
        match shell.host.state().serves.is_some() {
            true => 0,
            false => shell.fail("the service has ended by itself"),
        }
    }

    async fn finalize(&self, shell: &Shell, rest: &[Word]) -> i32 {
        let revision = revision(&rest[0]);
        if shell.host.state().disk.current.as_ref() != Some(&revision) {
            return shell.fail("it is not current any more");
        }
        shell.host.state().disk.done = Some(revision);
        self.pause(shell).await;
        shell.host.state().disk.progress = None;
        self.happened(shell, What::Finalized);
        0
    }

    fn withdraw(&self, shell: &Shell, units: &[Word]) -> i32 {
        let mut state = shell.host.state();
        state.disk.current = None;
        state.disk.done = None;
        state.disk.progress = None;
        state.disk.place = None;
        if !units.is_empty() {
            state.serves = None;
        }
        drop(state);
        self.happened(shell, What::Withdrawn);
        0
    }
}
