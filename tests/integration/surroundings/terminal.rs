//! Terminals that are tiny, or none at all.

use crate::support::{Env, LocalFarm, Pty};

/// As small as it gets, and sizes that say nothing.
const SIZES: [(u16, u16); 4] = [(10, 4), (1, 1), (0, 0), (20, 2)];

#[test]
fn the_interview_goes_on_in_a_tiny_terminal() {
    for size in SIZES {
        let env = Env::new();
        let mut pty = Pty::start_sized(&env, &["new", "--site", "example"], &[], size);
        pty.answer("Name of", "tea-pot");
        // The question after it.
        pty.expect("2 of ");
        pty.keys("\u{3}");
        assert_eq!(pty.end(), 130, "{size:?}: {}", pty.shown);
        assert!(!pty.shown.contains("panicked"), "{size:?}: {}", pty.shown);
    }
}

#[test]
fn a_deploy_is_shown_in_a_tiny_terminal() {
    for size in [(10, 4), (0, 0)] {
        let farm = LocalFarm::new(2);
        farm.release("1");
        let repository = farm.env().work().join("deploy");
        let deploy = ["deploy", "--deploy-repo", repository.to_str().unwrap()];
        let mut pty = Pty::start_sized(farm.env(), &deploy, &[], size);
        pty.expect("[Y/n]");
        pty.keys("y");
        assert_eq!(pty.end(), 0, "{size:?}: {}", pty.shown);
        let live = Some("1".to_owned());
        assert_eq!(farm.answers(), [live.clone(), live.clone(), live]);
        assert!(!pty.shown.contains("panicked"), "{size:?}: {}", pty.shown);
    }
}

#[test]
fn without_a_terminal_nothing_asks_and_the_option_is_named() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let env = Env::with_model();
    env.repository("vagrant");
    for (run, option) in [
        (env.svcgen(&["vagrant", "--repo", "vagrant"]), "`--yes`"),
        (Env::new().svcgen(&["new"]), "--defaults"),
        (farm.svcgen(&["deploy"]), "--on-failure"),
        (farm.svcgen(&["service", "stop"]), "`--yes`"),
    ] {
        assert_eq!(run.code, 2, "{}", run.show());
        assert!(run.stderr.contains(option), "{}", run.show());
    }
}
