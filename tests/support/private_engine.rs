use std::process::Command;

use super::engine_lab::{Lab, SCRIPT};

/// An engine of one test, which ends with it.
pub(crate) struct PrivateLab {
    lab: Lab,
}

impl PrivateLab {
    /// Starts an engine where there is one for all tests: there it is known to be possible.
    pub(crate) fn start(options: &[&str]) -> Option<Self> {
        Lab::get()?;
        let owner = std::process::id().to_string();
        let mut command = Command::new(SCRIPT);
        let output = command
            .args(["up", "--while", &owner])
            .args(options)
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words}");
        let socket = String::from_utf8(output.stdout).unwrap();
        let lab = Lab::at(socket.trim_end().into());
        Some(Self { lab })
    }

    /// One whose image is a shell with a few programs, on a disk of this size.
    pub(crate) fn small(disk: &str) -> Option<Self> {
        Self::start(&["--disk", disk])
    }
}

impl std::ops::Deref for PrivateLab {
    type Target = Lab;

    fn deref(&self) -> &Lab {
        &self.lab
    }
}

impl Drop for PrivateLab {
    fn drop(&mut self) {
        self.engine(&["down"]);
    }
}
