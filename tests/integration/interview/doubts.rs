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
