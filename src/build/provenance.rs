use git2::Oid;

use crate::review::CommitMessage;

/// What the modules of a commit were built of: it stands in the trailers of the commit, for people and for later builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Provenance {
    /// The commit of the source.
    pub(super) from: String,
    /// Versions of Node and npm, and the machine: `node v20.19.2, npm 9.2.0, linux x64`.
    pub(super) with: String,
    /// The image, with its digest; `no container` where there was none.
    pub(super) within: String,
    /// The lock file with git's name for its content.
    pub(super) lock: Option<String>,
    /// The hash of all inputs.
    pub(super) inputs: String,
}

/// What stands for an image where there was none.
pub(super) const NO_CONTAINER: &str = "no container";

/// The trailer that every commit of a build has: the commit of the source.
const SOURCE: &str = "Source-Commit";

const FROM: &str = "Modules-From";
const WITH: &str = "Modules-With";
const WITHIN: &str = "Modules-In";
const LOCK: &str = "Modules-Lock";
const INPUTS: &str = "Modules-Inputs";

/// All of them, in their order.
const OWN: [&str; 6] = [SOURCE, FROM, WITH, WITHIN, LOCK, INPUTS];

impl Provenance {
    /// Reads it from the message of a commit.
    pub(super) fn read(message: &CommitMessage) -> Option<Self> {
        let value = |name| message.trailer(name).map(str::to_owned);
        Some(Self {
            from: value(FROM)?,
            with: value(WITH)?,
            within: value(WITHIN)?,
            lock: value(LOCK),
            inputs: value(INPUTS)?,
        })
    }

    /// The commit of the source.
    pub(super) fn source(&self) -> Option<Oid> {
        Oid::from_str(&self.from).ok()
    }

    /// The version of Node.
    pub(super) fn node(&self) -> Option<&str> {
        self.with.strip_prefix("node ")?.split(',').next()
    }

    /// The image without its digest; none where it was built without one.
    pub(super) fn image(&self) -> Option<&str> {
        let image = self.within.split('@').next()?;
        (image != NO_CONTAINER).then_some(image)
    }

    /// The digest of the image.
    pub(super) fn digest(&self) -> Option<&str> {
        self.within.split_once('@').map(|(_, digest)| digest)
    }
}

/// The trailers of a commit: its source, and where its modules come from, where that is known.
pub(super) fn trailers(source: Oid, modules: Option<&Provenance>) -> Vec<String> {
    let mut lines = vec![format!("{SOURCE}: {source}")];
    let Some(modules) = modules else {
        return lines;
    };
    let mut add = |name, value: &str| lines.push(format!("{name}: {value}"));
    add(FROM, &modules.from);
    add(WITH, &modules.with);
    add(WITHIN, &modules.within);
    if let Some(lock) = &modules.lock {
        add(LOCK, lock);
    }
    add(INPUTS, &modules.inputs);
    lines
}

/// Whether a message is that of a build.
pub(super) fn is_build(message: &CommitMessage) -> bool {
    message.trailer(SOURCE).is_some()
}

/// Whether a trailer is one of a build's, and no other's.
pub(super) fn is_own(line: &str) -> bool {
    let name = line.split(':').next().unwrap_or_default();
    OWN.iter().any(|own| own.eq_ignore_ascii_case(name))
}
