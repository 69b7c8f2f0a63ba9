//! What `remote/probe.sh` tells, and `remote/status.sh`.

use svcgen::model::Revision;
use svcgen::transport::Word;

use crate::host::Release;
use crate::wire::Shell;

pub(crate) fn run(shell: &Shell) -> i32 {
    let state = shell.host.state().clone();
    let disk = &state.disk;
    let link =
        |revision: &Option<Revision>| revision.as_ref().map_or(String::new(), Revision::to_string);
    shell.say("user deploy");
    shell.say(&format!("now {}", jiff::Timestamp::now().as_second()));
    shell.say("git git version 2.50");
    shell.say(&format!("link current {}", link(&disk.current)));
    shell.say(&format!("link done {}", link(&disk.done)));
    shell.say(&format!("link progress {}", link(&disk.progress)));
    match &disk.place {
        Some(revision) => shell.say(&format!("final link deploy-cache/revs/{revision}")),
        None => shell.say("final none"),
    }
    shell.say("free 1000000 1024 1000000");
    for (revision, release) in &disk.releases {
        let how = match release {
            Release::Complete => "complete",
            Release::Half | Release::Found => "found",
        };
        shell.say(&format!("release {revision} {how}"));
    }
    shell.say("has .");
    if let Some(lock) = &disk.lock {
        let how = if state.lock_is_alive() {
            "alive"
        } else {
            "dead"
        };
        shell.say(&format!("lock {how} {}", lock.owner));
    }
    let first = disk.record.len().saturating_sub(200);
    shell.say("record");
    for line in &disk.record[first..] {
        shell.write(&format!("{line}\n"));
    }
    shell.say("end");
    0
}

/// How the services are: which release they run is not told.
pub(crate) fn status(shell: &Shell, arguments: &[Word]) -> i32 {
    let (port, services) = arguments.split_first().unwrap();
    let runs = shell.host.state().serves.is_some();
    if port != "0" {
        let how = if runs { "open" } else { "closed" };
        shell.say(&format!("port {port} {how}"));
    }
    let activity = if runs { "active" } else { "inactive" };
    for service in services {
        shell.say(&format!("unit {service} {activity} - 0 -"));
    }
    shell.say("end");
    0
}
