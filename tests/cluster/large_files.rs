//! Large files, which are not in git: those of git-lfs, and how git-fat is called.

use std::process::Command;

use crate::support::{Deployer, Env, Host, Lab, LargeFiles, Repository, State, has_tool};

const FILE: &str = "cat /srv/deployment/tea-pot/deploy/leaves.bin";

/// Puts the git-lfs of this machine on a host: what hosts have is git alone.
fn install(lab: &Lab, host: &Host, program: &std::path::Path) {
    let mut copy: Command = lab.ssh(host, &[], "cat >/tmp/git-lfs && chmod 755 /tmp/git-lfs");
    copy.stdin(std::fs::File::open(program).unwrap());
    assert!(copy.status().unwrap().success());
    host.sh("mv /tmp/git-lfs /usr/bin/git-lfs");
}

#[test]
fn a_release_has_the_large_files_of_git_lfs_or_is_none() {
    let Some(lab) = Lab::get() else { return };
    if !has_tool("git-lfs") {
        return;
    }
    let program = which::which("git-lfs").unwrap();
    let [one, two] = lab.hosts();
    let hosts = [&one, &two];
    let env = Env::new();
    let repository = Repository::new(&env, &[], &hosts);
    repository.git(&["lfs", "install", "--local"]);
    repository.git(&["lfs", "track", "*.bin"]);
    repository.set("git_binary_manager", "git-lfs");
    let first_leaves = "first leaves\n".repeat(5000);
    repository.write("leaves.bin", &first_leaves);
    let first = repository.commit("Leaves");
    let store = LargeFiles::start(lab.address(), &repository.folder());
    repository.git(&["remote", "add", "origin", &store.origin()]);
    let deployer = Deployer::new(&lab, &env, &repository);

    // Where git-lfs is not installed, that is found while nothing is touched.
    let run = deployer.deploy();
    assert_eq!(run.code, 20, "{}", run.show());
    let lacks = format!("{}, {}: `git-lfs` is not installed", one.name(), two.name());
    assert!(run.stderr.contains(&lacks), "{}", run.stderr);
    assert!(run.stderr.contains("nothing was touched"), "{}", run.stderr);
    for host in hosts {
        assert_eq!(host.state(), State::nothing());
        let made = host.sh("ls -d /srv/deployment/tea-pot/deploy-cache 2>/dev/null || true");
        assert_eq!(made, "");
        install(&lab, host, &program);
    }
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    for host in hosts {
        assert_eq!(host.state(), State::settled(&first));
        assert_eq!(host.sh(FILE), first_leaves);
    }

    // One that nobody has: no release, and what is live stays.
    repository.write("leaves.bin", "second leaves\n");
    repository.commit("More leaves");
    let object = repository.git(&["lfs", "ls-files", "--long"]);
    let object = object.split(' ').next().unwrap().to_owned();
    let kept = repository.folder().join(format!(
        ".git/lfs/objects/{}/{}/{object}",
        &object[..2],
        &object[2..4]
    ));
    let aside = env.work().join("aside");
    std::fs::rename(&kept, &aside).unwrap();
    let run = deployer.deploy();
    assert_eq!(run.code, 20, "{}", run.show());
    assert!(
        run.stderr.contains("git lfs cannot get the large files"),
        "{}",
        run.stderr
    );
    for host in hosts {
        assert_eq!(host.state(), State::settled(&first));
        assert_eq!(host.releases(), [first.as_str()]);
        assert_eq!(host.sh(FILE), first_leaves);
    }
    std::fs::rename(&aside, &kept).unwrap();
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    for host in hosts {
        assert_eq!(host.sh(FILE), "second leaves\n");
    }
}

/// There is no package of git-fat: this is how it is called, and that its failure counts.
#[test]
fn git_fat_is_called_in_each_release() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    repository.set("git_binary_manager", "git-fat");
    let first = repository.commit("Fat");
    let deployer = Deployer::new(&lab, &env, &repository);
    let install = |code: u8| {
        host.sh(&format!(
            "printf '#!/bin/sh\\necho \"$PWD $*\" >>/tmp/fat\\n[ $1 = init ] || exit {code}\\n' >/usr/local/bin/git-fat
             chmod 755 /usr/local/bin/git-fat"
        ));
    };
    install(1);
    let run = deployer.deploy();
    assert_eq!(run.code, 20, "{}", run.show());
    assert!(
        run.stderr.contains("git fat cannot get the large files"),
        "{}",
        run.stderr
    );
    assert_eq!(host.state(), State::nothing());
    install(0);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(host.state(), State::settled(&first));
    let calls = host.sh("cat /tmp/fat");
    let made = format!("/srv/deployment/tea-pot/deploy-cache/.svcgen/tmp/{first}");
    for folder in [made.clone(), format!("{made}/src")] {
        for verb in ["init", "pull"] {
            assert!(
                calls.contains(&format!("{folder} {verb}\n")),
                "{folder} {verb}: {calls}"
            );
        }
    }
}
