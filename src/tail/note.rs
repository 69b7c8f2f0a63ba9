use super::trouble::{Access, Trouble};

/// A line that the program on a host says about the log, as against what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Note {
    /// The log is being read.
    Reading,
    Trouble(Trouble),
    /// What `tail` says while a log is rotated: that is what it is for.
    Rotation,
    /// What somebody has to know.
    Said(String),
}

impl Note {
    pub(super) fn read(line: &str) -> Self {
        if line == "svcgen: reading" {
            return Self::Reading;
        }
        if let Some(word) = line.strip_prefix("svcgen: ")
            && let Some(trouble) = trouble(word)
        {
            return Self::Trouble(trouble);
        }
        let of_rotation = [
            "No such file or directory",
            "following new file",
            "file truncated",
        ];
        match of_rotation.iter().any(|words| line.contains(words)) {
            true => Self::Rotation,
            false => Self::Said(line.to_owned()),
        }
    }
}

fn trouble(word: &str) -> Option<Trouble> {
    let mut parts = word.splitn(6, ' ');
    match parts.next()? {
        "absent" => Some(Trouble::Absent),
        "folder" => Some(Trouble::Folder),
        "forbidden" => {
            let mut next = || parts.next().map(str::to_owned);
            Some(Trouble::Forbidden(Access {
                user: next()?,
                owner: next()?,
                group: next()?,
                mode: next()?,
                path: next()?,
            }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_about_a_log_is_told_apart() {
        let note = Note::read("svcgen: forbidden ada tea adm -rw-r----- /srv/log/a b/main.log");
        let Note::Trouble(Trouble::Forbidden(access)) = note else {
            panic!("{note:?}")
        };
        assert_eq!(access.group, "adm");
        assert_eq!(access.path, "/srv/log/a b/main.log");
        let rotated = "tail: '/srv/log/a/main.log' has been replaced;  following new file";
        assert_eq!(Note::read(rotated), Note::Rotation);
        let said = "tail: '/srv/log/a/main.log' has become inaccessible: Permission denied";
        assert_eq!(Note::read(said), Note::Said(said.into()));
        assert_eq!(Note::read("svcgen: odd"), Note::Said("svcgen: odd".into()));
    }
}
