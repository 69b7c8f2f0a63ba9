//! `svcgen lock`: locks that are held without a deploy.

use crate::support::{Following, LocalFarm};

#[test]
fn whoever_holds_locks_that_are_broken_is_told_and_ends() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let mut take = farm.command();
    take.args(["lock", "take", "--reason", "new disks"]);
    let mut taking = Following::start(take);
    taking.until_said("the locks of 2 hosts are held");
    let breaks = |host: &str| {
        let run = farm.svcgen(&[
            "--yes",
            "lock",
            "break",
            "-l",
            host,
            "--reason",
            "gone home",
        ]);
        assert_eq!(run.code, 0, "{}", run.show());
    };
    // One that is left is held on.
    breaks("l00");
    taking.until_said("l00: THE LOCK IS LOST: its lock was broken by ada");
    breaks("l01");
    let (code, said) = taking.end();
    assert_eq!(code, 22, "{said}");
    let (_, end) = said.split_once("error: ").unwrap();
    insta::assert_snapshot!(end, @"
    none of the 2 locks is held any longer: others may deploy
    hint: `svcgen lock` shows who holds them now
    hint: `svcgen history` shows what was deployed since
    ");
    assert_eq!(farm.svcgen(&["lock"]).code, 0);
}
