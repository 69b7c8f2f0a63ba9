//! How long a deploy takes, against the least that it can be: `tests/cluster/loop`, one ssh per host that fetches, checks
//! out and switches, one host after the other (the loop) or all hosts at once (the race). `cargo bench --bench deploy` starts its own hosts, which needs root; SVCGEN_TEST_LAB names a lab.
//!
//! SVCGEN_BENCH_HOSTS (`2 8 24`) says for how many hosts, SVCGEN_BENCH_ROUNDS (5) how often. Both sides deploy the same
//! commits in turns, so that what else the machine does hits both.

#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "the figures are the result")]

#[path = "../cluster"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod cluster {
    pub(crate) mod support;
}
#[path = "deploy/cpu.rs"]
mod cpu;
#[path = "deploy/sample.rs"]
mod sample;

use std::process::Command;
use std::time::Instant;

use cluster::support::{Env, GitServer, Host, KEY, Lab, PrivateLab, Repository};
use cpu::CpuGroup;
use sample::{Sample, Samples};

/// What a deploy may cost, in times of the loop, and of the race too.
const DEPLOY: f64 = 1.5;
/// What a deploy of what is live already may cost, in times of the loop; most of the race are its logins.
const NO_OP: f64 = 0.5;

const FILES: usize = 2_000;
const BYTES: usize = 23_000_000;
/// Where the loop and the race put their releases.
const LOOP_KEY: &str = "tea-pot/loop";
const RACE_KEY: &str = "tea-pot/race";

fn main() {
    let sizes = variable("SVCGEN_BENCH_HOSTS", "2 8 24");
    let sizes: Vec<usize> = sizes.split(' ').map(|size| size.parse().unwrap()).collect();
    let rounds = variable("SVCGEN_BENCH_ROUNDS", "5").parse().unwrap();
    let cpu = CpuGroup::enter();
    let most = sizes.iter().copied().max().unwrap();
    let (own, given);
    let lab = match std::env::var_os("SVCGEN_TEST_LAB").filter(|name| !name.is_empty()) {
        Some(folder) => {
            given = Lab::at(folder.into());
            &given
        }
        None => {
            own = PrivateLab::up(most);
            &*own
        }
    };
    println!(
        "a one-file deploy of {FILES} files, {BYTES} bytes, and a submodule; {rounds} rounds, in seconds"
    );
    println!("the loop: one ssh per host, one after the other; the race: all of them at once");
    println!(
        "each figure: median (quickest); CPU: of all hosts and of this machine's side, where it can be counted"
    );
    for size in sizes {
        let hosts = lab.borrow(size);
        Bench::new(lab, &hosts, &cpu).run(rounds);
    }
}

/// One service on some hosts.
struct Bench<'a> {
    lab: &'a Lab,
    hosts: &'a [Host],
    cpu: &'a CpuGroup,
    env: &'a Env,
}

impl<'a> Bench<'a> {
    fn new(lab: &'a Lab, hosts: &'a [Host], cpu: &'a CpuGroup) -> Self {
        // It is as long-lived as the process.
        let env = Box::leak(Box::new(Env::new()));
        Self {
            lab,
            hosts,
            cpu,
            env,
        }
    }

    fn run(&self, rounds: usize) {
        let hosts: Vec<&Host> = self.hosts.iter().collect();
        let (canary, others) = hosts.split_first().unwrap();
        let repository = Repository::new(self.env, &[*canary], others);
        repository.grow(FILES, BYTES);
        repository.set("cache_revs", "2");
        let server = GitServer::start(self.lab.address(), KEY, &repository.folder());
        repository.commit("Packages");
        // As a server has it; a server without git would be asked for each file otherwise.
        repository.git(&["gc", "--quiet"]);
        repository.commit_file(0);
        let first = repository.git(&["rev-parse", "HEAD"]);
        let mut bare = Samples::new("the loop");
        let mut race = Samples::new("the race");
        let mut fetched = Samples::new("svcgen, from the git server");
        let mut no_op = Samples::new("svcgen, where nothing is to be done");
        let mut sent = Samples::new("svcgen, over ssh");
        let mut restart = Samples::new("the restarts and the check alone, by ssh");
        let mut login = Samples::new("a login by ssh that does nothing");
        self.bare(&server, &first);
        self.race(&server, &first);
        self.with_server(&repository, &server);
        self.deploy();
        for round in 1..=rounds {
            let revision = repository.commit_file(2 * round);
            let mut turns: [&mut dyn FnMut(); 3] = [
                &mut || bare.add(self.bare(&server, &revision)),
                &mut || race.add(self.race(&server, &revision)),
                &mut || {
                    fetched.add(self.deploy());
                    self.assert_live(&revision);
                    no_op.add(self.deploy());
                    login.add(self.login());
                },
            ];
            if round % 2 == 0 {
                turns.reverse();
            }
            for turn in turns {
                turn();
            }
            let revision = repository.commit_file(2 * round + 1);
            self.without_server(&repository);
            sent.add(self.deploy());
            self.assert_live(&revision);
            self.with_server(&repository, &server);
            restart.add(self.restart());
            self.prune();
        }
        println!("\n{} hosts", self.hosts.len());
        println!("{bare}");
        println!("{race}");
        for samples in [&fetched, &sent] {
            let (of_loop, of_race) = (
                samples.verdict(&bare, DEPLOY),
                samples.verdict(&race, DEPLOY),
            );
            println!("{samples}{of_loop}{of_race}");
        }
        println!(
            "{no_op}{}{}",
            no_op.verdict(&bare, NO_OP),
            no_op.share(&race)
        );
        // One connection per host is the least that any deploy begins with.
        println!("{login}{}{}", login.share(&bare), login.share(&race));
        println!("{restart}");
        let rest = fetched.quickest() - restart.quickest();
        println!(
            "  without them, the quickest deploy takes {:.2} times the race",
            rest / race.quickest()
        );
    }

    /// Deploys with one host after the other.
    fn bare(&self, server: &GitServer, revision: &str) -> Sample {
        self.bare_with(&[], server, LOOP_KEY, revision)
    }

    /// Deploys with all hosts at once.
    fn race(&self, server: &GitServer, revision: &str) -> Sample {
        self.bare_with(&["--at-once"], server, RACE_KEY, revision)
    }

    fn bare_with(&self, how: &[&str], server: &GitServer, key: &str, revision: &str) -> Sample {
        let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cluster/loop"));
        command.args(how).arg(self.lab.ssh_config());
        command.args([&server.url(), key, revision]);
        command.args(self.hosts.iter().map(Host::name));
        self.time(&mut command)
    }

    /// Deploys with svcgen what is committed.
    fn deploy(&self) -> Sample {
        let mut command = self.lab.svcgen(self.env);
        command.args(["deploy", "--on-failure", "stop", "--deploy-repo"]);
        command.arg(self.env.work().join("deploy"));
        self.time(&mut command)
    }

    /// Logs in to all hosts at once.
    fn login(&self) -> Sample {
        let text = "config=$1; shift
            for host; do ssh -F \"$config\" \"$host\" true & done
            wait";
        let mut command = Command::new("sh");
        command.args(["-c", text, "sh"]);
        command.arg(self.lab.ssh_config());
        command.args(self.hosts.iter().map(Host::name));
        self.time(&mut command)
    }

    /// Restarts and checks on the canary, then on all others at once: what a deploy does besides, that the loop does not.
    fn restart(&self) -> Sample {
        let text = "canary=$1 config=$2; shift 2
            once() { ssh -F \"$config\" \"$1\" 'sudo -n /usr/sbin/service tea-pot restart && /usr/local/lib/check http 6100'; }
            once \"$canary\" || exit
            for host; do once \"$host\" & done
            wait";
        let mut command = Command::new("sh");
        command.args(["-c", text, "sh", self.hosts[0].name()]);
        command.arg(self.lab.ssh_config());
        command.args(self.hosts[1..].iter().map(Host::name));
        self.time(&mut command)
    }

    fn time(&self, command: &mut Command) -> Sample {
        let (begin, used) = (Instant::now(), self.cpu.used());
        let output = command.output().unwrap();
        let wall = begin.elapsed();
        let cpu = self.cpu.used().zip(used);
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?}: {words}");
        Sample {
            wall: wall.as_secs_f64(),
            cpu: cpu.map(|(after, before)| after - before),
        }
    }

    fn with_server(&self, repository: &Repository<'_>, server: &GitServer) {
        repository.set("git_server", &server.authority());
    }

    fn without_server(&self, repository: &Repository<'_>) {
        repository.unset("git_server");
    }

    fn assert_live(&self, revision: &str) {
        for host in self.hosts {
            assert_eq!(host.live().as_deref(), Some(revision), "{}", host.name());
        }
    }

    /// Takes old releases away, which neither of the two does: the file systems of hosts are small.
    fn prune(&self) {
        for (host, key) in self
            .hosts
            .iter()
            .flat_map(|host| [(host, LOOP_KEY), (host, RACE_KEY)])
        {
            host.sh(&format!(
                "cd /srv/deployment/{key}-cache/revs && ls -1t | tail -n +2 | xargs rm -rf"
            ));
        }
    }
}

impl Repository<'_> {
    /// Commits one file that is new with each number.
    fn commit_file(&self, number: usize) -> String {
        self.write("server.js", &format!("// {number}\n"));
        self.commit(&format!("Change {number}"))
    }
}

fn variable(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}
