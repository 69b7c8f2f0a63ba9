//! Servers beside the hosts: the ticket system, where deploys are announced, and those that do not answer.

use std::net::TcpListener;

use super::{findings, fix};
use crate::support::desk::Desk;

/// Adds places where deploys are announced to the site of a desk.
fn announce(desk: &Desk, places: &str) {
    let site = desk.env.home().join("config/svcgen/sites/desk.yaml");
    let text = std::fs::read_to_string(&site).unwrap();
    std::fs::write(site, format!("{text}announce:\n{places}")).unwrap();
}

#[test]
fn the_ticket_system_is_asked_whose_token_it_is() {
    let desk = Desk::new();
    let doctor = ["doctor", "request", "--format", "json"];
    let run = desk.svcgen(&doctor);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(findings(&run)("conduit"), "fine: it belongs to ada");
    let run = desk.svcgen(&[&doctor[..], &["--offline"]].concat());
    assert_eq!(findings(&run)("conduit"), "fine: there is one; not asked");

    let mut command = desk.env.command();
    let wrong = "api-00000000000000000000000000000";
    command.args(doctor).env("SVCGEN_CONDUIT_TOKEN", wrong);
    let run = desk.env.run(&mut command);
    let found = findings(&run)("conduit");
    assert!(found.starts_with("doubtful: the server refused"), "{found}");
    assert!(fix(&run, "conduit").contains("make a new token"));
    assert!(!run.stdout.contains(wrong), "{}", run.stdout);
}

#[test]
fn where_deploys_are_announced_is_tried() {
    let desk = Desk::new();
    let bot = TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = |listener: &TcpListener| listener.local_addr().unwrap().port();
    announce(
        &desk,
        &format!(
            "  - tcpircbot: {{host: 127.0.0.1, port: {}}}\n  - tcpircbot: {{host: 127.0.0.1, port: {}}}\n  \
             - command: [no-such-notifier, '{{message}}']\n  - command: [sh, '{{message}}']\n",
            port(&bot),
            port(&gone)
        ),
    );
    drop(gone);
    let run = desk.svcgen(&["doctor", "deploy"]);
    let shown = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        &format!(
            "ok where deploys are announced, 127.0.0.1:{}: it accepts connections",
            port(&bot)
        )[..],
        "connection refused",
        "doubtful where deploys are announced, no-such-notifier: there is no `no-such-notifier`",
        "ok where deploys are announced, sh: it is there",
        "-> deploys work without it; `--no-announce` does not try",
    ] {
        assert!(shown.contains(words), "{words}: {}", run.show());
    }
}

#[test]
fn nobody_who_does_not_answer_is_waited_for_long() {
    let desk = Desk::new();
    // It takes connections, and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let site = desk.env.home().join("config/svcgen/sites/desk.yaml");
    let text = std::fs::read_to_string(&site).unwrap();
    let text = text.replace(&desk.conduit.url, &format!("http://{address}"));
    let gerrit = "gerrit: {host: review.farm.example}\n";
    std::fs::write(site, format!("{text}{gerrit}")).unwrap();
    let ssh_config = desk.env.home().join("ssh_config");
    std::fs::write(&ssh_config, "Host *\n  ProxyCommand sleep 600\n").unwrap();
    let mut command = desk.env.command();
    command
        .args([
            "doctor", "request", "build", "deploy", "vagrant", "--format", "json",
        ])
        .env("SVCGEN_CONDUIT_TOKEN", "api-abcdefghijklmnopqrstuvwxyz12")
        .env("SVCGEN_SSH_CONFIG", ssh_config)
        .env("DOCKER_HOST", format!("tcp://{address}"));
    let run = desk.env.run(&mut command);
    assert_eq!(run.code, 3, "{}", run.show());
    let found = findings(&run);
    // On a busy machine even connecting may take its time.
    let conduit = ["it takes too long", "does not answer within"];
    for (id, words) in [
        ("conduit", &conduit[..]),
        ("container", &["not answer"]),
        ("gerrit", &["timed out"]),
        ("hosts", &["timed out"]),
    ] {
        let is_told = words.iter().any(|words| found(id).contains(words));
        assert!(is_told, "{id}: {}", found(id));
    }
    // What is typed gets where svcgen did.
    let typed = "ssh -F HOME/ssh_config";
    assert_eq!(fix(&run, "hosts"), format!("{typed} a1.farm.example"));
    assert_eq!(
        fix(&run, "gerrit"),
        format!("{typed} -p 29418 review.farm.example")
    );
}
