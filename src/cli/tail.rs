//! Shows the logs of all hosts as one, as `bunyan` shows them.

mod args;
mod column;
mod line;
mod shown;
mod trouble;

use tokio::time::{Duration, interval};

pub(super) use self::args::{TailArgs, logs};
use self::shown::Shown;
pub(super) use self::trouble::way_out;
use super::context::Context;
use super::deploy::{Opened, interrupts, signal_kind, with_runtime};
use super::{Failure, GlobalArgs};
use crate::deploy::PlannerError;
use crate::error::CommandError;
use crate::model::HostName;
use crate::tail::{Extent, Tail, Wanted};
use crate::transport::Visit;
use crate::ui::{Ui, is_read};

/// How often it is looked whether somebody reads the output still, where nothing is written to it.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

/// Runs `svcgen tail`.
pub(super) fn run(args: &TailArgs, global: &GlobalArgs, ui: &Ui) -> Result<(), Failure> {
    args.check(ui.format)?;
    let context = Context::new(global, ui)?;
    let opened = Opened::open(&args.repository, &context, global)?;
    let wanted = Wanted {
        hosts: hosts(args, &opened)?,
        log: args.log(&opened, ui)?,
        lines: args.lines.clone(),
        extent: match args.follow {
            true => Extent::Follow,
            false => Extent::ToEnd,
        },
    };
    with_runtime(async {
        let mut stop = interrupts()?;
        let transport = opened.transport(Visit::Looks)?;
        let mut tail = Tail::begin(&wanted, &transport);
        let mut shown = Shown::new(args, &wanted, &opened, *ui);
        shown.begin();
        let mut looks = interval(BETWEEN_LOOKS);
        loop {
            tokio::select! {
                news = tail.next() => match news {
                    Some(news) => shown.take(news)?,
                    None => return shown.end(),
                },
                _ = stop.changed() => return Err(Failure::Silent(signal_kind())),
                _ = looks.tick() => if !is_read(&std::io::stdout()) {
                    return Err(Failure::Closed);
                },
            }
        }
    })
}

/// The hosts whose logs are wanted.
fn hosts(args: &TailArgs, opened: &Opened) -> Result<Vec<HostName>, CommandError> {
    let hosts = opened.limited(args.limit.as_deref())?;
    match hosts.is_empty() {
        true => Err(PlannerError::NoHosts.into()),
        false => Ok(hosts),
    }
}
