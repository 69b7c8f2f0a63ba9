use std::fmt;

use camino::Utf8PathBuf;

/// Something of the service that stays as it is: it may be svcgen's, of which this checkout knows nothing, or somebody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    pub path: Utf8PathBuf,
    /// Counted from one.
    pub line: usize,
    /// What the line does, and the model does not say.
    pub what: String,
    /// What to do about it by hand.
    pub way_out: &'static str,
}

impl fmt::Display for Stray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            line,
            what,
            way_out,
        } = self;
        write!(
            f,
            "`{path}:{line}` {what}; nothing here says that svcgen wrote it: {way_out}"
        )
    }
}
