use super::{DEADLINE, Finding, Reach, Surroundings, advice, in_time};
use crate::conduit::{Conduit, ConduitError, Token, TokenError};

const NEEDED_BY: &[&str] = &["request --file"];

/// What proves to servers who the user is, beside ssh.
pub(super) fn examine(surroundings: &Surroundings<'_>) -> Vec<Finding> {
    let url = surroundings
        .site
        .and_then(|site| site.phabricator.url.as_ref());
    let Some(url) = url.filter(|_| surroundings.want(NEEDED_BY)) else {
        return Vec::new();
    };
    let finding = Finding::new("conduit", format!("a token for {url}"), NEEDED_BY);
    let file = surroundings.configuration.conduit.token_file.as_deref();
    vec![match Token::find(url.as_str(), file) {
        // It is shown nowhere, not even in part.
        Ok(_) if surroundings.reach == Reach::Machine => finding.fine("there is one; not asked"),
        Ok(token) => match user(url.as_str(), token) {
            Ok(user) => finding.fine(format!("it belongs to {user}")),
            Err(error) => {
                let fix = error.hints().into_iter().next();
                let fix = fix.unwrap_or_else(|| "without `--file` the text is printed".to_owned());
                finding.doubtful(error.to_string(), advice(fix))
            }
        },
        Err(error) => {
            let found = match &error {
                TokenError::None { .. } => "there is none".to_owned(),
                other => other.to_string(),
            };
            let fix = match &error {
                TokenError::None { url } => advice(format!(
                    "make one at {url}/settings/, and set SVCGEN_CONDUIT_TOKEN"
                )),
                TokenError::Open { path, .. } => format!("chmod 600 {path}").into(),
                TokenError::Unreadable { .. }
                | TokenError::Arcrc { .. }
                | TokenError::Wrong { .. } => advice(
                    "write the token into the file that `conduit.token_file` of the configuration names",
                ),
            };
            finding.doubtful(found, fix)
        }
    }]
}

/// Whose token it is, if the server says so in time.
fn user(url: &str, token: Token) -> Result<String, ConduitError> {
    let late = |reason: String| ConduitError::Unreachable {
        url: url.to_owned(),
        reason,
    };
    let conduit = Conduit::new(url, token, DEADLINE)?;
    in_time(conduit.user()).map_err(late)?
}
