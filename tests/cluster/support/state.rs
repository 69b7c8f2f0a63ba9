use super::{Host, KEY};

/// All of a host that a deploy is about.
#[derive(Debug, PartialEq, Eq, Default)]
pub(crate) struct State {
    /// Where the service looks.
    pub(crate) live: Option<String>,
    pub(crate) current: Option<String>,
    pub(crate) done: Option<String>,
    pub(crate) progress: Option<String>,
    /// The release that the service was started from.
    pub(crate) serves: Option<String>,
    /// Who holds the lock.
    pub(crate) lock: Option<String>,
    /// What runs there for svcgen.
    pub(crate) processes: Vec<String>,
    /// Files of the live release that are not what its revision says, and what stands beside the releases.
    pub(crate) wrong: Vec<String>,
}

impl State {
    /// A release is live, finished, and served; nobody is at work.
    pub(crate) fn settled(revision: &str) -> Self {
        let revision = Some(revision.to_owned());
        Self {
            live: revision.clone(),
            current: revision.clone(),
            done: revision.clone(),
            serves: revision,
            ..Self::default()
        }
    }

    /// There is nothing; nobody is at work.
    pub(crate) fn nothing() -> Self {
        Self::default()
    }
}

impl Host {
    /// How it is, once the last processes of whoever left have ended.
    pub(crate) fn state(&self) -> State {
        let mut processes = self.processes_of("deploy-service");
        for _ in 0..250 {
            if processes.is_empty() {
                break;
            }
            self.sh("sleep 0.02");
            processes = self.processes_of("deploy-service");
        }
        let wrong = self.sh(&format!(
            "cd /srv/deployment/{KEY}-cache 2>/dev/null || exit 0
             ls revs 2>/dev/null | grep -vxE '[0-9a-f]{{40}}'
             ls -A .svcgen/tmp 2>/dev/null
             ls .svcgen/running 2>/dev/null | grep -vxE 'service|socket|units'
             find . -maxdepth 1 -name '*.svcgen-*'
             readlink current .done | grep -vxE 'revs/[0-9a-f]{{40}}'
             cd current/ 2>/dev/null || exit 0
             git -c safe.directory='*' status --porcelain | grep -vx ' M .gitmodules'
             for module in $(git -c safe.directory='*' config -f .gitmodules --get-regexp path | cut -d' ' -f2); do
                 git -c safe.directory='*' -C $module diff --name-only HEAD
             done
             true"
        ));
        let progress = format!("/srv/deployment/{KEY}-cache/.in-progress");
        State {
            live: self.live(),
            current: self.current(),
            done: self.done(),
            progress: self.revision(&progress),
            serves: self.serves().map(|served| served.revision),
            lock: self.lock(),
            processes,
            wrong: wrong.lines().map(str::to_owned).collect(),
        }
    }
}
