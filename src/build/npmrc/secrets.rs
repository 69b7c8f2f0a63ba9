use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;

use super::SECRET;
use super::file::Setting;

/// Texts that nobody may read in what a build writes.
#[derive(Clone, Default)]
pub(in crate::build) struct Secrets(Vec<Vec<u8>>);

/// What stands in their place.
const HIDDEN: &[u8] = b"***";

/// A shorter text stands in many places that have nothing to do with it.
const SHORTEST: usize = 4;

impl Secrets {
    /// Learns what a setting of npm's has to hide.
    pub(super) fn learn(&mut self, setting: &Setting) {
        let Setting { name, value, .. } = setting;
        if SECRET.iter().any(|end| name.ends_with(end)) {
            self.add(value.as_bytes());
            // Some are written in another form, which is as good as the password itself.
            let decoded = BASE64.decode(value).unwrap_or_default();
            let password = decoded.splitn(2, |byte| *byte == b':').last();
            self.add(password.unwrap_or_default());
        }
        self.learn_address(value);
    }

    /// Learns the password of an address.
    pub(super) fn learn_address(&mut self, address: &str) {
        let user = address
            .split_once("://")
            .and_then(|(_, rest)| rest.split_once('@'));
        if let Some((_, password)) = user.and_then(|(user, _)| user.split_once(':')) {
            self.add(password.as_bytes());
        }
    }

    fn add(&mut self, secret: &[u8]) {
        if secret.len() >= SHORTEST && !self.0.iter().any(|known| known == secret) {
            self.0.push(secret.to_owned());
            // The longest first: one may be a part of another.
            self.0.sort_by_key(|known| std::cmp::Reverse(known.len()));
        }
    }

    /// A line without them.
    pub(in crate::build) fn hidden(&self, line: &[u8]) -> Vec<u8> {
        let mut line = line.to_owned();
        for secret in &self.0 {
            let found = memchr::memmem::find_iter(&line, secret);
            let places: Vec<usize> = found.collect();
            for at in places.into_iter().rev() {
                line.splice(at..at + secret.len(), HIDDEN.iter().copied());
            }
        }
        line
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets")
    }
}
