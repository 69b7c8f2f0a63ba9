//! Submodules whose names and paths are no plain words.

use crate::support::{Deployer, Env, KEY, Lab, Repository, State};

#[test]
fn a_submodule_is_deployed_whatever_its_name_and_path_are() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    repository.set("cache_revs", "1");
    // The name of one is the beginning of another.
    let modules = [
        ("my lib", "lib of mine"),
        ("my", "own/lib"),
        ("it's a \"lib\"", "a;b #c \"d\""),
    ];
    for (name, path) in modules {
        let local = ["-c", "protocol.file.allow=always", "submodule", "--quiet"];
        let add = ["add", "--name", name, "../source", path];
        repository.git(&[&local[..], &add].concat());
    }
    let first = repository.commit("More modules");
    let deployer = Deployer::new(&lab, &env, &repository);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(host.state(), State::settled(&first));

    for (_, path) in modules {
        repository.write(&format!("{path}/version"), "2\n");
        let folder = repository.folder().join(path);
        env.git_in(&folder, &["commit", "-q", "-a", "-m", "2"]);
    }
    let second = repository.commit("Second");
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(host.state(), State::settled(&second));
    let cache = format!("/srv/deployment/{KEY}-cache/cache/.git");
    for (name, path) in modules {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
        let place = format!("/srv/deployment/{KEY}/{path}");
        let read = host.sh(&format!(
            "cd {} && cat version && git -c safe.directory='*' status --porcelain",
            quoted(&place)
        ));
        assert_eq!(read, "2\n", "{path}");
        // The release that was taken away holds no objects any more.
        let refs = host.sh(&format!(
            "git -c safe.directory='*' --git-dir={} for-each-ref refs/svcgen",
            quoted(&format!("{cache}/modules/{name}"))
        ));
        assert!(refs.contains(&second) && !refs.contains(&first), "{refs}");
    }
}
