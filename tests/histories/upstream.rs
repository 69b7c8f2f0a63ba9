//! What happens on the review servers: patch sets of reviewers, merges, reverts, edits.

use crate::history::History;
use crate::lines::mark;

impl History {
    pub(crate) fn happens_elsewhere(&mut self) {
        let (clone, branch) = self.clone();
        let sight = self.sight();
        let changes: Vec<(usize, usize)> = sight
            .changes(clone)
            .into_iter()
            .map(|(number, (patch, _))| (number, patch))
            .collect();
        let begin =
            format!("git clone -q -b {branch} file://$HOME/server/{clone} other && cd other");
        let push = format!("git push -q origin HEAD:{branch}");
        let work = match (self.chance.below(8), changes.is_empty()) {
            // But for the beginning.
            (0, _) => {
                format!("git rev-parse -q --verify HEAD~1 && git revert --no-edit HEAD && {push}")
            }
            (1, _) | (_, true) => {
                let mark = mark(self.number());
                let path = match clone {
                    "puppet" => "hieradata/common.yaml",
                    _ => "puppet/hieradata/common.yaml",
                };
                format!("sed -i '3i# {mark}' {path} && git commit -qam 'theirs' && {push}")
            }
            (2, false) => {
                // A file of svcgen's, once it is merged.
                let mark = mark(self.number());
                format!(
                    "for f in $(git ls-files | grep trending | head -n 2); do echo '# {mark}' >>$f; done; git commit -qam 'theirs' && {push}"
                )
            }
            (what, false) => {
                let (number, patch) = *self.chance.among(&changes);
                let fetch =
                    format!("git fetch -q origin refs/changes/{number:02}/{number}/{patch}");
                match what {
                    3 | 4 => self.patch_set(&fetch, branch),
                    5 => format!("{fetch} && git merge -q --no-edit FETCH_HEAD && {push}"),
                    6 => format!("{fetch} && git cherry-pick {branch}..FETCH_HEAD && {push}"),
                    _ => format!(
                        "{fetch} && git merge -q --squash FETCH_HEAD && git commit -qm 'squashed' && {push}"
                    ),
                }
            }
        };
        self.world.sh(&format!("({begin} && {work}); rm -rf other"));
    }

    /// A reviewer's patch set of a change that is fetched.
    fn patch_set(&mut self, fetch: &str, branch: &str) -> String {
        let edit =
            self.edit_of("$(git show --format= --name-only --diff-filter=d HEAD | head -n 1)");
        format!(
            "{fetch} && git checkout -q FETCH_HEAD && {{ {edit}; git add -A; git commit -q --amend --no-edit; \
             git push -q origin HEAD:refs/for/{branch}; }}"
        )
    }
}
