use camino::{Utf8Path, Utf8PathBuf};
use git2::Repository;

/// The text that a file has in the last commit of the checkout that it is in, whether it is there still; none where it is in no
/// commit.
pub fn committed_text(file: &Utf8Path) -> Option<String> {
    let file = match file.canonicalize_utf8() {
        Ok(file) => file,
        Err(_) => file
            .parent()?
            .canonicalize_utf8()
            .ok()?
            .join(file.file_name()?),
    };
    let repository = Repository::discover(file.parent()?).ok()?;
    let root = Utf8Path::from_path(repository.workdir()?)?.canonicalize_utf8();
    let place: Utf8PathBuf = file.strip_prefix(root.ok()?).ok()?.to_owned();
    let tree = repository.head().ok()?.peel_to_tree().ok()?;
    let entry = tree.get_path(place.as_std_path()).ok()?;
    let blob = repository.find_blob(entry.id()).ok()?;
    String::from_utf8(blob.content().to_vec()).ok()
}
