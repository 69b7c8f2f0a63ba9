use svcgen::model::Revision;
use svcgen::transport::Word;

/// A program that the engine starts on a target, told by its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    Probe,
    Status,
    Keeper,
    Step,
    Fetch,
    Promote,
    HandleService,
    Look,
    Check,
    Finalize,
    Withdraw,
    Unlock,
}

const TEXTS: [(&str, Program); 12] = [
    (
        include_str!("../../src/deploy/remote/probe.sh"),
        Program::Probe,
    ),
    (
        include_str!("../../src/deploy/remote/status.sh"),
        Program::Status,
    ),
    (
        include_str!("../../src/deploy/remote/keeper.sh"),
        Program::Keeper,
    ),
    (
        include_str!("../../src/deploy/remote/step.sh"),
        Program::Step,
    ),
    (
        include_str!("../../src/deploy/remote/fetch.sh"),
        Program::Fetch,
    ),
    (
        include_str!("../../src/deploy/remote/promote.sh"),
        Program::Promote,
    ),
    (
        include_str!("../../src/deploy/remote/handle_service.sh"),
        Program::HandleService,
    ),
    (
        include_str!("../../src/deploy/remote/look.sh"),
        Program::Look,
    ),
    (
        include_str!("../../src/deploy/remote/check.sh"),
        Program::Check,
    ),
    (
        include_str!("../../src/deploy/remote/finalize.sh"),
        Program::Finalize,
    ),
    (
        include_str!("../../src/deploy/remote/withdraw.sh"),
        Program::Withdraw,
    ),
    (
        include_str!("../../src/deploy/remote/unlock.sh"),
        Program::Unlock,
    ),
];

impl Program {
    pub(crate) fn of(source: &str) -> Self {
        let known = TEXTS.iter().find(|(text, _)| source.ends_with(text));
        let known = known.map(|(_, program)| *program);
        known.unwrap_or_else(|| panic!("a program that the model does not know:\n{source}"))
    }
}

/// What a command is, and its arguments: `sh -c SOURCE svcgen PLACE ARGUMENT...`.
pub(crate) fn read(words: &[Word]) -> (Program, &[Word]) {
    assert_eq!(words[..2], ["sh", "-c"]);
    (Program::of(&words[2]), &words[5..])
}

pub(crate) fn revision(text: &str) -> Revision {
    Revision::parse(text).unwrap()
}
