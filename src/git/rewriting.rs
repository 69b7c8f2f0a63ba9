use camino::Utf8Path;

use super::program::Git;

/// Where git goes that is told to push to an address: a longer beginning wins, and `pushInsteadOf` over `insteadOf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    pub address: String,
    /// The setting that leads there.
    pub by: String,
}

impl Rewritten {
    /// What git's configuration makes of an address in a folder; nothing where it leads where it says.
    pub fn of(folder: &Utf8Path, address: &str) -> Option<Self> {
        let settings = [
            "config",
            "--null",
            "--get-regexp",
            r"^url\..*\.(push)?insteadof$",
        ];
        let output = Git::at(folder).output(&settings).ok()?;
        Self::by(&output.text(), address)
    }

    /// The same, from settings as `git config --null` prints them.
    fn by(settings: &str, address: &str) -> Option<Self> {
        let settings = settings.split('\0').filter_map(|setting| {
            let (name, begin) = setting.split_once('\n')?;
            let rest = address.strip_prefix(begin)?;
            let name = name.trim_start();
            let (base, key) = name.strip_prefix("url.")?.rsplit_once('.')?;
            let is_push = key == "pushinsteadof";
            Some((is_push, begin.len(), base, rest))
        });
        // Of several that are as long, git takes the first.
        let best = settings.reduce(|best, next| {
            if (next.0, next.1) > (best.0, best.1) {
                next
            } else {
                best
            }
        });
        let (is_push, _, base, rest) = best?;
        // Git prints keys in lower case, and nobody writes them so.
        let key = if is_push {
            "pushInsteadOf"
        } else {
            "insteadOf"
        };
        Some(Self {
            address: format!("{base}{rest}"),
            by: format!("url.{base}.{key}"),
        })
    }

    /// Whether it is reached by ssh.
    pub fn is_ssh(&self) -> bool {
        let address = self.address.as_str();
        let is_scp_like = || {
            let (host, _) = address.split_once(':')?;
            (!host.contains('/')).then_some(())
        };
        match address.split_once("://") {
            Some((scheme, _)) => scheme.contains("ssh"),
            None => is_scp_like().is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_beginning_wins_and_that_for_pushes_first() {
        let settings = "url./near/.insteadof\nssh://host/\0url./nearer/.insteadof\nssh://host/a/\0\
                        url.git@other:.pushinsteadof\nhttps://host/\0";
        let address = |from| {
            Rewritten::by(settings, from).map(|found| (found.address.clone(), found.is_ssh()))
        };
        assert_eq!(address("ssh://host/b"), Some(("/near/b".into(), false)));
        assert_eq!(address("ssh://host/a/b"), Some(("/nearer/b".into(), false)));
        assert_eq!(
            address("https://host/c"),
            Some(("git@other:c".into(), true))
        );
        assert_eq!(address("http://host/c"), None);
        let both = format!("{settings}url./push/.pushinsteadof\nssh://\0");
        let found = Rewritten::by(&both, "ssh://host/a/b").unwrap();
        assert_eq!(
            (found.address.as_str(), found.by.as_str()),
            ("/push/host/a/b", "url./push/.pushInsteadOf")
        );
    }
}
