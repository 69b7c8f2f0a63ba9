//! A clone that remembers nothing, of classes that the model gives another name.

use super::{CHECK, merged};
use crate::series::{done, run};

#[test]
fn the_name_that_is_merged_is_the_way_out() {
    let env = merged();
    let name = "name: trending-edits\n";
    let other = format!("{name}puppet_name: trends\n");
    env.replace("svcgen.yaml", name, &other);
    let way = "if it is this service, merged under that name: write `puppet_name: trendingedits` in the model";
    for options in [
        &["--commit"][..],
        &["--commit", "--conflicts", "svcgen"],
        &[],
    ] {
        let refused = run(&env, options);
        assert_eq!(refused.code, 11, "{}", refused.show());
        let hint = format!("hint: {way}\n");
        assert!(refused.stderr.contains(&hint), "{}", refused.show());
    }
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 3, "{}", check.show());
    assert!(check.stdout.contains(way), "{}", check.show());
    env.replace(
        "svcgen.yaml",
        "puppet_name: trends",
        "puppet_name: trendingedits",
    );
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 0, "{}", check.show());
    // What is remembered then lets the classes have the other name.
    done(&env, &["--commit"]);
    env.replace(
        "svcgen.yaml",
        "puppet_name: trendingedits",
        "puppet_name: trends",
    );
    done(&env, &["--commit", "--conflicts", "svcgen"]);
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 0, "{}", check.show());
    assert!(env.has("puppet/modules/profile/manifests/trends.pp"));
    assert!(!env.has("puppet/modules/profile/manifests/trendingedits.pp"));
}
