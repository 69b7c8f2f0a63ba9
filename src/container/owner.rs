use std::fmt;

/// The label that says whose a container is.
pub(super) const OWNER: &str = "svcgen.owner";

/// A run of svcgen: a process, on a machine since it booted, in a table of processes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    boot: String,
    table: String,
    pid: u32,
    /// When it started, in ticks since the boot: a number alone may be another process by now.
    start: String,
}

/// Whether a run goes on, as far as it can be told from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    Running,
    Ended,
    /// It is in another table of processes, or on another machine.
    Unknown,
}

impl Owner {
    /// This run; parts that the system does not tell are empty.
    pub fn current() -> Self {
        let pid = std::process::id();
        Self {
            boot: boot(),
            table: table(),
            pid,
            start: started(pid).unwrap_or_default(),
        }
    }

    /// Reads what a label says.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let mut word = || words.next().map(str::to_owned);
        Some(Self {
            boot: word()?,
            table: word()?,
            pid: word()?.parse().ok()?,
            start: word()?,
        })
    }

    pub(super) fn life(&self) -> Life {
        let here = Self::current();
        if self.start.is_empty() || self.boot != here.boot || self.table != here.table {
            return Life::Unknown;
        }
        match started(self.pid) {
            Some(start) if start == self.start => Life::Running,
            _ => Life::Ended,
        }
    }

    /// What the names of its containers begin with.
    pub(super) fn prefix(&self) -> String {
        format!("svcgen-{}-{}", self.pid, self.start)
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            boot,
            table,
            pid,
            start,
        } = self;
        write!(f, "{boot} {table} {pid} {start}")
    }
}

fn boot() -> String {
    let read = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    read.unwrap_or_default().trim().to_owned()
}

fn table() -> String {
    let link = std::fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    link.to_string_lossy().into_owned()
}

/// When a process started; none where it has ended.
fn started(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before may have anything in it.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ');
    let has_ended = matches!(fields.next()?, "Z" | "X");
    fields.nth(18).filter(|_| !has_ended).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_run_goes_on_and_is_read_back() {
        let owner = Owner::current();
        assert_eq!(owner.life(), Life::Running);
        assert_eq!(Owner::parse(&owner.to_string()).unwrap(), owner);
    }

    #[test]
    fn a_process_with_the_same_number_is_another_run() {
        let mut owner = Owner::current();
        owner.start = "1".into();
        assert_eq!(owner.life(), Life::Ended);
    }

    #[test]
    fn a_process_that_waits_for_its_parent_has_ended() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let owner = Owner {
            pid: child.id(),
            start: started(child.id()).unwrap_or_else(|| "0".into()),
            ..Owner::current()
        };
        child.wait().unwrap();
        assert_eq!(owner.life(), Life::Ended);
    }

    #[test]
    fn of_another_machine_nothing_is_known() {
        let mut owner = Owner::current();
        owner.boot = "elsewhere".into();
        assert_eq!(owner.life(), Life::Unknown);
    }
}
