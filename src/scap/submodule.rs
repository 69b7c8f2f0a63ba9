use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::mistake::{Mistake, ScapError};
use crate::visible::visible;

/// A submodule as `.gitmodules` describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Submodule {
    pub name: String,
    pub path: Utf8PathBuf,
    pub url: String,
    pub branch: Option<String>,
}

/// Reads the submodules of a repository.
///
/// # Errors
/// Where the text is not in git's format, or a submodule lacks its path or address.
pub fn read_submodules(file: &Utf8Path, text: &str) -> Result<Vec<Submodule>, ScapError> {
    let mut found: Vec<(usize, Submodule)> = Vec::new();
    let mut in_submodule = false;
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let line = line.trim();
        let wrong =
            |message: &str| ScapError::Wrong(vec![Mistake::new(file, Some(index + 1), message)]);
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            let Some(end) = header.rfind(']') else {
                return Err(wrong("a header without its `]`"));
            };
            let name = header[..end]
                .strip_prefix("submodule")
                .map(str::trim)
                .map(unquote);
            in_submodule = name.is_some();
            if let Some(name) = name {
                let name = name.ok_or_else(|| wrong("an unclosed quote"))?;
                let empty = Submodule {
                    name,
                    path: Utf8PathBuf::new(),
                    url: String::new(),
                    branch: None,
                };
                found.push((index + 1, empty));
            }
            continue;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, "true"));
        let mut value = value.trim().to_owned();
        while value.ends_with('\\') && !value.ends_with("\\\\") {
            value.pop();
            value.push_str(
                lines
                    .next()
                    .map(|(_, next)| next.trim())
                    .unwrap_or_default(),
            );
        }
        let value = unquote(&value).ok_or_else(|| wrong("an unclosed quote"))?;
        let Some((_, submodule)) = found.last_mut().filter(|_| in_submodule) else {
            continue;
        };
        match key.trim().to_ascii_lowercase().as_str() {
            "path" => submodule.path = value.into(),
            "url" => match unsafe_url(&value) {
                Some(rule) => {
                    let name = visible(&submodule.name);
                    return Err(wrong(&format!(
                        "the `url` of the submodule `{name}` {rule}"
                    )));
                }
                None => submodule.url = value,
            },
            "branch" => submodule.branch = Some(value),
            _ => {}
        }
    }
    let is_whole = |s: &Submodule| !s.path.as_str().is_empty() && !s.url.is_empty();
    let mistakes: Vec<Mistake> = found
        .iter()
        .filter(|(_, submodule)| !is_whole(submodule))
        .map(|(line, s)| {
            Mistake::new(
                file,
                Some(*line),
                format!("the submodule `{}` lacks `path` or `url`", s.name),
            )
        })
        .collect();
    if mistakes.is_empty() {
        Ok(found.into_iter().map(|(_, s)| s).collect())
    } else {
        Err(ScapError::Wrong(mistakes))
    }
}

/// The rule that an address breaks: git takes it as a word of a command, and as a line.
fn unsafe_url(url: &str) -> Option<&'static str> {
    if url.starts_with('-') {
        return Some("begins with `-`, which git takes for an option");
    }
    let is_unseen = url.contains(|c: char| c.is_control());
    is_unseen.then_some("contains invisible characters")
}

/// Reads a value as git does: quotes, escapes, and comments outside of quotes; `None` where a quote has no end.
fn unquote(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut is_quoted = false;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => is_quoted = !is_quoted,
            '#' | ';' if !is_quoted => break,
            '\\' => match chars.next()? {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                other => out.push(other),
            },
            _ => out.push(c),
        }
    }
    (!is_quoted).then(|| {
        if text.ends_with('"') {
            out
        } else {
            out.trim_end().to_owned()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn submodules_are_read_as_git_reads_them() {
        let text = "[core]\n\tpath = no\n[submodule \"src\"]\n\tpath = src # here\n\turl = \"https://x/#a\\\"b\"\n\tbranch = .\n";
        let modules = read_submodules(".gitmodules".into(), text).unwrap();
        assert_eq!(modules.len(), 1);
        assert_eq!(
            (modules[0].name.as_str(), modules[0].path.as_str()),
            ("src", "src")
        );
        assert_eq!(modules[0].url, "https://x/#a\"b");
        let error =
            read_submodules(".gitmodules".into(), "[submodule \"a\"]\n\tpath = a\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            ".gitmodules:1: the submodule `a` lacks `path` or `url`"
        );
    }

    #[test]
    fn an_address_that_git_would_take_for_something_else_is_refused() {
        let read = |url: &str| {
            let text = format!("[submodule \"a\"]\n\tpath = a\n\turl = {url}\n");
            read_submodules(".gitmodules".into(), &text)
        };
        for (url, why) in [
            (
                "--upload-pack=touch /tmp/x",
                "begins with `-`, which git takes for an option",
            ),
            ("https://x/\\ny", "contains invisible characters"),
            ("\"https://x/\\ty\"", "contains invisible characters"),
        ] {
            let wanted = format!(".gitmodules:3: the `url` of the submodule `a` {why}");
            assert_eq!(read(url).unwrap_err().to_string(), wanted);
        }
        assert_eq!(read("https://x/a-b c").unwrap()[0].url, "https://x/a-b c");
    }
}
