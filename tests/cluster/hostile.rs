//! Input that somebody means ill with, or that went wrong: refused, or harmless.

use crate::support::{Deployer, Env, Lab, Repository, State};

#[test]
fn a_host_or_a_revision_that_looks_like_an_option_is_refused() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    let deployer = Deployer::new(&lab, &env, &repository);
    let mark = env.home().join("mark");
    for (arguments, words) in [
        (
            ["deploy", "--rev=--upload-pack=touch mark"],
            "it begins with `-`",
        ),
        (["deploy", "--limit=-oProxyCommand=touch mark"], "--limit: "),
        (
            ["rollback", "--to=--upload-pack=touch mark"],
            "it begins with `-`",
        ),
    ] {
        let more: &[&str] = match arguments[0] {
            "deploy" => &["--on-failure", "stop"],
            _ => &[],
        };
        let run = deployer.run(&[&arguments, more].concat());
        assert_eq!(run.code, 2, "{}", run.show());
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
    for name in ["-oProxyCommand=touch mark", "-F/dev/null", "a;touch mark"] {
        repository.write("scap/targets", &format!("{}\n{name}\n", host.name()));
        repository.commit(name);
        let run = deployer.deploy();
        // What stands behind the name of a host is a remark.
        let code = if name.starts_with('-') { 2 } else { 20 };
        assert_eq!(run.code, code, "{name}: {}", run.show());
    }
    assert!(!mark.exists() && !env.has("mark") && !repository.folder().join("mark").exists());
    assert_eq!(host.state(), State::nothing());
}

#[test]
fn a_list_of_hosts_or_a_template_without_end_is_refused_soon() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    let deployer = Deployer::new(&lab, &env, &repository);
    let names: String = (0..600_000)
        .map(|number| format!("t{number}.example\n"))
        .collect();
    repository.write("scap/targets", &names);
    repository.commit("Everyone");
    let run = deployer.deploy();
    assert_eq!(run.code, 2, "{}", run.show());
    assert!(
        run.stderr
            .contains("scap/targets: this is not a list of hosts"),
        "{}",
        run.stderr
    );

    repository.write("scap/targets", &format!("{}\n", host.name()));
    repository.set("config_deploy", "True");
    repository.write(
        "scap/config-files.yaml",
        "---\n/srv/tea.yaml:\n  template: tea.yaml.j2\n",
    );
    repository.write("scap/vars.yaml", "a: 1\n");
    let endless =
        "{% for a in range(99999) %}{% for b in range(99999) %}{{ b }}{% endfor %}{% endfor %}\n";
    repository.write("scap/templates/tea.yaml.j2", endless);
    repository.commit("For ever");
    let run = deployer.deploy();
    assert!(matches!(run.code, 2 | 20), "{}", run.show());
    assert!(run.stderr.contains("tea.yaml"), "{}", run.stderr);
    assert!(run.stderr.contains("nothing was touched"), "{}", run.stderr);
    assert_eq!(host.state(), State::nothing());
}

#[test]
fn a_check_is_run_as_it_stands_whatever_is_in_it() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    let checks = r#"checks:
  words:
    type: command
    after: fetch
    command: |
      sh -c 'printf "%s\n" "$@" >/tmp/words' it "it's" 'a "b"' '$HOME; touch /tmp/mark' "two
      lines" \\ 'é`id`'
  shell:
    type: command
    after: fetch
    shell: true
    command: |
      printf '%s\n' "it's" '"$(id -un)"' >/tmp/shell
      echo "$(id -un)" >>/tmp/shell
"#;
    repository.write("scap/checks.yaml", checks);
    let revision = repository.commit("Words");
    let run = Deployer::new(&lab, &env, &repository).deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    let words = "it's\na \"b\"\n$HOME; touch /tmp/mark\ntwo\nlines\n\\\né`id`\n";
    assert_eq!(host.sh("cat /tmp/words"), words);
    assert_eq!(
        host.sh("cat /tmp/shell"),
        "it's\n\"$(id -un)\"\ndeploy-service\n"
    );
    assert!(!host.try_sh("test -e /tmp/mark").status.success());
    assert_eq!(host.state(), State::settled(&revision));
}
