//! The report of a deploy, of real deploys on folder hosts.

use crate::support::LocalFarm;

/// The page that a deploy or the log wrote.
fn page(farm: &LocalFarm, path: &str) -> String {
    let path = farm.env().work().join("deploy").join(path);
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn a_deploy_that_went_well_is_told_as_such() {
    let farm = LocalFarm::new(2);
    farm.release("1");
    let deploy = |arguments: &[&str]| {
        let all = [&["deploy", "--on-failure", "rollback"], arguments].concat();
        farm.svcgen(&all)
    };
    assert_eq!(deploy(&[]).code, 0);
    let second = farm.release("2");
    let run = deploy(&["--report", "../r.html", "the <b>second</b> one"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.contains("\nreport: ../r.html\n"),
        "{}",
        run.stderr
    );
    let page = page(&farm, "../r.html");
    for part in [
        "<h1>Deployed</h1>",
        &format!("{} is live on 3 of 3 hosts", &second[..7]),
        "the &lt;b&gt;second&lt;/b&gt; one",
        "Release 2",
        "<code>svcgen rollback</code>",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
}

#[test]
fn a_canary_that_fails_is_told_with_what_its_check_wrote() {
    let farm = LocalFarm::new(2);
    farm.release("1");
    assert_eq!(farm.svcgen(&["deploy", "--on-failure", "rollback"]).code, 0);
    farm.release("ill");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback", "--report", "r.html"]);
    assert_eq!(run.code, 20, "{}", run.stderr);
    let page = page(&farm, "r.html");
    for part in ["<h1>Failed, and rolled back</h1>", "HTTP Error 503"] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
}
