//! Commands that svcgen names, as somebody types them.

use super::{Env, Run};

impl Env {
    /// Types a command that was told, without the questions of generators; it has to end well.
    pub(crate) fn typed(&self, command: &str) -> Run {
        let mut command = command.replace("HOME", self.home().to_str().unwrap());
        for generator in ["vagrant", "puppet", "scap", "source"] {
            let program = env!("CARGO_BIN_EXE_svcgen");
            let typed = format!("{program} {generator} --yes --no-verify ");
            command = command.replace(&format!("svcgen {generator} "), &typed);
        }
        let mut shell = std::process::Command::new("sh");
        self.enclose(shell.args(["-e", "-c", &command]));
        let run = self.run(&mut shell);
        assert_eq!(run.code, 0, "{command}\n{}", run.show());
        run
    }
}
