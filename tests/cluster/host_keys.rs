//! Hosts that do not prove to be who they are known as.

use insta::assert_snapshot;

use crate::support::{Deployer, Env, Lab, Repository, Run, State, lettered};

#[test]
fn a_host_key_that_is_not_the_known_one_comes_with_what_puts_it_right() {
    let Some(lab) = Lab::get() else { return };
    let [renewed, unknown, good] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&good], &[&renewed, &unknown]);
    let deployer = Deployer::new(&lab, &env, &repository);
    // Keys that this user knows; of one host there is none.
    let known = std::fs::read_to_string(lab.folder().join("known_hosts")).unwrap();
    let name = |line: &str| line.split(',').next().unwrap().to_owned();
    let known: String = known
        .lines()
        .filter(|line| name(line) != unknown.name())
        .map(|line| format!("{line}\n"))
        .collect();
    let line = 1 + known
        .lines()
        .position(|line| name(line) == renewed.name())
        .unwrap();
    let file = env.home().join("known_hosts");
    std::fs::write(&file, known).unwrap();
    let config = env.home().join("ssh_config");
    let include = std::fs::read_to_string(&config).unwrap();
    let own = format!("UserKnownHostsFile {}\n{include}", file.display());
    std::fs::write(&config, own).unwrap();
    renewed.change_key();

    let said = |run: &Run| {
        assert_eq!(run.code, 20, "{}", run.show());
        lettered(&run.stderr, &lab, &[&renewed, &unknown, &good])
    };
    let only = |host: &str| deployer.run(&["deploy", "--dry-run", "-l", host]);
    let run = only(renewed.name());
    let place = format!("known_hosts:{line} has another");
    assert!(run.stderr.contains(&place), "{}", run.stderr);
    assert_snapshot!(said(&run), @"
    error: A cannot be deployed to; nothing was touched
    cause: A: the host key of ADDRESS-A has changed: it offers ED25519 SHA256:PRINT, and HOME/known_hosts:LINE has another
    hint: if whoever runs A confirms that fingerprint: `ssh-keygen -f HOME/known_hosts -R ADDRESS-A`, then `ssh -F HOME/ssh_config -o StrictHostKeyChecking=ask deploy-service@A`
    ");
    assert_snapshot!(said(&only(unknown.name())), @"
    error: B cannot be deployed to; nothing was touched
    cause: B: the host key of ADDRESS-B is not known here
    hint: `ssh -F HOME/ssh_config -o StrictHostKeyChecking=ask deploy-service@B` shows its fingerprint: answer `yes` where whoever runs B confirms it
    ");
    let run = deployer.run(&["service", "restart", "--dry-run"]);
    assert!(said(&run).contains("\nhint: `--limit '!"), "{}", run.stderr);

    // The command that it proposes takes the old key away; then the host is one that is not known.
    let (_, rest) = run.stderr.split_once("`ssh-keygen ").unwrap();
    let command = format!("ssh-keygen {}", rest.split('`').next().unwrap());
    let command = command.replace("HOME", &env.home().display().to_string());
    let done = std::process::Command::new("sh")
        .args(["-c", &command])
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command}: {words}");
    let run = only(renewed.name());
    assert!(said(&run).contains("is not known here"), "{}", run.stderr);
    assert_eq!(renewed.state(), State::nothing());
}
