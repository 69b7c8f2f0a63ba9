use std::process::Command;

use camino::Utf8PathBuf;

use super::gerrit::Gerrit;
use super::{Env, Lab, Run};

/// A service with its two repositories on a review server, and a checkout of each; npm has no registry.
pub(crate) struct Kitchen {
    pub(crate) env: Env,
    pub(crate) gerrit: Gerrit,
    pub(crate) source: Utf8PathBuf,
    pub(crate) deploy: Utf8PathBuf,
}

/// The names of the repositories.
pub(crate) const SOURCE: &str = "tea";
pub(crate) const DEPLOY: &str = "tea-deploy";

/// What is in a deploy repository that `svcgen scap` has begun.
const BEGUN: &[(&str, &str)] = &[
    ("README.md", "what is deployed\n"),
    ("scap/scap.cfg", "[global]\ngit_repo: tea/deploy\n"),
];

/// The Dockerfile upon an image that has all: nothing is fetched.
const COMPLETE: &str =
    "FROM {{ base }}\nRUN useradd --non-unique --no-create-home --uid {{ uid }} svcgen || true\n";

/// A commit, a name of another object, and what else differs from run to run.
const FILTERS: [(&str, &str); 7] = [
    (r"\b[0-9]{8}T[0-9]{6}-[0-9]+\.log", "TIME.log"),
    (r"I[0-9a-f]{40}", "CHANGE-ID"),
    (r"\b[0-9a-f]{40}\b", "OBJECT"),
    (r"\b[0-9a-f]{7,10}\b", "SHORT"),
    (
        r"node v[0-9.]+, npm [0-9.]+, [a-z0-9]+ [a-z0-9]+",
        "VERSIONS",
    ),
    (r"in [0-9.]+m?s", "in TIME"),
    (r"\b[0-9-]{10} [0-9:]{8}\b", "TIME"),
];

impl Kitchen {
    /// Begins with these files of the source.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let gerrit = Gerrit::new();
        let source = gerrit.with_clone(SOURCE, files);
        let deploy = gerrit.with_clone(DEPLOY, BEGUN);
        let url = gerrit.path("git").join(SOURCE);
        gerrit.git(&source, &["config", "deploy.dir", deploy.as_str()]);
        gerrit.git(&source, &["config", "deploy.submodule", url.as_str()]);
        Self {
            env: Env::new(),
            gerrit,
            source,
            deploy,
        }
    }

    /// Begins with this `package.json`; what it depends on is a folder of the source, so that nothing is fetched.
    pub(crate) fn with_cup(mut package: serde_json::Value) -> Self {
        package["dependencies"] = serde_json::json!({"cup": "file:cup"});
        let cup = "{\"name\": \"cup\", \"version\": \"1.0.0\"}";
        Self::new(&[
            ("package.json", &package.to_string()),
            ("cup/package.json", cup),
            ("cup/index.js", "module.exports = 'a cup';\n"),
        ])
    }

    /// A package that is a repository of its own, as the address of a dependency.
    pub(crate) fn package(&self, name: &str, files: &[(&str, &str)]) -> String {
        self.gerrit.with_clone(name, files);
        format!("git+file://{}", self.gerrit.path("git").join(name))
    }

    /// Writes a file of the source.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.source.join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }

    /// Commits all of the source, and pushes it to the branch.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.gerrit.git(&self.source, &["add", "--all"]);
        self.gerrit
            .git(&self.source, &["commit", "--quiet", "--message", message]);
        self.gerrit
            .git(&self.source, &["push", "--quiet", "origin", "HEAD:master"]);
        self.gerrit.git(&self.source, &["rev-parse", "HEAD"])
    }

    /// Writes the lock file as npm does.
    pub(crate) fn lock(&self) {
        let mut command = Command::new("npm");
        command.args(["install", "--package-lock-only", "--ignore-scripts"]);
        self.enclose(&mut command);
        let run = self.env.run(&mut command);
        assert_eq!(run.code, 0, "{}", run.show());
    }

    fn enclose(&self, command: &mut Command) {
        self.env.enclose(command);
        command
            .current_dir(&self.source)
            .env("npm_config_registry", "http://127.0.0.1:9/")
            .env("npm_config_fetch_retries", "0")
            .env("npm_config_nodedir", "/usr");
    }

    /// `svcgen build` in the source checkout, with the npm of this machine.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.command_in_container(&[&["--no-container"], arguments].concat())
    }

    /// `svcgen build` in the source checkout, in a container unless it is said otherwise.
    pub(crate) fn command_in_container(&self, arguments: &[&str]) -> Command {
        let mut command = self.env.command();
        self.enclose(&mut command);
        command.arg("build").args(arguments);
        command
    }

    pub(crate) fn build(&self, arguments: &[&str]) -> Run {
        self.run(&mut self.command(arguments))
    }

    /// `svcgen build` in a container of an engine, whose base image has all that an image needs.
    pub(crate) fn command_in(&self, lab: &Lab, arguments: &[&str]) -> Command {
        let folder = self.env.home().join("config/svcgen/templates/build");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("Dockerfile.tera"), COMPLETE).unwrap();
        self.command_in_whole(lab, arguments)
    }

    /// The same with the Dockerfile of svcgen itself.
    pub(crate) fn command_in_whole(&self, lab: &Lab, arguments: &[&str]) -> Command {
        let mut command = self.command_in_container(&["--network", "host", "--yes"]);
        command.args(arguments).env("DOCKER_HOST", lab.address());
        command
    }

    pub(crate) fn build_in(&self, lab: &Lab, arguments: &[&str]) -> Run {
        self.run(&mut self.command_in(lab, arguments))
    }

    /// Runs a program; what differs from run to run has names in what it says.
    pub(crate) fn run(&self, command: &mut Command) -> Run {
        self.plain(self.env.run(command))
    }

    pub(crate) fn plain(&self, mut run: Run) -> Run {
        let gerrit = self.gerrit.path("");
        for text in [&mut run.stdout, &mut run.stderr] {
            *text = text.replace(gerrit.as_str(), "GERRIT/");
            for (pattern, name) in FILTERS {
                let pattern = regex::Regex::new(pattern).unwrap();
                *text = pattern.replace_all(text, name).into_owned();
            }
        }
        run
    }

    /// Builds without a question, which has to go well.
    #[track_caller]
    pub(crate) fn built(&self, arguments: &[&str]) -> Run {
        let run = self.build(&[arguments, &["--yes"]].concat());
        assert_eq!(run.code, 0, "{}", run.show());
        run
    }

    /// The change that waits for review, as a revision.
    pub(crate) const TOPIC: &str = "svcgen/tea-build";

    /// Git in the deploy repository.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.gerrit.git(&self.deploy, args)
    }

    pub(crate) fn message(&self) -> String {
        self.git(&["log", "-1", "--format=%B", Self::TOPIC])
    }

    /// The names of the files of the topic.
    pub(crate) fn files(&self) -> Vec<String> {
        let listed = self.git(&["ls-tree", "-r", "--name-only", Self::TOPIC]);
        listed.lines().map(str::to_owned).collect()
    }

    /// All that a user has in the deploy repository: branch, index, files, branches, work trees, locks.
    pub(crate) fn state(&self) -> String {
        let mut state = String::new();
        for args in [
            &["symbolic-ref", "HEAD"][..],
            &["for-each-ref", "--format=%(refname) %(objectname)"],
            &["ls-files", "--stage"],
            &["status", "--porcelain", "--ignored"],
            &["worktree", "list", "--porcelain"],
            &["stash", "list"],
            &["config", "--local", "--list"],
        ] {
            state.push_str(&self.git(args));
            state.push('\n');
        }
        for folder in ["", ".git", ".git/refs/heads"] {
            let entries = self.deploy.join(folder).read_dir_utf8().unwrap();
            let mut names: Vec<String> = entries.map(|it| it.unwrap().file_name().into()).collect();
            names.sort();
            // What was fetched may stay.
            names.retain(|name| !matches!(name.as_str(), "FETCH_HEAD" | "svcgen" | "modules"));
            state.push_str(&format!("{folder}: {names:?}\n"));
        }
        state
    }

    /// What builds left in their folder.
    pub(crate) fn leftovers(&self) -> usize {
        let folder = self.env.home().join(".cache/svcgen/build");
        std::fs::read_dir(folder).map_or(0, Iterator::count)
    }

    /// Merges the change with a number, as Gerrit does, and brings the checkout up to date.
    pub(crate) fn merge(&self, number: usize) {
        self.gerrit.merge(DEPLOY, number);
        self.git(&["pull", "--quiet", "--ff-only", "origin", "master"]);
    }

    /// The path of a repository on the server.
    pub(crate) fn bare(&self, name: &str) -> Utf8PathBuf {
        self.gerrit.path("git").join(name)
    }
}
