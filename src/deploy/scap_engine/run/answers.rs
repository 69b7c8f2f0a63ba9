//! What Scap is told: answers to its questions, and that it is to end.

use std::time::Duration;

use tokio::time::Instant;

use super::follower::Follower;
use crate::deploy::scap_engine::relay::{Asked, AskedKind, Relay};
use crate::deploy::{OnFailure, Question};
use crate::event::{EventKind, Level};
use crate::visible::visible;

/// How long Scap may take to end once it is told to do so at once.
const HURRY: Duration = Duration::from_secs(20);

impl Follower<'_> {
    pub(super) async fn interrupt(&mut self, times: u8, line: &Relay) {
        if times == 0 {
            return;
        }
        self.interrupted = times;
        self.reason.get_or_insert_with(|| "interrupted".into());
        let text = match times {
            1 => {
                "interrupted: Scap is told to stop at its next question; Ctrl-C again ends it at once"
            }
            2 => "interrupted again: Scap is ended",
            _ => "interrupted again: no longer waiting",
        };
        self.scribe
            .say(Level::Warning, text, EventKind::Interrupted);
        if times > 1 {
            line.interrupt().await;
            let wait = if times == 2 { HURRY } else { Duration::ZERO };
            self.deadline = Some(Instant::now() + wait);
        }
    }

    pub(super) async fn answer(&mut self, asked: &Asked, line: &Relay) {
        match asked.kind {
            AskedKind::Message => line.answer(asked, "").await,
            AskedKind::GoOn => {
                let yes = self.goes_on().await;
                line.answer(asked, if yes { "y" } else { "n" }).await;
            }
            AskedKind::RollBack => {
                let yes = self.goes_back().await;
                line.answer(asked, if yes { "y" } else { "n" }).await;
            }
            AskedKind::Other => self.pass_on(asked, line).await,
        }
    }

    /// Has a question answered that only a person can know the answer to.
    async fn pass_on(&mut self, asked: &Asked, line: &Relay) {
        let question = format!("Scap asks: {}", visible(&asked.text));
        let answer = match self.reason {
            // It is to end: nobody is bothered any more.
            Some(_) => None,
            None => self.scribe.reply(self.decide, question).await,
        };
        if let Some(answer) = answer {
            line.answer(asked, &answer).await;
            return;
        }
        let reason = format!(
            "Scap asks `{}`, which svcgen cannot answer, and nobody else did",
            visible(&asked.text)
        );
        self.scribe.say(Level::Error, &reason, EventKind::Warning);
        self.reason.get_or_insert(reason);
        line.interrupt().await;
    }

    async fn goes_on(&mut self) -> bool {
        if self.reason.is_some() {
            return false;
        }
        let Some(after) = self.ledger.group() else {
            return true;
        };
        let group = self.plan.groups.iter().find(|group| group.name == after);
        let failure = self.ledger.failure(&after);
        // Scap's limits let a canary fail and go on.
        if let Some(reason) = failure.filter(|_| group.is_some_and(|group| group.is_canary)) {
            self.reason = Some(reason);
            return false;
        }
        if !self.confirm {
            return true;
        }
        let question = Question::GoOn {
            after: after.clone(),
        };
        let yes = self.scribe.ask(self.decide, question).await;
        if !yes {
            self.reason = Some(format!("the deploy was not continued after {after}"));
        }
        yes
    }

    async fn goes_back(&mut self) -> bool {
        match self.on_failure {
            OnFailure::Rollback => true,
            OnFailure::Stop => false,
            OnFailure::Ask => {
                let reason = self.reason.clone().or_else(|| self.ledger.reason());
                let reason = reason.unwrap_or_else(|| "the deploy failed".into());
                self.scribe
                    .ask(
                        self.decide,
                        Question::RollBack {
                            reason,
                            hosts: self.ledger.promoted(),
                        },
                    )
                    .await
            }
        }
    }
}
