use std::fs::File;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::{KEY, Served, lab, program};

/// A host that a test has borrowed.
pub(crate) struct Host {
    lab: PathBuf,
    name: String,
    address: IpAddr,
    /// Locked; whoever drops it gives the host back.
    _lease: File,
}

impl Host {
    pub(super) fn new(lab: &Path, name: String, lease: File) -> Self {
        let address = lab::read(&lab.join("hosts").join(&name).join("address"));
        Self {
            lab: lab.to_owned(),
            name,
            address: address.parse().unwrap(),
            _lease: lease,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn address(&self) -> IpAddr {
        self.address
    }

    /// Takes the network link down.
    pub(crate) fn cut(&self) {
        self.hosts("cut", &[]);
    }

    /// Takes the network link up again.
    pub(crate) fn join(&self) {
        self.hosts("join", &[]);
    }

    /// Loses every packet from and to this machine.
    pub(crate) fn drop_packets(&self) {
        self.hosts("drop", &[]);
    }

    /// Loses packets no longer.
    pub(crate) fn undrop_packets(&self) {
        self.hosts("undrop", &[]);
    }

    /// Stops its sshd; connections stay.
    pub(crate) fn refuse(&self) {
        self.hosts("refuse", &[]);
    }

    /// Starts its sshd again.
    pub(crate) fn accept(&self) {
        self.hosts("accept", &[]);
    }

    /// Kills the sshd of each connection.
    pub(crate) fn hang_up(&self) {
        self.hosts("hangup", &[]);
    }

    /// Ends all its processes at once, as when the power fails.
    pub(crate) fn kill(&self) {
        self.hosts("kill", &[]);
    }

    /// Starts it with its disk as it was.
    pub(crate) fn boot(&self) {
        self.hosts("boot", &[]);
    }

    /// Gives the file system of `/srv` a size.
    pub(crate) fn disk(&self, size: &str) {
        self.hosts("disk", &[size]);
    }

    /// Leaves no space in `/srv`.
    pub(crate) fn fill(&self) {
        self.hosts("fill", &[]);
    }

    /// Makes `/srv` read-only.
    pub(crate) fn make_readonly(&self) {
        self.hosts("readonly", &[]);
    }

    /// Makes `/srv` writable again.
    pub(crate) fn make_writable(&self) {
        self.hosts("writable", &[]);
    }

    /// Gives it another host key.
    pub(crate) fn change_key(&self) {
        self.hosts("newkey", &[]);
    }

    /// Gives it a Python.
    pub(super) fn install_python(&self) {
        self.hosts("python", &[]);
    }

    fn hosts(&self, verb: &str, more: &[&str]) {
        hosts(&self.lab, verb, &[&[self.name.as_str()], more].concat());
    }

    /// Runs a shell's text on it as root, not over ssh; returns what it printed.
    pub(crate) fn sh(&self, text: &str) -> String {
        let output = self.try_sh(text);
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {text}: {words}", self.name);
        String::from_utf8(output.stdout).unwrap()
    }

    /// Writes a file of it.
    pub(crate) fn write(&self, path: &str, mode: u32, text: &str) {
        let end = "END_OF_THE_FILE";
        self.sh(&format!(
            "mkdir -p \"$(dirname {path})\" && cat >{path} <<'{end}' && chmod {mode} {path}\n{text}\n{end}"
        ));
    }

    /// Runs a shell's text on it as root, whatever comes of it.
    pub(crate) fn try_sh(&self, text: &str) -> Output {
        Command::new(program("hosts"))
            .args(["sh", &self.name, "sh", "-c", text])
            .env("SVCGEN_TEST_LAB", &self.lab)
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap()
    }

    /// The revision that is in place, where the service looks.
    pub(crate) fn live(&self) -> Option<String> {
        self.revision(&format!("/srv/deployment/{KEY}"))
    }

    /// The revision that `current` leads to.
    pub(crate) fn current(&self) -> Option<String> {
        self.revision(&format!("/srv/deployment/{KEY}-cache/current"))
    }

    /// The last release that was finalized.
    pub(crate) fn done(&self) -> Option<String> {
        self.revision(&format!("/srv/deployment/{KEY}-cache/.done"))
    }

    /// Where a link leads: the last part of it, if that is a folder.
    pub(super) fn revision(&self, link: &str) -> Option<String> {
        let path = self.sh(&format!("[ ! -d {link}/ ] || readlink -f {link}"));
        let (_, name) = path.trim_end().rsplit_once('/')?;
        Some(name.to_owned())
    }

    /// The releases that are there, whole or not.
    pub(crate) fn releases(&self) -> Vec<String> {
        let list = self.sh(&format!(
            "ls -A /srv/deployment/{KEY}-cache/revs 2>/dev/null || true"
        ));
        list.lines().map(str::to_owned).collect()
    }

    /// Who holds the lock.
    pub(crate) fn lock(&self) -> Option<String> {
        let owner = format!("/srv/deployment/{KEY}-cache/.svcgen/lock/owner");
        let text = self.sh(&format!("[ ! -e {owner} ] || cat {owner}"));
        (!text.is_empty()).then_some(text)
    }

    /// What the service answers, if it does.
    pub(crate) fn serves(&self) -> Option<Served> {
        Served::by(self.address)
    }

    /// The command lines of a user's processes, but for the sshd of a connection.
    pub(crate) fn processes_of(&self, user: &str) -> Vec<String> {
        let list = self.sh(&format!(
            "for process in /proc/[0-9]*; do
                 [ \"$(stat -c %U $process 2>/dev/null)\" = {user} ] || continue
                 tr '\\0\\n' '  ' 2>/dev/null <$process/cmdline && echo
             done; true"
        ));
        // One that is just ending has no words any more.
        let is_one = |line: &&str| !line.trim().is_empty() && !line.starts_with("sshd: ");
        let lines = list.lines().filter(is_one);
        lines.map(|line| line.trim_end().to_owned()).collect()
    }
}

/// Does something to hosts of a lab.
pub(super) fn hosts(lab: &Path, verb: &str, arguments: &[&str]) {
    let output = Command::new(program("hosts"))
        .arg(verb)
        .args(arguments)
        .env("SVCGEN_TEST_LAB", lab)
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "hosts {verb} {arguments:?}: {words}"
    );
}
