use camino::{Utf8Path, Utf8PathBuf};

/// The text of a commit before its trailers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CommitText {
    pub subject: String,
    pub body: String,
    /// What it is where the tree has the service already; the same where nothing is said.
    pub later: Option<LaterText>,
}

/// The text of a later change: it says which parts are changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaterText {
    /// A file that the first change brings.
    pub brought: Utf8PathBuf,
    /// Of a file that others write too, a line that the first change brings into it, without the white space around it.
    pub line: Option<String>,
    /// What the subject says is changed; where nothing is said, the parts of the tree that are.
    pub what: Option<&'static str>,
    /// What stands in the subject before the parts, as `teapot: Update `, and behind them.
    pub before: String,
    pub behind: String,
    /// The name of the service.
    pub service: String,
}

/// More parts than this are not named in a subject.
const MOST: usize = 3;

impl LaterText {
    /// The text of a change of these files.
    pub fn of(&self, files: &[Utf8PathBuf]) -> CommitText {
        let list = files.iter().map(|path| format!("* {path}"));
        let what = self.what.map(str::to_owned);
        let what = what.unwrap_or_else(|| parts(files));
        CommitText {
            subject: format!("{}{what}{}", self.before, self.behind),
            body: format!(
                "Follows what the model of {} says now, in:\n\n{}",
                self.service,
                list.collect::<Vec<_>>().join("\n")
            ),
            later: None,
        }
    }

    /// What the subject always is, where it does not name the parts.
    pub fn subject(&self) -> Option<String> {
        let what = self.what?;
        Some(format!("{}{what}{}", self.before, self.behind))
    }
}

/// The parts of a tree that these files are in.
fn parts(files: &[Utf8PathBuf]) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in files.iter().map(|path| part(path)) {
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    match parts.as_slice() {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [some @ .., last] if parts.len() <= MOST => {
            format!("{} and {last}", some.join(", "))
        }
        _ => format!("{} files", files.len()),
    }
}

/// What people call the part of a tree that a file is in; the file's own name where it has none.
fn part(path: &Utf8Path) -> &str {
    let is_in = |folder: &&str| path.iter().rev().skip(1).any(|it| it == *folder);
    let named = ["hieradata", "settings", "role", "profile"]
        .into_iter()
        .find(is_in);
    let module = || is_in(&"modules").then_some("module");
    let name = || path.file_name().unwrap_or(path.as_str());
    named.or_else(module).unwrap_or_else(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_change_is_called_by_what_it_changes() {
        let later = LaterText {
            brought: "modules/role/manifests/tea.pp".into(),
            line: None,
            what: None,
            before: "tea: Update ".into(),
            behind: String::new(),
            service: "tea".into(),
        };
        let subject = |files: &[&str]| {
            let files: Vec<Utf8PathBuf> = files.iter().map(Utf8PathBuf::from).collect();
            later.of(&files).subject
        };
        let profile = "modules/profile/manifests/tea.pp";
        let beta = "hieradata/cloud/eqiad1/deployment-prep/common.yaml";
        let data = "hieradata/role/common/tea.yaml";
        assert_eq!(subject(&[beta]), "tea: Update hieradata");
        assert_eq!(subject(&[beta, data]), "tea: Update hieradata");
        assert_eq!(
            subject(&[profile, beta]),
            "tea: Update profile and hieradata"
        );
        assert_eq!(
            subject(&["puppet/modules/tea/manifests/init.pp", "scap/scap.cfg"]),
            "tea: Update module and scap.cfg"
        );
        assert_eq!(
            subject(&[profile, beta, "a", "scap/b"]),
            "tea: Update 4 files"
        );
        let text = later.of(&[beta.into()]);
        assert_eq!(
            text.body,
            format!("Follows what the model of tea says now, in:\n\n* {beta}")
        );
    }
}
