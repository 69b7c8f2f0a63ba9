use super::facts::Facts;
use crate::hosts::Answer;
use crate::model::HostName;

/// What the hosts of production said; there is at least one.
pub(super) struct Answers<'a> {
    pub(super) all: &'a [(HostName, Answer)],
}

impl<'a> Answers<'a> {
    pub(super) fn of(facts: &'a Facts) -> Option<Self> {
        let all = facts.hosts.as_deref()?;
        (!all.is_empty()).then_some(Self { all })
    }

    fn count(&self, is_meant: impl Fn(&Answer) -> bool) -> usize {
        self.all
            .iter()
            .filter(|(_, answer)| is_meant(answer))
            .count()
    }

    pub(super) fn deployed(&self) -> usize {
        self.count(|answer| matches!(answer, Answer::Release { .. }))
    }

    pub(super) fn let_in(&self) -> usize {
        self.count(|answer| matches!(answer, Answer::Release { .. } | Answer::Nothing))
    }

    /// The first host that did not say what it runs.
    pub(super) fn unknown(&self) -> Option<&'a HostName> {
        let is_unknown =
            |answer: &Answer| matches!(answer, Answer::Denied { .. } | Answer::Silent { .. });
        let mut hosts = self.all.iter();
        hosts
            .find(|(_, answer)| is_unknown(answer))
            .map(|(host, _)| host)
    }

    /// The first host that did not answer at all.
    pub(super) fn silent(&self) -> Option<&'a HostName> {
        let mut hosts = self.all.iter();
        hosts
            .find(|(_, answer)| matches!(answer, Answer::Silent { .. }))
            .map(|(host, _)| host)
    }

    /// All hosts, in words.
    pub(super) fn every(&self) -> String {
        match self.all {
            [(host, _)] => host.to_string(),
            all => format!("all {} hosts", all.len()),
        }
    }

    /// What they said, in words.
    pub(super) fn told(&self) -> String {
        let of = self.all.len();
        let mut releases: Vec<(&str, usize)> = Vec::new();
        for (_, answer) in self.all {
            if let Answer::Release { revision } = answer {
                match releases.iter_mut().find(|(known, _)| known == revision) {
                    Some((_, count)) => *count += 1,
                    None => releases.push((revision, 1)),
                }
            }
        }
        let mut told: Vec<String> = releases
            .into_iter()
            .map(|(revision, count)| {
                let short = revision.get(..10).unwrap_or(revision);
                format!("`{short}` on {count} of {of} hosts")
            })
            .collect();
        let some =
            |count: usize, what: &str| (count > 0).then(|| format!("{what} {count} of {of} hosts"));
        told.extend(some(
            self.count(|answer| *answer == Answer::Nothing),
            "no release on",
        ));
        for (host, answer) in self.all {
            let (count, what, why) = match answer {
                Answer::Denied { why } => {
                    let count = self.count(|answer| matches!(answer, Answer::Denied { .. }));
                    (count, "not let in by", why)
                }
                Answer::Silent { why } => {
                    let count = self.count(|answer| matches!(answer, Answer::Silent { .. }));
                    (count, "no answer from", why)
                }
                Answer::Release { .. } | Answer::Nothing => continue,
            };
            // One of each kind is enough.
            if !told.iter().any(|text| text.starts_with(what)) {
                told.push(format!("{what} {count} of {of} hosts ({host}: {why})"));
            }
        }
        told.join("; ")
    }
}
