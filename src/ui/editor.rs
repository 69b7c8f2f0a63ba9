//! The user's editor.

/// The variables that name it, the first that does wins.
const NAMED_BY: [&str; 2] = ["VISUAL", "EDITOR"];

/// Programs that are taken where none is named.
const USUAL: [&str; 4] = ["sensible-editor", "editor", "nano", "vi"];

/// The editor as the environment names it, or one that is there.
pub fn chosen(variables: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let named = NAMED_BY.into_iter().find_map(variables_of(variables));
    named.or_else(|| {
        let found = USUAL.into_iter().find(|name| which::which(name).is_ok());
        found.map(str::to_owned)
    })
}

fn variables_of(variables: &dyn Fn(&str) -> Option<String>) -> impl FnMut(&str) -> Option<String> {
    |name| variables(name).filter(|editor| !editor.trim().is_empty())
}
