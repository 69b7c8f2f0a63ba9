use super::EntryError;
use super::merge::{Resolution, markers, merge, resolve, without_marked};
use super::plan::PlanContext;

impl PlanContext<'_> {
    /// Decides what becomes of a file that svcgen owns.
    ///
    /// What somebody changed since it was last written is kept by a three-way merge; a file that svcgen never
    /// wrote is never overwritten unless that is asked for.
    pub(super) fn whole(
        &self,
        before: Option<&str>,
        base: Option<&str>,
        wanted: &str,
    ) -> Result<String, EntryError> {
        let Some(before) = before else {
            return Ok(wanted.to_owned());
        };
        let before = &self.resolved(before, base, wanted)?;
        match (base, self.resolution) {
            _ if before == wanted => Ok(wanted.to_owned()),
            (Some(base), _) if before == base => Ok(wanted.to_owned()),
            (Some(base), resolution) => merge(base, before, wanted, resolution, self.style)
                .ok_or_else(|| EntryError::conflict(None, "it cannot be merged")),
            (None, _) if holds_all(before, wanted) => Ok(before.clone()),
            (None, Resolution::Yours) => Ok(before.clone()),
            (None, Resolution::Svcgen) => Ok(wanted.to_owned()),
            (None, Resolution::Mark) => {
                let reason = "it already exists, and svcgen did not write it";
                Err(EntryError::conflict(None, reason))
            }
        }
    }

    /// A text without conflict markers, which is the only one that can be merged again.
    ///
    /// Of a conflict that others marked no side is svcgen's: where that is to win, it is what svcgen wrote last.
    pub(super) fn resolved(
        &self,
        before: &str,
        base: Option<&str>,
        wanted: &str,
    ) -> Result<String, EntryError> {
        if !markers(wanted).is_empty() {
            return Ok(before.to_owned());
        }
        let mut resolved = resolve(before, self.resolution);
        if self.resolution == Resolution::Svcgen {
            resolved = without_marked(&resolved, base.unwrap_or(wanted));
        }
        let places: Vec<(Option<usize>, String)> = markers(&resolved)
            .into_iter()
            .map(|line| (Some(line), "a conflict marked here is not resolved".into()))
            .collect();
        if places.is_empty() {
            Ok(resolved)
        } else {
            Err(EntryError::Conflict { places })
        }
    }
}

/// Whether a text has all lines of another one, in their order: somebody, or a later patch, has only added to it.
pub(crate) fn holds_all(text: &str, wanted: &str) -> bool {
    let mut lines = text.lines();
    let is_there = |wanted: &str| lines.any(|line| line == wanted);
    !wanted.trim().is_empty() && wanted.lines().all(is_there)
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;
    use crate::edit::Rendered;
    use crate::edit::merge::Style;
    use crate::edit::record::Index;
    use crate::worktree::Worktree;

    #[test]
    fn what_somebody_changed_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let worktree = Worktree::open(Utf8Path::from_path(folder.path()).unwrap()).unwrap();
        let whole = |before: Option<&str>, base: Option<&str>, wanted: &str, resolution| {
            let planner = PlanContext {
                worktree: &worktree,
                rendered: &Rendered::none(),
                index: &Index::default(),
                resolution,
                style: Style::Merge,
            };
            planner.whole(before, base, wanted)
        };
        let (mark, yours, svcgen) = (Resolution::Mark, Resolution::Yours, Resolution::Svcgen);
        let base = "one\ntwo\nthree\nfour\nfive\n";
        let theirs = "one\nTWO\nthree\nfour\nfive\n";
        let wanted = "one\ntwo\nthree\nfour\nFIVE\n";
        assert_eq!(
            whole(Some(theirs), Some(base), wanted, mark).unwrap(),
            "one\nTWO\nthree\nfour\nFIVE\n"
        );
        assert_eq!(whole(Some(base), Some(base), wanted, mark).unwrap(), wanted);
        assert_eq!(whole(None, Some(base), wanted, mark).unwrap(), wanted);
        let other = "one\ntwo\nthree\nfour\nfünf\n";
        let marked = whole(Some(other), Some(base), wanted, mark).unwrap();
        assert_eq!(
            marked,
            "one\ntwo\nthree\nfour\n<<<<<<< yours\nfünf\n=======\nFIVE\n>>>>>>> svcgen\n"
        );
        // What is marked is not merged again, but can be decided.
        let refused = whole(Some(&marked), Some(wanted), wanted, mark).unwrap_err();
        let places = vec![(Some(5), "a conflict marked here is not resolved".to_owned())];
        assert_eq!(refused, EntryError::Conflict { places });
        for (resolution, expected) in [(yours, other), (svcgen, wanted)] {
            for (before, base) in [
                (other, Some(base)),
                (marked.as_str(), Some(wanted)),
                (other, None),
            ] {
                let after = whole(Some(before), base, wanted, resolution);
                assert_eq!(after.unwrap(), expected);
            }
        }
        assert!(whole(Some(other), None, wanted, mark).is_err());
        assert_eq!(whole(Some(wanted), None, wanted, mark).unwrap(), wanted);
    }

    #[test]
    fn a_text_that_somebody_only_added_to_holds_all() {
        let wanted = "a {\n    b\n}\n";
        for (text, is_all) in [
            (wanted, true),
            ("# mine\na {\n    b\n    c\n}\n", true),
            ("a {\n    c\n}\n", false),
            ("    b\na {\n}\n", false),
            ("", false),
        ] {
            assert_eq!(holds_all(text, wanted), is_all, "{text}");
        }
        // Nothing wanted says nothing of whose a file is.
        assert!(!holds_all("a\n", ""));
    }
}
