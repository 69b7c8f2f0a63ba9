use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Zoned;

use super::opened::Opened;
use crate::calendar::{Slot, objection};
use crate::cli::schedule::unusual;
use crate::deploy::{Action, Decide, OnFailure, Question};
use crate::error::{CommandError, ErrorKind};
use crate::ui::{Below, Questions, Ui, rows_of};

/// Nobody is asked what svcgen can answer: the answer is the one that goes on.
struct Asked(Ui);

impl Decide for Asked {
    fn ask(&self, _question: Question) -> BoxFuture<'static, bool> {
        Box::pin(async { true })
    }

    fn reply(&self, question: String) -> BoxFuture<'static, Option<String>> {
        let ui = self.0;
        let asked = tokio::task::spawn_blocking(move || ui.reply(&question));
        Box::pin(async { asked.await.ok().flatten() })
    }
}

/// Asks on the terminal.
struct Terminal {
    ui: Ui,
    /// How long a question waits; for ever where nothing is said.
    patience: Option<Duration>,
    /// Whether a question was not answered: then nobody is there for the next one either.
    is_alone: Arc<AtomicBool>,
    /// Learns how much room a question took.
    below: Below,
}

impl Terminal {
    fn new(ui: Ui, patience: Option<Duration>, below: Below) -> Self {
        Self {
            ui,
            patience,
            is_alone: Arc::default(),
            below,
        }
    }

    /// Asks, and waits for the answer as long as it may; nothing where nobody gave one in time.
    fn within<T: Send + 'static>(
        &self,
        ask: impl FnOnce() -> T + Send + 'static,
    ) -> BoxFuture<'static, Option<T>> {
        let (ui, patience, is_alone) = (self.ui, self.patience, Arc::clone(&self.is_alone));
        let below = self.below.clone();
        Box::pin(async move {
            if is_alone.load(Ordering::Relaxed) {
                return None;
            }
            let before = rustix::termios::tcgetattr(std::io::stderr());
            let asked = tokio::task::spawn_blocking(ask);
            let Some(patience) = patience else {
                return asked.await.ok();
            };
            if let Ok(answer) = tokio::time::timeout(patience, asked).await {
                return answer.ok();
            }
            is_alone.store(true, Ordering::Relaxed);
            below.go();
            // The question goes on waiting for a key until svcgen ends, and must not keep the terminal so.
            if let Ok(before) = &before {
                let now = rustix::termios::OptionalActions::Now;
                let _set = rustix::termios::tcsetattr(std::io::stderr(), now, before);
            }
            let seconds = patience.as_secs();
            ui.always(&format!("\nno answer within {seconds} s"));
            None
        })
    }
}

impl Decide for Terminal {
    fn ask(&self, question: Question) -> BoxFuture<'static, bool> {
        let ui = self.ui;
        // Without an answer nothing new is begun, and what was begun is taken back.
        let (text, by_default) = match question {
            Question::GoOn { after } => {
                let text = format!("{after} is healthy; go on with the other hosts?");
                (text, false)
            }
            Question::RollBack { reason, hosts } => {
                let back = match hosts {
                    0 => "take back what was prepared?".to_owned(),
                    1 => "roll back the host that was touched?".to_owned(),
                    more => format!("roll back the {more} hosts that were touched?"),
                };
                (format!("{reason}\n{back}"), true)
            }
        };
        let rows = rows_of(&text);
        let was_alone = self.is_alone.load(Ordering::Relaxed);
        let below = self.below.clone();
        let answer = self.within(move || ui.confirm_below(&text, &below));
        let below = self.below.clone();
        Box::pin(async move {
            match answer.await {
                Some(answer) => {
                    below.note(rows);
                    matches!(answer, Ok(true))
                }
                // A line below the question says that nobody has answered; further ones are not asked.
                None => {
                    below.note(if was_alone { 0 } else { rows + 1 });
                    by_default
                }
            }
        })
    }

    fn reply(&self, question: String) -> BoxFuture<'static, Option<String>> {
        let ui = self.ui;
        let answer = self.within(move || ui.reply(&question));
        Box::pin(async { answer.await.flatten() })
    }
}

/// Whether there is somebody to ask.
pub(super) fn has_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Whether it is asked in the middle of a deploy, before the groups behind the canary: what is done where it fails is
/// another matter.
pub(super) fn asks_to_go_on(action: Action, on_failure: OnFailure, ui: &Ui) -> bool {
    let may_ask = ui.questions == Questions::Ask && has_terminal();
    on_failure == OnFailure::Ask || action == Action::Deploy && may_ask
}

/// Who answers in the middle of a deploy.
pub(super) fn decider(
    is_asked: bool,
    patience: Option<Duration>,
    below: Below,
    ui: Ui,
) -> Box<dyn Decide> {
    match is_asked {
        true => Box::new(Terminal::new(ui, patience, below)),
        false => Box::new(Asked(ui)),
    }
}

/// What is done where the deploy fails, which has to be known before it begins.
pub(super) fn on_failure(
    named: Option<OnFailure>,
    is_dry: bool,
    ui: &Ui,
) -> Result<OnFailure, CommandError> {
    match named {
        Some(OnFailure::Ask) | None if is_dry => Ok(OnFailure::Stop),
        Some(OnFailure::Ask) | None if ui.questions == Questions::GoOn => Ok(OnFailure::Rollback),
        Some(OnFailure::Ask) | None if !has_terminal() => Err(CommandError::usage(
            "without a terminal, nobody can be asked what to do if the deploy fails",
        )
        .hint("add `--on-failure rollback`, or `--on-failure stop`")),
        Some(named) => Ok(named),
        None => Ok(OnFailure::Ask),
    }
}

/// Asks where a site does not deploy now. Going back, or on with what was begun, is never a matter of the time.
pub(super) fn about_the_time(
    opened: &Opened,
    is_new: bool,
    is_dry: bool,
    ui: &Ui,
) -> Result<(), CommandError> {
    // What is not production has no hours.
    let is_production = opened.working.value.config.environment.is_none();
    let Some(site) = opened.site.as_ref().filter(|_| is_new && is_production) else {
        return Ok(());
    };
    let Some(calendar) = &site.calendar else {
        return Ok(());
    };
    let now = Zoned::now().with_time_zone(calendar.zone().clone());
    let slot = Slot {
        start: now.clone(),
        end: now,
    };
    let Some(objection) = objection(calendar, &slot) else {
        return Ok(());
    };
    ui.warning(&unusual(objection, &slot, site, calendar));
    if is_dry || ui.confirm_danger("deploy anyway?")? {
        return Ok(());
    }
    Err(CommandError::new(
        ErrorKind::Usage,
        "not deployed; nothing was touched",
    ))
}
