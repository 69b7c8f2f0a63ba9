//! No container outlives the run that made it.

use std::process::Command;

use svcgen::container::Owner;

use crate::support::{Lab, Said, job, wait};

#[test]
fn work_that_is_given_up_leaves_no_container() {
    let Some(lab) = Lab::get() else { return };
    let said = Said::default();
    wait(async {
        let engine = lab.connect().await.unwrap();
        let job = job("given up", "echo here; sleep 3600");
        let mut ear = said.ear();
        let running = engine.run(&job, &mut ear);
        let begun = tokio::task::spawn_blocking({
            let said = said.clone();
            move || said.until("here")
        });
        tokio::select! {
            ended = running => panic!("{ended:?}"),
            begun = begun => begun.unwrap(),
        }
    });
    assert_eq!(lab.containers("given up"), Vec::<String>::new());
}

#[test]
fn a_panic_leaves_no_container() {
    let Some(lab) = Lab::get() else { return };
    let failed = std::thread::scope(|scope| {
        let work = scope.spawn(|| {
            wait(async {
                let engine = lab.connect().await.unwrap();
                let job = job("panic", "echo here; sleep 3600");
                let mut ear = |_| panic!("as a reporter does that has a mistake");
                engine.run(&job, &mut ear).await
            })
        });
        work.join()
    });
    assert!(failed.is_err());
    assert_eq!(lab.containers("panic"), Vec::<String>::new());
}

/// Makes a container as a run does, which is called by its purpose.
fn make(lab: &Lab, purpose: &str, owner: &str) {
    let build = format!("svcgen.build={purpose}");
    let owner = format!("svcgen.owner={owner}");
    let labels = ["--label", &build, "--label", &owner];
    let name = format!("test-{purpose}-{}", std::process::id());
    let create = ["run", "--detach", "--network", "host", "--name", &name];
    lab.docker(&[&create, &labels[..], &[Lab::BASE, "sleep", "3600"]].concat());
}

#[test]
fn the_next_run_removes_what_a_killed_one_left() {
    let Some(lab) = Lab::get() else { return };
    let mut ended = Command::new("true").spawn().unwrap();
    let here = Owner::current().to_string();
    let [boot, table, _, start] = here.split(' ').collect::<Vec<_>>().try_into().unwrap();
    let owner = |boot: &str, pid: u32, start: &str| format!("{boot} {table} {pid} {start}");
    let own = std::process::id();
    ended.wait().unwrap();
    make(&lab, "ended", &owner(boot, ended.id(), start));
    // The same number, but another process.
    make(&lab, "earlier", &owner(boot, own, "1"));
    make(&lab, "going-on", &owner(boot, own, start));
    make(&lab, "elsewhere", &owner("another-machine", own, start));
    wait(async {
        let engine = lab.connect().await.unwrap();
        engine.run(&job("next", "true"), &mut |_| {}).await.unwrap();
    });
    assert_eq!(lab.containers("ended"), Vec::<String>::new());
    assert_eq!(lab.containers("earlier"), Vec::<String>::new());
    for (purpose, name) in [
        ("going-on", "test-going-on"),
        ("elsewhere", "test-elsewhere"),
    ] {
        let name = format!("{name}-{own}");
        assert_eq!(lab.containers(purpose), [name.as_str()]);
        lab.docker(&["rm", "--force", &name]);
    }
}
