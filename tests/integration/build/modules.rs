//! When modules are built, and what becomes of them.

use std::path::Path;

use super::{kitchen, package, trailer};
use crate::support::kitchen::Kitchen;
use crate::support::{Run, has_tool, lacks};

/// A module that is compiled.
const NATIVE: &[(&str, &str)] = &[
    (
        "lib/kettle/package.json",
        "{\"name\": \"kettle\", \"version\": \"1.0.0\", \"scripts\": {\"install\": \"node-gyp rebuild\"}}",
    ),
    (
        "lib/kettle/index.js",
        "module.exports = require('./build/Release/kettle.node');\n",
    ),
    (
        "lib/kettle/binding.gyp",
        "{\"targets\": [{\"target_name\": \"kettle\", \"sources\": [\"kettle.c\"]}]}\n",
    ),
    (
        "lib/kettle/kettle.c",
        "#include <node_api.h>\nstatic napi_value Init(napi_env env, napi_value exports) {\n  napi_value hot;\n  \
         napi_get_boolean(env, true, &hot);\n  napi_set_named_property(env, exports, \"hot\", hot);\n  return exports;\n}\n\
         NAPI_MODULE(NODE_GYP_MODULE_NAME, Init)\n",
    ),
];

/// A service whose native module is a folder of its own repository.
pub(super) fn native(package: &str) -> Kitchen {
    let kitchen = Kitchen::new(NATIVE);
    kitchen.write(".gitignore", "node_modules\nbuild\n");
    kitchen.write("package.json", package);
    kitchen.lock();
    kitchen.commit("Begin");
    kitchen
}

const KETTLE: &str = "{\"name\": \"tea\", \"version\": \"0.1.0\", \"dependencies\": {\"kettle\": \"file:lib/kettle\"}}\n";

/// What the plan says about the modules.
fn plan(run: &Run) -> String {
    let lines = run.stdout.lines();
    let lines = lines.skip_while(|line| !line.starts_with("  modules"));
    let ends = ["  image", "  change"];
    let lines = lines.take_while(|line| !ends.iter().any(|end| line.starts_with(end)));
    lines
        .map(|line| format!("{}\n", line.trim_start()))
        .collect()
}

#[test]
fn a_native_module_is_compiled_and_works_where_the_source_is_not() {
    if !has_tool("npm") {
        return;
    }
    if !Path::new("/usr/include/node/node_api.h").exists() {
        return lacks("libnode-dev");
    }
    let kitchen = native(KETTLE);
    kitchen.built(&[]);
    let files = kitchen.files();
    let below = files
        .iter()
        .filter(|file| file.starts_with("node_modules/"));
    let below: Vec<&str> = below.map(String::as_str).collect();
    assert_eq!(
        below,
        [
            "node_modules/kettle/binding.gyp",
            "node_modules/kettle/build/Release/kettle.node",
            "node_modules/kettle/index.js",
            "node_modules/kettle/kettle.c",
            "node_modules/kettle/package.json",
        ]
    );
    let there = kitchen.env.work().join("there");
    kitchen.git(&[
        "worktree",
        "add",
        "--quiet",
        "--detach",
        there.to_str().unwrap(),
        Kitchen::TOPIC,
    ]);
    let mut node = std::process::Command::new("node");
    node.args(["-p", "require('kettle').hot"])
        .current_dir(&there);
    let run = kitchen.env.run(&mut node);
    assert_eq!(run.stdout, "true\n", "{}", run.show());
    kitchen.git(&["worktree", "remove", there.to_str().unwrap()]);

    let tree = || kitchen.git(&["rev-parse", &format!("{}^{{tree}}", Kitchen::TOPIC)]);
    let first = tree();
    kitchen.git(&["branch", "--quiet", "-D", Kitchen::TOPIC]);
    let elsewhere = kitchen.env.home().join("another/place");
    let mut again = kitchen.command(&["--yes"]);
    let run = kitchen.run(again.env("XDG_CACHE_HOME", elsewhere));
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(tree(), first, "{}", run.show());
}

#[test]
fn without_a_lock_file_the_newest_versions_are_taken() {
    if !has_tool("npm") {
        return;
    }
    let kitchen = Kitchen::new(&[("app.js", "")]);
    let cup = kitchen.package("cup", super::CUP);
    kitchen.write("package.json", &package(&cup));
    kitchen.commit("Begin");
    let run = kitchen.built(&[]);
    assert!(
        run.stdout.contains("command   npm install --omit=dev\n"),
        "{}",
        run.show()
    );
    let warning =
        "warning: the source has no lock file: each build takes the newest versions that fit\n";
    assert!(run.stderr.starts_with(warning), "{}", run.show());
    assert!(
        kitchen
            .files()
            .contains(&"node_modules/cup/index.js".to_owned())
    );
    assert!(!kitchen.message().contains("Modules-Lock"));
}

#[test]
fn each_reason_to_build_is_named() {
    if !has_tool("npm") {
        return;
    }
    let kitchen = kitchen();
    kitchen.built(&["--review"]);
    kitchen.merge(1);
    let text = std::fs::read_to_string(kitchen.source.join("package.json")).unwrap();
    let said = || plan(&kitchen.build(&["--dry-run"]));
    insta::assert_snapshot!(plan(&kitchen.build(&["--dry-run", "--force"])), @"
    modules   rebuilt:
    - `--force`
    ");

    kitchen.write(
        "package.json",
        &text.replace("0.1.0", "0.2.0").replace(
            "\"dependencies\": {\"cup\"",
            "\"devDependencies\": {\"mug\": \"1\"}, \"dependencies\": {\"cup\"",
        ),
    );
    kitchen.commit("What is not installed in production");
    insta::assert_snapshot!(said(), @"
    modules   kept: what they depend on has not changed
    ");

    kitchen.write("package.json", &text.replace("libtea-dev", "libtea2-dev"));
    kitchen.commit("Another package");
    insta::assert_snapshot!(said(), @"
    modules   rebuilt:
    - `package.json`: deploy stanza (dependencies)
    ");

    let script =
        "\"scripts\": {\"postinstall\": \"node tools/warm.js\"},\n  \"dependencies\": {\"cup\"";
    kitchen.write(
        "package.json",
        &text.replace("\"dependencies\": {\"cup\"", script),
    );
    kitchen.write("tools/warm.js", "");
    kitchen.commit("A script");
    insta::assert_snapshot!(said(), @"
    modules   rebuilt:
    - `package.json`: scripts of the installation (postinstall)
    - files that are installed (tools/warm.js)
    ");

    let spoon = kitchen.package(
        "spoon",
        &[(
            "package.json",
            "{\"name\": \"spoon\", \"version\": \"1.0.0\"}",
        )],
    );
    kitchen.write(
        "package.json",
        &text.replace("{\"cup\"", &format!("{{\"spoon\": \"{spoon}\", \"cup\"")),
    );
    kitchen.lock();
    kitchen.commit("A spoon");
    insta::assert_snapshot!(said(), @"
    modules   rebuilt:
    - `package.json`: dependencies (+spoon)
    - `package-lock.json` has changed
    ");
    kitchen.built(&["--review"]);
    assert!(
        kitchen
            .message()
            .contains("\nxxxxxxx Update node module dependencies\n")
    );
    assert!(
        kitchen
            .files()
            .contains(&"node_modules/spoon/package.json".to_owned())
    );
    kitchen.merge(2);

    kitchen.git(&["rm", "--quiet", "node_modules/cup/LICENSE"]);
    kitchen.git(&["commit", "--quiet", "-m", "by hand"]);
    kitchen.git(&["push", "--quiet", "origin", "HEAD:refs/heads/master"]);
    insta::assert_snapshot!(said(), @"
    modules   rebuilt:
    - `node_modules` was changed since it was built (SHORT)
    ");
    kitchen.git(&["revert", "--no-edit", "HEAD"]);
    kitchen.git(&["push", "--quiet", "origin", "HEAD:refs/heads/master"]);
    insta::assert_snapshot!(said(), @"
    modules   kept: what they depend on has not changed
    ");
}

#[test]
fn modules_that_another_tool_built_are_kept_while_nothing_changes() {
    if !has_tool("npm") {
        return;
    }
    let kitchen = kitchen();
    kitchen.built(&["--review"]);
    kitchen.merge(1);
    // As service-runner makes it: the same, without a word of what it was built of.
    kitchen.git(&["reset", "--quiet", "--soft", "HEAD~2"]);
    kitchen.git(&["commit", "--quiet", "-m", "Initial import of tea"]);
    kitchen.git(&[
        "push",
        "--quiet",
        "--force",
        kitchen.bare("tea-deploy").as_str(),
        "HEAD:refs/heads/master",
    ]);
    kitchen.git(&["branch", "--quiet", "-D", Kitchen::TOPIC]);
    kitchen.write("app.js", "// changed\n");
    kitchen.commit("Change it");
    let run = kitchen.built(&[]);
    insta::assert_snapshot!(plan(&run), @"
    modules   kept: what they depend on has not changed
    ");
    let message = kitchen.message();
    assert!(!message.contains("Modules-"), "{message}");
    assert_eq!(
        trailer(&message, "Source-Commit"),
        format!(
            ": {}",
            kitchen.gerrit.git(&kitchen.source, &["rev-parse", "HEAD"])
        )
    );
}

#[test]
fn a_service_without_dependencies_has_no_modules() {
    if !has_tool("npm") {
        return;
    }
    let kitchen = Kitchen::new(&[("package.json", "{\"name\": \"tea\"}\n")]);
    let run = kitchen.built(&[]);
    insta::assert_snapshot!(plan(&run), @"
    modules   none: the service has no dependencies
    ");
    assert_eq!(
        kitchen.files(),
        [
            ".gitmodules",
            "README.md",
            "package.json",
            "scap/scap.cfg",
            "src"
        ]
    );
}

#[test]
fn a_submodule_that_is_only_listed_is_filled() {
    if !has_tool("npm") {
        return;
    }
    let kitchen = kitchen();
    // As `svcgen scap` leaves it, with an address that is relative to that of the deploy repository.
    let listed =
        "# by hand\n[submodule \"code\"]\n\tpath = lib/code\n\turl = ../tea\n\tbranch = .\n";
    fs_err::write(kitchen.deploy.join(".gitmodules"), listed).unwrap();
    kitchen.git(&["add", ".gitmodules"]);
    kitchen.git(&["commit", "--quiet", "-m", "List it"]);
    kitchen.git(&["push", "--quiet", "origin", "HEAD:refs/heads/master"]);
    kitchen.built(&[]);
    let show = |path: &str| kitchen.git(&["show", &format!("{}:{path}", Kitchen::TOPIC)]);
    assert_eq!(show(".gitmodules"), listed.trim_end());
    assert_eq!(show("package.json"), "lib/code/package.json");
    let link = kitchen.git(&["ls-tree", Kitchen::TOPIC, "lib/code"]);
    assert!(link.starts_with("160000 commit "), "{link}");
    assert_eq!(kitchen.built(&[]).stdout.matches("has it all").count(), 1);
}

#[test]
fn what_differs_from_the_model_is_warned_about() {
    let kitchen = Kitchen::new(&[
        (
            "package.json",
            "{\"name\": \"tea\", \"deploy\": {\"targt\": \"ubuntu\", \"node\": \"18\", \"env\": {\"CUPS\": 2}}}\n",
        ),
        (
            "svcgen.yaml",
            "version: 1\nsite: example\nname: teapot\ndescription: Tea.\nport: 6100\nowner: {name: Ada}\n\
             build: {environment: {CUPS: \"2\"}, dependencies: {_all: [libtea-dev]}}\n",
        ),
    ]);
    let run = kitchen.build(&["--dry-run"]);
    assert_eq!(run.code, 0, "{}", run.show());
    insta::assert_snapshot!(run.show(), @"
    exit 0
    --- stdout
    teapot in GERRIT/work/tea-deploy
      source    SHORT, the first one, of master of GERRIT/git/tea
      modules   none: the service has no dependencies
      change    a new one on svcgen/teapot-build, for origin/master
    --- stderr
    warning: `deploy.targt` of `package.json` has no meaning; did you mean `target`?
    warning: `deploy.node` of `package.json` differs from `svcgen.yaml`; `package.json` applies
    warning: `deploy.dependencies` of `package.json` differs from `svcgen.yaml`; `package.json` applies
    next: svcgen build --no-container
    ");
}
