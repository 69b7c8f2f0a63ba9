//! What people do in a clone: they edit what was generated, and use git.

use crate::history::History;
use crate::lines::mark;
use crate::world::TOPIC;

impl History {
    /// Edits a file that svcgen wrote, and perhaps commits that.
    pub(crate) fn edit(&mut self) {
        let (clone, branch) = self.clone();
        let Some(path) = self.generated(clone) else {
            return;
        };
        let edit = self.edit_of(&path);
        self.world.sh(&format!("cd {clone} && {edit}; cd .."));
        if self.chance.percent(75) {
            self.commit(clone, branch);
        }
    }

    /// A file that svcgen has something in, by its path in the clone.
    fn generated(&self, clone: &str) -> Option<String> {
        let sight = self.sight();
        let files = sight.clones[clone].files.iter().filter(|(path, text)| {
            let is_named = path.to_string_lossy().contains("trending");
            is_named || String::from_utf8_lossy(text).contains("trending")
        });
        let paths: Vec<String> = files
            .map(|(path, _)| path.to_string_lossy().into_owned())
            .collect();
        (!paths.is_empty()).then(|| self.chance.among(&paths).clone())
    }

    /// The command that edits a file of the folder where it is typed.
    pub(crate) fn edit_of(&mut self, path: &str) -> String {
        let mark = mark(self.number());
        let at = self.chance.below(40) + 1;
        match self.chance.below(10) {
            0..3 => format!("echo '# {mark}' >>{path}"),
            3..6 => format!("sed -i '{at}i\\    # {mark}' {path}"),
            6 => format!("sed -i '{at}s/$/ # {mark}/' {path}"),
            // A line with a number gets another one.
            7 => format!(
                "sed -i '0,/\\(7[0-9][0-9][0-9]\\|4[0-9][0-9][0-9][0-9]\\).*/s//4242 # {mark}/' {path}"
            ),
            // What is needed to know the tree stays.
            8 if !path.contains("trending") => format!("echo '# {mark}' >>{path}"),
            8 if self.chance.percent(50) => format!("rm -f {path}"),
            8 => format!("sed -i '{at}d' {path}"),
            _ => {
                let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
                format!("echo '# {mark}' >{folder}/beside-{mark}")
            }
        }
    }

    fn commit(&mut self, clone: &str, branch: &str) {
        let git = format!("git -C {clone}");
        let number = self.number();
        let command = match self.chance.below(10) {
            // What is merged is no longer amended.
            0..5 => format!(
                "if {git} merge-base --is-ancestor HEAD origin/{branch}; then {git} commit -qm 'by hand {number}'; \
                 else {git} commit -q --amend --no-edit; fi"
            ),
            5..8 => format!("{git} commit -qm 'by hand {number}'"),
            8 => format!("{git} switch -qc own-{number} && {git} commit -qm 'by hand {number}'"),
            // Into a commit below.
            _ => {
                let depth = self.chance.below(3) + 1;
                let rebase = format!("{git} rebase -qi --autosquash origin/{branch}");
                format!(
                    "{git} commit -q --fixup HEAD~{depth} && {{ {rebase} || {git} rebase --abort; }}"
                )
            }
        };
        self.world.sh(&format!("{git} add -A; {command}"));
    }

    /// Does something with git that people do.
    pub(crate) fn use_git(&mut self) {
        let (clone, branch) = self.clone();
        let git = format!("git -C {clone}");
        let number = self.number();
        let command = match self.chance.below(16) {
            0 => format!("{git} restore ."),
            1 => format!("{git} stash -q"),
            2 => format!("{git} stash -qu"),
            3 => format!("{git} stash pop -q || {git} checkout -q --theirs . ; {git} reset -q"),
            4 | 5 => format!("{git} switch -q {branch}"),
            6 | 7 => format!("{git} switch -q {TOPIC}"),
            8 => format!("{git} fetch -q; {git} rebase -q origin/{branch} || {git} rebase --abort"),
            9 => format!("{git} switch -q {branch}; {git} pull -q --ff-only"),
            10 => format!("{git} switch -qc own-{number}"),
            11 => format!("{git} branch -qD {TOPIC}"),
            12 => format!("{git} checkout -q --detach"),
            13 => format!("rm -rf {clone}/.git/svcgen"),
            14 => format!(
                "rm -rf {clone}; git clone -q file://$HOME/server/{clone} {clone} && {git} switch -qc {TOPIC} origin/{branch}; {git} switch -q {branch}"
            ),
            _ => format!(
                "{git} fetch -q; {git} merge -q --no-edit origin/{branch} || {git} merge --abort"
            ),
        };
        self.world.sh(&command);
    }
}
