//! Ports that another process has.

use super::all;
use crate::support::LocalFarm;

#[test]
fn a_port_that_another_process_has_is_told_before_anything_is_touched() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let port = farm.env().read("hosts/l01/.svcgen/port");
    let port: u16 = port.trim().parse().unwrap();
    let listener = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    for command in [
        &["deploy", "--dry-run"][..],
        &["deploy", "--on-failure", "stop"],
    ] {
        let run = farm.svcgen(command);
        assert_eq!(run.code, 20, "{}", run.show());
        let said = run.stderr.split_once("error: ").unwrap().1;
        assert_eq!(
            said,
            format!(
                "l01 cannot be deployed to; nothing was touched\n\
                 cause: l01: another process has the port {port}: something listens on it, and the service does not run\n\
                 hint: another `first_port` in `scap/local.yaml` gives new hosts other ports; now it is 6100\n\
                 hint: `--limit '!l01'` leaves it out\n"
            )
        );
    }
    assert!(!farm.root("l00").join("srv").exists());
    drop(listener);
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    // One that somebody else has started has its own port.
    let deployed = farm.root("l01").join("srv/deployment/feed");
    std::fs::remove_dir_all(&deployed).unwrap();
    farm.release("2");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(farm.answers(), all(&farm, "2"));
}

#[test]
fn a_port_that_another_process_took_meanwhile_is_told_where_something_was_live() {
    let farm = LocalFarm::new(1);
    let config = std::fs::read_to_string(farm.env().work().join("deploy/scap/scap.cfg")).unwrap();
    farm.write(
        "scap/scap.cfg",
        &config.replace("service_timeout: 20", "service_timeout: 60"),
    );
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let stopped = farm.svcgen(&["service", "stop", "--yes", "-l", "l01"]);
    assert_eq!(stopped.code, 0, "{}", stopped.show());
    let port = farm.env().read("hosts/l01/.svcgen/port");
    let port: u16 = port.trim().parse().unwrap();
    let _listener = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let begun = std::time::Instant::now();
    let started = farm.svcgen(&["service", "start", "--yes", "-l", "l01"]);
    let said = format!("another process has the port {port}");
    assert_eq!(started.code, 21, "{}", started.show());
    assert!(started.stderr.contains(&said), "{}", started.show());
    let hint = format!("hint: `ss -ltnp 'sport = :{port}'` there shows which\n");
    assert!(started.stderr.contains(&hint), "{}", started.show());
    let run = farm.svcgen(&["service", "restart", "-l", "l01"]);
    assert!(begun.elapsed().as_secs() < 40, "{}", run.show());
    let told = format!(
        "another process has the port {port}: something listens on it, and feed does not run"
    );
    assert!(run.stderr.contains(&told), "{}", run.show());
    assert!(!run.stderr.contains("still the old one"), "{}", run.show());
    assert!(run.stderr.contains(&hint), "{}", run.show());
}

/// A farm with a release on all hosts, and the port of `l01`.
fn deployed() -> (LocalFarm, u16) {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let port = farm.env().read("hosts/l01/.svcgen/port");
    let port = port.trim().parse().unwrap();
    (farm, port)
}

/// Deploys a new release where the port is another's, and then where it is free.
fn is_told_before_anything_is_touched(farm: &LocalFarm, port: u16) {
    let listener = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let again = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(again.code, 3, "{}", again.show());
    let told = format!("cause: l01: another process has the port {port}: feed is ");
    assert!(again.stderr.contains(&told), "{}", again.show());
    let hint = format!("hint: `ss -ltnp 'sport = :{port}'` there shows which\n");
    assert!(again.stderr.contains(&hint), "{}", again.show());
    farm.release("2");
    for command in [
        &["deploy", "--dry-run"][..],
        &["deploy", "--on-failure", "rollback"],
    ] {
        let run = farm.svcgen(command);
        assert_eq!(run.code, 20, "{}", run.show());
        let said = run.stderr.split_once("error: ").unwrap().1;
        let told = format!(
            "l01 cannot be deployed to; nothing was touched\n\
             cause: l01: another process has the port {port}: something listens on it, and the service does not run\n\
             hint: `ss -ltnp 'sport = :{port}'` there shows which\n\
             hint: `--limit '!l01'` leaves it out\n"
        );
        assert_eq!(said, told);
    }
    assert_eq!(farm.answer("l00").as_deref(), Some("1"));
    drop(listener);
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(farm.answers(), all(farm, "2"));
}

#[test]
fn a_port_that_another_process_has_is_told_where_the_service_was_stopped() {
    let (farm, port) = deployed();
    let stopped = farm.svcgen(&["service", "stop", "--yes", "-l", "l01"]);
    assert_eq!(stopped.code, 0, "{}", stopped.show());
    is_told_before_anything_is_touched(&farm, port);
}

#[test]
fn a_port_that_another_process_has_is_told_where_the_service_ended_by_itself() {
    let (farm, port) = deployed();
    let told = farm.service("l01", "status").stdout;
    let group = format!("-{}", told.trim().rsplit(' ').next().unwrap());
    let kill = std::process::Command::new("kill")
        .args(["-KILL", "--", &group])
        .status();
    assert!(kill.unwrap().success());
    while farm.service("l01", "status").code == 0 {
        std::thread::yield_now();
    }
    is_told_before_anything_is_touched(&farm, port);
}

#[test]
fn status_tells_of_a_port_that_another_process_has() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let stopped = farm.svcgen(&["service", "stop", "--yes", "-l", "l01"]);
    assert_eq!(stopped.code, 0, "{}", stopped.show());
    let port = farm.env().read("hosts/l01/.svcgen/port");
    let port: u16 = port.trim().parse().unwrap();
    let json = |farm: &LocalFarm| {
        let run = farm.svcgen(&["service", "status", "--format", "json"]);
        let rows: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let taken = rows.as_array().unwrap().iter();
        taken
            .map(|row| row["taken"].as_bool().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(json(&farm), [false, false]);
    let _listener = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    assert_eq!(json(&farm), [false, true]);
    let run = farm.svcgen(&["service", "status"]);
    assert_eq!(run.code, 3, "{}", run.show());
    assert!(
        run.stdout.contains(&format!("{port} TAKEN")),
        "{}",
        run.show()
    );
    let told = format!(
        "! another process has the port {port}, so the service cannot start:\n  l01\n  \
         next: ss -ltnp 'sport = :{port}'    there shows which\n"
    );
    assert!(run.stdout.contains(&told), "{}", run.show());
}

#[test]
fn folders_and_ports_that_cannot_be_are_told_with_what_sets_them() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let refused = |settings: &str| {
        farm.write("scap/local.yaml", &format!("version: 1\n{settings}\n"));
        let run = farm.svcgen(&["deploy", "--on-failure", "stop"]);
        assert_eq!(run.code, 20, "{}", run.show());
        run.stderr
    };
    let said = refused("root: /dev/null/x\nservices: {feed: 'true'}");
    assert!(said.contains("hint: correct `root` in `"), "{said}");
    let root = farm.env().work().join("others");
    let settings = format!(
        "root: {}\nfirst_port: 65535\nservices: {{feed: 'true'}}",
        root.display()
    );
    let said = refused(&settings);
    let told = "there is no port left for it: they are counted from `first_port`, 65535";
    assert!(said.contains(told), "{said}");
    assert!(said.contains("hint: a lower `first_port` in `"), "{said}");
}

#[test]
fn without_ssh_its_package_is_named() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let bin = farm.env().home().join("bin");
    std::fs::create_dir(&bin).unwrap();
    let git = which::which("git").unwrap();
    std::os::unix::fs::symlink(git, bin.join("git")).unwrap();
    let mut command = farm.command();
    command
        .args(["deploy", "--dry-run", "--engine", "ssh"])
        .env("PATH", bin);
    let run = farm.env().run(&mut command);
    assert_eq!(run.code, 20, "{}", run.show());
    assert!(
        run.stderr
            .contains("`ssh` is not installed on this machine"),
        "{}",
        run.show()
    );
    assert!(
        run.stderr
            .contains("hint: `apt-get install openssh-client`"),
        "{}",
        run.show()
    );
    assert!(!run.stderr.contains("no such file"), "{}", run.show());
}

#[test]
fn a_service_that_ends_while_it_is_looked_at_has_no_open_port() {
    let farm = LocalFarm::new(0);
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    // Its port was open when the look began.
    let service = farm.root("l00").join(".svcgen/bin/service");
    let kept = service.with_file_name("service.kept");
    std::fs::rename(&service, &kept).unwrap();
    let dying = format!("#!/bin/sh\n{0} \"$1\" stop\nexit 1\n", kept.display());
    std::fs::write(&service, dying).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&service, mode).unwrap();
    let run = farm.svcgen(&["service", "status", "--format", "json"]);
    std::fs::rename(&kept, &service).unwrap();
    let rows: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(rows[0]["state"], "failed", "{}", run.show());
    assert_eq!(rows[0]["open"], false, "{}", run.show());
    assert_eq!(rows[0]["taken"], false, "{}", run.show());
}
