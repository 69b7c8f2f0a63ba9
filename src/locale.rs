//! What the locale says of the encoding that the terminal shows.

/// The locale, as the environment names it; `C` where it names none.
pub(crate) fn named(variables: impl Fn(&str) -> Option<String>) -> String {
    let named = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| variables(name).filter(|value| !value.is_empty()));
    named.unwrap_or_else(|| "C".to_owned())
}

/// Whether a locale's texts are UTF-8.
pub(crate) fn is_utf8(locale: &str) -> bool {
    locale.to_lowercase().replace('-', "").contains("utf8")
}
