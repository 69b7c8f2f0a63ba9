//! `svcgen generate`: all repositories of a service at once, each behind a server that plays Gerrit.

mod elsewhere;
mod in_review;
mod left_out;
mod reverted;

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::Env;
use crate::support::gerrit::Gerrit;
use crate::support::samples::{GENERATE, TREES};

/// Four checkouts, each with a server.
struct Farm {
    env: Env,
    gerrit: Gerrit,
}

impl Farm {
    fn new() -> Self {
        let (env, gerrit) = (Env::with_model(), Gerrit::new());
        for (tree, branch) in TREES {
            let bare = gerrit.create(tree);
            env.repository(tree);
            env.git(tree, &["branch", "--move", branch]);
            env.git(
                tree,
                &["remote", "add", "origin", &format!("file://{bare}")],
            );
            env.git(tree, &["push", "--quiet", "origin", branch]);
            env.git(tree, &["fetch", "--quiet", "origin"]);
        }
        Self { env, gerrit }
    }

    /// What a run says of itself; the diffs are left to the tests of each generator.
    fn run(&self, options: &[&str]) -> String {
        let run = self.env.svcgen(&[GENERATE, options].concat());
        let home = self.gerrit.path("");
        let said = run.stderr.replace(home.as_str(), "GERRIT/");
        format!("exit {}\n{said}", run.code)
    }

    /// The changes on the servers, one a line: tree, number, patch set, topic, branch, Change-Id.
    fn changes(&self) -> String {
        let lines = TREES.iter().flat_map(|(tree, _)| {
            self.gerrit.changes(tree).into_iter().map(move |change| {
                let text = |key: &str| change[key].as_str().unwrap_or_default().to_owned();
                let (id, options, branch) = (text("id"), text("options"), text("branch"));
                format!(
                    "{tree} {} {} {options} {branch} {}\n",
                    change["number"],
                    change["patch"],
                    &id[..8]
                )
            })
        });
        lines.collect()
    }

    /// Somebody else's commit on the server.
    fn push_other(&self, tree: &str, path: &str, from: &str, to: &str) {
        let branch = TREES.iter().find(|(name, _)| name == &tree).unwrap().1;
        let clone = format!("other-{tree}");
        let bare = format!("file://{}", self.gerrit.path("git").join(tree));
        self.env.git(
            ".",
            &["clone", "--quiet", "--branch", branch, &bare, &clone],
        );
        self.env.replace(&format!("{clone}/{path}"), from, to);
        self.env.git(
            &clone,
            &["commit", "--quiet", "--all", "--message", "someone else's"],
        );
        self.env.git(&clone, &["push", "--quiet", "origin", branch]);
    }
}

#[test]
fn all_are_sent_once_and_updated_when_the_model_changes() {
    let farm = Farm::new();
    assert_snapshot!(farm.run(&["--review"]), @"
    exit 0

    MediaWiki-Vagrant
    vagrant: HOME/work/vagrant: changes 4 files, 49 lines added, 0 removed
    vagrant: written
    vagrant: committed 2ec22e667f on svcgen/trending-edits
    vagrant: sent for review: https://gerrit.example.org/r/c/+/1

    the source repository
    source: HOME/work/source: changes 1 file, 12 lines added, 1 removed
    source: written
    source: committed 09b7345eb1 on svcgen/trending-edits
    source: sent for review: https://gerrit.example.org/r/c/+/1

    the deploy repository
    scap: HOME/work/deploy: changes 5 files, 24 lines added, 0 removed
    scap: written
    scap: committed c2e78e764b on svcgen/trending-edits
    scap: sent for review: https://gerrit.example.org/r/c/+/1

    operations/puppet
    puppet: HOME/work/puppet: changes 4 files, 40 lines added, 0 removed
    puppet: written
    puppet: committed b7c7d14246 on svcgen/trending-edits
    puppet: sent for review: https://gerrit.example.org/r/c/+/1
    ");
    assert_snapshot!(farm.changes(), @"
    vagrant 1 1 topic=svcgen/trending-edits main Ibe24921
    puppet 1 1 topic=svcgen/trending-edits live I6d6d743
    deploy 1 1 topic=svcgen/trending-edits master I52731df
    source 1 1 topic=svcgen/trending-edits master I389da84
    ");
    let first = farm.changes();
    assert_snapshot!(farm.run(&["--review"]), @"
    exit 0

    MediaWiki-Vagrant
    vagrant: HOME/work/vagrant: nothing to write
    vagrant: nothing to commit on svcgen/trending-edits
    vagrant: the review server has this already, nothing new; if it was abandoned there, restore it, or begin another one with `--topic NAME`

    the source repository
    source: HOME/work/source: nothing to write
    source: nothing to commit on svcgen/trending-edits
    source: the review server has this already, nothing new; if it was abandoned there, restore it, or begin another one with `--topic NAME`

    the deploy repository
    scap: HOME/work/deploy: nothing to write
    scap: nothing to commit on svcgen/trending-edits
    scap: the review server has this already, nothing new; if it was abandoned there, restore it, or begin another one with `--topic NAME`

    operations/puppet
    puppet: HOME/work/puppet: nothing to write
    puppet: nothing to commit on svcgen/trending-edits
    puppet: the review server has this already, nothing new; if it was abandoned there, restore it, or begin another one with `--topic NAME`
    ");
    assert_eq!(farm.changes(), first);

    farm.env.replace(
        "svcgen.yaml",
        "port: 6699",
        "port: 6700\ntickets: {service_request: T42}",
    );
    assert_snapshot!(farm.run(&["--review"]), @"
    exit 0

    MediaWiki-Vagrant
    vagrant: HOME/work/vagrant: changes 2 files, 2 lines added, 2 removed
    vagrant: written
    vagrant: amended 47ec0207fc on svcgen/trending-edits
    vagrant: updated in review: https://gerrit.example.org/r/c/+/1

    the source repository
    source: HOME/work/source: nothing to write
    source: amended 5859e9c63a on svcgen/trending-edits
    source: updated in review: https://gerrit.example.org/r/c/+/1

    the deploy repository
    scap: HOME/work/deploy: changes 1 file, 1 line added, 1 removed
    scap: written
    scap: amended 3f738fc0dc on svcgen/trending-edits
    scap: updated in review: https://gerrit.example.org/r/c/+/1

    operations/puppet
    puppet: HOME/work/puppet: changes 1 file, 1 line added, 1 removed
    puppet: written
    puppet: amended 0eb019f10b on svcgen/trending-edits
    puppet: updated in review: https://gerrit.example.org/r/c/+/1
    ");
    assert_snapshot!(farm.changes(), @"
    vagrant 1 2 topic=svcgen/trending-edits main Ibe24921
    puppet 1 2 topic=svcgen/trending-edits live I6d6d743
    deploy 1 2 topic=svcgen/trending-edits master I52731df
    source 1 2 topic=svcgen/trending-edits master I389da84
    ");
    for (tree, branch) in TREES {
        let commits = farm.env.git(
            tree,
            &[
                "rev-list",
                "--count",
                &format!("origin/{branch}..svcgen/trending-edits"),
            ],
        );
        assert_eq!(commits, "1\n", "{tree}");
        assert_eq!(farm.env.status(tree), "", "{tree}");
    }
    assert_snapshot!(farm.env.git("puppet", &["log", "-1", "--format=%B"]), @"
    trendingedits: Add role and profile

    Computes the list of currently trending articles from the stream of
    edits.

    Bug: T42
    Change-Id: I6d6d74308e8063b4f2b3273763731a59021f4a1f
    ");
}

#[test]
fn what_is_merged_and_has_not_changed_is_not_sent_again() {
    let farm = Farm::new();
    let run = farm.run(&["--review"]);
    assert!(run.starts_with("exit 0"), "{run}");
    for (tree, _) in TREES {
        farm.gerrit.merge(tree, 1);
    }
    assert_snapshot!(farm.run(&["--review"]), @"
    exit 0

    MediaWiki-Vagrant
    vagrant: HOME/work/vagrant: nothing to write
    vagrant: nothing to commit on svcgen/trending-edits
    vagrant: nothing to send, it is merged

    the source repository
    source: HOME/work/source: nothing to write
    source: nothing to commit on svcgen/trending-edits
    source: nothing to send, it is merged

    the deploy repository
    scap: HOME/work/deploy: nothing to write
    scap: nothing to commit on svcgen/trending-edits
    scap: nothing to send, it is merged

    operations/puppet
    puppet: HOME/work/puppet: nothing to write
    puppet: nothing to commit on svcgen/trending-edits
    puppet: nothing to send, it is merged
    ");
    // A change of the model concerns some of them.
    farm.env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    let run = farm.run(&["--review"]);
    assert!(run.starts_with("exit 0"), "{run}");
    assert!(run.contains("source: nothing to send"), "{run}");
    for name in ["vagrant", "scap", "puppet"] {
        assert!(run.contains(&format!("{name}: sent for review")), "{run}");
    }
}

#[test]
fn json_is_one_document() {
    let farm = Farm::new();
    farm.env.write(
        "vagrant/puppet/modules/role/settings/trendingedits.yaml",
        "vagrant_ram: 1\n",
    );
    farm.env
        .git("puppet", &["rm", "-r", "--quiet", "hieradata"]);
    let run = farm
        .env
        .svcgen(&[GENERATE, &["--dry-run", "--format", "json"]].concat());
    assert_eq!(run.code, 11, "{}", run.show());
    let mut document: Value = serde_json::from_str(&run.stdout).unwrap();
    for repository in document["repositories"].as_array_mut().unwrap() {
        for key in ["edits", "unchanged"] {
            if let Some(files) = repository[key].as_array() {
                repository[key] = files.len().into();
            }
        }
    }
    assert_snapshot!(format!("{document:#}"), @r#"
    {
      "repositories": [
        {
          "generator": "vagrant",
          "root": "HOME/work/vagrant",
          "edits": 3,
          "unchanged": 0,
          "conflicts": [
            {
              "path": "puppet/modules/role/settings/trendingedits.yaml",
              "line": null,
              "reason": "it already exists, and svcgen did not write it",
              "kind": "foreign"
            }
          ],
          "kept": [],
          "setting": null,
          "warnings": [],
          "is_applied": false,
          "commit": null,
          "review": null,
          "failure": {
            "exit_code": 11,
            "message": "puppet/modules/role/settings/trendingedits.yaml: it already exists, and svcgen did not write it",
            "causes": [],
            "hints": [
              "correct the file by hand so that it says what svcgen would write, or change the model",
              "`svcgen vagrant --repo HOME/work/vagrant --conflicts yours` keeps what is there, `--conflicts svcgen` takes what svcgen wants"
            ]
          }
        },
        {
          "generator": "source",
          "root": "HOME/work/source",
          "edits": 1,
          "unchanged": 0,
          "conflicts": [],
          "kept": [],
          "setting": {
            "key": "deploy.dir",
            "before": null,
            "after": "HOME/work/deploy"
          },
          "warnings": [],
          "is_applied": false,
          "commit": null,
          "review": null
        },
        {
          "generator": "scap",
          "root": "HOME/work/deploy",
          "edits": 5,
          "unchanged": 0,
          "conflicts": [],
          "kept": [],
          "setting": null,
          "warnings": [],
          "is_applied": false,
          "commit": null,
          "review": null
        },
        {
          "generator": "puppet",
          "failure": {
            "exit_code": 2,
            "message": "`HOME/work/puppet` is not recognised as an operations/puppet tree",
            "causes": [
              "looked for modules/service/manifests/node.pp with `define service::node`",
              "looked for modules/role/manifests/ or manifests/role/",
              "looked for hieradata/"
            ],
            "hints": [
              "name the root of its checkout: by an option, or in the configuration"
            ]
          }
        }
      ]
    }
    "#);
}
