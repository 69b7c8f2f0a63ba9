//! Answers that are taken, and that something speaks against.

use crate::support::{Env, Pty};

#[test]
fn a_day_for_the_first_deployment_is_looked_at() {
    let env = Env::new();
    env.write("svcgen.yaml", &format!("{}site: wikimedia\n", super::MODEL));
    let mut pty = Pty::start(&env, &["new"], None);
    // It is the 23rd of November 2026.
    for (day, doubts) in [
        (
            "2016-01-04",
            &["the day of the first deployment, 2016-01-04, has passed"][..],
        ),
        (
            "2026-12-01",
            &["the first deployment is in 8 days; wikimedia asks for 2 weeks at"],
        ),
        (
            "2026-12-19",
            &["2026-12-19 is a Saturday; wikimedia deploys on "],
        ),
        (
            "2026-12-05",
            &[
                "the first deployment is in 12 days",
                "2026-12-05 is a Saturday",
            ],
        ),
    ] {
        pty.answer("Enter writes the model", "timeline.deployment");
        pty.answer("Day of the first deployment", day);
        for doubt in doubts {
            pty.expect(&format!("warning: {doubt}"));
        }
    }
    pty.answer("Enter writes the model", "timeline.deployment");
    pty.answer("Day of the first deployment", "2027-01-12");
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert_eq!(pty.shown.matches("warning: ").count(), 5, "{}", pty.shown);
    assert!(env.read("svcgen.yaml").contains("2027-01-12"));
}

#[test]
fn hosts_in_two_groups_are_told_where_they_are_typed() {
    let env = Env::with_tea_pot(&[
        "--set=deploy.groups.canary.name=canary",
        "--set=deploy.groups.canary.hosts=['tea[1-3].farm.example']",
    ]);
    let mut pty = Pty::start(&env, &["new"], None);
    pty.answer("Enter writes the model", "deploy.groups");
    pty.answer("`-1` removes it", "+");
    pty.answer("group: Name", "default");
    pty.answer("group: Its hosts", "tea3.farm.example, tea9\r");
    pty.expect("warning: `tea3.farm.example` is in two groups, `canary` and `default`");
    pty.expect("warning: `tea9` has no domain");
    pty.answer("group: How many at a time", "1");
    pty.answer("group: How many may fail", "");
    pty.answer("`-1` removes it", "");
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    // Once is enough.
    assert_eq!(pty.shown.matches("warning: ").count(), 2, "{}", pty.shown);
}

#[test]
fn a_distribution_that_the_site_has_no_image_for_is_told_where_it_is_chosen() {
    let env = Env::with_tea_pot(&[]);
    let site = "../config/svcgen/sites/example.yaml";
    let without = env.read(site).replace("  ubuntu: ubuntu:24.04\n", "");
    env.write(site, &without);
    let mut pty = Pty::start(&env, &["new"], None);
    pty.answer("Enter writes the model", "build.target");
    pty.answer("Distribution", "2");
    pty.expect("warning: the site `example` does not say which image to use for `ubuntu`");
    // An answer that stays is told once more.
    pty.answer("Enter writes the model", "build.target");
    pty.answer("Distribution", "");
    pty.expect("warning: the site `example` does not say which image to use for `ubuntu`");
    pty.answer("Enter writes the model", "build.target");
    pty.answer("Distribution", "debian");
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert_eq!(pty.shown.matches("warning: ").count(), 2, "{}", pty.shown);
}
