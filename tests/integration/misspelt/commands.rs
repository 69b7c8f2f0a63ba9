//! Commands, options and their values that are called otherwise.

use insta::assert_snapshot;

use crate::support::Env;

#[test]
fn an_option_of_another_name_does_not_end_as_the_message_of_a_deploy() {
    let env = Env::new();
    let tips = |arguments: &[&str]| {
        let run = env.svcgen(arguments);
        assert_eq!(run.code, 2, "{}", run.show());
        let tips = run.stderr.lines().filter(|line| line.contains("tip:"));
        tips.map(|tip| format!("{}\n", tip.trim()))
            .collect::<String>()
    };
    let dry = "tip: a similar argument exists: '--dry-run'\n";
    assert_eq!(tips(&["deploy", "-n"]), dry);
    assert_eq!(tips(&["rollback", "-n"]), dry);
    let rev = "tip: a similar argument exists: '--rev'\n";
    assert_eq!(tips(&["deploy", "--to", "v1"]), rev);
    let to = "tip: a similar argument exists: '--to'\n";
    assert_eq!(tips(&["rollback", "--rev", "v1"]), to);
    assert_eq!(tips(&["deploy", "-m", "why"]), "");
}

#[test]
fn an_option_is_proposed_only_where_it_was_mistyped() {
    let env = Env::new();
    for (arguments, tip) in [
        (&["history", "--since", "monday"][..], None),
        (&["lock", "--since"], None),
        (&["tail", "--list"], None),
        (&["request", "--foo"], None),
        (&["completions", "--list"], None),
        (&["man", "--list"], None),
        (&["doctor", "--verify"], None),
        (&["log", "--since"], None),
        (&["log", "--list"], Some("`svcgen history` does that")),
        (
            &["history", "--limit", "3"],
            Some("a similar argument exists: '--number'"),
        ),
        (
            &["log", "--hots", "a"],
            Some("a similar argument exists: '--host'"),
        ),
        (
            &["tail", "--follwo"],
            Some("a similar argument exists: '--follow'"),
        ),
        (
            &["deploy", "--dryrun"],
            Some("a similar argument exists: '--dry-run'"),
        ),
        (
            &["deploy", "--env", "beta"],
            Some("a similar argument exists: '--environment'"),
        ),
    ] {
        let run = env.svcgen(arguments);
        assert_eq!(run.code, 2, "{}", run.show());
        let mut tips = run
            .stderr
            .lines()
            .filter_map(|line| line.split_once("tip: "));
        assert_eq!(tips.next().map(|(_, tip)| tip), tip, "{}", run.show());
        assert_eq!(tips.next(), None, "{}", run.show());
    }
}

#[test]
fn a_command_of_another_name_is_told_by_the_one_that_does_it() {
    let env = Env::new();
    let all = [
        ("report", "svcgen log --report FILE"),
        ("flow", "svcgen request service --flow FILE"),
        ("version", "svcgen --version"),
        ("init", "svcgen new"),
        ("diff", "svcgen check"),
        ("start", "svcgen service start"),
        ("stop", "svcgen service stop"),
        ("restart", "svcgen service restart"),
    ];
    for (typed, meant) in all {
        let run = env.svcgen(&[typed]);
        assert_eq!(run.code, 2, "{}", run.show());
        let mut tips = run.stderr.lines().filter(|line| line.contains("tip:"));
        let tip = format!("  tip: `{meant}` does that");
        assert_eq!(tips.next(), Some(tip.as_str()), "{}", run.show());
        assert_eq!(tips.next(), None, "{}", run.show());
    }
}

#[test]
fn a_value_of_an_option_is_one_of_several() {
    let env = Env::new();
    let likely = |arguments: &[&str]| {
        let run = env.svcgen(arguments);
        assert_eq!(run.code, 2, "{}", run.show());
        let likely = ["did you mean", "a similar value"].map(|words| {
            let lines = run.stderr.lines().filter_map(|line| line.split_once(words));
            lines.map(|(_, meant)| meant.to_owned()).collect::<String>()
        });
        likely.concat()
    };
    let all: [(&[&str], &str); 11] = [
        (&["deploy", "--engine", "shs"], "ssh"),
        (&["deploy", "--on-failure", "rolback"], "rollback"),
        (&["tail", "--level", "wran"], "warn"),
        (&["tail", "--output", "shrot"], "short"),
        (&["log", "--level", "wraning"], "warning"),
        (&["log", "--stage", "promte"], "promote"),
        (&["puppet", "--series", "--steps", "sevrice"], "service"),
        (&["new", "--set", "owner.shel=ada"], "shell"),
        (&["schema", "evnets"], "events"),
        // Half of a word is no slip of another.
        (&["service", "stat"], "status"),
        (&["request", "acc"], "access"),
    ];
    for (arguments, meant) in all {
        let found = likely(arguments);
        assert!(found.contains(meant), "{arguments:?}: {found}");
    }
}

#[test]
fn a_command_is_proposed_to_whoever_types_half_of_it_or_asks_for_its_help() {
    let env = Env::new();
    let half = env.svcgen(&["stat"]);
    let tip = "  tip: a similar subcommand exists: 'status'\n";
    assert!(half.stderr.contains(tip), "{}", half.show());
    let run = env.svcgen(&["help", "deploi"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.show());
    assert_snapshot!(run.stderr, @"
    error: unrecognized subcommand 'deploi'

      tip: a similar subcommand exists: 'deploy'

    Usage: svcgen [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
}
