//! `svcgen vagrant`, through the program, in the sample tree; and what all generators have in common.

use insta::assert_snapshot;

use crate::support::Env;

const DRY: &[&str] = &["vagrant", "--repo", "vagrant", "--dry-run"];
const YES: &[&str] = &["vagrant", "--repo", "vagrant", "--yes", "--no-verify"];
const HIERADATA: &str = "vagrant/puppet/hieradata/common.yaml";
const CLASS: &str = "vagrant/puppet/modules/trendingedits/manifests/init.pp";

fn env() -> Env {
    let env = Env::with_model();
    env.repository("vagrant");
    env
}

/// What a run says of itself; the diff is left to the tests that are about it.
fn said(env: &Env, arguments: &[&str]) -> String {
    let run = env.svcgen(arguments);
    format!("exit {}\n{}", run.code, run.stderr)
}

#[test]
fn a_dry_run_shows_the_diff_and_changes_nothing() {
    let env = env();
    let run = env.svcgen(DRY);
    assert_snapshot!(run.show(), @r#"
    exit 3
    --- stdout
    --- /dev/null
    +++ b/puppet/modules/trendingedits/manifests/init.pp
    @@ -0,0 +1,37 @@
    +# == Class: trendingedits
    +#
    +# Computes the list of currently trending articles from the stream of edits.
    +#
    +# === Parameters
    +#
    +# [*port*]
    +#   Port the trending-edits service listens on for incoming connections.
    +#
    +# [*broker_list*]
    +#   Comma-separated list of Kafka broker URIs.
    +#
    +# [*max_age*]
    +#   Seconds after which an edit no longer counts. Default: 86400
    +#
    +# [*log_level*]
    +#   The lowest level to log (trace, debug, info, warn, error, fatal)
    +#
    +class trendingedits(
    +    $port,
    +    $broker_list,
    +    $max_age   = 86400,
    +    $log_level = undef,
    +) {
    +
    +    service::node { 'trending-edits':
    +        port         => $port,
    +        git_remote   => sprintf($::git::urlformat, 'wiki/services/trending-edits'),
    +        log_level    => $log_level,
    +        config       => {
    +            broker_list => $broker_list,
    +            max_age     => $max_age,
    +        },
    +        node_version => '20',
    +    }
    +
    +}
    --- a/puppet/hieradata/common.yaml
    +++ b/puppet/hieradata/common.yaml
    @@ -19,6 +19,9 @@
     service::log_dir: "%{lookup('wiki::root_dir')}/logs"
     service::log_level: info
     
    +trendingedits::port: 6699
    +trendingedits::broker_list: '127.0.0.1:9092'
    +
     wiki::root_dir: /vagrant
     wiki::data_dir: /srv
     wiki::extensions:
    --- /dev/null
    +++ b/puppet/modules/role/manifests/trendingedits.pp
    @@ -0,0 +1,7 @@
    +# == Class: role::trendingedits
    +#
    +# Computes the list of currently trending articles from the stream of edits.
    +#
    +class role::trendingedits {
    +    include ::trendingedits
    +}
    --- /dev/null
    +++ b/puppet/modules/role/settings/trendingedits.yaml
    @@ -0,0 +1,2 @@
    +forward_ports:
    +  6699: 6699
    --- stderr
    vagrant: HOME/work/vagrant: would change 4 files, 49 lines added, 0 removed
    next: svcgen vagrant --repo vagrant
    "#);
    assert_eq!(env.status("vagrant"), "");
    assert!(!env.has("vagrant/.git/svcgen"));
}

#[test]
fn what_is_applied_is_what_was_shown_and_is_not_repeated() {
    let env = env();
    let shown = env.svcgen(DRY).stdout;
    let run = env.svcgen(YES);
    assert_eq!(run.stdout, shown);
    assert_snapshot!(format!("exit {}\n{}", run.code, run.stderr), @"
    exit 0
    vagrant: HOME/work/vagrant: changes 4 files, 49 lines added, 0 removed
    vagrant: written
    next: svcgen vagrant --repo vagrant --commit
    ");
    assert_snapshot!(env.status("vagrant"), @"
     M puppet/hieradata/common.yaml
    ?? puppet/modules/role/manifests/trendingedits.pp
    ?? puppet/modules/role/settings/trendingedits.yaml
    ?? puppet/modules/trendingedits/manifests/init.pp
    ");
    assert_snapshot!(env.svcgen(YES).show(), @"
    exit 0
    --- stdout
    --- stderr
    vagrant: HOME/work/vagrant: nothing to do
    ");
    assert_snapshot!(env.svcgen(DRY).show(), @"
    exit 0
    --- stdout
    --- stderr
    vagrant: HOME/work/vagrant: nothing to do
    ");
}

#[test]
fn a_changed_model_changes_its_own_lines_and_keeps_those_of_others() {
    let env = env();
    env.svcgen(YES);
    env.replace(
        CLASS,
        "# === Parameters\n",
        "# Ask Ada first.\n#\n# === Parameters\n",
    );
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    env.replace("svcgen.yaml", "default: 86400", "default: 3600");
    assert_snapshot!(env.svcgen(YES).show(), @r#"
    exit 11
    --- stdout
    --- a/puppet/modules/trendingedits/manifests/init.pp
    +++ b/puppet/modules/trendingedits/manifests/init.pp
    @@ -13,7 +13,7 @@
     #   Comma-separated list of Kafka broker URIs.
     #
     # [*max_age*]
    -#   Seconds after which an edit no longer counts. Default: 86400
    +#   Seconds after which an edit no longer counts. Default: 3600
     #
     # [*log_level*]
     #   The lowest level to log (trace, debug, info, warn, error, fatal)
    @@ -21,7 +21,7 @@
     class trendingedits(
         $port,
         $broker_list,
    -    $max_age   = 86400,
    +    $max_age   = 3600,
         $log_level = undef,
     ) {
     
    --- a/puppet/hieradata/common.yaml
    +++ b/puppet/hieradata/common.yaml
    @@ -19,7 +19,7 @@
     service::log_dir: "%{lookup('wiki::root_dir')}/logs"
     service::log_level: info
     
    -trendingedits::port: 6699
    +trendingedits::port: 6700
     trendingedits::broker_list: '127.0.0.1:9092'
     
     wiki::root_dir: /vagrant
    --- a/puppet/modules/role/settings/trendingedits.yaml
    +++ b/puppet/modules/role/settings/trendingedits.yaml
    @@ -1,2 +1,2 @@
     forward_ports:
    -  6699: 6699
    +  6700: 6700
    --- stderr
    vagrant: HOME/work/vagrant: changes 3 files, 4 lines added, 4 removed
    error: `puppet/modules/trendingedits/manifests/init.pp` has uncommitted changes that svcgen did not make
    hint: commit or stash them
    hint: `--force` changes the file all the same
    "#);
    assert!(env.read(CLASS).contains("# Ask Ada first.\n"));
}

#[test]
fn json_is_one_document_and_nothing_else() {
    let env = env();
    let run = env.svcgen(&[DRY, &["--format", "json"]].concat());
    assert_eq!(run.code, 3);
    assert_snapshot!(run.stdout, @r##"
    {
      "generator": "vagrant",
      "root": "HOME/work/vagrant",
      "edits": [
        {
          "path": "puppet/modules/trendingedits/manifests/init.pp",
          "before": null,
          "after": "# == Class: trendingedits\n#\n# Computes the list of currently trending articles from the stream of edits.\n#\n# === Parameters\n#\n# [*port*]\n#   Port the trending-edits service listens on for incoming connections.\n#\n# [*broker_list*]\n#   Comma-separated list of Kafka broker URIs.\n#\n# [*max_age*]\n#   Seconds after which an edit no longer counts. Default: 86400\n#\n# [*log_level*]\n#   The lowest level to log (trace, debug, info, warn, error, fatal)\n#\nclass trendingedits(\n    $port,\n    $broker_list,\n    $max_age   = 86400,\n    $log_level = undef,\n) {\n\n    service::node { 'trending-edits':\n        port         => $port,\n        git_remote   => sprintf($::git::urlformat, 'wiki/services/trending-edits'),\n        log_level    => $log_level,\n        config       => {\n            broker_list => $broker_list,\n            max_age     => $max_age,\n        },\n        node_version => '20',\n    }\n\n}\n"
        },
        {
          "path": "puppet/hieradata/common.yaml",
          "before": "---\nclasses:\n  - '::wiki'\n  - '::role::wiki'\n\n# Where everybody clones from; %s is the name of the repository.\ngit::urlformat: 'https://review.farm.example/p/%s'\n\nglossary::port: 6101\n# Words that are shorter are not looked up.\nglossary::shortest: 3\nglossary::store: \"%{lookup('wiki::data_dir')}/glossary\"\n\npagefeed::port: 6204\n\nrole::darkskin::default: false\n\nservice::root_dir: \"%{lookup('wiki::root_dir')}/srv\"\nservice::log_dir: \"%{lookup('wiki::root_dir')}/logs\"\nservice::log_level: info\n\nwiki::root_dir: /vagrant\nwiki::data_dir: /srv\nwiki::extensions:\n  - ParserFunctions\n  - 'Cite'\n",
          "after": "---\nclasses:\n  - '::wiki'\n  - '::role::wiki'\n\n# Where everybody clones from; %s is the name of the repository.\ngit::urlformat: 'https://review.farm.example/p/%s'\n\nglossary::port: 6101\n# Words that are shorter are not looked up.\nglossary::shortest: 3\nglossary::store: \"%{lookup('wiki::data_dir')}/glossary\"\n\npagefeed::port: 6204\n\nrole::darkskin::default: false\n\nservice::root_dir: \"%{lookup('wiki::root_dir')}/srv\"\nservice::log_dir: \"%{lookup('wiki::root_dir')}/logs\"\nservice::log_level: info\n\ntrendingedits::port: 6699\ntrendingedits::broker_list: '127.0.0.1:9092'\n\nwiki::root_dir: /vagrant\nwiki::data_dir: /srv\nwiki::extensions:\n  - ParserFunctions\n  - 'Cite'\n"
        },
        {
          "path": "puppet/modules/role/manifests/trendingedits.pp",
          "before": null,
          "after": "# == Class: role::trendingedits\n#\n# Computes the list of currently trending articles from the stream of edits.\n#\nclass role::trendingedits {\n    include ::trendingedits\n}\n"
        },
        {
          "path": "puppet/modules/role/settings/trendingedits.yaml",
          "before": null,
          "after": "forward_ports:\n  6699: 6699\n"
        }
      ],
      "unchanged": [],
      "conflicts": [],
      "kept": [],
      "setting": null,
      "warnings": [],
      "is_applied": false,
      "commit": null,
      "review": null
    }
    "##);
    let run = env.svcgen(&[YES, &["--commit", "--format", "json"]].concat());
    assert_eq!(run.code, 0, "{}", run.show());
    let mut document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    document["edits"] = serde_json::json!(document["edits"].as_array().unwrap().len());
    assert_snapshot!(format!("{document:#}\n{}", run.stderr), @r#"
    {
      "generator": "vagrant",
      "root": "HOME/work/vagrant",
      "edits": 4,
      "unchanged": [],
      "conflicts": [],
      "kept": [],
      "setting": null,
      "warnings": [],
      "is_applied": true,
      "commit": {
        "branch": "svcgen/trending-edits",
        "id": "2ec22e667fd48ab908fc87a0a843135299909d91",
        "change_id": "Ibe2492140defe2544877fff34d6e6c3f87adc7e4",
        "is_amended": false
      },
      "review": null
    }
    vagrant: written
    vagrant: committed 2ec22e667f on svcgen/trending-edits
    "#);
    let again = env.svcgen(&[YES, &["--commit", "--format", "json"]].concat());
    assert_snapshot!(again.show(), @r#"
    exit 0
    --- stdout
    {
      "generator": "vagrant",
      "root": "HOME/work/vagrant",
      "edits": [],
      "unchanged": [
        "puppet/modules/trendingedits/manifests/init.pp",
        "puppet/hieradata/common.yaml",
        "puppet/modules/role/manifests/trendingedits.pp",
        "puppet/modules/role/settings/trendingedits.yaml"
      ],
      "conflicts": [],
      "kept": [],
      "setting": null,
      "warnings": [],
      "is_applied": false,
      "commit": {
        "branch": "svcgen/trending-edits",
        "id": null,
        "change_id": null,
        "is_amended": false
      },
      "review": null
    }
    --- stderr
    vagrant: nothing to commit on svcgen/trending-edits
    "#);
}

#[test]
fn an_empty_folder_takes_the_place_of_a_checkout() {
    let env = Env::with_model();
    let output = ["vagrant", "--output", "out/vagrant", "--yes"];
    let run = env.svcgen(&output);
    assert_snapshot!(format!("exit {}\n{}", run.code, run.stderr), @"
    exit 0
    vagrant: HOME/work/out/vagrant: changes 4 files, 48 lines added, 0 removed
    vagrant: written
    ");
    assert_snapshot!(env.list("out"), @"
    out/vagrant/puppet/hieradata/common.yaml
    out/vagrant/puppet/modules/role/manifests/trendingedits.pp
    out/vagrant/puppet/modules/role/settings/trendingedits.yaml
    out/vagrant/puppet/modules/trendingedits/manifests/init.pp
    ");
    assert_snapshot!(said(&env, &output), @"
    exit 11
    error: `out/vagrant` is not empty
    hint: name an empty folder, or a checkout with `--repo`
    ");
    env.write("file", "x");
    assert_snapshot!(said(&env, &["vagrant", "--output", "file", "--yes"]), @"
    exit 2
    error: `file` is not a folder
    ");
    std::os::unix::fs::symlink("elsewhere", env.work().join("link")).unwrap();
    assert_snapshot!(said(&env, &["vagrant", "--output", "link/vagrant", "--yes"]), @"
    exit 2
    error: `link/vagrant` is not a folder
    ");
    std::fs::create_dir(env.work().join("elsewhere")).unwrap();
    assert_snapshot!(said(&env, &["vagrant", "--output", "link/vagrant", "--yes"]), @"
    exit 0
    vagrant: HOME/work/elsewhere/vagrant: changes 4 files, 48 lines added, 0 removed
    vagrant: written
    ");
    assert_snapshot!(said(&env, &["vagrant", "--output", "x", "--dry-run"]), @"
    exit 3
    vagrant: HOME/work/x: would change 4 files, 48 lines added, 0 removed
    next: svcgen vagrant --output x
    ");
    assert!(!env.has("x"));
    assert_snapshot!(said(&env, &["vagrant", "--output", "x", "--repo", "y"]), @"
    exit 2
    error: the argument '--output <DIR>' cannot be used with '--repo <CHECKOUT>'

    Usage: svcgen vagrant --output <DIR>

    For more information, try '--help'.
    ");
}

#[test]
fn what_somebody_else_wrote_stays() {
    let env = env();
    env.write(
        "vagrant/puppet/modules/role/settings/trendingedits.yaml",
        "vagrant_ram: 1\n",
    );
    env.git("vagrant", &["add", "."]);
    assert_snapshot!(said(&env, DRY), @"
    exit 11
    vagrant: HOME/work/vagrant: would change 3 files, 47 lines added, 0 removed, 1 conflict
    error: puppet/modules/role/settings/trendingedits.yaml: it is there already, and svcgen did not write it
    hint: mend the file by hand so that it says what svcgen would write, or change the model
    hint: `svcgen vagrant --repo HOME/work/vagrant --conflicts yours` keeps what is there, `--conflicts svcgen` takes what svcgen wants
    ");
    env.git(
        "vagrant",
        &[
            "rm",
            "--force",
            "--quiet",
            "puppet/modules/role/settings/trendingedits.yaml",
        ],
    );
    env.replace(
        HIERADATA,
        "wiki::root_dir",
        "trendingedits::port: 7000\n\nwiki::root_dir",
    );
    assert_snapshot!(said(&env, DRY), @"
    exit 11
    vagrant: HOME/work/vagrant: would change 3 files, 46 lines added, 0 removed, 1 conflict
    error: puppet/hieradata/common.yaml:26: `trendingedits::port` is `7000` already, not `6699`
    hint: mend the file by hand so that it says what svcgen would write, or change the model
    hint: `svcgen vagrant --repo HOME/work/vagrant --conflicts yours` keeps what is there, `--conflicts svcgen` takes what svcgen wants
    ");
    env.git("vagrant", &["checkout", "--quiet", "."]);
    env.svcgen(YES);
    env.replace(CLASS, "86400", "7200");
    env.replace("svcgen.yaml", "default: 86400", "default: 3600");
    assert_snapshot!(said(&env, DRY), @"
    exit 11
    vagrant: HOME/work/vagrant: would change 1 file, 8 lines added, 0 removed, 2 conflicts
    error: puppet/modules/trendingedits/manifests/init.pp:14: somebody changed the same lines that svcgen would change
    cause: puppet/modules/trendingedits/manifests/init.pp:26: somebody changed the same lines that svcgen would change
    hint: `svcgen vagrant --repo HOME/work/vagrant` marks them in the file, as git does
    hint: `svcgen vagrant --repo HOME/work/vagrant --conflicts yours` keeps what is there, `--conflicts svcgen` takes what svcgen wants
    ");
}

#[test]
fn a_port_or_name_that_is_taken_has_an_owner() {
    let env = env();
    env.replace("svcgen.yaml", "port: 6699", "port: 6204");
    assert_snapshot!(said(&env, DRY), @"
    exit 11
    error: port 6204 is taken: puppet/hieradata/common.yaml:14 gives it to `pagefeed::port`
    hint: 6206 is free in this tree: write `port: 6206` in the model
    ");
    env.replace("svcgen.yaml", "port: 6204", "port: 6205");
    assert_snapshot!(said(&env, DRY), @"
    exit 11
    error: port 6205 is taken: puppet/modules/role/settings/pagefeed.yaml:3 gives it to the role `pagefeed`
    hint: 6206 is free in this tree: write `port: 6206` in the model
    ");
    env.replace(
        "svcgen.yaml",
        "port: 6205",
        "port: 6700\npuppet_name: glossary",
    );
    assert_snapshot!(said(&env, DRY), @"
    exit 11
    error: the class `glossary` is taken: puppet/modules/glossary/manifests/init.pp:19 gives it to `class glossary`
    hint: choose another name in the model
    hint: if it is this service, generated elsewhere: `--conflicts svcgen` writes over it, `--conflicts yours` keeps it
    ");
    env.replace("svcgen.yaml", "puppet_name: glossary", "puppet_name: git");
    assert_snapshot!(said(&env, DRY), @"
    exit 11
    error: the class `git` is taken: puppet/modules/git/manifests/init.pp:10 gives it to `class git`
    hint: choose another name in the model
    hint: if it is this service, generated elsewhere: `--conflicts svcgen` writes over it, `--conflicts yours` keeps it
    ");
}

#[test]
fn uncommitted_changes_of_others_are_not_written_over() {
    let env = env();
    env.replace(HIERADATA, "glossary::port: 6101", "glossary::port: 6102");
    assert_snapshot!(said(&env, YES), @"
    exit 11
    vagrant: HOME/work/vagrant: changes 4 files, 49 lines added, 0 removed
    error: `puppet/hieradata/common.yaml` has uncommitted changes that svcgen did not make
    hint: commit or stash them
    hint: `--force` changes the file all the same
    ");
    assert_eq!(env.status("vagrant"), " M puppet/hieradata/common.yaml\n");
    assert_snapshot!(said(&env, &[YES, &["--force"]].concat()), @"
    exit 0
    vagrant: HOME/work/vagrant: changes 4 files, 49 lines added, 0 removed
    vagrant: written
    next: svcgen vagrant --repo vagrant --commit
    ");
    assert!(env.read(HIERADATA).contains("glossary::port: 6102\n"));
    assert!(env.read(HIERADATA).contains("trendingedits::port: 6699\n"));
}

#[test]
fn nothing_is_written_through_a_link_that_leads_out() {
    let env = env();
    env.write("outside/x", "");
    std::os::unix::fs::symlink(
        "../../../outside",
        env.work().join("vagrant/puppet/modules/trendingedits"),
    )
    .unwrap();
    assert_snapshot!(said(&env, YES), @"
    exit 11
    error: `puppet/modules/trendingedits/manifests/init.pp` leads out of `HOME/work/vagrant`
    ");
    assert!(!env.has("outside/manifests"));
}

#[test]
fn a_tree_that_is_something_else_is_told() {
    let env = env();
    env.repository("deploy");
    assert_snapshot!(said(&env, &["vagrant", "--repo", "deploy", "--dry-run"]), @"
    exit 2
    error: `HOME/work/deploy` is not recognised as a MediaWiki-Vagrant tree
    cause: looked for puppet/modules/service/manifests/node.pp with `define service::node`
    cause: looked for puppet/hieradata/common.yaml
    cause: looked for puppet/modules/role/manifests/
    ");
    assert_snapshot!(said(&env, &["vagrant", "--repo", "nowhere", "--dry-run"]), @"
    exit 2
    error: `nowhere` is not a folder
    ");
    assert_snapshot!(said(&env, &["vagrant", "--repo", "svcgen.yaml", "--dry-run"]), @"
    exit 2
    error: `svcgen.yaml` is not a folder
    ");
    assert_snapshot!(said(&env, &["vagrant", "--dry-run"]), @"
    exit 2
    error: no checkout of MediaWiki-Vagrant is named
    hint: add `--repo CHECKOUT`, or write `checkouts: {vagrant: PATH}` into `HOME/config/svcgen/config.yaml`
    hint: `git clone https://review.farm.example/p/wiki/vagrant` makes one
    ");
    env.write("vagrant/puppet/hieradata/common.yaml", "---\na: [1\n");
    assert_snapshot!(said(&env, DRY), @"
    exit 2
    error: puppet/hieradata/common.yaml:2: unclosed bracket '['
    ");
    std::fs::write(env.work().join(HIERADATA), b"a: \xff\n").unwrap();
    assert_snapshot!(said(&env, DRY), @"
    exit 2
    error: `puppet/hieradata/common.yaml` is not UTF-8 text
    ");
    std::fs::remove_file(env.work().join(HIERADATA)).unwrap();
    std::fs::create_dir(env.work().join(HIERADATA)).unwrap();
    assert_snapshot!(said(&env, DRY), @"
    exit 11
    error: `puppet/hieradata/common.yaml` is a folder, where a file is expected
    ");
    std::fs::remove_dir(env.work().join(HIERADATA)).unwrap();
    std::os::unix::fs::symlink("common.yaml", env.work().join(HIERADATA)).unwrap();
    assert_snapshot!(said(&env, DRY), @"
    exit 11
    error: `puppet/hieradata/common.yaml` is a symlink that leads nowhere
    ");
}

#[test]
fn a_file_that_cannot_be_edited_is_named() {
    let env = env();
    env.write(HIERADATA, "--- {a: 1}\n");
    assert_snapshot!(said(&env, DRY), @"
    exit 2
    error: `puppet/hieradata/common.yaml` cannot be edited: line 1: `trendingedits::port` belongs into a mapping that is written in one line
    ");
}

#[test]
fn the_topic_has_to_be_a_branch() {
    let env = env();
    for topic in ["a..b", "-x", "", "x y", "refs/heads/.x", "main.lock"] {
        let run = env.svcgen(&[YES, &["--commit", &format!("--topic={topic}")]].concat());
        assert_eq!(run.code, 2, "{topic}: {}", run.show());
        assert!(run.stderr.contains("topic"), "{topic}: {}", run.show());
    }
    assert_snapshot!(said(&env, &[YES, &["--commit", "--topic", "a..b"]].concat()), @"
    exit 2
    error: --topic: `a..b` is not a branch name: letters, digits, `.`, `_`, `-` and `/` as git allows them
    ");
    assert_eq!(
        env.git(
            "vagrant",
            &["branch", "--list", "--format=%(refname:short)"]
        ),
        "main\n"
    );
    assert_snapshot!(said(&env, &[YES, &["--commit", "--topic", "new/thing"]].concat()), @"
    exit 0
    vagrant: HOME/work/vagrant: changes 4 files, 49 lines added, 0 removed
    vagrant: written
    vagrant: committed 2ec22e667f on new/thing
    ");
}

#[test]
fn without_a_terminal_nothing_is_asked() {
    let env = env();
    assert_snapshot!(said(&env, &["vagrant", "--repo", "vagrant", "--no-verify"]), @r#"
    exit 2
    vagrant: HOME/work/vagrant: changes 4 files, 49 lines added, 0 removed
    error: cannot ask "write this change in HOME/work/vagrant?" without a terminal
    hint: add `--yes` to go on without being asked, or `--dry-run` to only look
    "#);
    assert_eq!(env.status("vagrant"), "");
}

#[test]
fn it_can_be_quiet_and_talkative() {
    let env = env();
    assert_snapshot!(said(&env, &[DRY, &["-q"]].concat()), @"exit 3");
    assert_snapshot!(said(&env, &[YES, &["-v"]].concat()), @"
    exit 0
    vagrant: HOME/work/vagrant: changes 4 files, 49 lines added, 0 removed
    vagrant: written
    next: svcgen vagrant --repo vagrant --commit
    ");
    env.git("vagrant", &["stash", "--quiet", "--include-untracked"]);
    let everything = said(&env, &[DRY, &["-vv"]].concat());
    assert!(everything.starts_with("exit 3\n"), "{everything}");
    assert_snapshot!(said(&env, &[DRY, &["-q", "-v"]].concat()), @"
    exit 2
    error: the argument '--quiet' cannot be used with '--verbose...'

    Usage: svcgen vagrant --repo <CHECKOUT> --dry-run --quiet

    For more information, try '--help'.
    ");
}

#[test]
fn colour_is_where_it_is_wanted() {
    let env = env();
    let has_colour =
        |run: &crate::support::Run| (run.stdout.contains('\x1b'), run.stderr.contains('\x1b'));
    let missing = ["vagrant", "--repo", "nowhere", "--dry-run"];
    assert_eq!(has_colour(&env.svcgen(DRY)), (false, false));
    let always = env.svcgen(&[DRY, &["--color", "always"]].concat());
    assert!(
        always.stdout.contains("\x1b[32m+class trendingedits("),
        "{:?}",
        always.stdout
    );
    assert!(
        env.svcgen(&[&missing[..], &["--color", "always"]].concat())
            .stderr
            .starts_with("\x1b[")
    );
    let mut command = env.command();
    command
        .args(DRY)
        .env("NO_COLOR", "1")
        .env("CLICOLOR_FORCE", "1");
    assert_eq!(has_colour(&env.run(&mut command)), (false, false));
    let plain = env.svcgen(&[DRY, &["--color", "never"]].concat());
    assert_eq!(plain.stdout, env.svcgen(DRY).stdout);
    let json = env.svcgen(&[DRY, &["--color", "always", "--format", "json"]].concat());
    assert!(!has_colour(&json).0);
}

#[test]
fn a_define_that_does_not_end_is_named_with_its_line() {
    let env = env();
    let path = "vagrant/puppet/modules/service/manifests/node.pp";
    let code = env.read(path);
    let (before, _) = code.split_once("define service::node").unwrap();
    env.write(
        path,
        &format!("{before}define service::node(\n    $port,\n"),
    );
    let line = before.lines().count() + 1;
    let said = said(&env, DRY);
    assert!(said.starts_with("exit 2\n"), "{said}");
    let words = format!("node.pp:{line}: the parameters of `define service::node` do not end");
    assert!(said.contains(&words), "{said}");
}
