//! What a build costs beside the same steps by hand, with git and npm, and docker where `SVCGEN_TEST_ENGINE` names an engine:
//! `cargo bench --bench build`. The deploy repository has 10,000 files in `node_modules`. Only ratios have limits.

#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "the figures are the result")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// How many packages the service has, and how many files each of them.
const PACKAGES: usize = 100;
const FILES: usize = 100;

/// How often each is measured; the quickest counts.
const TIMES: usize = 3;

/// The most that modules may cost, in times of the same by hand.
const BUILT: f64 = 1.1;

/// The most that changed sources and unchanged ones may cost, in times of the update by hand.
const KEPT: f64 = 1.0;

struct Kitchen {
    folder: tempfile::TempDir,
}

fn main() {
    let kitchen = Kitchen::new();
    let engine = std::env::var("SVCGEN_TEST_ENGINE").ok();
    let engine = engine.filter(|it| !it.is_empty());
    let mut pairs = vec![("modules, npm of this machine", vec!["--no-container"], None)];
    if let Some(engine) = &engine {
        let flags = vec!["--network", "host"];
        pairs.push(("modules, in a container", flags, Some(engine.as_str())));
    }
    println!("                               by hand   svcgen   ratio");
    for (name, flags, engine) in pairs {
        let flags = [&flags[..], &["--force"]].concat();
        let build = || kitchen.svcgen(&flags, engine);
        let by_hand = || kitchen.by_hand(true, engine);
        // Caches of npm and of images are warm for both.
        build();
        by_hand();
        compare(name, BUILT, || kitchen.reset(), by_hand, build);
    }
    kitchen.publish();
    kitchen.change();
    let flags = ["--no-container"];
    let build = || kitchen.svcgen(&flags, None);
    let by_hand = || kitchen.by_hand(false, None);
    compare("changed sources", KEPT, || kitchen.reset(), by_hand, build);
    build();
    compare("nothing", KEPT, || {}, by_hand, build);
}

/// Measures both in turn.
fn compare(name: &str, most: f64, reset: impl Fn(), by_hand: impl Fn(), build: impl Fn()) {
    let mut best = [Duration::MAX; 2];
    for _ in 0..TIMES {
        for (best, work) in best.iter_mut().zip([&by_hand as &dyn Fn(), &build]) {
            reset();
            let begin = Instant::now();
            work();
            *best = begin.elapsed().min(*best);
        }
    }
    let [hand, own] = best.map(|it| it.as_secs_f64());
    let ratio = own / hand;
    println!("{name:<30} {hand:>6.2} s {own:>6.2} s {ratio:>7.2}");
    assert!(ratio <= most, "{name}: {ratio:.2}, at most {most}");
}

impl Kitchen {
    fn new() -> Self {
        let this = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let identity =
            "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = master\n";
        std::fs::create_dir_all(this.path("home")).unwrap();
        std::fs::write(this.path("home/.gitconfig"), identity).unwrap();
        for name in ["tea", "deploy"] {
            this.run(
                &this.path(""),
                &["git", "init", "--quiet", "--bare", &format!("{name}.git")],
            );
            this.run(
                &this.path(""),
                &["git", "clone", "--quiet", &format!("{name}.git"), name],
            );
        }
        std::fs::create_dir_all(this.path("deploy/scap")).unwrap();
        std::fs::write(this.path("deploy/scap/scap.cfg"), "[global]\n").unwrap();
        this.commit("deploy");
        this.source();
        let (deploy, url) = (this.path("deploy"), this.path("tea.git"));
        for (key, value) in [("deploy.dir", &deploy), ("deploy.submodule", &url)] {
            this.run(
                &this.path("tea"),
                &["git", "config", key, value.to_str().unwrap()],
            );
        }
        this
    }

    /// The source, whose packages are archives of its own: nothing comes over a network.
    fn source(&self) {
        let mut dependencies = Vec::new();
        for number in 0..PACKAGES {
            let name = format!("p{number}");
            let folder = self.path("packages").join(&name).join("package");
            std::fs::create_dir_all(&folder).unwrap();
            let package = format!("{{\"name\": \"{name}\", \"version\": \"1.0.0\"}}");
            std::fs::write(folder.join("package.json"), package).unwrap();
            for file in 1..FILES {
                let text = format!("module.exports = '{name} {file}';\n").repeat(40);
                std::fs::write(folder.join(format!("f{file}.js")), text).unwrap();
            }
            let archive = self.path("tea").join(format!("{name}.tgz"));
            let parent = folder.parent().unwrap().to_owned();
            self.run(
                &parent,
                &["tar", "czf", archive.to_str().unwrap(), "package"],
            );
            dependencies.push(format!("\"{name}\": \"file:{name}.tgz\""));
        }
        let package = format!(
            "{{\"name\": \"tea\", \"version\": \"1.0.0\", \"dependencies\": {{{}}},\n \
             \"deploy\": {{\"target\": \"svcgen-test:base\"}}}}\n",
            dependencies.join(", ")
        );
        std::fs::write(self.path("tea/package.json"), package).unwrap();
        let lock = [
            "npm",
            "install",
            "--package-lock-only",
            "--silent",
            "--offline",
        ];
        self.run(&self.path("tea"), &lock);
        self.commit("tea");
        let templates = self.path("home/.config/svcgen/templates/build");
        std::fs::create_dir_all(&templates).unwrap();
        std::fs::write(templates.join("Dockerfile.tera"), "FROM {{ base }}\n").unwrap();
        let by_hand = self.path("image");
        std::fs::create_dir_all(&by_hand).unwrap();
        std::fs::write(by_hand.join("Dockerfile"), "FROM svcgen-test:base\n").unwrap();
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    fn commit(&self, name: &str) {
        let script =
            "git add --all && git commit --quiet -m change && git push --quiet origin HEAD:master";
        self.run(&self.path(name), &["sh", "-c", script]);
    }

    /// Changes the source, but nothing that the modules depend on.
    fn change(&self) {
        std::fs::write(self.path("tea/app.js"), "// changed\n").unwrap();
        self.commit("tea");
    }

    /// Merges what was built.
    fn publish(&self) {
        let script = "git push --quiet origin svcgen/tea-build:master && git pull --quiet origin master \
                      && git branch --quiet -D svcgen/tea-build";
        self.run(&self.path("deploy"), &["sh", "-c", script]);
    }

    /// Puts both deploy repositories back.
    fn reset(&self) {
        let script = "git branch --quiet -D svcgen/tea-build 2>/dev/null || true";
        self.run(&self.path("deploy"), &["sh", "-c", script]);
    }

    fn svcgen(&self, flags: &[&str], engine: Option<&str>) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_svcgen"));
        command.args(["build", "--yes", "--quiet"]).args(flags);
        if let Some(socket) = engine {
            command.env("DOCKER_HOST", format!("unix://{socket}"));
        }
        self.ended(command.current_dir(self.path("tea")));
    }

    /// The steps of service-runner, in a linked work tree, so that the checkout stays as it is here, too.
    fn by_hand(&self, with_modules: bool, engine: Option<&str>) {
        let install = match engine {
            Some(socket) => format!(
                "docker -H unix://{socket} build --quiet --tag svcgen-bench:hand \"$ROOT/image\"
                 docker -H unix://{socket} run --rm --network host --volume \"$ROOT/hand/src:/opt/service\" \
                     --volume \"$ROOT/cache:/opt/cache\" --env npm_config_cache=/opt/cache --workdir /opt/service \
                     svcgen-bench:hand npm ci --omit=dev --no-audit --no-fund"
            ),
            None => "(cd src && npm ci --omit=dev --no-audit --no-fund --silent)".into(),
        };
        let modules = match with_modules {
            true => format!(
                "{install}
                 rm -rf node_modules && mv src/node_modules .
                 find node_modules/ -regextype posix-egrep -iregex '(.*\\.git.*|.*\\.md|.*readme|.*licence)' -exec rm -rf {{}} ';'
                 git add --force node_modules"
            ),
            false => String::new(),
        };
        let script = format!(
            "set -e
             cd \"$ROOT/deploy\"
             git fetch --quiet origin
             git worktree add --quiet --force -B sync-repo \"$ROOT/hand\" origin/master
             cd \"$ROOT/hand\"
             if [ -e .gitmodules ]; then
                 git -c protocol.file.allow=always submodule --quiet update --init
                 (cd src && git fetch --quiet origin && git checkout --quiet origin/master)
                 git add src
             else
                 git -c protocol.file.allow=always submodule --quiet add \"$ROOT/tea.git\" src
             fi
             [ -e package.json ] || ln -s src/package.json package.json
             git add package.json
             {modules}
             git commit --quiet --allow-empty -m 'Update tea'
             cd \"$ROOT/deploy\"
             git worktree remove --force \"$ROOT/hand\"
             git branch --quiet -D sync-repo"
        );
        self.run(&self.path(""), &["sh", "-c", &script]);
    }

    fn run(&self, folder: &Path, words: &[&str]) {
        self.ended(Command::new(words[0]).args(&words[1..]).current_dir(folder));
    }

    fn ended(&self, command: &mut Command) {
        let home = self.path("home");
        command
            .env("HOME", &home)
            .env("ROOT", self.folder.path())
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_CACHE_HOME")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?}: {said}");
    }
}
