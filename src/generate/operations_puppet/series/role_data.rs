use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use crate::generate::scan::read_all;
use crate::worktree::Worktree;

/// Where the hieradata of roles is.
const FOLDER: &str = "hieradata/role";

/// Which keys the hieradata of roles has, and how often.
#[derive(Debug, Clone, Default)]
pub(super) struct RoleData {
    /// By key: in how many files for all hosts, and in how many for those of one datacentre.
    keys: BTreeMap<String, (usize, usize)>,
    /// How many files have pools, and how many of these name the services of each.
    pools: usize,
    with_services: usize,
}

impl RoleData {
    /// Reads the hieradata of all roles.
    pub(super) fn read(worktree: &Worktree) -> Self {
        let mut paths = Vec::new();
        for folder in worktree.list(FOLDER) {
            collect(worktree, format!("{FOLDER}/{folder}").into(), 3, &mut paths);
        }
        let mut this = Self::default();
        let has_pools = |text: &str| text.contains("lvs::realserver::pools:");
        let has_services = |text: &str| {
            has_pools(text)
                && text
                    .lines()
                    .any(|line| line.starts_with(' ') && is_key(line, "services"))
        };
        let read = read_all(worktree, &paths, |_, text| {
            Some((
                keys(text).collect::<Vec<String>>(),
                has_pools(text),
                has_services(text),
            ))
        });
        for (path, (keys, has_pools, has_services)) in read {
            this.pools += usize::from(has_pools);
            this.with_services += usize::from(has_services);
            let is_common = path.starts_with(format!("{FOLDER}/common"));
            for key in keys {
                let (common, other) = this.keys.entry(key).or_default();
                *(if is_common { common } else { other }) += 1;
            }
        }
        this
    }

    /// The key that most files have, of those that end in one of these.
    pub(super) fn usual(&self, ends: &[&str]) -> Option<&str> {
        let fits = self.keys.iter().filter(|(key, _)| ends_in(key, ends));
        let most = fits.max_by_key(|(_, (common, other))| common + other)?;
        Some(most.0)
    }

    /// Whether most pools name their services.
    pub(super) fn has_pool_services(&self) -> bool {
        self.with_services * 2 > self.pools
    }

    /// Whether a key is in the files of single datacentres more often than in those for all hosts.
    pub(super) fn is_local(&self, key: &str) -> bool {
        self.keys
            .get(key)
            .is_some_and(|(common, other)| other > common)
    }
}

/// Whether the last names of a key are one of these.
pub(super) fn ends_in(key: &str, ends: &[&str]) -> bool {
    ends.iter().any(|end| {
        key.strip_suffix(end)
            .is_some_and(|before| before.is_empty() || before.ends_with("::"))
    })
}

fn collect(worktree: &Worktree, path: Utf8PathBuf, deepest: usize, found: &mut Vec<Utf8PathBuf>) {
    if path.extension() == Some("yaml") {
        found.push(path);
    } else if let Some(deepest) = deepest.checked_sub(1) {
        for name in worktree.list(&path) {
            collect(worktree, path.join(name), deepest, found);
        }
    }
}

/// Whether a line is a key with what belongs to it below, whatever somebody says of it behind it.
fn is_key(line: &str, key: &str) -> bool {
    let rest = line.trim().strip_prefix(key);
    let rest = rest.and_then(|rest| rest.strip_prefix(':'));
    rest.is_some_and(|rest| rest.is_empty() || rest.trim_start().starts_with('#'))
}

/// The keys of a text that are at the margin, whatever stands behind them.
pub(super) fn keys(text: &str) -> impl Iterator<Item = String> + '_ {
    let lines = text
        .lines()
        .filter(|line| !line.starts_with([' ', '#', '-']));
    lines.filter_map(key)
}

/// The key of a line at the margin.
fn key(line: &str) -> Option<String> {
    let end = line
        .find(": ")
        .or_else(|| line.trim_end().strip_suffix(':').map(str::len))?;
    Some(line[..end].trim_end().trim_matches(['\'', '"']).to_owned())
}
