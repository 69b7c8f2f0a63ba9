//! Commands in containers, which end well or not.

use svcgen::container::{RunError, User};
use svcgen::transport::Stream;

use crate::support::{Lab, Said, job, wait};

#[test]
fn both_streams_come_as_lines() {
    let Some(lab) = Lab::get() else { return };
    let said = Said::default();
    wait(async {
        let engine = lab.connect().await.unwrap();
        let job = job("echo one; echo two >&2; printf three");
        engine.run(&job, &mut said.ear()).await.unwrap();
    });
    let of = |stream: Stream| {
        let lines = said.lines().into_iter();
        let lines = lines.filter(move |line| line.stream == stream);
        lines
            .map(|line| String::from_utf8(line.text).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (of(Stream::Out), of(Stream::Err)),
        (
            vec!["one".to_owned(), "three".into()],
            vec!["two".to_owned()]
        )
    );
}

#[test]
fn another_code_is_an_error() {
    let Some(lab) = Lab::get() else { return };
    let ended = wait(async {
        let engine = lab.connect().await.unwrap();
        engine.run(&job("exit 3"), &mut |_| {}).await
    });
    assert_eq!(
        ended,
        Err(RunError::Code {
            command: "sh -c 'exit 3'".into(),
            code: 3
        })
    );
}

#[test]
fn it_runs_as_the_wanted_user() {
    let Some(lab) = Lab::get() else { return };
    let said = Said::default();
    wait(async {
        let engine = lab.connect().await.unwrap();
        let mut job = job("id -u; id -g; touch /scratch/mine; pwd");
        job.user = Some(User {
            uid: 1234,
            gid: 2345,
        });
        job.scratch = vec!["/scratch".into()];
        job.directory = Some("/srv".into());
        engine.run(&job, &mut said.ear()).await.unwrap();
    });
    assert_eq!(said.text(), "1234\n2345\n/srv\n");
}
