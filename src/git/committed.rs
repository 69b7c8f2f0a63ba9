use camino::{Utf8Path, Utf8PathBuf};
use git2::{Oid, Repository, Sort, Tree};

/// How many commits are looked at.
const DEEPEST: usize = 1000;

/// The text that a file has in the last commit of the checkout that it is in, whether it is there still; none where it is in no
/// commit.
pub fn committed_text(file: &Utf8Path) -> Option<String> {
    let (repository, place) = place(file)?;
    let tree = repository.head().ok()?.peel_to_tree().ok()?;
    text(&repository, blob(&tree, &place)?)
}

/// The texts that a file had in the commits of the checkout that it is in, the newest first, one for each change of it; at most so
/// many.
pub fn committed_texts(file: &Utf8Path, most: usize) -> Vec<String> {
    let blobs = || {
        let (repository, place) = place(file)?;
        let mut walk = repository.revwalk().ok()?;
        // Sorted otherwise, git would go through all commits first.
        walk.set_sorting(Sort::NONE).ok()?;
        walk.push_head().ok()?;
        let mut blobs: Vec<Oid> = Vec::new();
        for commit in walk.take(DEEPEST).flatten() {
            let tree = repository.find_commit(commit).and_then(|it| it.tree());
            let blob = blob(&tree.ok()?, &place);
            blobs.extend(blob.filter(|blob| blobs.last() != Some(blob)));
            if blobs.len() == most {
                break;
            }
        }
        let texts = blobs.into_iter().filter_map(|it| text(&repository, it));
        Some(texts.collect())
    };
    blobs().unwrap_or_default()
}

/// Whether no branch of a remote has the last commit of a checkout, as far as was fetched.
pub fn is_only_here(root: &Utf8Path) -> bool {
    let found = || {
        let repository = Repository::discover(root).ok()?;
        let head = repository.head().ok()?.peel_to_commit().ok()?.id();
        let remotes = repository.references_glob("refs/remotes/*").ok()?;
        let mut tips = remotes.flatten().filter_map(|it| it.target());
        let has =
            |tip: Oid| tip == head || repository.graph_descendant_of(tip, head).unwrap_or(false);
        Some(!tips.any(has))
    };
    found().unwrap_or(false)
}

/// The repository of a file, and the place that it has there.
fn place(file: &Utf8Path) -> Option<(Repository, Utf8PathBuf)> {
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
    let place = file.strip_prefix(root.ok()?).ok()?.to_owned();
    Some((repository, place))
}

fn blob(tree: &Tree<'_>, place: &Utf8Path) -> Option<Oid> {
    Some(tree.get_path(place.as_std_path()).ok()?.id())
}

fn text(repository: &Repository, blob: Oid) -> Option<String> {
    let blob = repository.find_blob(blob).ok()?;
    String::from_utf8(blob.content().to_vec()).ok()
}
