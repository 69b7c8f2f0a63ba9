use std::fmt;

use camino::Utf8PathBuf;

/// A host key that is not the one that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostKey {
    /// The host as ssh knows it; that may be one on the way to the host that was meant.
    pub name: String,
    /// Of the key that it offers, such as `ED25519`.
    pub kind: Option<String>,
    pub fingerprint: Option<String>,
    /// The file that has another key, and the line.
    pub known: Option<(Utf8PathBuf, u32)>,
}

impl fmt::Display for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the host key of {} has changed", self.name)?;
        if let Some(fingerprint) = &self.fingerprint {
            let kind = self.kind.as_deref().unwrap_or("a key");
            write!(f, ": it offers {kind} {fingerprint}")?;
        }
        if let Some((file, line)) = &self.known {
            write!(f, ", and {file}:{line} has another")?;
        }
        Ok(())
    }
}
