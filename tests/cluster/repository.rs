//! The deploy repository of the tests, and the least that a deploy of it is.

use std::process::Command;

use crate::support::{Env, GitServer, Host, KEY, Lab, Repository};

/// Deploys with `tests/cluster/loop`.
fn deploy(lab: &Lab, url: &str, revision: &str, hosts: &[&Host]) {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cluster/loop");
    let output = Command::new(program)
        .arg(lab.ssh_config())
        .args([url, KEY, revision])
        .args(hosts.iter().map(|host| host.name()))
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
}

#[test]
fn hosts_get_a_release_and_its_submodule_over_http() {
    let Some(lab) = Lab::get() else { return };
    let [one, two] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&one], &[&two]);
    repository.grow(20, 20_000);
    repository.set("service_timeout", "5");
    let first = repository.commit("Packages");
    let server = GitServer::start(lab.address(), KEY, &repository.folder());
    assert!(server.url().contains(&server.authority()));
    deploy(&lab, &server.url(), &first, &[&one, &two]);
    let sent = server.sent().len();
    let second = repository.release("2");
    deploy(&lab, &server.url(), &second, &[&one, &two]);
    for host in [&one, &two] {
        assert_eq!(host.live().as_ref(), Some(&second));
        assert_eq!(host.current().as_ref(), Some(&second));
        host.sh("service tea-pot start");
        assert_eq!(host.serves().unwrap().source, "2");
        let files = format!("find /srv/deployment/{KEY}/ -name '*.bin' -size 1000c | wc -l");
        assert_eq!(host.sh(&files), "20\n");
    }
    // Of the second release only what is new.
    let again: usize = server.sent()[sent..].iter().map(|sent| sent.bytes).sum();
    assert!(again < 20_000, "{:?}", &server.sent()[sent..]);
    assert!(
        server
            .sent()
            .iter()
            .any(|sent| sent.path.contains("/modules/src/"))
    );
}
