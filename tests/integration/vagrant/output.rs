//! How a generator speaks.

use insta::assert_snapshot;

use super::{DRY, YES, env, said};

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
