//! A deploy that was interrupted for want of room, as the next one tells of it.

use crate::support::LocalFarm;

#[test]
fn what_a_full_disk_interrupted_is_told_with_what_has_to_be_done_first() {
    let farm = LocalFarm::new(1);
    let fails = "\"echo 'write error: No space left on device'; exit 1\"";
    farm.write(
        "scap/checks.yaml",
        &format!(
            "checks:\n  last: {{type: command, shell: true, stage: handle_service, group: default, command: {fails}}}\n"
        ),
    );
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--on-failure", "stop"]);
    assert_eq!(run.code, 21, "{}", run.show());
    farm.write("scap/checks.yaml", "checks: {}\n");
    farm.release("2");
    let first = "first: make room on l01: its disk was full\n";
    let run = farm.svcgen(&["deploy", "--dry-run"]);
    assert!(run.stdout.contains(first), "{}", run.show());
    let run = farm.svcgen(&["deploy", "--on-failure", "stop"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let note = run.stderr.find("was interrupted here");
    let note = note.unwrap_or_else(|| panic!("{}", run.show()));
    assert!(run.stderr[note..].contains(first), "{}", run.show());
}
