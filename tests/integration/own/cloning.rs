//! Cloning what a service owns.

use insta::assert_snapshot;

use super::{env, said};
use crate::support::Env;
use crate::support::gerrit::Gerrit;

/// A home whose site is on a server that plays Gerrit.
fn farm() -> (Env, Gerrit) {
    let (env, gerrit) = (Env::with_model(), Gerrit::new());
    let site = env.home().join("config/svcgen/sites/example.yaml");
    let text = std::fs::read_to_string(&site).unwrap();
    let url = text.replace("https://review.farm.example/p", &gerrit.url());
    assert_ne!(url, text);
    std::fs::write(site, url).unwrap();
    (env, gerrit)
}

/// What a run says without the names of its commits: they hold the address of the server.
fn unnamed(env: &Env, arguments: &[&str]) -> String {
    let said = said(env, arguments);
    let lines = said
        .lines()
        .map(|line| match line.split_once(": committed ") {
            Some((generator, rest)) => format!("{generator}: committed COMMIT{}\n", &rest[10..]),
            None => format!("{line}\n"),
        });
    lines.collect()
}

const SOURCE: &str = "wiki/services/trending-edits";

const DEPLOY: &str = "wiki/services/trending-edits/deploy";

#[test]
fn what_a_service_owns_is_cloned_begun_and_filled() {
    let (env, gerrit) = farm();
    gerrit.with_clone(
        SOURCE,
        &[("package.json", "{\n  \"name\": \"trending-edits\"\n}\n")],
    );
    gerrit.create(DEPLOY);
    assert_snapshot!(unnamed(&env, &["scap", "--clone", "code", "--yes", "--review"]), @"
    exit 0
    wiki/services/trending-edits/deploy cloned into HOME/work/code/deploy; it was empty, its first commit was pushed
    scap: HOME/work/code/deploy: changes 6 files, 34 lines added, 2 removed
    verified: scap directory
    scap: written
    scap: committed COMMIT on svcgen/trending-edits
    scap: sent for review: https://gerrit.example.org/r/c/+/1
    ");
    assert_snapshot!(unnamed(&env, &["source", "--clone", "code", "--yes", "--review"]), @"
    exit 0
    wiki/services/trending-edits cloned into HOME/work/code/trending-edits
    source: HOME/work/code/trending-edits: changes 1 file, 12 lines added, 1 removed
    source: written
    source: committed COMMIT on svcgen/trending-edits
    source: sent for review: https://gerrit.example.org/r/c/+/1
    ");
    assert_eq!(gerrit.changes(SOURCE).len(), 1);
    assert_eq!(gerrit.changes(DEPLOY).len(), 1);
    assert_snapshot!(unnamed(&env, &["scap", "--clone", "code", "--yes", "--review"]), @"
    exit 0
    wiki/services/trending-edits/deploy is there already, and up to date: HOME/work/code/deploy
    scap: HOME/work/code/deploy: nothing to write
    scap: nothing to commit on svcgen/trending-edits
    scap: the review server has this already, nothing new; if it was abandoned there, restore it, or begin another one with `--topic NAME`
    ");
    assert_snapshot!(unnamed(&env, &["source", "--clone", "code", "--yes", "--review"]), @"
    exit 0
    wiki/services/trending-edits is there already, and up to date: HOME/work/code/trending-edits
    source: HOME/work/code/trending-edits: nothing to write
    source: nothing to commit on svcgen/trending-edits
    source: the review server has this already, nothing new; if it was abandoned there, restore it, or begin another one with `--topic NAME`
    ");
    assert_eq!(gerrit.changes(SOURCE)[0]["patch"], 1);
    assert_eq!(gerrit.changes(DEPLOY)[0]["patch"], 1);
    assert_snapshot!(env.git("code/deploy", &["log", "--format=%s %D"]), @"
    scap: Set up the deployment of trending-edits HEAD -> svcgen/trending-edits
    Begin the deploy repository gerrit/master, master
    ");
}

#[test]
fn a_first_commit_that_may_not_be_pushed_is_sent_for_review() {
    let (env, gerrit) = farm();
    gerrit.create(DEPLOY);
    gerrit.set(DEPLOY, "direct", false);
    gerrit.set(DEPLOY, "empty", true);
    assert_snapshot!(unnamed(&env, &["scap", "--clone", "code", "--yes", "--review"]), @"
    exit 0
    wiki/services/trending-edits/deploy cloned into HOME/work/code/deploy; it was empty, its first commit was sent for review
    scap: HOME/work/code/deploy: changes 6 files, 34 lines added, 2 removed
    verified: scap directory
    scap: written
    scap: committed COMMIT on svcgen/trending-edits
    scap: sent for review: https://gerrit.example.org/r/c/+/2
    ");
    let changes: Vec<_> = gerrit
        .changes(DEPLOY)
        .iter()
        .map(|change| change["options"].clone())
        .collect();
    assert_snapshot!(format!("{changes:?}"), @r#"[String("topic=svcgen/trending-edits"), String("topic=svcgen/trending-edits")]"#);
}

#[test]
fn what_cannot_be_cloned_is_told() {
    let (env, gerrit) = farm();
    let run =
        |arguments: &[&str]| said(&env, arguments).replace(gerrit.path("").as_str(), "GERRIT/");
    assert_snapshot!(run(&["source", "--clone", "code", "--yes"]), @"
    exit 1
    error: `git clone --quiet -- file://GERRIT/git/wiki/services/trending-edits HOME/work/code/trending-edits` failed
    cause: fatal: 'GERRIT/git/wiki/services/trending-edits' does not appear to be a git repository
           fatal: Could not read from remote repository.
           Please make sure you have the correct access rights
           and the repository exists.
    hint: `svcgen doctor` checks git, its settings, and the servers
    ");
    env.write("code/deploy", "a file");
    assert_snapshot!(run(&["scap", "--clone", "code", "--yes"]), @"
    exit 11
    error: `HOME/work/code/deploy` already exists, and is not a git checkout
    hint: move it elsewhere, or name another folder
    ");
    assert_snapshot!(run(&["scap", "--clone", "new", "--dry-run"]), @"
    exit 2
    error: `--clone` makes a checkout, which a dry run does not
    hint: leave out `--dry-run`, or name a checkout that is there with `--repo DIR`
    ");
    assert!(!env.work().join("new").exists());
    assert_snapshot!(run(&["scap", "--clone", "code", "--repo", "code"]), @"
    exit 2
    error: the argument '--clone <DIR>' cannot be used with '--repo <CHECKOUT>'

    Usage: svcgen scap --clone <DIR>

    For more information, try '--help'.
    ");
}

#[test]
fn what_is_read_first_is_told_when_it_is_wrong() {
    let env = env("puppet");
    let dry = ["puppet", "--repo", "puppet", "--dry-run"];
    let site = env.home().join("config/svcgen/sites/example.yaml");
    let right = std::fs::read_to_string(&site).unwrap();
    std::fs::write(
        &site,
        right.replace("host: review.farm.example", "host: review farm"),
    )
    .unwrap();
    assert_snapshot!(said(&env, &dry), @"
    exit 2
    error: `HOME/config/svcgen/sites/example.yaml` has a mistake
      × `review farm` is not a host name
       ╭─[HOME/config/svcgen/sites/example.yaml:6:9]
     5 │ gerrit:
     6 │   host: review farm
       ·         ───────────
     7 │   port: 29419
       ╰────
      help: labels of lower-case letters, digits and hyphens, separated by dots
    ");
    std::fs::write(&site, right).unwrap();
    assert_snapshot!(said(&env, &[&dry[..], &["--site", "exampel"]].concat()), @"
    exit 2
    error: there is no site `exampel`
    hint: did you mean `example`?
    ");
    assert_snapshot!(said(&env, &[&dry[..], &["--site", "../x"]].concat()), @"
    exit 2
    error: --site: `../x` is not a site name: lower-case letters, digits, underscores and hyphens, beginning with a letter, at most 63 characters
    hint: known: example, sandbox, wikimedia
    ");
    assert_snapshot!(said(&env, &[&dry[..], &["--config", "none.yaml"]].concat()), @"
    exit 2
    error: `none.yaml` cannot be read
    cause: no such file or directory
    hint: is the path right? `ls -l` shows what is there
    ");
    env.write("config.yaml", "checkouts: [\n");
    assert_snapshot!(said(&env, &[&dry[..], &["--config", "config.yaml"]].concat()), @"
    exit 2
    error: `config.yaml` has a mistake
      × the bracket `[` is not closed
       ╭─[config.yaml:1:12]
     1 │ checkouts: [
       ·            ▲
       ╰────
    ");
    let model = env.read("svcgen.yaml");
    env.write(
        "svcgen.yaml",
        &model
            .replace("type: Integer", "type: Integr")
            .replace("port: 6699", "port: 80"),
    );
    assert_snapshot!(said(&env, &dry), @"
    exit 2
    error: `HOME/work/svcgen.yaml` has 2 mistakes
      × `80` is not a port
       ╭─[HOME/work/svcgen.yaml:6:7]
     5 │   Computes the list of currently trending articles from the stream of edi…
     6 │ port: 80
       ·       ──
     7 │ owner: {name: Ada Example, shell: ada}
       ╰────
      help: from 1024 to 65535

      × `Integr` is not a Puppet data type
        ╭─[HOME/work/svcgen.yaml:14:13]
     13 │     - name: max_age
     14 │       type: Integr
        ·             ──────
     15 │       default: 86400
        ╰────
      help: `Integr` is not a type that hieradata can hold; did you mean
            `Integer`?
    ");
    std::fs::write(env.work().join("svcgen.yaml"), b"name: \xff\n").unwrap();
    assert_snapshot!(said(&env, &dry), @"
    exit 2
    error: `HOME/work/svcgen.yaml` is not UTF-8 text
    hint: `file HOME/work/svcgen.yaml` shows what it is
    ");
    std::fs::remove_file(env.work().join("svcgen.yaml")).unwrap();
    assert_snapshot!(said(&env, &dry), @"
    exit 2
    error: there is no `svcgen.yaml` here or above
    hint: `svcgen new` writes one
    hint: `--service FILE` names one that is elsewhere
    ");
    env.write("svcgen.yaml", &model);
    env.replace(
        "puppet/modules/service/manifests/node.pp",
        "define service::node(",
        "define service::node(\n    String $needed,",
    );
    assert_snapshot!(said(&env, &dry), @"
    exit 2
    error: this tree's `service::node` requires `needed`, which svcgen does not know
    hint: add it to the model: `runtime: {extra: {needed: ...}}`
    ");
    env.git("puppet", &["checkout", "--quiet", "."]);
    let templates = env.home().join("config/svcgen/templates/operations-puppet");
    std::fs::create_dir_all(&templates).unwrap();
    std::fs::write(templates.join("role.pp.tera"), "{{ nothing }}\n").unwrap();
    assert_snapshot!(said(&env, &dry), @"
    exit 2
    error: the template `HOME/config/svcgen/templates/operations-puppet/role.pp.tera` has a mistake
    cause: Variable `nothing` is not defined. Available variables: annotations, includes, license, name, role, system_role
            --> HOME/config/svcgen/templates/operations-puppet/role.pp.tera:1:4
             |
           1 | {{ nothing }}
             |    ^^^^^^^
    hint: correct the template, or remove it: svcgen has one of its own
    ");
    std::fs::write(templates.join("role.pp.tera"), b"\xff").unwrap();
    assert_snapshot!(said(&env, &dry), @"
    exit 2
    error: the template `HOME/config/svcgen/templates/operations-puppet/role.pp.tera` cannot be read
    cause: stream did not contain valid UTF-8
    hint: correct the template, or remove it: svcgen has one of its own
    ");
}
