use std::io;

use camino::Utf8Path;
use include_dir::{Dir, include_dir};

/// What the tools are given besides the tree: compatibility code, facts, stand-ins.
static DATA: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/verify");

/// Writes all of it into a folder.
pub(super) fn extract(to: &Utf8Path) -> io::Result<()> {
    DATA.extract(to)
}

/// The text of one of the files; empty where there is none.
pub(super) fn text(name: &str) -> &'static str {
    DATA.get_file(name)
        .and_then(include_dir::File::contents_utf8)
        .unwrap_or_default()
}
