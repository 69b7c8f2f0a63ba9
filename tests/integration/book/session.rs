//! The sessions in the guide are one: they are typed here, page after page, in the sandbox of the demo.
//!
//! `UPDATE_BOOK=1 cargo nextest run -E 'test(book)'` writes what was printed where a page shows something else.

use std::fmt::Write as _;
use std::net::TcpListener;

use camino::{Utf8Path, Utf8PathBuf};
use svcgen::demo::{Sandbox, Workbench, merge};

use super::facts::unnamed;
use super::pages::{Page, pages, root};
use super::shown::{is_shown, is_shown_in_any_order};
use super::tables::UPDATE;
use crate::support::{Env, browser, has_tool};

/// Held against what `svcgen demo` does.
const TUTORIAL: &str = "book/src/guide/tutorial.md";

/// A line of a session with which somebody else acts.
const APPROVES: &str = "# a reviewer approves the change of ";

/// The number of the first port in the book; in a run it is the first that is free.
const FIRST_PORT: u16 = 6701;

/// The same of the host of the beta cluster.
const BETA_PORT: u16 = 6801;

/// Ends the services with the test.
struct Road {
    sandbox: Sandbox,
    bin: Utf8PathBuf,
    /// The ports of the book, and those that stand for them in this run.
    ports: Vec<(u16, u16)>,
    _env: Env,
}

/// A part of a block of `console`: something that is done, and what is shown of it.
struct Part<'b> {
    typed: &'b str,
    /// The line with the prompt, and those of a text that follows.
    head: String,
    shown: String,
}

/// Parts a block at its prompts.
fn parts(block: &str) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut ends_with: Option<String> = None;
    for line in block.lines() {
        let is_new = line.starts_with('~') && line.contains("$ ") || line.starts_with(APPROVES);
        if ends_with.is_none() && is_new {
            let marker = line
                .split_once("<<'")
                .and_then(|(_, rest)| rest.split('\'').next());
            ends_with = marker.map(str::to_owned);
            parts.push(Part {
                typed: line,
                head: format!("{line}\n"),
                shown: String::new(),
            });
            continue;
        }
        let Some(part) = parts.last_mut() else {
            panic!("a session begins with a prompt, not with {line:?}");
        };
        if let Some(end) = &ends_with {
            part.head.extend([line, "\n"]);
            if line == end {
                ends_with = None;
            }
        } else {
            part.shown.extend([line, "\n"]);
        }
    }
    parts
}

impl Road {
    fn begin() -> Self {
        let env = Env::new();
        let home = Utf8Path::from_path(env.home()).unwrap();
        let program = Utf8PathBuf::from(env!("CARGO_BIN_EXE_svcgen"));
        let bin = program.parent().unwrap().to_owned();
        let sandbox = Sandbox::new(home.join("sandbox"), program, Workbench::Host).unwrap();
        let [(_, hosts), _] = sandbox.local_files();
        let (_, rest) = hosts.split_once("first_port: ").unwrap();
        let first: u16 = rest.lines().next().unwrap().parse().unwrap();
        let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let mut ports = vec![(BETA_PORT, free.local_addr().unwrap().port())];
        ports.extend((0..4).map(|number| (FIRST_PORT + number, first + number)));
        ports.retain(|(shown, real)| shown != real);
        Self {
            sandbox,
            bin,
            ports,
            _env: env,
        }
    }

    /// Does what a part says; returns what was printed.
    fn take(&self, part: &Part<'_>) -> String {
        if let Some(repository) = part.typed.strip_prefix(APPROVES) {
            // What `approve` says is said to whoever types it.
            let merged = merge(&self.sandbox.repository(repository));
            return merged.map_or_else(|error| format!("{error}\n"), |_| String::new());
        }
        let (folder, command) = part.head.split_once("$ ").unwrap();
        let folder = folder.trim_start_matches(['~', '/']);
        let path = std::env::var("PATH").unwrap();
        let mut shell = self.sandbox.command("sh", folder);
        shell
            .args(["-c", &format!("exec 2>&1\n{}", self.real(command))])
            .env("PATH", format!("{}:{path}", self.bin))
            .env("COLUMNS", "80")
            .env("GIT_AUTHOR_DATE", "1795392000 +0000")
            .env("GIT_COMMITTER_DATE", "1795392000 +0000")
            .env("SOURCE_DATE_EPOCH", "1795392000")
            .stdin(std::process::Stdio::null());
        let output = shell.output().unwrap();
        let mut text = self.of_book(&String::from_utf8_lossy(&output.stdout));
        if let Some(code) = output.status.code().filter(|&code| code != 0) {
            let _ = writeln!(text, "(exit code {code})");
        }
        text
    }

    /// A text of the book as it is in this run.
    fn real(&self, text: &str) -> String {
        let root = self.sandbox.root();
        let text = text
            .replace("/home/ada", self.sandbox.home().as_str())
            .replace("/tmp/svcgen-demo", root.as_str());
        let first = |port: &u16| format!("first_port: {port}\n");
        let ports = self.ports.iter();
        ports.fold(text, |text, (shown, real)| {
            text.replace(&first(shown), &first(real))
        })
    }

    /// What was printed, as the book has it.
    fn of_book(&self, text: &str) -> String {
        let root = self.sandbox.root();
        let text = text
            .replace(self.sandbox.home().as_str(), "/home/ada")
            .replace(root.as_str(), "/tmp/svcgen-demo")
            .replace(self.bin.as_str(), "/usr/local/bin");
        let ports = self.ports.iter();
        ports.fold(text, |text, (shown, real)| {
            text.replace(&real.to_string(), &shown.to_string())
        })
    }
}

impl Drop for Road {
    fn drop(&mut self) {
        for environment in [&["--environment", "beta"][..], &[]] {
            let mut stop = self.sandbox.command("svcgen", "tea-pot/deploy");
            stop.args(["service", "stop", "--yes", "-q"])
                .args(environment);
            let _stopped = stop.output();
        }
    }
}

/// Whether a command printed what is shown; hosts may be told of in any order.
pub(crate) fn is_true(typed: &str, shown: &str, printed: &str) -> bool {
    let tells_of_hosts = ["deploy ", "rollback", "service ", "tail", "log", "lock"]
        .iter()
        .any(|name| typed.contains(&format!("$ svcgen {name}")));
    is_shown(shown, printed) || tells_of_hosts && is_shown_in_any_order(shown, printed)
}

/// What a page types, and what it shows of it.
pub(crate) fn typed_in(page: &str) -> Vec<(String, String)> {
    let blocks = Page::read(page).blocks().into_iter();
    let sessions = blocks.filter(|block| block.language == "console");
    sessions
        .flat_map(|block| {
            let parts = parts(&block.text).into_iter();
            parts
                .map(|part| (part.typed.to_owned(), part.shown))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// A page with what was printed, and where that is not what it shows.
fn typed_again(page: &Page, take: &mut impl FnMut(&Part<'_>) -> String) -> (String, Vec<String>) {
    let (mut written, mut problems) = (Vec::new(), Vec::new());
    for block in page.blocks() {
        if block.language != "console" {
            continue;
        }
        let mut new = String::new();
        for part in parts(&block.text) {
            let printed = take(&part);
            let is_true = is_true(part.typed, &part.shown, &printed);
            new.push_str(&part.head);
            new.push_str(if is_true { &part.shown } else { &printed });
            let blank = part.shown.ends_with("\n\n") || part.shown == "\n";
            if !is_true {
                problems.push(format!(
                    "{}:{}: {}\nprints\n{printed}",
                    page.name, block.line, part.typed
                ));
                new.push_str(if blank { "\n" } else { "" });
            }
        }
        written.push((block, new));
    }
    (page.with(&written), problems)
}

/// Writes the page where that is wanted; else what is not true of it is an error.
fn judge(page: &Page, text: &str, problems: &[String]) -> Vec<String> {
    if std::env::var_os(UPDATE).is_none() {
        return problems.to_vec();
    }
    // Of a page that is right its tables may have been written meanwhile.
    if !problems.is_empty() {
        std::fs::write(page.path(), text).unwrap();
    }
    Vec::new()
}

#[test]
fn what_the_guide_types_prints_what_it_shows() {
    if !["npm", "puppet", "puppet-lint"].into_iter().all(has_tool) {
        return;
    }
    let road = Road::begin();
    let (mut commands, mut problems) = (0, Vec::new());
    for page in pages() {
        // The README has a test of its own, which runs its commands in a tree without a story.
        if page.name == TUTORIAL || !page.name.starts_with("book/") {
            continue;
        }
        let (text, wrong) = typed_again(&page, &mut |part| {
            commands += 1;
            road.take(part)
        });
        problems.extend(judge(&page, &text, &wrong));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(commands > 30, "{commands}");
    if std::env::var_os(UPDATE).is_some() && has_tool(browser::PROGRAM) {
        let page = road.sandbox.home().join("tea-pot/report.html");
        let picture = browser::picture(page.as_std_path(), 900, 1060);
        std::fs::write(root().join("book/src/pictures/report.png"), picture).unwrap();
    }
    let hosts = road.sandbox.root().join("hosts");
    let unnamed = unnamed(road.sandbox.home().as_std_path(), hosts.as_std_path());
    assert!(unnamed.is_empty(), "not on the page of files: {unnamed:?}");
}
