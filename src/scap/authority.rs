use std::fmt;

use serde::{Serialize, Serializer};

use crate::model::HostName;

/// A server as an address has it: a host, and a port where it is not that of the scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    pub host: HostName,
    pub port: Option<u16>,
}

impl Authority {
    /// Takes `HOST` or `HOST:PORT`.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, Some(super::value::port(port)?)),
            None => (text, None),
        };
        let host = HostName::parse(host).map_err(|refused| refused.rule)?;
        Ok(Self { host, port })
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}", self.host),
            None => self.host.fmt(f),
        }
    }
}

impl Serialize for Authority {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_may_have_a_port() {
        for text in ["deploy.example.org", "10.1.2.3:8080"] {
            assert_eq!(Authority::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "a:b", "a:0", "-x", "a:80:80", "a/b"] {
            assert!(Authority::parse(text).is_err(), "{text}");
        }
    }
}
