//! What a shell needs to be in the sandbox: its variables, and programs for whoever types.

use camino::Utf8PathBuf;

use super::sandbox::{Sandbox, SandboxError, put_program};

/// Variables that a shell outside may have, and that would lead out of the sandbox.
const OWN: [(&str, &str); 4] = [
    ("HOME", ""),
    ("XDG_CONFIG_HOME", "/.config"),
    ("XDG_STATE_HOME", "/.local/state"),
    ("XDG_CACHE_HOME", "/.cache"),
];

impl Sandbox {
    /// The file that takes a shell into the sandbox.
    pub fn shell(&self) -> Utf8PathBuf {
        self.root().join("env")
    }

    /// Writes that file, and the programs that it leads to: svcgen itself, and the reviewer.
    pub(super) fn write_shell(&self) -> Result<(), SandboxError> {
        let quoted = |text: &str| shell_words::quote(text).into_owned();
        let program = quoted(self.program().as_str());
        let root = quoted(self.root().as_str());
        let bin = self.root().join("bin");
        put_program(
            &bin.join("svcgen"),
            &format!("#!/bin/sh\nexec {program} \"$@\"\n"),
        )?;
        let approve = format!("#!/bin/sh\nexec {program} demo-part approve {root} \"$@\"\n");
        put_program(&bin.join("approve"), &approve)?;
        let home = self.home();
        let mut text = String::from("# `. ./env` takes a shell into the sandbox.\n");
        for (name, place) in OWN {
            text.push_str(&format!(
                "export {name}={}\n",
                quoted(&format!("{home}{place}"))
            ));
        }
        text.push_str("export USER=ada GIT_CONFIG_NOSYSTEM=1 GIT_PAGER=cat\n");
        text.push_str(&format!("PATH={}:$PATH\n", quoted(bin.as_str())));
        super::sandbox::put(&self.shell(), text.as_bytes())
    }
}
