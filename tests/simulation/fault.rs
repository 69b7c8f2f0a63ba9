use std::time::Duration;

use crate::chance::Chance;

/// Something that goes wrong once, on one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The step, by its stage; `check` for any check.
    pub(crate) stage: &'static str,
    pub(crate) point: Point,
    pub(crate) what: Trouble,
}

/// When.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Point {
    /// On the way there.
    Sent,
    Begun,
    BeforeEffect,
    AfterEffect,
}

/// What.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The connection ends, and both sides notice.
    Cut,
    /// Nothing gets through any more, and both sides find out by the silence.
    Silence,
    /// The same, and it can never be reached again.
    Gone,
    /// The deployer loses the connection, and the step arrives late.
    Late(Duration),
    /// The host goes down, and comes up again.
    Reboot(Duration),
    /// The keeper is killed.
    NoKeeper,
    /// The step fails.
    Fail,
    /// The step never ends by itself.
    Hang,
}

const STAGES: [&str; 6] = [
    "fetch",
    "promote",
    "handle_service",
    "finalize",
    "check",
    "rollback",
];

impl Fault {
    pub(crate) fn random(chance: &Chance) -> Self {
        let points = [
            Point::Sent,
            Point::Begun,
            Point::BeforeEffect,
            Point::AfterEffect,
        ];
        let point = *chance.among(&points);
        let what = match chance.below(10) {
            0 | 1 => Trouble::Cut,
            2 => Trouble::Silence,
            3 => Trouble::Gone,
            4 => Trouble::Late(chance.millis(20_000)),
            5 => Trouble::Reboot(chance.millis(60_000)),
            6 => Trouble::NoKeeper,
            7 | 8 => Trouble::Fail,
            _ => Trouble::Hang,
        };
        let point = match what {
            Trouble::Late(_) => Point::Sent,
            _ => point,
        };
        Self {
            stage: STAGES[chance.below(STAGES.len())],
            point,
            what,
        }
    }
}
