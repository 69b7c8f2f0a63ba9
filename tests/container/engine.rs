//! An engine that ends in the middle of the work.

use svcgen::container::RunError;

use crate::support::{PrivateLab, Said, job, recipe, wait};

/// A script that does not end by itself, but where an engine asks it to: no test has to wait for that.
const ENDLESS: &str = "trap exit TERM; echo here; sleep 3600 & wait";

#[test]
fn an_engine_that_is_killed_is_told_and_the_next_run_cleans_up() {
    let Some(lab) = PrivateLab::small("64M") else {
        return;
    };
    let said = Said::default();
    let ended = std::thread::scope(|scope| {
        let running = scope.spawn(|| {
            wait(async {
                let engine = lab.connect().await.unwrap();
                engine.run(&job("killed", ENDLESS), &mut said.ear()).await
            })
        });
        said.until("here");
        lab.engine(&["kill"]);
        running.join().unwrap()
    });
    let error = ended.unwrap_err();
    insta::assert_snapshot!(lab.plain(&error), @"the connection to ENGINE broke while `the script` ran; its container may go on until the next `svcgen build` removes it");
    assert!(matches!(error, RunError::Lost { .. }), "{error:?}");
    lab.engine(&["start"]);
    // This run goes on, and so its container may be in use.
    assert_eq!(lab.containers("killed").len(), 1);
}

#[test]
fn an_engine_that_is_killed_while_an_image_is_made_is_told() {
    let Some(lab) = PrivateLab::small("64M") else {
        return;
    };
    let said = Said::default();
    let made = std::thread::scope(|scope| {
        let running = scope.spawn(|| {
            wait(async {
                let engine = lab.connect().await.unwrap();
                let base = engine.image("svcgen-test:base").await.unwrap().unwrap();
                let recipe = recipe("svcgen-test/killed", &base, &format!("RUN {ENDLESS}"));
                engine.build(&recipe, &mut said.ear()).await
            })
        });
        said.until("here");
        lab.engine(&["kill"]);
        running.join().unwrap()
    });
    insta::assert_snapshot!(lab.plain(&made.unwrap_err()), @"the connection to ENGINE broke; it was asked to make the image");
}
