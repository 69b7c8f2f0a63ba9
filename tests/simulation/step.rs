//! What `remote/step.sh` does.

use std::time::Duration;

use svcgen::event::DeployId;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::effect::Effect;
use crate::fault::Point;
use crate::host::Running;
use crate::wire::Shell;
use crate::words::Program;
use crate::world::What;
use svcgen::transport::Word;

/// The name that faults know a step by.
pub(crate) fn stage(arguments: &[Word]) -> &str {
    match Program::of(&arguments[8]) {
        Program::Check => "check",
        Program::Look => "look",
        _ => &arguments[3],
    }
}

pub(crate) async fn run(mut shell: Shell, arguments: &[Word]) -> i32 {
    let [
        id,
        term,
        number,
        name,
        policy,
        _listen,
        seconds,
        revision,
        program,
        rest @ ..,
    ] = arguments
    else {
        panic!("a step with {arguments:?}");
    };
    let number: u64 = number.parse().unwrap();
    let is_finished = policy == "finish";
    let (kill, mut killed) = watch::channel(false);
    let key = (id.to_string(), number);
    let pid;
    {
        let mut state = shell.host.state();
        pid = state.new_pid();
        let running = Running {
            pid,
            may_be_killed: !is_finished,
            kill,
        };
        state.steps.insert(key.clone(), running);
        let lock = state.disk.lock.as_ref();
        let is_meant = lock.is_some_and(|lock| lock.id == *id && lock.term == *term);
        if !is_meant || !state.lock_is_alive() {
            state.steps.remove(&key);
            state.alive.remove(&pid);
            drop(state);
            shell.say("fenced");
            return 1;
        }
        if state.steps.len() > 1 {
            let text = format!("{}: {name} runs beside another step", shell.host.name);
            shell.world.is_wrong(text);
        }
        if is_finished {
            state.record(&format!(
                "\"deploy\":\"{id}\",\"step\":\"{name}\",\"rev\":\"{revision}\",\"number\":{number},\"state\":\"begin\""
            ));
        }
    }
    let label = stage(arguments);
    shell.meet(label, Point::Begun);
    let deploy = DeployId::parse(id).unwrap();
    let seconds = Duration::from_secs_f64(seconds.parse().unwrap());
    let effect = Effect {
        deploy: &deploy,
        label,
        name,
        is_finished,
    };
    let code = tokio::select! {
        biased;
        _ = killed.wait_for(|is_killed| *is_killed) => 143,
        code = timeout(seconds, effect.run(&mut shell, Program::of(program), rest)) => {
            code.unwrap_or(124)
        }
    };
    if code == 124 {
        shell.say("timeout");
    }
    let mut state = shell.host.state();
    state.steps.remove(&key);
    state.alive.remove(&pid);
    if is_finished {
        state.record(&format!(
            "\"deploy\":\"{id}\",\"step\":\"{name}\",\"rev\":\"{revision}\",\"number\":{number},\"state\":\"end\",\"code\":{code}"
        ));
    }
    drop(state);
    let what = What::Ended(label.to_owned(), code);
    shell.world.happened(&shell.host.name, &deploy, what);
    shell.say(&format!("code {code}"));
    code
}
