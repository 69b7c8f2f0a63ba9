//! Help fits the terminal, can be pasted, and is what a wrong command is answered with.

use super::fits;
use crate::support::Env;

/// Whether examples are commands, each in a line of its own, and what is said of one is a comment.
#[track_caller]
fn can_be_pasted(help: &str) {
    let examples = help.split("\nExample").nth(1).unwrap_or_default();
    for line in examples.lines().skip(1).filter(|line| !line.is_empty()) {
        let line = line.trim_start();
        let begins = ["svcgen ", "mkdir -p ", "MANPATH=", "# "];
        assert!(begins.iter().any(|begin| line.starts_with(begin)), "{line}");
        let command = line.split("# ").next().unwrap_or_default().trim_end();
        assert!(!command.contains("  "), "{line}");
    }
}

#[test]
fn help_fits_and_groups_its_options() {
    let env = Env::new();
    let run = env.svcgen(&["--help"]);
    fits(&run.stdout);
    let commands = run.stdout.lines().skip_while(|line| *line != "Commands:");
    let commands = commands.skip(1).take_while(|line| !line.is_empty());
    let names = commands.map(|line| line.split_whitespace().next().unwrap());
    let commands: Vec<&str> = names.filter(|name| *name != "help").collect();
    assert!(commands.len() > 20, "each has a line: {commands:?}");
    for command in commands {
        let run = env.svcgen(&[command, "--help"]);
        assert_eq!(run.code, 0);
        assert!(run.stdout.contains("\nGlobal options:\n"), "{}", run.stdout);
        assert!(run.stdout.contains("\nExample"), "{}", run.stdout);
        assert_eq!(run.stdout, env.svcgen(&[command, "-h"]).stdout);
        fits(&run.stdout);
        can_be_pasted(&run.stdout);
    }
    let run = env.svcgen(&["vagrant", "--help"]);
    for heading in ["Where to write:", "What to do:", "Global options:"] {
        assert!(run.stdout.contains(heading), "{}", run.stdout);
    }
    assert!(!run.stdout.contains("\nOptions:"), "{}", run.stdout);
    let mut commands = [
        "deploy", "rollback", "service", "log", "tail", "history", "lock",
    ];
    for command in &mut commands {
        let help = env.svcgen(&[command, "--help"]).stdout;
        let from = help.split("\nWhere from:\n").nth(1).unwrap();
        let from = from.split("\n\n").next().unwrap();
        let options = from
            .lines()
            .filter_map(|line| line.trim().split(' ').next());
        let options: Vec<&str> = options.filter(|word| word.starts_with('-')).collect();
        assert_eq!(
            options,
            ["--deploy-repo", "--environment", "--engine"],
            "{help}"
        );
    }
    let help = env.svcgen(&["service", "--help"]).stdout;
    let arguments = help.split("\nArguments:\n").nth(1).unwrap();
    assert!(arguments.starts_with("  <VERB> "), "{help}");
}

#[test]
fn no_command_is_answered_with_help_and_a_wrong_one_with_a_suggestion() {
    let env = Env::new();
    let run = env.svcgen(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("\nCommands:\n  new "), "{}", run.stderr);
    let run = env.svcgen(&["vagrnat"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("'vagrant'"), "{}", run.stderr);
    let run = env.svcgen(&["deom"]);
    assert!(run.stderr.contains("'demo'"), "{}", run.stderr);
    assert!(!run.stderr.contains("demo-part"), "{}", run.stderr);
    let run = env.svcgen(&["vagrant", "--dryrun"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("'--dry-run'"), "{}", run.stderr);
    assert_eq!(env.svcgen(&["--version"]).code, 0);
}
