//! Images, which are found or made.

use std::collections::BTreeMap;

use svcgen::container::{Built, Recipe};
use svcgen::transport::Stream;

use crate::support::{Lab, PrivateLab, Said, job, recipe, wait};

/// A name of images that no other run has.
fn own(name: &str) -> String {
    format!("svcgen-test/{name}-{}", std::process::id())
}

#[test]
fn an_image_of_the_same_recipe_is_found() {
    let Some(lab) = Lab::get() else { return };
    let said = Said::default();
    wait(async {
        let engine = lab.connect().await.unwrap();
        let base = engine.image(Lab::BASE).await.unwrap().unwrap();
        let recipe = Recipe {
            files: BTreeMap::from([("greeting".into(), b"hello\n".to_vec())]),
            arguments: BTreeMap::from([("WHOM".into(), "world".into())]),
            ..recipe(
                &own("found"),
                &base,
                "ARG WHOM\nCOPY greeting /greeting\nRUN echo $WHOM >>/greeting",
            )
        };
        let (made, how) = engine.build(&recipe, &mut said.ear()).await.unwrap();
        assert_eq!(how, Built::Made);
        assert!(
            said.on(Stream::Out)
                .iter()
                .any(|line| line.starts_with("Step 4/5 : RUN echo")),
            "{}",
            said.text()
        );

        let again = Said::default();
        let found = engine.build(&recipe, &mut again.ear()).await.unwrap();
        assert_eq!(found, (made.clone(), Built::Found));
        assert_eq!(again.text(), "");

        let greeted = Said::default();
        let mut job = job("greeting", "cat /greeting");
        job.image = made.id;
        engine.run(&job, &mut greeted.ear()).await.unwrap();
        assert_eq!(greeted.text(), "hello\nworld");
    });
}

#[test]
fn the_last_three_images_of_a_name_are_kept() {
    let Some(lab) = Lab::get() else { return };
    let name = own("kept");
    wait(async {
        let engine = lab.connect().await.unwrap();
        let base = engine.image(Lab::BASE).await.unwrap().unwrap();
        let mut tags = Vec::new();
        for number in 0..5 {
            let recipe = recipe(&name, &base, &format!("RUN echo {number} >/number"));
            engine.build(&recipe, &mut |_| {}).await.unwrap();
            tags.push(recipe.tag().unwrap());
        }
        assert!(engine.image(&tags[4]).await.unwrap().is_some());
    });
    let listed = lab.docker(&["images", "--quiet", &name]);
    assert_eq!(listed.lines().count(), 3, "{listed}");
}

#[test]
fn an_image_that_the_engine_has_made_before_is_kept() {
    let Some(lab) = Lab::get() else { return };
    let name = own("again");
    wait(async {
        let engine = lab.connect().await.unwrap();
        let base = engine.image(Lab::BASE).await.unwrap().unwrap();
        let of = |number: i32| recipe(&name, &base, &format!("RUN echo {number} >/number"));
        let first = of(0);
        let (made, _) = engine.build(&first, &mut |_| {}).await.unwrap();
        // The engine still has its layers when it is to be made again.
        lab.docker(&["tag", &first.tag().unwrap(), &own("layers")]);
        lab.docker(&["rmi", &first.tag().unwrap()]);
        for number in 1..4 {
            engine.build(&of(number), &mut |_| {}).await.unwrap();
        }
        let (again, how) = engine.build(&first, &mut |_| {}).await.unwrap();
        assert_eq!((again.id, how), (made.id.clone(), Built::Made));
        let kept = engine.image(&first.tag().unwrap()).await.unwrap();
        assert_eq!(kept.map(|image| image.id), Some(made.id));
    });
    lab.docker(&["rmi", &own("layers")]);
}

#[test]
fn a_step_that_fails_is_named_and_leaves_nothing() {
    let Some(lab) = Lab::get() else { return };
    let said = Said::default();
    let error = wait(async {
        let engine = lab.connect().await.unwrap();
        let base = engine.image(Lab::BASE).await.unwrap().unwrap();
        let recipe = recipe("svcgen-test/failing", &base, "RUN echo so far; exit 7");
        engine.build(&recipe, &mut said.ear()).await.unwrap_err()
    });
    insta::assert_snapshot!(error, @"`RUN echo so far; exit 7` ended with code 7");
    assert!(said.on(Stream::Out).contains(&"so far".to_owned()));
    assert_eq!(
        lab.docker(&["images", "--quiet", "svcgen-test/failing"]),
        ""
    );
    let command = ["ps", "--all", "--no-trunc", "--format", "{{.Command}}"];
    assert!(!lab.docker(&command).contains("so far"));
}

#[test]
fn a_dockerfile_that_is_none_is_told() {
    let Some(lab) = Lab::get() else { return };
    let error = wait(async {
        let engine = lab.connect().await.unwrap();
        let base = engine.image(Lab::BASE).await.unwrap().unwrap();
        let recipe = recipe("svcgen-test/none", &base, "BREW tea");
        engine.build(&recipe, &mut |_| {}).await.unwrap_err()
    });
    let text = lab.plain(&error);
    insta::assert_snapshot!(text, @"ENGINE cannot make the image: dockerfile parse error line 2: unknown instruction: BREW");
}

#[test]
fn an_image_that_is_not_here_and_cannot_be_pulled_is_told() {
    let Some(lab) = Lab::get() else { return };
    let error = wait(async {
        let engine = lab.connect().await.unwrap();
        let name = "127.0.0.1:1/tea/pot:green";
        engine.obtain(name, &mut |_| {}).await.unwrap_err()
    });
    insta::assert_snapshot!(error, @"the image `127.0.0.1:1/tea/pot:green` is not here, and cannot be pulled: Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused");
    assert_eq!(error.hints(), ["docker pull 127.0.0.1:1/tea/pot:green"]);
}

#[test]
fn a_disk_that_is_full_while_an_image_is_made_is_told() {
    let Some(lab) = PrivateLab::small("24M") else {
        return;
    };
    let error = wait(async {
        let engine = lab.connect().await.unwrap();
        let base = engine.image(Lab::BASE).await.unwrap().unwrap();
        let lines = "RUN dd if=/dev/zero of=/big bs=1M count=100";
        let recipe = recipe("svcgen-test/full", &base, lines);
        engine.build(&recipe, &mut |_| {}).await.unwrap_err()
    });
    let text = lab.plain(&error);
    insta::assert_snapshot!(text, @"the disk of ENGINE is full; it was asked to do `RUN dd if=/dev/zero of=/big bs=1M count=100`");
    assert_eq!(error.hints(), ["docker system df", "docker system prune"]);
    assert_eq!(lab.docker(&["ps", "--all", "--quiet"]), "");
}

#[test]
fn an_image_that_is_given_up_leaves_no_container() {
    let Some(lab) = PrivateLab::small("64M") else {
        return;
    };
    let said = Said::default();
    wait(async {
        let engine = lab.connect().await.unwrap();
        let base = engine.image(Lab::BASE).await.unwrap().unwrap();
        let recipe = recipe("svcgen-test/given-up", &base, "RUN echo here; sleep 3600");
        let mut ear = said.ear();
        let begun = tokio::task::spawn_blocking({
            let said = said.clone();
            move || said.until("here")
        });
        tokio::select! {
            made = engine.build(&recipe, &mut ear) => panic!("{made:?}"),
            begun = begun => begun.unwrap(),
        }
    });
    // The engine does it by itself, a moment later.
    let ended = (0..200).any(|_| lab.docker(&["ps", "--all", "--quiet"]).is_empty());
    assert!(ended, "{}", lab.docker(&["ps", "--all"]));
}
