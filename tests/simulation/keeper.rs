//! What `remote/keeper.sh` does.

use std::sync::Arc;
use std::time::Duration;

use svcgen::model::Revision;
use tokio::time::{sleep, timeout};

use crate::host::{Host, Lock};
use crate::wire::Shell;

/// Which of the steps that run are to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Settle {
    /// Those that may be killed.
    Now,
    All,
}

struct Keeper<'a> {
    id: &'a str,
    term: &'a str,
    revision: &'a str,
    old: &'a str,
    owner: &'a str,
    pid: u64,
}

pub(crate) async fn run(mut shell: Shell) -> i32 {
    let Some(claim) = claim(&mut shell).await else {
        return 0;
    };
    let [id, term, revision, old, owner] = claim.splitn(5, ' ').collect::<Vec<_>>()[..] else {
        panic!("a keeper with {claim:?}");
    };
    let host = Arc::clone(&shell.host);
    let pid = host.state().new_pid();
    let keeper = Keeper {
        id,
        term,
        revision,
        old,
        owner,
        pid,
    };
    let code = tokio::select! {
        biased;
        () = killed(&host, pid) => 137,
        code = keeper.hold(&mut shell) => code,
    };
    host.state().alive.remove(&pid);
    code
}

/// The line that says what to lock; nothing where nobody wants that.
async fn claim(shell: &mut Shell) -> Option<String> {
    let mut line = Vec::new();
    loop {
        match shell.read().await? {
            b'\n' => break,
            byte => line.push(byte),
        }
    }
    sleep(shell.host.latency).await;
    // What is on its way when the connection is cut does not arrive.
    match shell.is_cut() {
        true => None,
        false => String::from_utf8(line).ok(),
    }
}

async fn killed(host: &Host, pid: u64) {
    let mut kills = host.kills.subscribe();
    let is_it = |killed: &std::collections::BTreeSet<u64>| killed.contains(&pid);
    if kills.wait_for(is_it).await.is_err() {
        std::future::pending().await
    }
}

impl Keeper<'_> {
    async fn hold(&self, shell: &mut Shell) -> i32 {
        let host = Arc::clone(&shell.host);
        for tries in 0.. {
            let is_dead = {
                let mut state = host.state();
                match &state.disk.lock {
                    None => {
                        state.disk.lock = Some(self.lock());
                        break;
                    }
                    Some(_) if !state.lock_is_alive() => true,
                    Some(lock) if lock.id == self.id => false,
                    Some(lock) => {
                        shell.say(&format!("held {}", lock.owner));
                        return 22;
                    }
                }
            };
            if tries == 6000 {
                return shell.fail("the lock cannot be taken");
            }
            if is_dead {
                settle(&host, Settle::All).await;
                let mut state = host.state();
                if !state.lock_is_alive()
                    && let Some(dead) = state.disk.lock.take()
                    && dead.id != self.id
                {
                    let left = (state.disk.clone(), state.serves.clone());
                    state.left.insert(dead.id, left);
                }
            } else {
                sleep(Duration::from_millis(100)).await;
            }
        }
        settle(&host, Settle::All).await;
        let done = host.state().disk.done.clone();
        let begun = format!(
            "\"state\":\"begin\",\"old\":{},\"owner\":{}",
            match self.old {
                "-" => "null".to_owned(),
                old => format!("\"{old}\""),
            },
            self.owner
        );
        let text = |revision: Option<Revision>| revision.map_or(String::new(), |r| r.to_string());
        let current = host.state().disk.current.clone();
        shell.say(&format!("link current {}", text(current)));
        shell.say(&format!("link done {}", text(done)));
        self.tell(&host, &begun);
        shell.say("locked");
        loop {
            let order = timeout(Duration::from_secs(15), shell.read()).await;
            match order.ok().flatten() {
                Some(b'h') => {}
                Some(b'k') => settle(&host, Settle::Now).await,
                Some(order @ (b'q' | b'x')) => {
                    let state = if order == b'q' { "end" } else { "left" };
                    self.tell(&host, &format!("\"state\":\"{state}\""));
                    self.unlock(shell);
                    shell.say("unlocked");
                    return 0;
                }
                _ => {
                    settle(&host, Settle::All).await;
                    self.tell(&host, "\"state\":\"abandoned\"");
                    self.unlock(shell);
                    return 0;
                }
            }
        }
    }

    fn lock(&self) -> Lock {
        Lock {
            id: self.id.to_owned(),
            owner: self.owner.to_owned(),
            term: self.term.to_owned(),
            keeper: self.pid,
        }
    }

    fn tell(&self, host: &Host, rest: &str) {
        if self.revision != "-" {
            host.state().record(&format!(
                "\"deploy\":\"{}\",\"step\":\"deploy\",\"rev\":\"{}\",{rest}",
                self.id, self.revision
            ));
        }
    }

    fn unlock(&self, shell: &Shell) {
        let mut state = shell.host.state();
        if state
            .disk
            .lock
            .as_ref()
            .is_some_and(|lock| lock.keeper == self.pid)
        {
            state.disk.lock = None;
            if !state.steps.is_empty() {
                let text = format!("{}: let go while a step runs", shell.host.name);
                shell.world.is_wrong(text);
            }
            let left = (state.disk.clone(), state.serves.clone());
            state.left.insert(self.id.to_owned(), left);
        }
    }
}

/// Ends the steps that run, each as it allows.
async fn settle(host: &Host, which: Settle) {
    let steps = host.state().steps.clone();
    for (key, step) in steps {
        if which == Settle::Now && !step.may_be_killed {
            continue;
        }
        while host.state().alive.contains(&step.pid) {
            if step.may_be_killed {
                step.kill.send_replace(true);
            }
            sleep(Duration::from_millis(200)).await;
        }
        host.state().steps.remove(&key);
    }
}
