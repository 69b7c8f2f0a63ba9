//! The number of the group of admins, once it is merged.

use super::chain::reviewed;
use super::drift::merge;
use super::{done, env, put_into};

const DATA: &str = "puppet/modules/admin/data/data.yaml";
const OTHER: &str = "{group: trend-admins, approval: [";

#[test]
fn a_group_that_is_merged_has_its_number_again_once_it_is_named_back() {
    let (env, gerrit, clone) = reviewed();
    done(&env, &["--commit"]);
    merge(&gerrit, &clone);
    let merged = env.read(DATA);
    assert!(merged.contains("    gid: 706\n"), "{merged}");
    env.replace("svcgen.yaml", "{approval: [", OTHER);
    let renamed = done(&env, &["--commit"]);
    let told = "admins: the group `trend-admins` is another one than `trending-edits-admin` and gets the gid 707, not 706";
    assert!(renamed.stderr.contains(told), "{}", renamed.show());
    assert!(env.read(DATA).contains("    gid: 707\n"));
    // For as long as it is not merged, each run says so.
    let again = done(&env, &["--commit"]);
    assert!(again.stderr.contains(told), "{}", again.show());
    env.replace("svcgen.yaml", OTHER, "{approval: [");
    let back = done(&env, &["--commit"]);
    assert_eq!(env.read(DATA), merged, "{}", back.show());
    assert!(!back.stderr.contains("gid"), "{}", back.show());
}

#[test]
fn a_group_has_its_number_again_where_nothing_is_committed() {
    let env = env();
    done(&env, &["--commit"]);
    let committed = env.read(DATA);
    env.replace("svcgen.yaml", "{approval: [", OTHER);
    done(&env, &[]);
    assert!(env.read(DATA).contains("    gid: 707\n"));
    env.replace("svcgen.yaml", OTHER, "{approval: [");
    let back = done(&env, &[]);
    assert_eq!(env.read(DATA), committed, "{}", back.show());
}

#[test]
fn a_group_that_is_described_otherwise_in_review_is_still_the_one_that_is_renamed() {
    let (env, _gerrit, _) = reviewed();
    done(&env, &["--review"]);
    env.replace(
        DATA,
        "Group of trending-edits admins",
        "Who looks after trends",
    );
    put_into(&env, "HEAD~1");
    env.replace("svcgen.yaml", "{approval: [", OTHER);
    let renamed = done(&env, &["--review"]);
    let told = "admins: the group `trend-admins` is another one than `trending-edits-admin` and gets the gid 707, not 706";
    assert!(renamed.stderr.contains(told), "{}", renamed.show());
}
