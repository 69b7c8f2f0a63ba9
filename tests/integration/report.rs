//! The report of a deploy: of real deploys on folder hosts, opened in a real browser.

use std::net::TcpListener;
use std::path::PathBuf;

use svcgen::event::{EventKind, Level};
use svcgen::scap::DeployStage;

use crate::support::{Env, LocalFarm, Run, Story, browser, deploy_repository, has_tool, revision};

fn deploy(farm: &LocalFarm, arguments: &[&str]) -> Run {
    let all = [&["deploy", "--on-failure", "rollback"], arguments].concat();
    farm.svcgen(&all)
}

fn path(farm: &LocalFarm, name: &str) -> PathBuf {
    farm.env().work().join("deploy").join(name)
}

fn page(farm: &LocalFarm, name: &str) -> String {
    std::fs::read_to_string(path(farm, name)).unwrap()
}

#[test]
fn a_deploy_that_went_well_is_told_as_such_and_so_is_the_way_back() {
    let farm = LocalFarm::new(2);
    farm.release("1");
    assert_eq!(deploy(&farm, &[]).code, 0);
    let second = farm.release("2");
    let run = deploy(&farm, &["--report", "../r.html", "the <b>second</b> one"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.contains("\nreport: ../r.html\n"),
        "{}",
        run.stderr
    );
    let told = page(&farm, "../r.html");
    for part in [
        "<h1>Deployed</h1>",
        &format!("{} is live on 3 of 3 hosts", &second[..7]),
        "the &lt;b&gt;second&lt;/b&gt; one",
        "Release 2",
        "<code>svcgen rollback</code>",
    ] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
    let again = deploy(&farm, &["--report", "none.html"]);
    assert_eq!(again.code, 0);
    assert!(
        again.stderr.contains("no deploy, no report"),
        "{}",
        again.stderr
    );

    let back = farm.svcgen(&["rollback", "--report", "back.html"]);
    assert_eq!(back.code, 0, "{}", back.stderr);
    let told = page(&farm, "back.html");
    assert!(
        told.contains("<h1>Rolled back</h1>") && told.contains("<h4>Taken back</h4>"),
        "{told}"
    );
    let later = farm.svcgen(&["log", "--report", "later.html"]);
    assert_eq!(later.code, 0, "{}", later.stderr);
    assert_eq!(page(&farm, "later.html"), told);
}

#[test]
fn what_a_host_and_a_commit_say_does_nothing_in_a_browser() {
    let farm = LocalFarm::new(2);
    farm.release("1");
    assert_eq!(deploy(&farm, &[]).code, 0);
    let server = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    server.set_nonblocking(true).unwrap();
    let place = server.local_addr().unwrap();
    let attack = format!(
        "</script></title><script>document.title='taken'</script><img src=http://{place}/>"
    );
    farm.write(
        "scap/checks.yaml",
        "checks: {hostile: {type: command, stage: handle_service, shell: true, command: 'cat $SCAP_FINAL_PATH/attack; exit 1'}}\n",
    );
    let long = "x".repeat(200_000);
    farm.write("attack", &format!("{attack}\n\u{1b}[2J\0\n{long}\n"));
    farm.git(&["add", "-A"]);
    farm.git(&["commit", "-q", "-m", &format!("Feed {attack}")]);
    let run = deploy(&farm, &["--report", "r.html", &attack]);
    assert_eq!(run.code, 20, "{}", run.stderr);
    let told = page(&farm, "r.html");
    assert!(told.len() < 200_000, "{}", told.len());
    for bad in ["<script", "<img", "\u{1b}", "\0"] {
        assert!(!told.contains(bad), "{bad:?}");
    }
    if !has_tool(browser::PROGRAM) {
        return;
    }
    let dom = browser::dom(&path(&farm, "r.html"));
    assert!(dom.contains("<h1>Failed, and rolled back</h1>"), "{dom}");
    assert!(
        dom.contains("<title>Failed, and rolled back: deploy of feed/deploy@"),
        "{dom}"
    );
    assert_eq!(dom.matches("<li><span class=\"name\"").count(), 3);
    // Even what would get in could neither run nor call anybody.
    let got_in = told.replace(
        "<main>",
        &format!("<main>{attack}<style>@import 'http://{place}/a';</style>"),
    );
    assert_ne!(got_in, told);
    std::fs::write(path(&farm, "in.html"), got_in).unwrap();
    let dom = browser::dom(&path(&farm, "in.html"));
    assert!(
        dom.contains("<script>") && !dom.contains("<title>taken"),
        "{dom}"
    );
    let called = server.accept();
    assert_eq!(called.unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn three_hundred_hosts_fit_into_a_page() {
    let env = Env::new();
    let names: Vec<String> = (0..300).map(|n| format!("scb{n:04}.example.org")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    deploy_repository(&env, &names);
    let mut story = Story::begin("20261123T140312Z-3f9a01", &names);
    for name in &names {
        let kind = EventKind::HostPlanned {
            live: None,
            old: None,
            revision: revision(),
            idle: false,
        };
        story.add(Some(name), None, Level::Debug, "nothing is live", kind);
    }
    let noise = vec!["a line that a host writes, as hosts do, of some length"; 40];
    for name in &names {
        for stage in [
            DeployStage::Fetch,
            DeployStage::Promote,
            DeployStage::HandleService,
            DeployStage::Finalize,
        ] {
            story.pass(name, stage, &noise);
        }
    }
    story.end(&names);
    story.write(&env);
    let run = env.svcgen(&["log", "--report", "r.html"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let told = env.read("r.html");
    assert!(told.len() < 3_000_000, "{}", told.len());
    if !has_tool(browser::PROGRAM) {
        return;
    }
    let file = env.work().join("r.html");
    let dom = browser::dom(&file);
    assert_eq!(dom.matches("<li><span class=\"name\"").count(), 300);
    assert!(
        dom.contains("<polygon class=\"area-new\""),
        "the picture of all hosts"
    );
    for width in [400, 1200] {
        let picture = browser::picture(&file, width, 2000);
        assert!(
            picture.starts_with(b"\x89PNG") && picture.len() > 20_000,
            "{}",
            picture.len()
        );
    }
}

#[test]
fn a_report_that_could_not_be_written_is_refused_before_anything_is_touched() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let run = deploy(&farm, &["--report", "none/r.html"]);
    assert_eq!(run.code, 2);
    insta::assert_snapshot!(run.stderr, @"
    error: --report: `none/r.html` cannot be written
    cause: there is no folder `none`
    hint: name a file in a folder that is there, and yours
    ");
    assert_eq!(deploy(&farm, &["--report", "scap"]).code, 2);
    assert_eq!(farm.answers(), [None, None]);
    let run = farm.svcgen(&["deploy", "--dry-run", "--report", "r.html"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("cannot be used with"), "{}", run.stderr);
    // What happens to the file later is no reason for a deploy to fail.
    farm.env().write("out/keep", "");
    farm.write(
        "scap/checks.yaml",
        &format!(
            "checks: {{gone: {{type: command, stage: fetch, shell: true, command: 'rm -rf {}'}}}}\n",
            farm.env().work().join("out").display()
        ),
    );
    farm.release("2");
    let run = deploy(&farm, &["--report", "../out/r.html"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("warning: no report: `../out/r.html` cannot be written"),
        "{}",
        run.stderr
    );
}

/// On a telephone an event has a line of its own, instead of a column that leaves the page.
#[test]
fn what_happened_can_be_read_on_a_telephone() {
    if !has_tool(browser::PROGRAM) {
        return;
    }
    let env = Env::new();
    let hosts = ["tea1-with-a-long-name.example.org"];
    deploy_repository(&env, &hosts);
    let mut story = Story::begin("20261123T140312Z-3f9a01", &hosts);
    let odd = "the clock of this host is a minute behind";
    story.add(
        Some(hosts[0]),
        None,
        Level::Warning,
        odd,
        EventKind::Warning,
    );
    story.end(&hosts);
    story.write(&env);
    assert_eq!(env.svcgen(&["log", "--report", "r.html"]).code, 0);
    let measure = "<script>onload = () => document.title = 'fits ' + (document.querySelector('.events').getBoundingClientRect().right <= innerWidth)</script>";
    let page = env.read("r.html");
    let (before, policy) = page.split_once("<meta http-equiv").unwrap();
    let (_, after) = policy.split_once('>').unwrap();
    env.write("p.html", &format!("{before}{measure}{after}"));
    let dom = browser::dom_at(&env.work().join("p.html"), 400);
    assert!(dom.contains("<title>fits true</title>"), "{dom}");
}
