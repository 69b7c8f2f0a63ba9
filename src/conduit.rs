//! Talks to Conduit, the programming interface of Phabricator: methods, their errors, and the token.
//!
//! A call is a form that is posted to `URL/api/METHOD`; the answer is JSON with `result`, `error_code` and `error_info`,
//! with status 200 for errors too. See "Conduit API Overview" in Phabricator's user documentation.

mod error;
mod form;
mod task;
mod token;

use std::time::Duration;

use reqwest::{StatusCode, Url, redirect};
use serde_json::Value;

pub use self::error::ConduitError;
pub use self::task::{Drawing, Task, Wanted};
pub use self::token::{Token, TokenError};

/// How long an answer may take where the configuration says nothing.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How often a call is repeated that the server did not take for there being too many.
const ATTEMPTS: u32 = 4;

/// The pause before the first repetition; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(500);

/// The largest answer that is read, in bytes.
const LARGEST: usize = 16 << 20;

/// A ticket system, as one of its users.
#[derive(Debug)]
pub struct Conduit {
    url: Url,
    token: Token,
    client: reqwest::Client,
}

/// What a call of a method does to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// It only looks.
    Reads,
    /// It changes something there.
    Writes,
}

impl Conduit {
    /// Makes a client; nothing is sent yet.
    ///
    /// # Errors
    /// Where the address is none, or would show the token to others on its way.
    pub fn new(url: &str, token: Token, patience: Duration) -> Result<Self, ConduitError> {
        let url = parse_url(url)?;
        // A second installation is refused, and is the same one.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            // The token is for this server alone.
            .redirect(redirect::Policy::none())
            .timeout(patience)
            .connect_timeout(patience)
            .user_agent(concat!("svcgen/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| ConduitError::unreachable(&url, &error))?;
        Ok(Self { url, token, client })
    }

    /// The address of the server, without a slash at its end.
    pub fn address(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// Calls a method that only looks.
    async fn look(&self, method: &str, parameters: &Value) -> Result<Value, ConduitError> {
        self.call(method, parameters, Effect::Reads).await
    }

    /// Calls a method that changes something. Without an answer, it is not known whether it did.
    async fn change(&self, method: &str, parameters: &Value) -> Result<Value, ConduitError> {
        self.call(method, parameters, Effect::Writes).await
    }

    async fn call(
        &self,
        method: &str,
        parameters: &Value,
        effect: Effect,
    ) -> Result<Value, ConduitError> {
        let mut fields = form::fields(parameters);
        fields.push(("api.token".to_owned(), self.token.expose().to_owned()));
        let address = format!("{}/api/{method}", self.address());
        let mut pause = PAUSE;
        for attempt in 1.. {
            let request = self.client.post(&address).form(&fields);
            let sent = request.send().await;
            let response = sent.map_err(|error| self.lost(&error, method, effect))?;
            let status = response.status();
            // The server has not looked at it: once more does no harm.
            if status == StatusCode::TOO_MANY_REQUESTS && attempt < ATTEMPTS {
                tokio::time::sleep(pause).await;
                pause *= 2;
                continue;
            }
            let body = read(response).await;
            let body = body.map_err(|error| self.lost(&error, method, effect))?;
            return self.result(status, &body, method, effect);
        }
        Err(ConduitError::Busy)
    }

    /// What an answer says.
    fn result(
        &self,
        status: StatusCode,
        body: &[u8],
        method: &str,
        effect: Effect,
    ) -> Result<Value, ConduitError> {
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Err(ConduitError::Busy);
        }
        let answer: Option<Value> = serde_json::from_slice(body).ok();
        let Some(mut answer) = answer.filter(|answer| answer.get("error_code").is_some()) else {
            let (url, method) = (self.address().to_owned(), method.to_owned());
            let reason = format!("it answers with status {}", status.as_u16());
            return Err(match (status.is_server_error(), effect) {
                (true, Effect::Writes) => ConduitError::Lost { method, reason },
                (true, Effect::Reads) => ConduitError::Unreachable { url, reason },
                (false, _) => ConduitError::NotConduit {
                    url,
                    status: status.as_u16(),
                },
            });
        };
        match answer["error_code"].as_str() {
            None => Ok(answer["result"].take()),
            Some(code) => Err(ConduitError::Refused {
                method: method.to_owned(),
                code: code.to_owned(),
                // The server quotes a token that it does not know.
                info: self
                    .token
                    .redact(answer["error_info"].as_str().unwrap_or_default()),
            }),
        }
    }

    /// What it means that there is no answer.
    fn lost(&self, error: &reqwest::Error, method: &str, effect: Effect) -> ConduitError {
        match effect {
            // A request that found no connection has not arrived.
            Effect::Writes if !error.is_connect() => ConduitError::Lost {
                method: method.to_owned(),
                reason: error::reason(error),
            },
            Effect::Writes | Effect::Reads => ConduitError::unreachable(&self.url, error),
        }
    }
}

/// Reads an answer, as far as it may go.
async fn read(mut response: reqwest::Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        // What is cut off is no JSON, and is told as such.
        if body.len() > LARGEST {
            body.truncate(LARGEST);
            break;
        }
    }
    Ok(body)
}

/// Parses the address of a server: the token is sent in the clear only to this machine itself.
fn parse_url(text: &str) -> Result<Url, ConduitError> {
    let wrong = |reason: &str| ConduitError::Address {
        url: text.to_owned(),
        reason: reason.to_owned(),
    };
    let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let address = address.parse::<std::net::IpAddr>();
    let is_here = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here => Ok(url),
        "http" => Err(wrong("with `http`, anyone on the way could read the token")),
        _ => Err(wrong("it has to begin with `https://`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_only_where_nobody_reads_it_on_the_way() {
        for fine in [
            "https://tasks.example.org",
            "https://tasks.example.org:8443/p/",
            "http://127.0.0.1:80",
            "http://[::1]:8080/",
            "http://localhost:1",
        ] {
            assert!(parse_url(fine).is_ok(), "{fine}");
        }
        for (text, reason) in [
            ("http://tasks.example.org", "could read the token"),
            ("http://localhost.example.org", "could read the token"),
            ("ftp://tasks.example.org", "begin with `https://`"),
            ("tasks.example.org", "relative URL"),
        ] {
            let error = parse_url(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
