use std::path::Path;
use std::process::Command;

use super::Env;

impl Env {
    /// Runs git with the home of this environment, and a fixed author and time.
    pub(crate) fn git_in(&self, folder: &Path, arguments: &[&str]) -> String {
        let home = self.work().join("..");
        // A repository of a second has nothing to tidy up.
        let configuration = "[user]\n\tname = Ada Example\n\temail = ada@example.org\n[maintenance]\n\tauto = false\n";
        std::fs::write(home.join(".gitconfig"), configuration).unwrap();
        let output = Command::new("git")
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_DATE", "2026-11-23T00:00:00Z")
            .env("GIT_COMMITTER_DATE", "2026-11-23T00:00:00Z")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "git {arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}
