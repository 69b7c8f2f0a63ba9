//! What is told fits on a terminal, however narrow that is; elsewhere each message stays as it is.

use crate::support::{LocalFarm, Pty};

/// A farm on which a deploy went wrong, and said much about it.
fn farm() -> LocalFarm {
    let farm = LocalFarm::new(2);
    farm.release("1");
    let deploy = ["deploy", "--yes"];
    assert_eq!(farm.svcgen(&deploy).code, 0);
    let words = "a long word that a check has for what is wrong with the service that it looked at";
    farm.write(
        "scap/checks.yaml",
        &format!(
            "checks:\n  tea: {{type: command, after: handle_service, shell: true, command: 'echo {words}; echo {words} >&2; exit 1'}}\n"
        ),
    );
    farm.release("2");
    assert_eq!(
        farm.svcgen(
            &[
                &deploy[..],
                &["so that it is seen how much fits into a line of those that tell of it"]
            ]
            .concat()
        )
        .code,
        20
    );
    farm
}

/// What is shown, in the lines that it is printed in; what was cleared is gone.
fn lines(shown: &str) -> Vec<&str> {
    let last = |line| str::rsplit(line, "\u{1b}[2K").next().unwrap_or(line);
    let lines = shown.split('\n').map(|line| line.trim_end_matches('\r'));
    lines.map(last).collect()
}

/// The words, without what leads a command into the next line.
fn words(text: &str) -> Vec<&str> {
    let mut words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| *word != "\\")
        .collect();
    words.sort_unstable();
    words
}

fn assert_fits(shown: &[&str], columns: usize) {
    let is_word = |line: &str| !line.trim_end_matches(" \\").trim().contains(' ');
    let wide = shown.iter().filter(|line| line.chars().count() > columns);
    let wide: Vec<_> = wide.filter(|line| !is_word(line)).collect();
    assert!(wide.is_empty(), "{columns}: {wide:#?}");
}

#[test]
fn what_is_told_fits_on_a_terminal_and_stays_as_it_is_elsewhere() {
    let farm = farm();
    let repository = farm.env().work().join("deploy");
    let at = ["--deploy-repo", repository.to_str().unwrap()];
    let all: [&[&str]; 10] = [
        &["history"],
        &["log"],
        &["log", "-v"],
        &["log", "--output"],
        &["log", "nosuch"],
        &["lock", "show"],
        &["service", "status"],
        &["deploy", "--dry-run"],
        &["rollback", "--dry-run"],
        &["log", "--latst"],
    ];
    let home = farm.env().home().to_str().unwrap().to_owned();
    let mut widest = 0;
    for command in all {
        let arguments = [command, &at].concat();
        let piped = farm.env().svcgen(&arguments);
        let piped = format!("{}{}", piped.stdout, piped.stderr);
        widest = widest.max(piped.lines().map(str::len).max().unwrap_or_default());
        for columns in [80, 40] {
            let mut pty = Pty::start_sized(farm.env(), &arguments, &[], (columns, 24));
            pty.end();
            let shown = lines(&pty.shown);
            assert_fits(&shown, columns.into());
            let shown = shown.join("\n").replace(&home, "HOME");
            assert_eq!(words(&shown), words(&piped), "{command:?}");
        }
    }
    assert!(widest > 100, "a text that has to be broken");
}
