use std::path::PathBuf;

/// Counts the time that this process and all that it starts have had on processors, the hosts of its lab too: on a
/// machine that does other things as well, this says more than a clock. A control group does that, where it can be made.
pub(crate) struct CpuGroup {
    group: Option<(PathBuf, Counter)>,
}

#[derive(Clone, Copy)]
enum Counter {
    First,
    Second,
}

impl CpuGroup {
    /// Moves this process into a group of its own.
    pub(crate) fn enter() -> Self {
        let places = [
            ("/sys/fs/cgroup/cpuacct", Counter::First),
            ("/sys/fs/cgroup", Counter::Second),
        ];
        let group = places.into_iter().find_map(|(place, counter)| {
            let folder = PathBuf::from(format!("{place}/svcgen-bench-{}", std::process::id()));
            std::fs::create_dir(&folder).ok()?;
            let moved = std::fs::write(folder.join("cgroup.procs"), std::process::id().to_string());
            match moved {
                Ok(()) => Some((folder, counter)),
                Err(_) => std::fs::remove_dir(&folder).ok().and(None),
            }
        });
        Self { group }
    }

    /// In seconds.
    pub(crate) fn used(&self) -> Option<f64> {
        let (folder, counter) = self.group.as_ref()?;
        match counter {
            Counter::First => {
                let text = std::fs::read_to_string(folder.join("cpuacct.usage")).ok()?;
                Some(text.trim().parse::<f64>().ok()? / 1e9)
            }
            Counter::Second => {
                let text = std::fs::read_to_string(folder.join("cpu.stat")).ok()?;
                let line = text
                    .lines()
                    .find_map(|line| line.strip_prefix("usage_usec "))?;
                Some(line.trim().parse::<f64>().ok()? / 1e6)
            }
        }
    }
}

impl Drop for CpuGroup {
    fn drop(&mut self) {
        if let Some((folder, _)) = &self.group {
            let root = folder.parent().unwrap().join("cgroup.procs");
            // What cannot be removed holds nothing up.
            let _left = std::fs::write(root, std::process::id().to_string());
            let _removed = std::fs::remove_dir(folder);
        }
    }
}
