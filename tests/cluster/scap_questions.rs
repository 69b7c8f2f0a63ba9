//! Questions on the deployment server that svcgen does not know.

use crate::support::{DEPLOY, Fleet};

#[test]
fn a_question_that_svcgen_does_not_know_is_passed_on() {
    Fleet::lend(|fleet| {
        let second = fleet.release();
        fleet.server.fault("question", "Which drink? ");
        let mut terminal = fleet.deployer.at_terminal(DEPLOY);
        terminal.expect("Scap asks: Which drink?");
        terminal.keys("tea\r");
        terminal.expect("go on with the other hosts?");
        terminal.keys("y");
        let code = terminal.end();
        assert_eq!(code, 0, "{}", terminal.shown);
        let run = fleet.deployer.run(&["log", "--latest", "-v"]);
        assert!(run.stdout.contains("it is tea"), "{}", run.show());
        fleet.assert_live([&second, &second, &second]);
    });
}

#[test]
fn without_a_terminal_a_question_that_svcgen_does_not_know_ends_the_deploy() {
    Fleet::lend(|fleet| {
        fleet.release();
        fleet.server.fault("question", "Which drink? ");
        let run = fleet.deployer.deploy();
        assert_eq!(run.code, 20, "{}", run.show());
        let error =
            "\nerror: Scap asks `Which drink?`, which svcgen cannot answer, and nobody else did\n";
        assert!(run.stderr.contains(error), "{}", run.show());
        fleet.assert_live([&fleet.first, &fleet.first, &fleet.first]);
        // Nothing of it is in the way of the next one.
        fleet.server.sh("rm /tmp/fault/question");
        let run = fleet.deployer.deploy();
        assert_eq!(run.code, 0, "{}", run.show());
    });
}
