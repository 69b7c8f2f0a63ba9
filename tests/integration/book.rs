//! What the book shows is true.

mod commands;
mod events;
mod facts;
mod pages;
mod pictures;
mod session;
mod shown;
mod tables;

pub(crate) use session::{is_true, typed_in};

use crate::support::Env;

fn page(path: &str) -> String {
    std::fs::read_to_string(format!("{}/book/src/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The first block of YAML in a page.
fn example(path: &str) -> String {
    let page = page(path);
    let (_, rest) = page.split_once("```yaml\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_example_of_the_model_is_a_model() {
    let env = Env::new();
    env.write("svcgen.yaml", &example("reference/model.md"));
    let run = env.svcgen(&["request", "access"]);
    assert_eq!(run.code, 0, "{}", run.show());
}

#[test]
fn the_example_of_a_site_is_a_site() {
    let env = Env::new();
    env.write(
        "../config/svcgen/sites/example.yaml",
        &example("reference/sites.md"),
    );
    env.write("svcgen.yaml", &example("reference/model.md"));
    let run = env.svcgen(&["request", "service", "--site", "example"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(run.stdout.contains("#new-services"), "{}", run.show());
}

#[test]
fn the_answers_of_the_guide_make_a_model() {
    let env = Env::new();
    env.write("answers.yaml", &example("guide/first-patch.md"));
    let run = env.svcgen(&["new", "--answers", "answers.yaml"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        env.read("svcgen.yaml")
            .contains(r#"value: {vagrant: "127.0.0.1:9092"}"#)
    );
}

/// The commands of the README, in a tree that has what they need: what is shown there is what is printed.
#[test]
fn the_readme_shows_what_happens() {
    let readme =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, screen) = readme.split_once("```console\n").unwrap();
    let (screen, _) = screen.split_once("```").unwrap();
    let env = Env::new();
    let tree = crate::support::sample_tree("vagrant");
    let mut commands = 0;
    for part in screen.split("$ ").skip(1) {
        let (command, shown) = part.split_once('\n').unwrap();
        let command = command.replace("~/vagrant", tree.to_str().unwrap());
        let words = shell_words::split(&command).unwrap();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert_eq!(words[0], "svcgen");
        let run = env.svcgen(&words[1..]);
        let printed = format!("{}{}", run.stdout, run.stderr);
        let printed = printed.replace(tree.to_str().unwrap(), "/home/ada/vagrant");
        for piece in shown.split("...\n") {
            let piece = piece.trim_matches('\n');
            assert!(printed.contains(piece), "{piece}\nis not in\n{printed}");
        }
        commands += 1;
    }
    assert_eq!(commands, 2);
}

#[test]
fn the_templates_of_the_guide_are_there_and_can_be_replaced() {
    let guide = page("guide/other-organisations.md");
    let templates = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    let mut named = 0;
    for row in guide.lines().filter(|line| line.contains(".tera`")) {
        let names = row.split('`').filter(|word| word.ends_with(".tera"));
        let mut folder = "";
        for name in names.filter(|name| !name.starts_with("service-node")) {
            let (own, file) = name.rsplit_once('/').unwrap_or((folder, name));
            folder = own;
            assert!(
                std::path::Path::new(templates)
                    .join(folder)
                    .join(file)
                    .is_file(),
                "{name}"
            );
            named += 1;
        }
    }
    assert_eq!(named, 11);
    let env = Env::new();
    env.write("svcgen.yaml", &example("reference/model.md"));
    env.write(
        "../config/svcgen/templates/tickets/access-request.tera",
        "For {{ service }}, please\n",
    );
    let run = env.svcgen(&["request", "access", "-q"]);
    assert!(
        run.stdout.ends_with("\n\nFor trending-edits, please\n"),
        "{}",
        run.show()
    );
}

#[test]
fn every_exit_code_is_in_the_book() {
    use svcgen::error::ErrorKind;
    let page = page("reference/exit-codes.md");
    let code = |kind: ErrorKind| match kind {
        ErrorKind::Unexpected
        | ErrorKind::Usage
        | ErrorKind::Differences
        | ErrorKind::Verification
        | ErrorKind::Conflict
        | ErrorKind::DeployFailed
        | ErrorKind::DeployUnknown
        | ErrorKind::Locked => kind.exit_code().to_string(),
        // Those of signals are in one line.
        ErrorKind::HungUp | ErrorKind::Interrupted | ErrorKind::Terminated => {
            let signals = [
                ErrorKind::HungUp,
                ErrorKind::Interrupted,
                ErrorKind::Terminated,
            ];
            signals.map(|kind| kind.exit_code().to_string()).join(", ")
        }
    };
    let listed: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" |").next())
        .filter(|first| first.starts_with(|c: char| c.is_ascii_digit()))
        .collect();
    let kinds = [
        ErrorKind::Unexpected,
        ErrorKind::Usage,
        ErrorKind::Differences,
        ErrorKind::Verification,
        ErrorKind::Conflict,
        ErrorKind::DeployFailed,
        ErrorKind::DeployUnknown,
        ErrorKind::Locked,
        ErrorKind::Interrupted,
    ];
    let mut codes = vec!["0".to_owned()];
    codes.extend(kinds.map(code));
    assert_eq!(listed, codes);
}

#[test]
fn every_command_has_a_section() {
    let help = Env::new().svcgen(&["--help"]).stdout;
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let (commands, _) = commands.split_once("\n\n").unwrap();
    let names: Vec<&str> = commands
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .collect();
    assert!(
        names.contains(&"new") && names.contains(&"schema"),
        "{names:?}"
    );
    let page = page("reference/command-line.md");
    for name in names
        .into_iter()
        .filter(|name| !name.is_empty() && *name != "help")
    {
        assert!(
            page.contains(&format!("## `svcgen {name}`")),
            "`svcgen {name}` is not in the book"
        );
    }
}

#[test]
fn every_step_of_the_road_has_a_page() {
    let env = Env::new();
    env.write("svcgen.yaml", &example("reference/model.md"));
    let run = env.svcgen(&["status", "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let status: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let steps = status["steps"].as_array().unwrap();
    let page = page("guide/road.md");
    assert!(steps.len() > 10, "{status:#}");
    for step in steps {
        let name = step["name"].as_str().unwrap();
        assert!(page.contains(&format!("\n| {name} | [")), "{name}");
    }
}

/// What the headings of a page can be addressed by, as mdBook names them.
fn anchors(page: &std::path::Path) -> Vec<String> {
    let text = std::fs::read_to_string(page).unwrap();
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let named = headings.map(|line| {
        let title = line.trim_start_matches('#').trim();
        let kept = title.chars().filter_map(|c| match c {
            c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c.to_ascii_lowercase()),
            c => c.is_whitespace().then_some('-'),
        });
        kept.collect()
    });
    named.collect()
}

#[test]
fn every_link_leads_somewhere() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
    let mut folders = vec![root.join("book/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path)
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path)
            }
        }
    }
    let summary = page("SUMMARY.md");
    assert!(pages.len() > 10, "{pages:?}");
    for file in pages {
        let text = std::fs::read_to_string(&file).unwrap();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = match path {
                "" => file.clone(),
                path => file.parent().unwrap().join(path),
            };
            let is_there = match anchor {
                "" => target.exists(),
                anchor => anchors(&target).iter().any(|known| known == anchor),
            };
            assert!(
                link.starts_with("https://") || is_there,
                "{link} in {}",
                file.display()
            );
        }
        if let Ok(page) = file.strip_prefix(root.join("book/src")) {
            let name = page.to_str().unwrap();
            assert!(
                name == "SUMMARY.md" || summary.contains(name),
                "{name} is not in the summary"
            );
        }
    }
}
