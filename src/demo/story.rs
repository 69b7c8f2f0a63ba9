use super::sandbox::{Sandbox, Workbench};

/// A part of the road.
#[derive(Debug)]
pub struct Scene {
    pub title: &'static str,
    /// What a newcomer should know of it.
    pub text: &'static str,
    pub steps: Vec<StoryStep>,
}

/// One thing that is done, in a folder below the home.
#[derive(Debug)]
pub struct StoryStep {
    pub folder: &'static str,
    pub action: Action,
}

/// What is done.
#[derive(Debug)]
pub enum Action {
    /// A command, as a user would type it, and the exit codes that it may end with.
    Command {
        words: Vec<String>,
        ends_with: &'static [u8],
    },
    /// Said where whoever watches has to answer the next command.
    Answer(&'static str),
    /// A reviewer approves the change that waits in a repository.
    Merge { repository: &'static str },
    /// Files that the user writes.
    Write(Vec<(&'static str, String)>),
}

/// The folders of the checkouts.
const SOURCE: &str = "tea-pot/tea-pot";
const DEPLOY: &str = "tea-pot/deploy";

/// The story, from an idea to an incident at night.
pub fn story(sandbox: &Sandbox) -> Vec<Scene> {
    vec![
        idea(),
        development(),
        repositories(sandbox),
        production(),
        build(sandbox.workbench()),
        deploy(),
        incident(sandbox.workbench()),
        afterwards(),
    ]
}

fn idea() -> Scene {
    Scene {
        title: "An idea",
        text: "A service of its own, in a repository with a package.json. What svcgen needs to know goes into one file, \
               svcgen.yaml. On a terminal `svcgen new` asks; here the answers are in a file.",
        steps: vec![
            run(
                "",
                &[
                    "git",
                    "clone",
                    "-q",
                    "https://review.sandbox.example/r/services/tea-pot",
                    SOURCE,
                ],
            ),
            run(
                SOURCE,
                &[
                    "svcgen",
                    "new",
                    "--answers",
                    "../../answers.yaml",
                    "--defaults",
                ],
            ),
            run(SOURCE, &["cat", "svcgen.yaml"]),
            run(SOURCE, &["git", "add", "svcgen.yaml"]),
            run(
                SOURCE,
                &["git", "commit", "-q", "-m", "Say what the service is"],
            ),
            run(SOURCE, &["git", "push", "-q"]),
        ],
    }
}

fn development() -> Scene {
    Scene {
        title: "The development environment",
        text: "The patch for MediaWiki-Vagrant is shown first, then committed and sent for review.",
        steps: vec![
            run(
                "",
                &[
                    "git",
                    "clone",
                    "-q",
                    "https://review.sandbox.example/r/farm/vagrant",
                ],
            ),
            StoryStep {
                folder: SOURCE,
                action: Action::Command {
                    words: words(&["svcgen", "vagrant", "--dry-run"]),
                    ends_with: &[3],
                },
            },
            run(SOURCE, &["svcgen", "vagrant", "--review", "--yes", "-q"]),
            merge("farm/vagrant"),
        ],
    }
}

fn repositories(sandbox: &Sandbox) -> Scene {
    Scene {
        title: "The two repositories",
        text: "The deploy repository gets its first commit and its scap/ directory; the source learns where it is. In this \
               sandbox the hosts are folders, as two more files say.",
        steps: vec![
            run(
                SOURCE,
                &["svcgen", "scap", "--clone", "..", "--review", "--yes", "-q"],
            ),
            merge("services/tea-pot/deploy"),
            run(SOURCE, &["svcgen", "source", "--review", "--yes", "-q"]),
            merge("services/tea-pot"),
            run(DEPLOY, &["git", "checkout", "-q", "master"]),
            run(DEPLOY, &["git", "pull", "-q"]),
            StoryStep {
                folder: DEPLOY,
                action: Action::Write(sandbox.local_files().into()),
            },
            run(DEPLOY, &["git", "add", "scap"]),
            run(
                DEPLOY,
                &[
                    "git",
                    "commit",
                    "-q",
                    "-m",
                    "The hosts of this sandbox are folders",
                ],
            ),
            run(DEPLOY, &["git", "push", "-q"]),
        ],
    }
}

fn production() -> Scene {
    Scene {
        title: "Production",
        text: "The request for the service, and the patches for operations/puppet: the service itself, and its hosts.",
        steps: vec![
            run(SOURCE, &["svcgen", "request", "service"]),
            run(
                "",
                &[
                    "git",
                    "clone",
                    "-q",
                    "https://review.sandbox.example/r/farm/puppet",
                ],
            ),
            run(
                SOURCE,
                &["svcgen", "puppet", "--series", "--review", "--yes"],
            ),
            merge("farm/puppet"),
        ],
    }
}

fn build(workbench: Workbench) -> Scene {
    let mut steps = update(
        "Brew the first pot",
        r#"{"tea": "Darjeeling", "degrees": 90}"#,
    );
    steps.extend(built(workbench));
    Scene {
        title: "The build",
        text: "The deploy repository gets the commit of the source, and the modules that it needs, and is sent for review.",
        steps,
    }
}

fn deploy() -> Scene {
    Scene {
        title: "The first deploy",
        text: "First the plan, which touches nothing. Then the canary, and the other hosts once it is healthy.",
        steps: vec![
            run(DEPLOY, &["svcgen", "deploy", "--dry-run"]),
            StoryStep {
                folder: DEPLOY,
                action: Action::Answer(
                    "once the canary is healthy, the deploy asks: you answer it here, Enter continues",
                ),
            },
            run(
                DEPLOY,
                &[
                    "svcgen",
                    "deploy",
                    "--on-failure",
                    "rollback",
                    "the first pot",
                ],
            ),
            run(DEPLOY, &["svcgen", "service", "status"]),
        ],
    }
}

fn incident(workbench: Workbench) -> Scene {
    let mut steps = update("Save energy", r#"{"tea": "Darjeeling", "degrees": 20}"#);
    steps.extend(built(workbench));
    steps.push(StoryStep {
        folder: DEPLOY,
        action: Action::Command {
            words: words(&[
                "svcgen",
                "deploy",
                "--on-failure",
                "rollback",
                "--report",
                "../report.html",
                "save energy",
            ]),
            ends_with: &[20],
        },
    });
    Scene {
        title: "A bad release",
        text: "Water of 20 degrees makes no tea. The service starts anyway; the check on the canary notices, and what was touched \
               is rolled back.",
        steps,
    }
}

fn afterwards() -> Scene {
    let mut steps = vec![
        run(DEPLOY, &["svcgen", "log", "--level", "warning"]),
        run(DEPLOY, &["svcgen", "tail", "-n", "3"]),
        run(DEPLOY, &["svcgen", "history"]),
        run(DEPLOY, &["svcgen", "service", "status"]),
    ];
    if has_browser() {
        steps.push(run(DEPLOY, &["xdg-open", "../report.html"]));
    }
    steps.extend([
        run("vagrant", &["git", "fetch", "-q"]),
        run("puppet", &["git", "fetch", "-q"]),
        run(SOURCE, &["svcgen", "status"]),
    ]);
    Scene {
        title: "Afterwards",
        text: "What happened, what the service wrote, and what is live: the report of the bad deploy is a page for a browser. And \
               how far the service has come.",
        steps,
    }
}

/// Whether there is a screen, and something that opens pages on it.
fn has_browser() -> bool {
    let has_screen = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    has_screen && which::which("xdg-open").is_ok()
}

/// A new commit of the source.
fn update(subject: &'static str, tea: &str) -> Vec<StoryStep> {
    vec![
        run(SOURCE, &["git", "checkout", "-q", "master"]),
        run(SOURCE, &["git", "pull", "-q"]),
        StoryStep {
            folder: SOURCE,
            action: Action::Write(vec![("tea.json", format!("{tea}\n"))]),
        },
        run(SOURCE, &["git", "commit", "-q", "-a", "-m", subject]),
        run(SOURCE, &["git", "push", "-q"]),
    ]
}

/// The deploy repository, updated, reviewed and pulled.
fn built(workbench: Workbench) -> Vec<StoryStep> {
    let build: &[&str] = match workbench {
        Workbench::Container => &["svcgen", "build", "--review", "--yes"],
        Workbench::Host | Workbench::None => {
            &["svcgen", "build", "--no-container", "--review", "--yes"]
        }
    };
    vec![
        run(DEPLOY, build),
        merge("services/tea-pot/deploy"),
        run(DEPLOY, &["git", "pull", "-q"]),
        run(DEPLOY, &["git", "submodule", "update", "-q", "--init"]),
    ]
}

fn run(folder: &'static str, command: &[&str]) -> StoryStep {
    StoryStep {
        folder,
        action: Action::Command {
            words: words(command),
            ends_with: &[0],
        },
    }
}

fn merge(repository: &'static str) -> StoryStep {
    StoryStep {
        folder: "",
        action: Action::Merge { repository },
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}
