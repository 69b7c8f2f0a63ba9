//! The file of the model, as it is written.

use camino::{Utf8Path, Utf8PathBuf};

use crate::edit;
use crate::model::MODEL_FILE;

/// Writes the file: the old one stays until the new one is whole.
///
/// A link to a model stays one, and the model is written where it is. A link to anything else is replaced, never followed:
/// it could lead to what is nobody's to write over.
///
/// # Errors
/// Where it cannot be written; the file is as it was.
pub(super) fn put(path: &Utf8Path, bytes: &[u8]) -> std::io::Result<()> {
    edit::replace(&place(path), bytes)
}

/// Where the content of the file is.
fn place(path: &Utf8Path) -> Utf8PathBuf {
    if path.is_symlink()
        && let Ok(target) = path.canonicalize_utf8()
        && is_model(&target)
    {
        return target;
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_str().is_empty())
        .unwrap_or(Utf8Path::new("."));
    folder.join(path.file_name().unwrap_or(MODEL_FILE))
}

/// Whether a file has the first field of a model.
fn is_model(path: &Utf8Path) -> bool {
    let text = fs_err::read_to_string(path).ok();
    let node = text.and_then(|text| crate::yaml::parse(&text).ok());
    node.is_some_and(|node| node.find("name").is_some())
}
