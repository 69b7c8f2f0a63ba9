use std::process::Command;

use super::{Lab, program};

/// A lab of one test, which ends with it.
pub(crate) struct PrivateLab {
    lab: Lab,
}

impl PrivateLab {
    /// Starts a lab where there is one for all tests: there it is known to be possible.
    pub(crate) fn start(count: usize) -> Option<Self> {
        Lab::get()?;
        Some(Self::up(count))
    }

    /// Starts a lab, which ends with this process at the latest.
    pub(crate) fn up(count: usize) -> Self {
        let owner = std::process::id().to_string();
        let output = Command::new(program("hosts"))
            .args(["up", "--while", &owner, &count.to_string()])
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words}");
        let folder = String::from_utf8(output.stdout).unwrap();
        let lab = Lab::at(folder.trim_end().into());
        Self { lab }
    }

    /// Ends it, and returns whether that was possible.
    pub(crate) fn down(&self) -> bool {
        let output = Command::new(program("hosts"))
            .arg("down")
            .env("SVCGEN_TEST_LAB", self.lab.folder())
            .output();
        output.is_ok_and(|output| output.status.success())
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
        self.down();
    }
}
