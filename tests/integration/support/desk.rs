use super::conduit::{Conduit, TOKEN};
use super::{Env, Run};

/// A model that names no task.
pub(crate) const MODEL: &str = "\
version: 1
site: desk
name: tea-pot  # what we call it
description: Makes tea.
port: 6000
owner: {name: Ada Example, shell: ada}

# The hosts that we were given.
deploy: {groups: [{name: default, hosts: ['a[1-2].farm.example']}]}
";

/// A service whose site has a ticket system.
pub(crate) struct Desk {
    pub(crate) env: Env,
    pub(crate) conduit: Conduit,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let (env, conduit) = (Env::new(), Conduit::start());
        let site = format!(
            "version: 1\nname: desk\nphabricator:\n  url: {}/\n  projects: {{service_request: new-services, access_request: shell-access}}\n",
            conduit.url
        );
        std::fs::write(env.home().join("config/svcgen/sites/desk.yaml"), site).unwrap();
        env.write("svcgen.yaml", MODEL);
        Self { env, conduit }
    }

    /// Runs svcgen with the token.
    pub(crate) fn svcgen(&self, arguments: &[&str]) -> Run {
        let mut command = self.env.command();
        command.args(arguments).env("SVCGEN_CONDUIT_TOKEN", TOKEN);
        self.plain(self.env.run(&mut command))
    }

    /// Files a request, without a question.
    pub(crate) fn file(&self, kind: &str) -> Run {
        self.svcgen(&["request", kind, "--file", "--yes"])
    }

    /// The address is another one each time. Wherever the token is shown, the test fails.
    pub(crate) fn plain(&self, run: Run) -> Run {
        let plain = |text: String| {
            assert!(!text.contains(TOKEN), "{text}");
            text.replace(&self.conduit.url, "https://desk.example")
        };
        Run {
            code: run.code,
            stdout: plain(run.stdout),
            stderr: plain(run.stderr),
        }
    }
}
