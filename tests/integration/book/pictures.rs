//! The pictures of the book are screens of a terminal, drawn anew by each run and compared with those that are there.
//!
//! `UPDATE_BOOK=1 cargo nextest run -E 'test(book)'` writes them.

use std::fmt::Write as _;

use super::example;
use super::pages::root;
use super::shown::is_shown;
use super::tables::UPDATE;
use crate::support::{Env, LocalFarm, Pty, sample_tree};

const COLUMNS: u16 = 80;
/// The size of a character, in hundredths of a point.
const WIDTH: usize = 840;
const HEIGHT: usize = 1900;
const MARGIN: usize = 1200;

/// The colours of a terminal, from black to white, and the bright ones.
const PALETTE: [&str; 16] = [
    "#484f58", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#b1bac4",
    "#6e7681", "#ffa198", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#f0f6fc",
];

/// Hundredths of a point, as SVG has them.
fn points(hundredths: usize) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// What a terminal shows of a text, as SVG.
fn drawn(shown: &str) -> String {
    let mut terminal = vt100::Parser::new(200, COLUMNS, 0);
    terminal.process(shown.as_bytes());
    let screen = terminal.screen();
    let contents = screen.contents();
    let rows = contents.trim_end().lines().count();
    let width = points(2 * MARGIN + usize::from(COLUMNS) * WIDTH);
    let height = points(2 * MARGIN + rows * HEIGHT);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\" fill=\"#e6edf3\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"#0d1117\"/>\n"
    );
    for row in 0..rows {
        for run in runs(screen, u16::try_from(row).unwrap()) {
            let (x, y) = (MARGIN + run.column * WIDTH, MARGIN + row * HEIGHT + 1400);
            let _ = writeln!(
                svg,
                "<text x=\"{}\" y=\"{}\" textLength=\"{}\" xml:space=\"preserve\"{}>{}</text>",
                points(x),
                points(y),
                points(run.text.chars().count() * WIDTH),
                run.style,
                escaped(&run.text)
            );
        }
    }
    svg + "</svg>\n"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Characters of one style beside each other.
struct Styled {
    column: usize,
    text: String,
    style: String,
}

fn runs(screen: &vt100::Screen, row: u16) -> Vec<Styled> {
    let mut runs: Vec<Styled> = Vec::new();
    for column in 0..COLUMNS {
        let Some(cell) = screen.cell(row, column) else {
            continue;
        };
        let text = if cell.has_contents() {
            cell.contents()
        } else {
            " "
        };
        let mut style = match cell.fgcolor() {
            vt100::Color::Idx(index) if index < 16 => {
                format!(" fill=\"{}\"", PALETTE[usize::from(index)])
            }
            vt100::Color::Rgb(r, g, b) => format!(" fill=\"#{r:02x}{g:02x}{b:02x}\""),
            vt100::Color::Idx(_) | vt100::Color::Default => String::new(),
        };
        if cell.bold() {
            style.push_str(" font-weight=\"bold\"");
        }
        if cell.dim() {
            style.push_str(" opacity=\"0.7\"");
        }
        match runs.last_mut().filter(|run| run.style == style) {
            Some(run) => run.text.push_str(text),
            None => runs.push(Styled {
                column: usize::from(column),
                text: text.to_owned(),
                style,
            }),
        }
    }
    for run in &mut runs {
        let begin = run.text.len() - run.text.trim_start().len();
        run.column += run.text[..begin].chars().count();
        run.text = run.text.trim().to_owned();
    }
    runs.retain(|run| !run.text.is_empty());
    runs
}

/// Compares a picture with the one that is there, or writes it.
fn hold(name: &str, picture: &str) {
    let path = root().join("book/src/pictures").join(name);
    let present = std::fs::read_to_string(&path).unwrap_or_default();
    if is_shown(&present, picture) {
        return;
    }
    assert!(
        std::env::var_os(UPDATE).is_some(),
        "{name} is not what is shown; to draw it: {UPDATE}=1 cargo nextest run -E 'test(book)'"
    );
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, picture).unwrap();
}

#[test]
fn the_picture_of_the_interview_is_what_it_shows() {
    let env = Env::new();
    env.write(
        "package.json",
        r#"{"name": "cite-finder", "description": "Finds sources for a claim."}"#,
    );
    let mut pty = Pty::start(
        &env,
        &["new", "--color", "always", "--site", "example"],
        None,
    );
    pty.expect("Name of the service");
    pty.expect("> ");
    pty.keys("\r");
    pty.expect("Name of its Puppet class");
    pty.expect("> ");
    hold("interview.svg", &drawn(&pty.shown));
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
}

#[test]
fn the_picture_of_a_diff_is_what_is_printed() {
    let env = Env::new();
    env.write("svcgen.yaml", &example("reference/model.md"));
    let tree = sample_tree("vagrant");
    let arguments = [
        "vagrant",
        "--repo",
        tree.to_str().unwrap(),
        "--dry-run",
        "--color",
        "always",
    ];
    let run = env.svcgen(&arguments);
    assert_eq!(run.code, 3, "{}", run.show());
    let begin = run.stdout.find("hieradata/common.yaml").unwrap();
    let begin = run.stdout[..begin].rfind('\n').unwrap() + 1;
    let lines = run.stdout[begin..].lines().take(32);
    let shown = lines.collect::<Vec<_>>().join("\r\n");
    hold("diff.svg", &drawn(&shown));
}

#[test]
fn the_picture_of_a_deploy_is_what_it_shows() {
    let farm = LocalFarm::new(3);
    farm.release("1");
    let repository = farm.env().work().join("deploy");
    let deploy = [
        "deploy",
        "--color",
        "always",
        "--deploy-repo",
        repository.to_str().unwrap(),
        "show the feed of today",
    ];
    let mut pty = Pty::start(farm.env(), &deploy, None);
    pty.expect("go on with the other hosts? [Y/n]");
    hold("deploy.svg", &drawn(&pty.shown));
    pty.keys("y");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
}

#[test]
fn the_picture_of_a_request_flow_is_what_is_drawn() {
    let env = Env::new();
    let model = example("reference/model.md");
    let flow = "request_flow:\n  - {from: readers, to: RESTBase, label: GET /feed}\n  - {from: RESTBase, to: trending-edits, label: GET /feed}\n  \
                - {from: trending-edits, to: Kafka, label: consumes edits}\n";
    let begin = model.find("request_flow:").unwrap();
    let end = begin + model[begin..].find("\n\n").unwrap() + 1;
    env.write(
        "svcgen.yaml",
        &format!("{}{flow}{}", &model[..begin], &model[end..]),
    );
    let run = env.svcgen(&["request", "service", "--flow", "flow.svg"]);
    assert_eq!(run.code, 0, "{}", run.show());
    hold("flow.svg", &env.read("flow.svg"));
}
