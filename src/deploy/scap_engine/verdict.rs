//! What a host has ended as: from what it tells itself, and from what Scap's log says that it did. A line that says
//! "successful" counts for nothing.

use serde::Serialize;

use crate::deploy::Facts;
use crate::deploy::facts::PathState;
use crate::event::HostOutcome;
use crate::model::Revision;
use crate::scap::DeployStage;

/// What a host tells of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(tag = "known", rename_all = "snake_case")]
pub enum Reading {
    /// It was not asked.
    #[default]
    No,
    Yes {
        /// What is live.
        live: Option<Revision>,
        /// Whether that was deployed to its end: restarted and checked.
        finished: bool,
        /// Why that cannot be what it is to be, though the links say so.
        #[serde(skip_serializing_if = "Option::is_none")]
        fault: Option<String>,
    },
    /// It cannot be reached.
    Silent { reason: String },
}

/// What the log tells of a host.
#[derive(Debug, Clone, Default)]
pub(super) struct Track {
    /// The stages that were begun on it.
    pub(super) begun: Vec<DeployStage>,
    /// Those in which it has said something itself.
    pub(super) spoke: Vec<DeployStage>,
    /// The stage that it is in.
    pub(super) running: Option<DeployStage>,
    /// Where it failed first going forward, and why.
    pub(super) failed: Option<(DeployStage, String)>,
    /// Why it could not go back.
    pub(super) stuck: Option<String>,
    /// The last that it complained of in the stage.
    pub(super) complaint: Option<String>,
    /// The revision that it goes back to, as it said itself.
    pub(super) back: Option<Revision>,
}

/// What is to be judged.
pub(super) struct Case<'a> {
    pub(super) revision: &'a Revision,
    pub(super) before: &'a Reading,
    pub(super) after: &'a Reading,
    pub(super) track: &'a Track,
}

/// What a host has ended as.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) outcome: HostOutcome,
    pub(super) live: Option<Revision>,
    pub(super) reason: Option<String>,
}

impl Reading {
    /// What its links say.
    pub fn of(facts: &Facts) -> Self {
        let live = facts.current.clone();
        let fault = match (&live, &facts.place) {
            (Some(live), _) if !facts.releases.contains_key(live) => Some(format!(
                "its links lead to {}, which is not there",
                live.short()
            )),
            (Some(live), PathState::Link(to))
                if !to.trim_end_matches('/').ends_with(live.as_str()) =>
            {
                Some(format!(
                    "`current` leads to {}, and the service to `{to}`",
                    live.short()
                ))
            }
            (Some(_), PathState::Nothing | PathState::Other) => {
                Some("the path of the service leads to no release".into())
            }
            (Some(_), PathState::Broken(to)) => {
                Some(format!("the service leads to `{to}`, which is not there"))
            }
            (None, PathState::Link(_) | PathState::Broken(_)) => {
                Some("its links lead to no release that is there".into())
            }
            (Some(_) | None, _) => None,
        };
        let finished = live.is_some() && live == facts.done;
        Self::Yes {
            live,
            finished,
            fault,
        }
    }

    /// Whether it has a revision, deployed to its end.
    pub fn is_done(&self, revision: &Revision) -> bool {
        match self {
            Self::Yes {
                live,
                finished,
                fault,
            } => *finished && fault.is_none() && live.as_ref() == Some(revision),
            Self::No | Self::Silent { .. } => false,
        }
    }

    /// Whether a revision is live, and was not deployed to its end.
    pub(super) fn is_half_done(&self, revision: &Revision) -> bool {
        self.live().flatten().as_ref() == Some(revision) && !self.is_done(revision)
    }

    /// What is live, where that is known.
    pub fn live(&self) -> Option<Option<Revision>> {
        match self {
            Self::Yes { live, .. } => Some(live.clone()),
            Self::No | Self::Silent { .. } => None,
        }
    }
}

impl Track {
    pub(super) fn has_begun(&self, stage: DeployStage) -> bool {
        self.begun.contains(&stage)
    }

    /// Whether the service, or what it is run from, may be another than before.
    pub(super) fn is_promoted(&self) -> bool {
        self.has_begun(DeployStage::Promote) || self.has_begun(DeployStage::HandleService)
    }

    /// Whether it was brought back.
    fn is_back(&self) -> bool {
        self.has_begun(DeployStage::Rollback) && self.stuck.is_none()
    }
}

impl Verdict {
    fn unknown(reason: impl Into<String>, live: Option<Revision>) -> Self {
        Self {
            outcome: HostOutcome::Unknown,
            live,
            reason: Some(reason.into()),
        }
    }

    fn known(outcome: HostOutcome, live: Option<Revision>, case: &Case<'_>) -> Self {
        let failed = case.track.failed.as_ref();
        Self {
            outcome,
            live,
            reason: failed.map(|(stage, reason)| format!("{}: {reason}", stage.as_str())),
        }
    }
}

impl Case<'_> {
    /// Judges a deploy or a rollback.
    pub(super) fn verdict(&self) -> Verdict {
        if let Some(stage) = self.running() {
            let words = format!(
                "{} was running there when Scap ended, and may go on",
                stage.as_str()
            );
            return Verdict::unknown(words, None);
        }
        match self.after {
            Reading::Yes { live, fault, .. } => self.of_links(live.clone(), fault.as_deref()),
            Reading::No | Reading::Silent { .. } => self.of_log(),
        }
    }

    /// Judges what was done to the service alone.
    pub(super) fn verdict_of_service(&self) -> Verdict {
        let (track, live) = (self.track, self.after.live().flatten());
        if let Some(stage) = self.running() {
            let words = format!("{} was running there when Scap ended", stage.as_str());
            return Verdict::unknown(words, live);
        }
        match &track.failed {
            Some((_, reason)) => Verdict::unknown(reason.clone(), live),
            None if !track.has_begun(DeployStage::HandleService) => {
                Verdict::known(HostOutcome::Untouched, live, self)
            }
            None if track.spoke.is_empty() => {
                Verdict::unknown("Scap's log does not say what it did", live)
            }
            None => Verdict {
                outcome: HostOutcome::New,
                live: live.or_else(|| Some(self.revision.clone())),
                reason: None,
            },
        }
    }

    /// A stage that changes what is live, and has not come to its end.
    fn running(&self) -> Option<DeployStage> {
        self.track.running.filter(|stage| match stage {
            DeployStage::Promote | DeployStage::HandleService | DeployStage::Rollback => true,
            DeployStage::Fetch
            | DeployStage::ConfigDeploy
            | DeployStage::Finalize
            | DeployStage::ConfigDiff => false,
        })
    }

    fn of_links(&self, live: Option<Revision>, fault: Option<&str>) -> Verdict {
        let track = self.track;
        if let Some(fault) = fault {
            return Verdict::unknown(fault, live);
        }
        if !track.is_promoted() {
            return Verdict::known(HostOutcome::Untouched, live, self);
        }
        if let Some(reason) = &track.stuck {
            return Verdict::unknown(format!("the rollback failed: {reason}"), live);
        }
        let is_new = live.as_ref() == Some(self.revision);
        match (is_new, track.is_back(), &track.failed) {
            // Going back to what was live all the time is going back.
            (true, true, _) if self.before.live() != Some(live.clone()) => {
                Verdict::unknown("it is still on the new release after the rollback", live)
            }
            (_, true, _) => Verdict::known(HostOutcome::Old, live, self),
            (true, false, None) => Verdict::known(HostOutcome::New, live, self),
            (true, false, Some((stage, reason))) => {
                let words = format!(
                    "the new release is live, but {} failed: {reason}",
                    stage.as_str()
                );
                Verdict::unknown(words, live)
            }
            (false, false, Some((stage, reason))) => {
                Verdict::unknown(format!("{} failed: {reason}", stage.as_str()), live)
            }
            (false, false, None) => Verdict::unknown("Scap has left another release there", live),
        }
    }

    /// Where the host cannot be asked, only what it said itself, in each stage, speaks for it.
    fn of_log(&self) -> Verdict {
        let track = self.track;
        let why = match self.after {
            Reading::Silent { reason } => reason.as_str(),
            Reading::No | Reading::Yes { .. } => "it was not asked",
        };
        let before = self.before.live().flatten();
        if !track.is_promoted() {
            return Verdict::known(HostOutcome::Untouched, before, self);
        }
        let unread = |words: &str| {
            Verdict::unknown(
                format!("{words}, and its links cannot be read: {why}"),
                None,
            )
        };
        if let Some(reason) = &track.stuck {
            return unread(&format!("the rollback failed: {reason}"));
        }
        if track.is_back() {
            return match track.back.clone().or(before) {
                Some(back) => Verdict::known(HostOutcome::Old, Some(back), self),
                None => unread("Scap's log does not say what it went back to"),
            };
        }
        if let Some((stage, reason)) = &track.failed {
            return unread(&format!("{} failed: {reason}", stage.as_str()));
        }
        let wanted = [DeployStage::Fetch, DeployStage::Promote];
        match wanted.iter().all(|stage| track.spoke.contains(stage)) {
            true => Verdict::known(HostOutcome::New, Some(self.revision.clone()), self),
            false => unread("Scap's log lacks one of its stages"),
        }
    }
}
