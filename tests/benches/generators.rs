//! How long it takes to look: dry runs of the two generators that read large trees, and `--version`.
//!
//! `cargo bench` takes the sample trees; `SVCGEN_BENCH_VAGRANT` and `SVCGEN_BENCH_PUPPET` name real checkouts, which
//! are only read. `SVCGEN_BENCH_SERVICE` names another model, `SVCGEN_BENCH_RUNS` how often each is measured.

#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "the figures are the result")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[path = "../support/copy.rs"]
mod copy;

use copy::copy;

/// The program in a home that has nothing of the user's.
struct Bench {
    folder: tempfile::TempDir,
    service: PathBuf,
    runs: usize,
}

impl Bench {
    fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let service = variable("SVCGEN_BENCH_SERVICE");
        Self {
            folder: tempfile::tempdir().unwrap(),
            service: service
                .unwrap_or_else(|| root.join("onboarding/examples/trending-edits.yaml")),
            runs: std::env::var("SVCGEN_BENCH_RUNS").map_or(41, |runs| runs.parse().unwrap()),
        }
    }

    /// A checkout that was named, or a sample tree as a repository of its own.
    fn tree(&self, variable_name: &str, sample: &str) -> PathBuf {
        if let Some(tree) = variable(variable_name) {
            return tree;
        }
        let from = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("templates/demo")
            .join(sample);
        let tree = self.folder.path().join(sample);
        copy(&from, &tree);
        for arguments in [
            &["init", "--quiet"][..],
            &["add", "--all"],
            &[
                "-c",
                "user.name=A",
                "-c",
                "user.email=a@b",
                "commit",
                "--quiet",
                "-m",
                "all",
            ],
        ] {
            self.run(
                Command::new("git").arg("-C").arg(&tree).args(arguments),
                &[0],
            );
        }
        tree
    }

    fn svcgen(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_svcgen"));
        command.args(arguments);
        command
    }

    fn dry_run(&self, generator: &str, tree: &Path) -> Command {
        let mut command = self.svcgen(&[generator, "--dry-run", "--repo"]);
        command.arg(tree).arg("--service").arg(&self.service);
        command
    }

    fn run(&self, command: &mut Command, wanted: &[i32]) -> Duration {
        let home = self.folder.path();
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let begin = Instant::now();
        let status = command.status().unwrap();
        let took = begin.elapsed();
        assert!(
            wanted.contains(&status.code().unwrap()),
            "{command:?} ended with {status}"
        );
        took
    }

    /// The median of many runs, in milliseconds; the first one fills the caches and does not count.
    fn measure(&self, name: &str, wanted: i32, command: impl Fn() -> Command) -> f64 {
        self.run(&mut command(), &[wanted]);
        let times = (0..self.runs).map(|_| self.run(&mut command(), &[wanted]));
        let mut times: Vec<f64> = times.map(|took| took.as_secs_f64() * 1e3).collect();
        times.sort_by(f64::total_cmp);
        let median = times[times.len() / 2];
        println!(
            "{name:<32} {median:8.1} ms   ({:.1} to {:.1})",
            times[0],
            times[times.len() - 1]
        );
        median
    }
}

fn main() {
    let bench = Bench::new();
    let vagrant = bench.tree("SVCGEN_BENCH_VAGRANT", "vagrant");
    let puppet = bench.tree("SVCGEN_BENCH_PUPPET", "puppet");
    println!("median of {} runs (fastest to slowest)", bench.runs);
    bench.measure("svcgen --version", 0, || bench.svcgen(&["--version"]));
    let mut sum = 0.0;
    for (generator, tree) in [("vagrant", &vagrant), ("puppet", &puppet)] {
        let ours = bench.measure(&format!("svcgen {generator} --dry-run"), 3, || {
            bench.dry_run(generator, tree)
        });
        let git = bench.measure("  git status there", 0, || {
            let mut command = Command::new("git");
            // Without this, git would write the index of a tree that is only read.
            command
                .arg("--no-optional-locks")
                .arg("-C")
                .arg(tree)
                .args(["status", "--porcelain"]);
            command
        });
        println!("  ratio to git status            {:8.2}", ours / git);
        sum += ours;
    }
    println!("{:<32} {sum:8.1} ms", "both dry runs");
}

fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from)
}
