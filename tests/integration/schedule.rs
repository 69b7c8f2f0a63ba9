//! Entries for the page with the plans.

use insta::assert_snapshot;

use crate::support::{Env, LocalFarm};

const MODEL: &str = "\
version: 1
site: example
name: tea-pot
description: Makes tea. Even at night.
port: 6000
owner: {name: 'Ada [x]', irc: ada}
tickets: {service_request: T7}
";

const PAGE: &str = "\
==={{Deployment_day|date=2026-11-23}}===
{{Deployment calendar event card
    |when=2026-11-23 09:00 CET
    |length=1.5
    |window=Kettles
    |who=Grace
    |what=* all of them
}}
";

/// The clock of the tests says 2026-11-23 01:00 in Prague.
fn env() -> Env {
    let env = Env::new();
    env.write("svcgen.yaml", MODEL);
    env.write("page.txt", PAGE);
    env
}

#[test]
fn the_next_window_is_proposed_with_its_card() {
    let env = env();
    assert_snapshot!(env.svcgen(&["schedule"]).show(), @"
    exit 0
    --- stdout
    ==={{Deployment_day|date=2026-11-23}}===
    {{Deployment calendar event card
        |when=2026-11-23 09:00 CET
        |length=0.5
        |window=tea-pot
        |who={{ircnick|ada|<nowiki>Ada [x]</nowiki>}}
        |what=* tea-pot: Makes tea ([https://tasks.farm.example/T7 T7])
    }}
    --- stderr
    Mon 2026-11-23 09:00 CET for 30 minutes
    next: add it to https://docs.farm.example/Windows
    ");
    assert_snapshot!(env.svcgen(&["schedule", "--page", "page.txt", "Fix {{the}} spout"]).show(), @"
    exit 0
    --- stdout
    ==={{Deployment_day|date=2026-11-23}}===
    {{Deployment calendar event card
        |when=2026-11-23 10:30 CET
        |length=0.5
        |window=tea-pot
        |who={{ircnick|ada|<nowiki>Ada [x]</nowiki>}}
        |what=* tea-pot: <nowiki>Fix {{the}} spout</nowiki> ([https://tasks.farm.example/T7 T7])
    }}
    --- stderr
    Mon 2026-11-23 10:30 CET for 30 minutes
    next: add it to https://docs.farm.example/Windows
    ");
}

#[test]
fn a_first_deployment_is_planned_on_its_day() {
    let env = env();
    env.write(
        "svcgen.yaml",
        &format!("{MODEL}timeline: {{deployment: 2026-12-18}}\n"),
    );
    let run = env.svcgen(&["schedule", "--length", "75", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    // The 18th is a Friday.
    assert_eq!(value["start"], "2026-12-21T08:00:00Z");
    assert_eq!(value["end"], "2026-12-21T09:15:00Z");
    assert_eq!(value["warnings"], serde_json::json!([]));
    assert!(
        value["text"]
            .as_str()
            .unwrap()
            .contains("|when=2026-12-21 09:00 CET\n    |length=1.25\n")
    );
}

#[test]
fn a_time_that_is_unusual_or_taken_is_warned_about() {
    let env = env();
    let at = |time: &str| env.svcgen(&["schedule", "--at", time, "--page", "page.txt", "-q"]);
    let run = at("2026-11-23 10:15");
    assert_eq!(run.code, 0, "{}", run.show());
    assert_snapshot!(run.stderr, @"
    warning: `Kettles` is planned from Mon 2026-11-23 09:00 CET to 10:30
    ");
    assert_snapshot!(at("2026-11-28 10:00").stderr, @"
    warning: 2026-11-28 10:00 CET is a Saturday; example deploys on Mon, Tue, Wed, Thu, 09:00-16:00
    ");
    assert_snapshot!(at("2026-11-24T20:00:00Z").stderr, @"
    warning: 2026-11-24 21:00 CET is outside the hours; example deploys on Mon, Tue, Wed, Thu, 09:00-16:00
    ");
    assert_eq!(at("2026-11-24 10:00").stderr, "");
}

#[test]
fn what_is_no_time_or_no_page_is_refused() {
    let env = env();
    assert_snapshot!(env.svcgen(&["schedule", "--at", "tomorrow"]).show(), @"
    exit 2
    --- stdout
    --- stderr
    error: --at: `tomorrow` is not a time
    hint: such as `2026-12-01 09:00`, in the time zone of the site, or `2026-12-01T17:00Z`
    ");
    assert_snapshot!(env.svcgen(&["schedule", "--at", "2026-11-20 09:00"]).show(), @"
    exit 2
    --- stdout
    --- stderr
    error: --at: Fri 2026-11-20 09:00 CET has passed
    hint: without `--at` the next free window is proposed
    ");
    assert_snapshot!(env.svcgen(&["schedule", "--page", "nowhere.txt"]).show(), @"
    exit 2
    --- stdout
    --- stderr
    error: `nowhere.txt` cannot be read
    cause: no such file or directory
    hint: is the path right? `ls -l` shows what is there
    ");
    env.write("page.txt", "<html><body>Deployments</body></html>\n");
    assert_snapshot!(env.svcgen(&["schedule", "--page", "page.txt", "-q"]).stderr, @"
    warning: there is no card of a deployment in `page.txt`; the wikitext of the page is needed, as `?action=raw` gives it
    ");
    let site = env.home().join("config/svcgen/sites/example.yaml");
    std::fs::write(site, "version: 1\nname: example\n").unwrap();
    assert_snapshot!(env.svcgen(&["schedule"]).show(), @"
    exit 2
    --- stdout
    --- stderr
    error: the site `example` has no calendar
    hint: add one as `calendar` to the site file: `time_zone`, `days`, `hours`
    ");
}

/// A farm whose site deploys on one day of the week alone: today, or half a week later.
fn farm(days_ahead: i64) -> LocalFarm {
    let farm = LocalFarm::new(1);
    let day = jiff::Zoned::now().checked_add(jiff::SignedDuration::from_hours(24 * days_ahead));
    let day = day.unwrap().with_time_zone(jiff::tz::TimeZone::UTC);
    let site = format!(
        "version: 1\nname: here\ncalendar: {{time_zone: UTC, days: [{}]}}\n",
        day.strftime("%a")
    );
    std::fs::write(
        farm.env().home().join("config/svcgen/sites/here.yaml"),
        site,
    )
    .unwrap();
    farm.release("1");
    farm
}

#[test]
fn a_deploy_at_another_time_is_asked_about() {
    let farm = farm(3);
    let deploy = ["deploy", "--site", "here", "--on-failure", "rollback"];
    let run = farm.svcgen(&deploy);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("; here deploys on "), "{}", run.stderr);
    assert!(run.stderr.contains("hint: add `--yes`"), "{}", run.stderr);
    let run = farm.svcgen(&["deploy", "--site", "here", "--dry-run"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("; here deploys on "), "{}", run.stderr);
    let run = farm.svcgen(&[&deploy[..], &["--yes"]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    // Going back is never a matter of the time.
    farm.release("2");
    assert_eq!(farm.svcgen(&[&deploy[..], &["--yes"]].concat()).code, 0);
    let run = farm.svcgen(&["rollback", "--site", "here"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!run.stderr.contains("deploys on"), "{}", run.stderr);
}

#[test]
fn a_deploy_at_a_usual_time_is_not_asked_about() {
    let run = farm(0).svcgen(&["deploy", "--site", "here", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!run.stderr.contains("deploys on"), "{}", run.stderr);
}

#[test]
fn a_length_below_nothing_is_refused_as_a_length() {
    let env = Env::with_model();
    let run = env.svcgen(&["schedule", "--length", "-5"]);
    assert_eq!(run.code, 2, "{}", run.show());
    assert!(
        run.stderr
            .starts_with("error: invalid value '-5' for '--length <MINUTES>': "),
        "{}",
        run.show()
    );
    assert!(!run.stderr.contains("-- -5"), "{}", run.show());
}
