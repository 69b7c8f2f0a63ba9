//! `svcgen build` with real installations of npm, by the npm of this machine.

mod container;
mod engines;
mod failures;
mod modules;
mod packages;
mod registry;
mod repositories;

use crate::support::kitchen::{DEPLOY, Kitchen, SOURCE};
use crate::support::{Lab, has_tool};

/// A package with files that are stripped, and files that stay.
const CUP: &[(&str, &str)] = &[
    (
        "package.json",
        "{\"name\": \"cup\", \"version\": \"1.2.0\"}",
    ),
    ("index.js", "module.exports = 'a cup';\n"),
    ("README.md", "about\n"),
    ("LICENSE", "free\n"),
    (".github/ci.yaml", "on: push\n"),
];

fn package(cup: &str) -> String {
    format!(
        "{{\n  \"name\": \"tea\",\n  \"version\": \"0.1.0\",\n  \"dependencies\": {{\"cup\": \"{cup}\"}},\n  \
         \"deploy\": {{\n    \"target\": \"debian\",\n    \"dependencies\": {{\"_all\": [\"libtea-dev\"], \"ubuntu\": [\"no\"]}}\n  }}\n}}\n"
    )
}

/// A service that depends on one package, with a lock file.
fn kitchen() -> Kitchen {
    let kitchen = Kitchen::new(&[
        ("app.js", "require('cup');\n"),
        (".gitignore", "node_modules\n"),
    ]);
    let cup = kitchen.package("cup", CUP);
    kitchen.write("package.json", &package(&cup));
    kitchen.lock();
    kitchen.commit("Begin\n\nBug: T1");
    kitchen
}

#[test]
fn the_first_build_imports_the_source_and_its_modules() {
    if !has_tool("npm") {
        return;
    }
    let kitchen = kitchen();
    let before = kitchen.state();
    let run = kitchen.built(&[]);
    insta::assert_snapshot!(run.show(), @"
    exit 0
    --- stdout
    tea in GERRIT/work/tea-deploy
      source    SHORT, the first one, of master of GERRIT/git/tea
      modules   rebuilt:
                - there is no `node_modules` yet
      image     none: on this machine
      node      system
      packages  libtea-dev
      command   npm ci --omit=dev
      change    a new one on svcgen/tea-build, for origin/master
    --- stderr
    build: the log is HOME/.local/state/svcgen/builds/tea/TIME.log
    build: npm ci --omit=dev
      added 1 package in TIME
    build: committed SHORT on svcgen/tea-build
    next: svcgen build --no-container --review
    ");
    assert_eq!(
        kitchen.files(),
        [
            ".gitmodules",
            "README.md",
            "node_modules/cup/LICENSE",
            "node_modules/cup/index.js",
            "node_modules/cup/package.json",
            "package.json",
            "scap/scap.cfg",
            "src",
        ]
    );
    let show = |path: &str| kitchen.git(&["show", &format!("{}:{path}", Kitchen::TOPIC)]);
    assert_eq!(show("package.json"), "src/package.json");
    let url = kitchen.bare(SOURCE);
    assert_eq!(
        show(".gitmodules"),
        format!("[submodule \"src\"]\n\tpath = src\n\turl = {url}")
    );
    let topic = format!(
        "refs/heads/{} {}\n",
        Kitchen::TOPIC,
        kitchen.git(&["rev-parse", Kitchen::TOPIC])
    );
    assert_eq!(kitchen.state().replace(&topic, ""), before);
    assert_eq!(kitchen.leftovers(), 0);
}

#[test]
fn a_dry_run_says_what_would_be_done() {
    if !has_tool("npm") {
        return;
    }
    let kitchen = kitchen();
    let before = kitchen.state();
    let run = kitchen.build(&["--dry-run"]);
    insta::assert_snapshot!(run.show(), @"
    exit 0
    --- stdout
    tea in GERRIT/work/tea-deploy
      source    SHORT, the first one, of master of GERRIT/git/tea
      modules   rebuilt:
                - there is no `node_modules` yet
      image     none: on this machine
      node      system
      packages  libtea-dev
      command   npm ci --omit=dev
      change    a new one on svcgen/tea-build, for origin/master
    --- stderr
    next: svcgen build --no-container
    ");
    let run = kitchen.build(&["--dry-run", "--format", "json"]);
    insta::assert_snapshot!(run.show(), @r#"
    exit 0
    --- stdout
    {
      "service": "tea",
      "root": "GERRIT/work/tea-deploy",
      "source": {
        "path": "src",
        "url": "GERRIT/git/tea",
        "branch": "master",
        "now": null,
        "pending": null,
        "next": "OBJECT",
        "next_short": "SHORT",
        "commits": [],
        "removed": 0
      },
      "modules": {
        "action": "built",
        "reasons": [
          {
            "reason": "no_modules"
          }
        ],
        "image": null,
        "node": "system",
        "npm": null,
        "packages": {
          "apt": [
            "libtea-dev"
          ],
          "files": [],
          "sources": []
        },
        "command": "npm ci --omit=dev",
        "environment": {}
      },
      "change": {
        "action": "new"
      },
      "topic": "svcgen/tea-build",
      "upstream": "origin/master",
      "warnings": [],
      "built": null,
      "review": null
    }
    --- stderr
    "#);
    assert_eq!(kitchen.state(), before);
}

#[test]
fn changed_sources_keep_the_modules_and_update_the_change_that_waits() {
    if !has_tool("npm") {
        return;
    }
    let kitchen = kitchen();
    kitchen.built(&["--review"]);
    let first = kitchen.message();
    let modules = kitchen.git(&["rev-parse", &format!("{}:node_modules", Kitchen::TOPIC)]);
    kitchen.merge(1);
    kitchen.write("app.js", "require('cup'); // 1\n");
    kitchen.commit("Fill the cup\n\nBug: T20\nBug: T3");
    insta::assert_snapshot!(kitchen.built(&["--review"]).show(), @"
    exit 0
    --- stdout
    tea in GERRIT/work/tea-deploy
      source    SHORT -> SHORT, of master
                SHORT Fill the cup
      modules   kept: what they depend on has not changed
      change    a new one on svcgen/tea-build, for origin/master
    --- stderr
    build: committed SHORT on svcgen/tea-build
    build: sent for review: https://gerrit.example.org/r/c/+/2
    ");
    kitchen.write("app.js", "require('cup'); // 2\n");
    kitchen.commit("Fill it again\n\nBug: T3");
    let id = trailer(&kitchen.message(), "Change-Id");
    assert_ne!(id, trailer(&first, "Change-Id"));
    insta::assert_snapshot!(kitchen.built(&["--review"]).show(), @"
    exit 0
    --- stdout
    tea in GERRIT/work/tea-deploy
      source    SHORT -> SHORT, of master
                the change that waits has SHORT
                SHORT Fill the cup
                SHORT Fill it again
      modules   kept: what they depend on has not changed
      change    CHANGE-ID on svcgen/tea-build is
                updated, for origin/master
    --- stderr
    build: amended SHORT on svcgen/tea-build
    build: updated in review: https://gerrit.example.org/r/c/+/2
    ");
    let message = kitchen.message();
    assert_eq!(trailer(&message, "Change-Id"), id);
    for name in [
        "Modules-From",
        "Modules-With",
        "Modules-Lock",
        "Modules-Inputs",
    ] {
        assert_eq!(trailer(&message, name), trailer(&first, name));
    }
    let (list, _) = message.split_once("\n\nSource-Commit:").unwrap();
    let list: Vec<&str> = list.lines().skip(2).collect();
    assert!(
        list[1].ends_with(" Fill the cup") && list[2].ends_with(" Fill it again"),
        "{message}"
    );
    assert_eq!(list.len(), 3);
    assert!(
        message.contains("\nBug: T20\nBug: T3\nChange-Id: "),
        "{message}"
    );
    assert_eq!(
        kitchen.git(&["rev-parse", &format!("{}:node_modules", Kitchen::TOPIC)]),
        modules
    );
    let changes = kitchen.gerrit.changes(DEPLOY);
    assert_eq!((changes.len(), &changes[1]["patch"]), (2, &2.into()));
}

#[test]
fn what_is_unchanged_is_not_built() {
    if !has_tool("npm") {
        return;
    }
    let kitchen = kitchen();
    kitchen.built(&[]);
    let before = kitchen.state();
    insta::assert_snapshot!(kitchen.built(&[]).show(), @"
    exit 0
    --- stdout
    tea in GERRIT/work/tea-deploy
      source    SHORT, the first one, of master of GERRIT/git/tea
      modules   kept: what they depend on has not changed
      change    nothing to do: CHANGE-ID on
                svcgen/tea-build has it all
    --- stderr
    next: svcgen build --no-container --review
    ");
    assert_eq!(kitchen.state(), before);
    kitchen.built(&["--review"]);
    kitchen.merge(1);
    insta::assert_snapshot!(kitchen.built(&["--review"]).show(), @"
    exit 0
    --- stdout
    tea in GERRIT/work/tea-deploy
      source    SHORT, as before, of master
      modules   kept: what they depend on has not changed
      change    nothing to do: origin/master has it all
    --- stderr
    ");
}

#[test]
fn two_builds_in_different_places_make_the_same_tree() {
    if !has_tool("npm") {
        return;
    }
    let kitchen = kitchen();
    kitchen.built(&[]);
    let tree = || kitchen.git(&["rev-parse", &format!("{}^{{tree}}", Kitchen::TOPIC)]);
    let first = tree();
    let commit = kitchen.git(&["rev-parse", Kitchen::TOPIC]);
    kitchen.git(&["branch", "-D", Kitchen::TOPIC]);
    let elsewhere = kitchen.env.home().join("elsewhere/deeper");
    let run = kitchen
        .env
        .run(kitchen.command(&["--yes"]).env("XDG_CACHE_HOME", elsewhere));
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(tree(), first);
    // Author and time are the same in tests: so is the commit.
    assert_eq!(kitchen.git(&["rev-parse", Kitchen::TOPIC]), commit);
}

/// The engine whose containers builds run in.
fn lab() -> Option<Lab> {
    Lab::get().filter(|_| has_tool("npm"))
}

fn trailer(message: &str, name: &str) -> String {
    let line = message.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("no {name} in {message}"))
        .to_owned()
}
