use super::{Finding, Surroundings, advice};
use crate::conduit::{Token, TokenError};

/// What proves to servers who the user is, beside ssh.
pub(super) fn examine(surroundings: &Surroundings<'_>) -> Vec<Finding> {
    let url = surroundings
        .site
        .and_then(|site| site.phabricator.url.as_ref());
    let Some(url) = url else {
        return Vec::new();
    };
    let finding = Finding::new("conduit", format!("a token for {url}"), &["request --file"]);
    let file = surroundings.configuration.conduit.token_file.as_deref();
    vec![match Token::find(url.as_str(), file) {
        // It is shown nowhere, not even in part.
        Ok(_) => finding.fine("there is one"),
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
