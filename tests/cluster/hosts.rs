//! The hosts do to svcgen what hosts do: without that, no test of a fault would mean anything.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::support::{Host, Lab};

/// An ssh connection whose far end sends back what it gets.
struct Echo {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Echo {
    fn start(lab: &Lab, host: &Host, options: &[&str]) -> Self {
        let mut command = lab.ssh(host, options, "cat");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut echo = Self {
            child,
            input,
            output,
        };
        echo.send("first");
        assert_eq!(echo.receive(), "first\n");
        echo
    }

    fn send(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
    }

    fn receive(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line
    }

    /// Waits for its end; returns the exit code and what ssh said.
    fn end(self) -> (i32, String) {
        let output = self.child.wait_with_output().unwrap();
        let words = String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), words)
    }
}

/// Ends with exit code 255, and what ssh says.
#[track_caller]
fn assert_refused(mut command: Command, words: &str) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(255), "{said}");
    assert!(said.contains(words), "{said}");
}

#[track_caller]
fn assert_prints(mut command: Command, expected: &str) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}

/// A silence that ssh itself takes for the end, after a second or two.
const IMPATIENT: &[&str] = &["-oServerAliveInterval=1", "-oServerAliveCountMax=1"];
const SOON: &[&str] = &["-oConnectTimeout=2"];

#[test]
fn has_what_a_target_has_and_nothing_else() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    assert_prints(
        lab.ssh(&host, &[], "id -un; hostname; command -v git python3"),
        &format!("deploy-service\n{}\n/usr/bin/git\n", host.name()),
    );
}

#[test]
fn another_key_than_the_known_one_is_refused() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    assert_prints(lab.ssh(&host, &[], "echo known"), "known\n");
    host.change_key();
    assert_refused(lab.ssh(&host, &[], "true"), "Host key verification failed");
    // It stays another one when the power fails.
    host.kill();
    host.boot();
    assert_refused(lab.ssh(&host, &[], "true"), "Host key verification failed");
}

#[test]
fn where_the_link_is_down_connections_fall_silent() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let mut patient = Echo::start(&lab, &host, &[]);
    let impatient = Echo::start(&lab, &host, IMPATIENT);
    host.cut();
    patient.send("while it was down");
    let (code, words) = impatient.end();
    assert_eq!(code, 255);
    assert!(words.contains("not responding"), "{words}");
    host.join();
    assert_eq!(patient.receive(), "while it was down\n");
}

#[test]
fn where_packets_are_lost_connecting_hangs() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let mut patient = Echo::start(&lab, &host, &[]);
    host.drop_packets();
    patient.send("while packets were lost");
    assert_refused(lab.ssh(&host, SOON, "true"), "Connection timed out");
    host.undrop_packets();
    assert_eq!(patient.receive(), "while packets were lost\n");
    assert_prints(lab.ssh(&host, &[], "echo again"), "again\n");
}

#[test]
fn without_sshd_new_connections_are_refused_and_old_ones_live() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let mut old = Echo::start(&lab, &host, &[]);
    host.refuse();
    assert_refused(lab.ssh(&host, &[], "true"), "Connection refused");
    old.send("still there");
    assert_eq!(old.receive(), "still there\n");
    host.accept();
    assert_prints(lab.ssh(&host, &[], "echo again"), "again\n");
}

#[test]
fn a_hang_up_ends_connections_and_takes_new_ones() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let connection = Echo::start(&lab, &host, &[]);
    host.hang_up();
    let (code, words) = connection.end();
    assert_eq!(code, 255, "{words}");
    assert_prints(lab.ssh(&host, &[], "echo again"), "again\n");
}

#[test]
fn what_was_written_is_there_after_a_power_failure_and_no_process_is() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let begin = "echo kept >~/kept; echo kept >/srv/deployment/kept; setsid sleep 3600 </dev/null >/dev/null 2>&1 &";
    assert_prints(lab.ssh(&host, &[], begin), "");
    assert_eq!(host.processes_of("deploy-service"), ["sleep 3600"]);
    let mut connection = Echo::start(&lab, &host, &[]);
    host.kill();
    assert_refused(lab.ssh(&host, SOON, "true"), "Connection timed out");
    host.boot();
    // The host has never heard of this connection, and says so when asked. Where its answer came
    // earlier (ssh had something to send again), nobody is there to write to.
    let _sent = writeln!(connection.input, "anybody there?");
    assert_eq!(connection.end().0, 255);
    assert_eq!(host.processes_of("deploy-service"), [""; 0]);
    assert_prints(
        lab.ssh(&host, &[], "cat ~/kept /srv/deployment/kept"),
        "kept\nkept\n",
    );
}

#[test]
fn a_full_disk_takes_nothing_until_it_is_larger() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    host.disk("1M");
    let large = "head -c 2000000 /dev/zero >/srv/deployment/large";
    let output = lab.ssh(&host, &[], large).output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(words.contains("No space left on device"), "{words}");
    host.disk("4M");
    assert_prints(lab.ssh(&host, &[], large), "");
    host.fill();
    let output = lab
        .ssh(&host, &[], "echo more >/srv/deployment/more")
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(words.contains("No space left on device"), "{words}");
    // As with a real disk, a file without its content.
    assert_eq!(host.sh("stat -c %s /srv/deployment/more"), "0\n");
}

#[test]
fn a_readonly_disk_takes_nothing_even_where_it_is_busy() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let write = "echo more >/srv/deployment/more";
    let readonly = || {
        host.make_readonly();
        let output = lab.ssh(&host, &[], write).output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(words.contains("Read-only file system"), "{words}");
        host.make_writable();
        assert_prints(lab.ssh(&host, &[], write), "");
    };
    readonly();
    let keep_open = "setsid sleep 3600 >/srv/deployment/open 2>&1 </dev/null &";
    assert_prints(lab.ssh(&host, &[], keep_open), "");
    readonly();
}

#[test]
fn a_borrowed_host_is_as_new() {
    let Some(lab) = crate::support::PrivateLab::start(1) else {
        return;
    };
    let [host] = lab.hosts();
    host.sh("rm /usr/bin/git; mkdir -p /srv/deployment/tea-pot; chown root: /srv/deployment; echo FAULT=deaf >>/etc/default/tea-pot");
    host.disk("1M");
    host.make_readonly();
    host.change_key();
    host.drop_packets();
    drop(host);
    let [host] = lab.hosts();
    let state = "command -v git; ls /srv/deployment; echo >/srv/deployment/mine; grep FAULT= /etc/default/tea-pot";
    assert_prints(lab.ssh(&host, &[], state), "/usr/bin/git\nFAULT=\n");
    host.refuse();
    host.cut();
    host.kill();
    drop(host);
    let [host] = lab.hosts();
    assert_prints(lab.ssh(&host, &[], "ls /srv/deployment"), "");
    assert_eq!(
        host.sh("df --output=size -BM /srv | tail -n 1").trim(),
        "2048M"
    );
}
