//! Deploys, hosts and levels that are called otherwise.

use super::{HOSTS, ID, whole};
use crate::support::{Env, deploy_repository};

#[test]
fn what_is_misspelt_gets_a_proposal() {
    let env = Env::new();
    whole(&env);
    for (arguments, proposal) in [
        (
            &["--host", "a1.exmaple.org"][..],
            "did you mean `a1.example.org`",
        ),
        (&["--level", "wran"], "'warning'"),
        (&["--stage", "promot"], "'promote'"),
        (
            &["20261123T140312Z-3f9a0l"],
            "did you mean `20261123T140312Z-3f9a01`?",
        ),
        (&["a", "b"], "put them in quotes"),
        (&[ID, "--latest"], "`--latest` is not the deploy"),
    ] {
        let run = env.svcgen(&[&["log"], arguments].concat());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.show());
        assert!(run.stderr.contains(proposal), "{}", run.show());
        // Nothing of the deploy is shown before that.
        assert!(run.stderr.starts_with("error: "), "{}", run.show());
    }
    // The beginning of a name is enough where it is the only one.
    for begin in ["20261123T14", "20261123", "2026"] {
        assert_eq!(env.svcgen(&["log", begin]).code, 0, "{begin}");
    }
}

#[test]
fn what_begins_as_the_name_of_a_deploy_and_is_none_is_told() {
    let env = Env::new();
    whole(&env);
    let refused = |word: &str| {
        let run = env.svcgen(&["log", word]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.show());
        run.stderr
    };
    let nearest = format!("hint: the nearest: `{ID}`\n");
    let meant = format!("hint: did you mean `{ID}`?\n");
    for (word, near) in [
        ("2026xyz", nearest),
        ("20261123-3f9a", meant),
        ("20270101T00", String::new()),
    ] {
        let said = format!(
            "error: there is no deploy `{word}`\n{near}hint: `svcgen history` lists the deploys\n"
        );
        assert_eq!(refused(word), said);
    }
    // A part of a revision, and a date, are looked for as texts.
    for text in ["2026abc", "2026-11-23"] {
        assert!(refused(text).contains(" matches"), "{text}");
    }
    let output = env.svcgen(&["log", "--output", "nosuch"]);
    assert_eq!(output.code, 0, "nobody wrote anything: {}", output.show());
}

#[test]
fn a_host_that_a_deploy_was_not_on_is_not_misspelt() {
    let env = Env::new();
    whole(&env);
    deploy_repository(&env, &[HOSTS[0], HOSTS[1], "c1.example.org"]);
    for more in [&[][..], &["--output"]] {
        let run = env.svcgen(&[&["log", "--host", "c1.example.org"], more].concat());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.show());
        let said = format!(
            "error: --host: the deploy {ID} was not on `c1.example.org`\nhint: it was on a1.example.org, b1.example.org\nhint: `svcgen history` lists the others\n"
        );
        assert!(run.stderr.ends_with(&said), "{}", run.show());
    }
}
