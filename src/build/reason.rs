use std::fmt;

use serde::Serialize;

/// Why the modules are built anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Reason {
    Forced,
    /// There are none yet.
    NoModules,
    Dependencies {
        changed: Vec<String>,
    },
    Lock {
        file: String,
    },
    LockNew {
        file: String,
    },
    LockGone {
        file: String,
    },
    Scripts {
        scripts: Vec<String>,
    },
    Files {
        paths: Vec<String>,
    },
    Stanza {
        keys: Vec<&'static str>,
    },
    Node {
        from: String,
        to: String,
    },
    Image {
        from: String,
        to: String,
    },
    /// The same name means another image by now.
    ImageMoved {
        image: String,
    },
    /// The modules were built on somebody's machine, and would be built in a container.
    NotInContainer {
        image: String,
    },
    /// Somebody changed them since they were built.
    ChangedSince {
        commit: String,
    },
    /// The commit that they were built of is not known any more.
    Unknown {
        commit: String,
    },
}

/// How many names a reason lists.
const MOST: usize = 5;

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forced => f.write_str("`--force`"),
            Self::NoModules => f.write_str("there is no `node_modules` yet"),
            Self::Dependencies { changed } => {
                write!(f, "`package.json`: dependencies ({})", list(changed))
            }
            Self::Lock { file } => write!(f, "`{file}` has changed"),
            Self::LockNew { file } => write!(f, "`{file}` is new"),
            Self::LockGone { file } => write!(f, "`{file}` is gone"),
            Self::Scripts { scripts } => {
                write!(
                    f,
                    "`package.json`: scripts of the installation ({})",
                    list(scripts)
                )
            }
            Self::Files { paths } => write!(f, "files that are installed ({})", list(paths)),
            Self::Stanza { keys } => {
                write!(f, "`package.json`: deploy stanza ({})", list(keys))
            }
            Self::Node { from, to } => write!(f, "Node was {from}, and is now {to}"),
            Self::Image { from, to } => write!(f, "the image was `{from}`, and is now `{to}`"),
            Self::ImageMoved { image } => write!(f, "`{image}` is now another image"),
            Self::NotInContainer { image } => {
                write!(f, "they were not built in a container (`{image}`)")
            }
            Self::ChangedSince { commit } => {
                write!(
                    f,
                    "`node_modules` was changed since it was built ({commit})"
                )
            }
            Self::Unknown { commit } => {
                write!(f, "they were built from {commit}, which is no longer known")
            }
        }
    }
}

fn list(names: &[impl fmt::Display]) -> String {
    let shown: Vec<String> = names.iter().take(MOST).map(ToString::to_string).collect();
    match names.len().saturating_sub(MOST) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
