use std::fmt;
use std::os::unix::fs::PermissionsExt as _;

use camino::{Utf8Path, Utf8PathBuf};
use reqwest::Url;
use serde::Deserialize;
use thiserror::Error;

/// The variable that may hold the token.
const VARIABLE: &str = "SVCGEN_CONDUIT_TOKEN";

/// What proves to the ticket system who calls. It is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// Why there is no token.
#[derive(Debug, Error)]
pub enum TokenError {
    #[error("there is no token for `{url}`")]
    None { url: String },
    #[error("`{path}` cannot be read")]
    Unreadable {
        path: Utf8PathBuf,
        source: std::io::Error,
    },
    #[error("others may read `{path}`: its mode is {mode:04o}")]
    Open { path: Utf8PathBuf, mode: u32 },
    #[error("`{path}` is not what `arc` writes: {reason}")]
    Arcrc { path: Utf8PathBuf, reason: String },
    /// The text itself is not told: it may be a secret all the same.
    #[error("the token from {place} is not valid: it contains {found}")]
    Wrong { place: String, found: &'static str },
}

/// `~/.arcrc`, as far as it matters here.
#[derive(Deserialize)]
struct Arcrc {
    #[serde(default)]
    hosts: std::collections::BTreeMap<String, ArcHost>,
}

#[derive(Deserialize)]
struct ArcHost {
    token: Option<String>,
}

impl Token {
    /// Finds the token for a server: in the environment, in the file that the configuration names, in `~/.arcrc`.
    ///
    /// # Errors
    /// Where there is none, or a file with one is open to others.
    pub fn find(url: &str, file: Option<&Utf8Path>) -> Result<Self, TokenError> {
        if let Some(text) = std::env::var(VARIABLE).ok().filter(|text| !text.is_empty()) {
            return Self::parse(&text, &format!("`{VARIABLE}`"));
        }
        if let Some(path) = file {
            return Self::parse(&read(path)?, &format!("`{path}`"));
        }
        let home = etcetera::home_dir().ok();
        let home = home.and_then(|home| Utf8PathBuf::from_path_buf(home).ok());
        let arcrc = home.map(|home| home.join(".arcrc"));
        if let Some(path) = arcrc.filter(|path| path.is_file())
            && let Some(text) = in_arcrc(&path, &read(&path)?, url)?
        {
            return Self::parse(&text, &format!("`{path}`"));
        }
        Err(TokenError::None {
            url: url.trim_end_matches('/').to_owned(),
        })
    }

    fn parse(text: &str, place: &str) -> Result<Self, TokenError> {
        let text = text.trim();
        let wrong = |found| TokenError::Wrong {
            place: place.to_owned(),
            found,
        };
        if text.is_empty() {
            return Err(wrong("nothing"));
        }
        if text.lines().count() > 1 {
            return Err(wrong("several lines"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(wrong("more than letters, digits and `-`"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The token itself, for the one place that sends it.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }

    /// A text without the token.
    pub(super) fn redact(&self, text: &str) -> String {
        text.replace(&self.0, "…")
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Reads a file that nobody else may read.
fn read(path: &Utf8Path) -> Result<String, TokenError> {
    let unreadable = |source| TokenError::Unreadable {
        path: path.to_owned(),
        source,
    };
    // The error names the path itself, once: hence not `fs_err`.
    let mode = std::fs::metadata(path).map_err(unreadable)?;
    let mode = mode.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(TokenError::Open {
            path: path.to_owned(),
            mode,
        });
    }
    std::fs::read_to_string(path).map_err(unreadable)
}

/// The token for a server in what `arc install-certificate` wrote: it knows servers by the address of their `api/`.
fn in_arcrc(path: &Utf8Path, text: &str, url: &str) -> Result<Option<String>, TokenError> {
    let arcrc: Arcrc = serde_json::from_str(text).map_err(|error| TokenError::Arcrc {
        path: path.to_owned(),
        // Its message would quote what is there.
        reason: format!("line {}, column {}", error.line(), error.column()),
    })?;
    let Ok(wanted) = Url::parse(url) else {
        return Ok(None);
    };
    let is_same =
        |text: &str| Url::parse(text).is_ok_and(|known| known.origin() == wanted.origin());
    let host = arcrc
        .hosts
        .into_iter()
        .find(|(address, _)| is_same(address));
    Ok(host.and_then(|(_, host)| host.token))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARCRC: &str = r#"{"config": {"default": "https://tasks.example.org/"}, "hosts": {
        "https://other.example.org/api/": {"token": "cli-other"},
        "https://tasks.example.org/api/": {"token": "cli-mine"},
        "https://old.example.org/api/": {"user": "ada", "cert": "x"}}}"#;

    #[test]
    fn the_token_of_arc_is_that_of_the_server() {
        let found = |url| in_arcrc("arcrc".into(), ARCRC, url).unwrap();
        assert_eq!(
            found("https://tasks.example.org").as_deref(),
            Some("cli-mine")
        );
        assert_eq!(
            found("https://tasks.example.org/").as_deref(),
            Some("cli-mine")
        );
        assert_eq!(found("https://tasks.example.org:8443"), None);
        assert_eq!(found("http://tasks.example.org"), None);
        assert_eq!(found("https://old.example.org"), None);
        let error = in_arcrc("arcrc".into(), "{\"hosts\": cli-secret}", "https://a").unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().join("token");
        std::fs::write(&path, "cli-secret\n").unwrap();
        let allow = |mode| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        for mode in [0o644, 0o640, 0o604] {
            allow(mode);
            let error = Token::find("https://a", Some(&path)).unwrap_err();
            assert!(matches!(error, TokenError::Open { mode: found, .. } if found == mode));
        }
        allow(0o600);
        let token = Token::find("https://a", Some(&path)).unwrap();
        assert_eq!(token.expose(), "cli-secret");
    }

    #[test]
    fn it_is_not_shown() {
        let token = Token::parse("cli-secret\n", "here").unwrap();
        assert_eq!(format!("{token:?}"), "Token(…)");
        assert_eq!(
            token.redact("\"cli-secret\" is not valid"),
            "\"…\" is not valid"
        );
        for wrong in ["", " \n", "a\nb", "a b", "ä"] {
            let error = Token::parse(wrong, "here").unwrap_err().to_string();
            assert!(
                error.starts_with("the token from here is not valid"),
                "{error}"
            );
        }
    }
}
