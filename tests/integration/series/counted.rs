//! How much `check` says is in no commit yet.

use super::second_clone::CHECK;
use super::{done, env};

#[test]
fn all_files_that_a_run_touched_are_counted_and_committed() {
    let both = "{north: 10.20.1.30, south: 10.21.1.30}";
    let name = "name: trending-edits\n";
    let canary = "    - {name: canary, hosts: [trending2001.south.farm.example]}\n";
    for (old, new, count) in [
        // Entries go, and files.
        (both, "{}", 6),
        (canary, "", 5),
        (name, "name: trending-edits\npuppet_name: trends\n", 10),
    ] {
        let env = env();
        done(&env, &["--commit"]);
        env.replace("svcgen.yaml", old, new);
        done(&env, &["--conflicts", "svcgen"]);
        let status = env.status("puppet");
        assert_eq!(status.lines().count(), count, "{status}");
        let check = env.svcgen(CHECK);
        assert_eq!(check.code, 0, "{}", check.show());
        let told = format!(
            "  {count} files are in no commit yet\n    $ svcgen puppet --repo puppet --series --commit\n"
        );
        assert!(check.stdout.contains(&told), "{}", check.show());
        done(&env, &["--commit"]);
        assert_eq!(env.status("puppet"), "");
        let check = env.svcgen(CHECK);
        assert!(!check.stdout.contains("no commit"), "{}", check.show());
    }
}
