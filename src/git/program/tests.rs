use super::stream::LONGEST_OUTPUT;
use super::words::MOST_LINES;
use super::*;

#[test]
fn words_are_fit_to_be_shown() {
    let said = b"\x1b[31mremote: no\x1b[0m   \r\nremote:\nhint: x\nfatal: 'https://ada:s3:c@ret@host/r' \xff\n";
    assert_eq!(
        Words::new(said).as_str(),
        "remote: no\nfatal: 'https://ada:***@host/r' \u{fffd}"
    );
    assert_eq!(
        Words::new(b"ssh://ada@host:1/x").as_str(),
        "ssh://ada@host:1/x"
    );
    let many: String = (0..100).map(|n| format!("line {n}\n")).collect();
    let words = Words::new(many.as_bytes());
    assert_eq!(words.as_str().lines().count(), MOST_LINES);
    let (first, last) = words.as_str().split_once("line 3\n...\n").unwrap();
    assert!(first.starts_with("line 0\n") && last.starts_with("line 85\n"));
    assert!(last.ends_with("line 99"), "{last}");
    assert_eq!(Words::new(b"").to_string(), "it said nothing");
}

#[test]
fn a_failure_has_the_command_and_gits_words() {
    let error = Git::at("/".into())
        .run(&["rev-parse", "--verify", "a b"])
        .unwrap_err();
    assert_eq!(error.to_string(), "`git rev-parse --verify 'a b'` failed");
    let words = std::error::Error::source(&error).unwrap().to_string();
    assert!(words.contains("fatal:"), "{words}");
}

#[test]
fn a_git_that_ctrl_c_has_ended_did_not_fail() {
    let git = Git::at("/".into()).with("alias.end", "!kill -INT $PPID; sleep 1");
    let error = git.run(&["end"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "interrupted; `git end` did not come to its end"
    );
}

#[test]
fn what_takes_too_long_is_stopped() {
    let git = Git::at("/".into())
        .with("alias.wait", "!exec sleep 5")
        .within(Duration::ZERO);
    let error = git.run(&["wait"]).unwrap_err();
    assert!(
        matches!(error, GitError::Deadline { seconds: 0, .. }),
        "{error:?}"
    );
}

#[test]
fn what_is_left_in_the_background_is_not_waited_for() {
    let git = Git::at("/".into()).with("alias.leave", "!sleep 5 & echo done");
    assert_eq!(git.run(&["leave"]).unwrap().text(), "done");
}

#[test]
fn endless_output_is_cut_and_not_taken_for_all() {
    let git = Git::at("/".into()).with("alias.much", "!head -c 70000000 /dev/zero");
    let output = git.output(&["much"]).unwrap();
    assert_eq!((output.stdout.len(), output.is_cut), (LONGEST_OUTPUT, true));
    let error = git.run(&["much"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`git much` wrote more than 64 MiB, and the rest is not read"
    );
}
