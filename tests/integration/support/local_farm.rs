use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;

use super::port::Port;
use super::{Env, Run};

/// A deploy repository whose hosts are folders of this machine, each with a service that really answers.
pub(crate) struct LocalFarm {
    env: Env,
    hosts: Vec<(String, Port)>,
}

const CONFIG: &str = "\
[global]
git_repo: feed/deploy
git_deploy_dir: /srv/deployment
ssh_user: deploy-service
server_groups: canary, default
canary_dsh_targets: canary
dsh_targets: targets
nrpe_dir: /etc/nagios/nrpe.d
service_name: feed
service_port: 6100
service_timeout: 20
";

/// The service fails to start where its version is `broken`, and says `ill` where that is its version.
const SERVER: &str = r#"
import http.server, json, os, sys, threading, time
# A test that is killed cannot stop what it started.
def watch(test):
    while os.path.exists("/proc/" + test):
        time.sleep(1)
    os._exit(0)
for test in sys.argv[1:]:
    threading.Thread(target=watch, args=(test,), daemon=True).start()
version = open("version").read().strip()
def log(text):
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    print(json.dumps({"name": "feed", "hostname": os.environ["SVCGEN_HOST"], "pid": os.getpid(),
                      "level": 30, "msg": text, "time": now, "v": 0}), flush=True)
if version == "broken":
    sys.exit("cannot start")
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503 if version == "ill" else 200)
        self.end_headers()
        self.wfile.write(version.encode())
        log("GET " + self.path)
    def log_message(self, *rest):
        pass
log("version " + version)
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"#;

const CHECKS: &str = "\
checks:
  answers:
    type: command
    stage: handle_service
    shell: true
    command: python3 -c \"import urllib.request as r; r.urlopen('http://127.0.0.1:$PORT')\"
";

impl LocalFarm {
    /// Makes it, with one canary and so many hosts besides; nothing is committed.
    pub(crate) fn new(others: usize) -> Self {
        let env = Env::new();
        let names = (0..=others).map(|number| format!("l{number:02}"));
        let hosts = names.map(|name| (name, Port::take())).collect();
        let farm = Self { env, hosts };
        for (name, port) in &farm.hosts {
            let path = format!("hosts/{name}/.svcgen/port");
            farm.env.write(&path, &format!("{}\n", port.number));
        }
        let (canary, rest) = farm.hosts.split_first().unwrap();
        let rest: String = rest.iter().map(|(name, _)| format!("{name}\n")).collect();
        farm.write("scap/scap.cfg", CONFIG);
        farm.write("scap/canary", &format!("{}\n", canary.0));
        farm.write("scap/targets", &rest);
        farm.write("scap/checks.yaml", CHECKS);
        farm.write(
            "scap/local.yaml",
            &format!(
                "version: 1\nroot: ../hosts\nservices: {{feed: python3 server.py {}}}\n",
                std::process::id()
            ),
        );
        farm.write("server.py", SERVER);
        farm.git(&["init", "-q", "-b", "master"]);
        farm
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        self.env.write(&format!("deploy/{path}"), text);
    }

    /// Commits a release of that version.
    pub(crate) fn release(&self, version: &str) -> String {
        self.write("version", &format!("{version}\n"));
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", &format!("Release {version}")]);
        self.git(&["rev-parse", "HEAD"])
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.env
            .git_in(&self.env.work().join("deploy"), arguments)
            .trim()
            .to_owned()
    }

    pub(crate) fn env(&self) -> &Env {
        &self.env
    }

    /// svcgen in the deploy repository.
    pub(crate) fn command(&self) -> Command {
        let mut command = self.env.command();
        command
            .current_dir(self.env.work().join("deploy"))
            .env("USER", "ada");
        command
    }

    pub(crate) fn svcgen(&self, arguments: &[&str]) -> Run {
        self.env.run(self.command().args(arguments))
    }

    /// The root of a host.
    pub(crate) fn root(&self, host: &str) -> PathBuf {
        self.env.work().join("hosts").join(host)
    }

    pub(crate) fn hosts(&self) -> impl Iterator<Item = &str> {
        self.hosts.iter().map(|(name, _)| name.as_str())
    }

    /// What the service of a host answers; nothing where it does not.
    pub(crate) fn answer(&self, host: &str) -> Option<String> {
        let (_, port) = self.hosts.iter().find(|(name, _)| name == host).unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", port.number)).ok()?;
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        Some(text.split_once("\r\n\r\n")?.1.to_owned())
    }

    /// What the services of all hosts answer, in their order.
    pub(crate) fn answers(&self) -> Vec<Option<String>> {
        self.hosts().map(|host| self.answer(host)).collect()
    }

    /// Runs a host's own `service`, as a person may.
    pub(crate) fn service(&self, host: &str, action: &str) -> Run {
        let mut command = Command::new(self.root(host).join(".svcgen/bin/service"));
        self.env.run(command.args(["feed", action]))
    }
}

impl Drop for LocalFarm {
    fn drop(&mut self) {
        for (host, _) in &self.hosts {
            let service = self.root(host).join(".svcgen/bin/service");
            if service.exists() {
                let _stopped = Command::new(service).args(["feed", "stop"]).output();
            }
        }
    }
}
