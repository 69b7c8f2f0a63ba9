use crate::cli::status::wrapped;
use crate::doctor::{Finding, Fix, State};

/// The findings as people read them, in lines of so many columns.
pub(super) fn text(findings: &[Finding], width: usize) -> String {
    let states = findings
        .iter()
        .map(|finding| finding.state.word().len())
        .max()
        .unwrap_or_default();
    let indent = 2 + states + 2;
    let mut out = String::new();
    for Finding {
        what,
        state,
        found,
        fix,
        needed_by,
        ..
    } in findings
    {
        let line = format!("{what}: {found}");
        out.push_str(&format!(
            "  {:states$}  {}\n",
            state.word(),
            wrapped(&line, indent, width)
        ));
        if *state == State::Missing && !needed_by.is_empty() {
            let needed = format!("needed by: {}", needed_by.join(", "));
            out.push_str(&format!(
                "  {:states$}  {}\n",
                "",
                wrapped(&needed, indent, width)
            ));
        }
        let fix = match fix {
            Some(Fix::Command(command)) => format!("$ {command}"),
            Some(Fix::Advice(advice)) => wrapped(&format!("-> {advice}"), indent, width),
            None => continue,
        };
        out.push_str(&format!(
            "  {:states$}  {fix}
",
            ""
        ));
    }
    let count = |state| {
        findings
            .iter()
            .filter(|finding| finding.state == state)
            .count()
    };
    let end = match (count(State::Missing), count(State::Doubtful)) {
        (0, 0) => "nothing is missing".to_owned(),
        (0, doubtful) => format!("nothing is missing, {doubtful} could be better"),
        (missing, _) => format!("missing: {missing}"),
    };
    out.push_str(&format!("\n{end}\n"));
    out
}
