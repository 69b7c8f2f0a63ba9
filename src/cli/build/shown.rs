use crate::build::{BuildPlan, Change, Modules, Packages, SubmoduleMove};
use crate::render::markup::wrap;

/// How many commits are listed.
const MOST: usize = 20;

/// Where the text after a word begins.
const MARGIN: usize = 10;

/// The text as far as it is made.
struct Rows {
    text: String,
    width: usize,
}

/// The plan as text, in lines that take so many columns.
pub(super) fn plan(plan: &BuildPlan, width: usize) -> String {
    let mut out = Rows {
        text: format!("{} in {}\n", plan.service, plan.root),
        width,
    };
    source(&plan.source, &mut out);
    modules(&plan.modules, &mut out);
    let id = |id: &Option<_>| {
        id.as_ref()
            .map_or("its change".into(), |id| format!("{id}"))
    };
    let upstream = &plan.upstream;
    let change = match &plan.change {
        Change::Nothing => format!("nothing to do: {upstream} has it all"),
        Change::Pending { change_id } => {
            format!(
                "nothing to do: {} on {} has it all",
                id(change_id),
                plan.topic
            )
        }
        Change::New => format!("a new one on {}, for {upstream}", plan.topic),
        Change::Update { change_id } => {
            format!(
                "{} on {} is updated, for {upstream}",
                id(change_id),
                plan.topic
            )
        }
    };
    row("change", &change, &mut out);
    out.text
}

fn source(place: &SubmoduleMove, out: &mut Rows) {
    let short = |commit: &str| commit[..7].to_owned();
    let branch = &place.branch;
    let next = &place.next_short;
    let text = match &place.now {
        None => format!("{next}, the first one, of {branch} of {}", place.url),
        Some(now) if *now == place.next => format!("{next}, as before, of {branch}"),
        Some(now) => format!("{} -> {next}, of {branch}", short(now)),
    };
    row("source", &text, out);
    if let Some(pending) = &place.pending
        && *pending != place.next
    {
        row(
            "",
            &format!("the change that waits has {}", short(pending)),
            out,
        );
    }
    let listed = place.commits.len().min(MOST);
    for commit in &place.commits[place.commits.len() - listed..] {
        line("", &format!("{} {}", commit.short, commit.subject), out);
    }
    if place.commits.len() > listed {
        row(
            "",
            &format!("and {} before them", place.commits.len() - listed),
            out,
        );
    }
    match place.removed {
        0 => {}
        1 => row(
            "",
            "1 commit that is there now is not in it, and will be dropped",
            out,
        ),
        count => row(
            "",
            &format!("{count} commits that are there now are not in it, and will be dropped"),
            out,
        ),
    }
}

fn modules(modules: &Modules, out: &mut Rows) {
    let installation = match modules {
        Modules::Kept => return row("modules", "kept: what they depend on has not changed", out),
        Modules::None => return row("modules", "none: the service has no dependencies", out),
        Modules::Built(installation) => installation,
    };
    row("modules", "rebuilt:", out);
    for reason in &installation.reasons {
        row("", &format!("- {reason}"), out);
    }
    let image = installation.image.as_deref();
    row("image", image.unwrap_or("none: on this machine"), out);
    row("node", &installation.node, out);
    if let Some(npm) = &installation.npm {
        row("npm", npm, out);
    }
    packages(&installation.packages, out);
    for (name, value) in &installation.environment {
        row("env", &format!("{name}={value}"), out);
    }
    row("command", &installation.command, out);
}

fn packages(packages: &Packages, out: &mut Rows) {
    let mut word = "packages";
    if !packages.apt.is_empty() {
        row(word, &packages.apt.join(" "), out);
        word = "";
    }
    for source in &packages.sources {
        let from = format!("{} {} {}", source.url, source.release, source.pool);
        row(
            word,
            &format!("{} from {from}", source.packages.join(" ")),
            out,
        );
        word = "";
    }
    for file in &packages.files {
        row(word, file, out);
        word = "";
    }
}

/// Adds a word and a text, in as many lines as it needs.
fn row(word: &str, text: &str, out: &mut Rows) {
    let wrapped = wrap(text, out.width - MARGIN - 2);
    let mut word = word;
    for text in wrapped.lines() {
        line(word, text, out);
        word = "";
    }
}

fn line(word: &str, text: &str, out: &mut Rows) {
    out.text
        .push_str(format!("  {word:MARGIN$}{text}").trim_end());
    out.text.push('\n');
}
