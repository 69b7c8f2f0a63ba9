//! What bash can find out itself: the hosts of the deploy repository that it is in, and its revisions.

use clap::Command;

/// Finds them where the working directory is a checkout; the files of `scap.cfg` list the hosts.
const FUNCTIONS: &str = r#"_svcgen_hosts() {
    local root list
    root=$(git rev-parse --show-toplevel 2>/dev/null) || return 0
    sed -n 's/^[[:alnum:]_-]*dsh_targets[[:space:]]*[:=][[:space:]]*//p' "$root/scap/scap.cfg" 2>/dev/null |
        while read -r list; do
            sed -n 's/^\([[:alnum:]_.-]\{1,\}\).*/\1/p' "$root/scap/$list" 2>/dev/null
        done
}
_svcgen_revisions() {
    git for-each-ref --format='%(refname:short)' refs/heads refs/tags 2>/dev/null
}
"#;

/// Hosts are a list that commas part; what stands before the last of them stays.
const HOSTS: &str =
    r#"COMPREPLY=($(compgen -P "${cur%"${cur##*,}"}" -W "$(_svcgen_hosts)" -- "${cur##*,}"))"#;
const REVISIONS: &str = r#"COMPREPLY=($(compgen -W "$(_svcgen_revisions)" -- "${cur}"))"#;

/// Adds proposals for the options that take hosts or a revision.
pub(super) fn with_hosts_and_revisions(script: &str, program: &Command) -> String {
    let mut text = FUNCTIONS.to_owned();
    let mut command = program;
    let mut proposal = None;
    for line in script.split_inclusive('\n') {
        let words = line.trim();
        if let Some(proposal) = proposal.take()
            && words.starts_with("COMPREPLY=")
        {
            let indent = &line[..line.len() - line.trim_start().len()];
            text.push_str(&format!("{indent}{proposal}\n"));
            continue;
        }
        if let Some(label) = words.strip_suffix(')') {
            let mut below = program.get_subcommands();
            command = below.find(|it| label == section(it)).unwrap_or(command);
            proposal = proposal_of(command, label);
        }
        text.push_str(line);
    }
    text
}

/// The name of what the script has for a command.
fn section(command: &Command) -> String {
    format!("svcgen__subcmd__{}", command.get_name().replace('-', "__"))
}

/// What is proposed behind an option of a command, as it is typed.
fn proposal_of(command: &Command, option: &str) -> Option<&'static str> {
    let long = option.strip_prefix("--");
    let short = option.strip_prefix('-').filter(|_| long.is_none());
    let argument = command.get_arguments().find(|argument| {
        let longs = argument.get_long_and_visible_aliases().unwrap_or_default();
        let shorts = argument.get_short_and_visible_aliases().unwrap_or_default();
        long.is_some_and(|long| longs.contains(&long))
            || short.is_some_and(|short| shorts.iter().any(|it| it.to_string() == short))
    })?;
    let names = argument.get_value_names()?;
    match names.first()?.as_str() {
        "HOSTS" | "HOST" => Some(HOSTS),
        "REV" => Some(REVISIONS),
        _ => None,
    }
}
